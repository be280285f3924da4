"""Expressions as text, in one small grammar that is read and never run.

    comparison  =  sum [("<" | "<=" | ">" | ">=") sum]
    sum         =  product {("+" | "-") product}
    product     =  {"-"} power {("*" | "/") {"-"} power}
    power       =  place ["**" {"-"} power]
    place       =  atom {".dot" | ".T" | ".d(" sum ")"}
    atom        =  number | name | name "(" list ")" | "(" list ")"
    list        =  [comparison {"," comparison} [","]]

Operators bind as they do in Python and in SymPy, so that `-x**2` is −(x²), `a/b*c` is (a/b)c and `2**3**2` is 2⁹. A
number is written with digits, a point and an exponent; a name with Latin or Greek letters, digits and underscores.
There are no texts within the text, no indices, no assignments and no attributes but those three.

`parse` makes a tree of a text and knows nothing of SymPy: what the names mean is found in `reader`. Length, depth and
the number of nodes are bounded, so that a hostile text costs no more than a long one.

>>> parse("m*x.dot**2/2").kind, [(inverse, factor.kind) for inverse, factor in parse("m*x.dot**2/2").parts]
('product', [(False, 'name'), (False, 'power'), (True, 'number')])
>>> parse("x.__class__")  # doctest: +ELLIPSIS
Traceback (most recent call last):
symlag.errors.FormatError: 'x.__class__': at letter 2 there stands '.__class__', which is no part of an expression. ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from symlag.errors import FormatError, shown

LENGTH = 200_000  # letters
DEPTH = 100  # brackets and powers within each other
NODES = 50_000
ORDER = 20  # derivatives of a coordinate

NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NAME = r"[A-Za-zΑ-Ωα-ω][A-Za-z0-9Α-Ωα-ω]*(?:_[A-Za-z0-9Α-Ωα-ω]+)*_?"
ATTRIBUTE = r"\.(?:dot|T|d)(?![A-Za-z0-9Α-Ωα-ω_])"
OPERATOR = r"\*\*|<=|>=|[-+*/<>(),]"
TOKEN = re.compile(rf"\s*(?:(?P<number>{NUMBER})|(?P<name>{NAME})|(?P<attribute>{ATTRIBUTE})|(?P<operator>{OPERATOR}))")


@dataclass(frozen=True)
class Token:
    """A number, name, attribute or operator, and the place where it begins, or the end of the text."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    The `kind` is "number", "name", "call", "tuple", "sum", "product", "power", "dot", "transpose", "along" or
    "comparison". The `text` is the number, the name, or the operator. The `parts` are nodes; those of a sum are pairs
    of a sign and a node, and those of a product pairs of whether it divides, and a node; the `sign` is a product's own.
    """

    kind: str
    at: int
    text: str = ""
    parts: tuple[Any, ...] = ()
    sign: int = 1


def parse(text: str) -> Node:
    """The tree of a text; `FormatError` where it is no expression, too long, or too deep."""
    if len(text) > LENGTH:
        raise FormatError(shown(text, 40), f"it is longer than {LENGTH} letters", "Write symbols for parts of it.")
    return Parser(text).whole()


def tokens(text: str) -> list[Token]:
    """The tokens of a text, and an "end" behind them."""
    found: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            # Numbers, names and attributes are shown whole, as `.__class__`.
            odd = re.match(r"\.?\w+|\s*\S", text[start:])
            refuse(
                text, start, f"there stands {shown(odd[0] if odd else text[start])}, which is no part of an expression"
            )
        if len(found) > 2 * NODES:
            refuse(text, at, f"it has more than {NODES} parts", "Write symbols for parts of it.")
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return [*found, Token("end", "the end", end)]


def refuse(text: str, at: int, wrong: str, write: str = "Write an expression such as m*x.dot**2/2.") -> NoReturn:
    """Raise a `FormatError` that names a place of a text."""
    start = max(0, at - 20)
    excerpt = f"{'…' if start else ''}{text[start : at + 20]}{'…' if at + 20 < len(text) else ''}"
    raise FormatError(shown(excerpt, 80), f"at letter {at + 1} {wrong}", write)


class Parser:
    """A parser by recursive descent: a method for each line of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.next = 0
        self.depth = 0
        self.nodes = 0

    def whole(self) -> Node:
        """The tree of the whole text."""
        node = self.comparison()
        if self.token.kind != "end":
            self.refuse(f"there stands {self.token.text!r} after a whole expression")
        return node

    @property
    def token(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.next]

    def take(self, *texts: str) -> Token | None:
        """The next token, left behind, if it is one of some operators or attributes."""
        token = self.token
        if token.kind not in {"operator", "attribute"} or token.text not in texts:
            return None
        self.next += 1
        return token

    def refuse(self, wrong: str, write: str = "Write an expression such as m*x.dot**2/2.") -> NoReturn:
        refuse(self.text, self.token.at, wrong, write)

    def node(self, kind: str, at: int, text: str = "", parts: tuple[Any, ...] = (), sign: int = 1) -> Node:
        self.nodes += 1
        if self.nodes > NODES:
            self.refuse(f"it has more than {NODES} parts", "Write symbols for parts of it.")
        return Node(kind, at, text, parts, sign)

    def comparison(self) -> Node:
        left = self.sum()
        if operator := self.take("<", "<=", ">", ">="):
            return self.node("comparison", operator.at, operator.text, (left, self.sum()))
        return left

    def sum(self) -> Node:
        at = self.token.at
        terms = [(1, self.product())]
        while operator := self.take("+", "-"):
            terms.append((1 if operator.text == "+" else -1, self.product()))
        return terms[0][1] if len(terms) == 1 else self.node("sum", at, parts=tuple(terms))

    def product(self) -> Node:
        at = self.token.at
        sign, factor = self.signed()
        factors = [(False, factor)]
        while operator := self.take("*", "/"):
            turn, factor = self.signed()
            sign *= turn
            factors.append((operator.text == "/", factor))
        return factor if len(factors) == 1 and sign == 1 else self.node("product", at, "", tuple(factors), sign)

    def signed(self) -> tuple[int, Node]:
        """The sign of a row of minus signs, and the power behind it."""
        sign = 1
        while self.take("-"):
            sign = -sign
        return sign, self.power()

    def power(self) -> Node:
        base = self.place()
        if operator := self.take("**"):
            self.enter()
            sign, exponent = self.signed()
            self.depth -= 1
            if sign < 0:
                exponent = self.node("product", exponent.at, "", ((False, exponent),), sign)
            return self.node("power", operator.at, parts=(base, exponent))
        return base

    def place(self) -> Node:
        node, order = self.atom(), 0
        while token := self.take(".dot", ".T", ".d"):
            order += 1
            if order > ORDER:
                self.refuse(f"there are more than {ORDER} derivatives of one coordinate")
            if token.text == ".d":
                self.expect("(")
                node = self.node("along", token.at, parts=(node, self.sum()))
                self.expect(")")
            else:
                node = self.node("dot" if token.text == ".dot" else "transpose", token.at, parts=(node,))
        return node

    def atom(self) -> Node:
        token = self.token
        if token.kind in {"number", "name"}:
            self.next += 1
            if token.kind == "name" and self.take("("):
                return self.node("call", token.at, token.text, self.list()[0])
            return self.node(token.kind, token.at, token.text)
        if not self.take("("):
            self.refuse(f"there stands {token.text!r} in the place of a number, a name or a bracket")
        parts, several = self.list()
        if several or not parts:
            return self.node("tuple", token.at, parts=parts)
        return parts[0]

    def list(self) -> tuple[tuple[Node, ...], bool]:
        """Parts up to a closing bracket, and whether there is a comma between or behind them."""
        self.enter()
        parts: list[Node] = []
        comma = several = False
        while not self.take(")"):
            if parts and not comma:
                self.refuse(f"there stands {self.token.text!r} in the place of a comma or a closing bracket")
            parts.append(self.comparison())
            comma = self.take(",") is not None
            several = comma or len(parts) > 1
        self.depth -= 1
        return tuple(parts), several

    def enter(self) -> None:
        """Go one level down, if that is not too deep."""
        self.depth += 1
        if self.depth > DEPTH:
            self.refuse(f"it is more than {DEPTH} levels deep", "Write symbols for parts of it.")

    def expect(self, operator: str) -> None:
        """Leave an operator behind that must stand here."""
        if not self.take(operator):
            self.refuse(f"there stands {self.token.text!r} in the place of {operator!r}")
