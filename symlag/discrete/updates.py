"""Update rules as data: what one step makes of the parameters θ, the buffers and the gradient g.

A rule is written entry by entry, as in a paper: letters stand for vectors, `v.new` for the vector after the step, and
k counts the steps from 0. Hyper-parameters are numbers, symbols, or functions of k.

>>> from sympy import symbols
>>> eta, beta = symbols("eta beta")
>>> v = Letter("v")
>>> rule = UpdateRule("mine", {v: beta * v + g, theta: theta - eta * v.new})
>>> rule.buffers, rule.linear[v]
((v,), {v: beta, g: 1})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self

from sympy import Add, Expr, Function, Mul, S, Symbol, SympifyError, sympify
from sympy.core.function import AppliedUndef

from symlag.errors import SymlagError
from symlag.jet import checked_name
from symlag.verbs import RuleVerbs

k = Symbol("k", integer=True, nonnegative=True)

_AGES = {-1: ".old", 0: "", 1: ".new"}


class Letter(Symbol):
    """A vector that a rule speaks of, before a step; `new` is the vector after it, `old` the one a step before."""

    __slots__ = ("age", "stem")

    def __new__(cls, stem: str, age: int = 0) -> Self:
        letter = Symbol.__xnew__(cls, checked_name(stem) + _AGES[age], real=True)
        letter.stem, letter.age = stem, age
        return letter

    @classmethod
    def class_key(cls) -> Any:
        return Symbol.class_key()

    @property
    def new(self) -> Self:
        """The vector one step later."""
        return type(self)(self.stem, self.age + 1)

    @property
    def old(self) -> Self:
        """The vector one step earlier."""
        return type(self)(self.stem, self.age - 1)

    @property
    def root(self) -> Self:
        """The vector before the step."""
        return type(self)(self.stem)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.stem, self.age), {}

    def __getstate__(self) -> None:
        return None


Vector = Mapping[Letter, Expr]  # a linear combination: what stands before each letter

theta, g = Letter("theta"), Letter("g")


class polar(Function):  # noqa: N801 - it is written like a function
    """The factor U Vᵀ of a matrix U Σ Vᵀ, Muon's update; not a function of entries, but of the whole matrix."""

    is_real = True


@dataclass(frozen=True)
class UpdateRule(RuleVerbs):
    """The equations of one step, each giving the new value of a letter, and what the buffers start from.

    Equations are in θ, g, the buffers, and new values that other equations give; a buffer not named in `initial` starts
    from zero. A letter of which only the new value is read is an auxiliary, such as the applied update u. Raises
    `SymlagError` where θ has no equation, where a letter is read that none defines, where new values wait for one
    another, where no gradient or one at another point than θ is read, or where a schedule is no function of k.
    """

    name: str
    equations: Mapping[Letter, Expr]
    initial: Mapping[Letter, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = {x: _checked(x, e, self.equations) for x, e in self.equations.items()}
        if theta not in made:
            raise SymlagError(self.name, "no equation gives the new θ", "theta: theta - eta * g, say")
        if not any(e.has(g) for e in made.values()):
            raise SymlagError(self.name, "no equation reads the gradient g", "theta: theta - eta * g, say")
        object.__setattr__(self, "equations", {x: made[x] for x in _in_order(made)})
        object.__setattr__(self, "initial", {x: sympify(e) for x, e in self.initial.items()})

    @cached_property
    def buffers(self) -> tuple[Letter, ...]:
        """The letters other than θ that the next step reads."""
        read = set().union(*(letters(e) for e in self.equations.values()))
        return tuple(x for x in self.equations if x in read and x != theta)

    @cached_property
    def positions(self) -> tuple[Letter, ...]:
        """θ, and the buffers that start from it: averages of the weights."""
        return (theta, *(x for x in self.buffers if self.initial.get(x) == theta))

    @cached_property
    def momenta(self) -> tuple[Letter, ...]:
        """The buffers that are linear combinations of gradients, and of θ."""
        return tuple(x for x in self.buffers if x not in self.positions and self._sources(x) == {g})

    @cached_property
    def hyperparameters(self) -> tuple[Expr, ...]:
        """The symbols, and the schedules by their functions of k, that occur beside letters."""
        whole = Add(*self.equations.values())
        symbols = {s for s in whole.free_symbols if not isinstance(s, Letter)} - {k}
        return tuple(sorted({*symbols, *whole.atoms(AppliedUndef)}, key=str))

    @property
    def linear(self) -> Mapping[Letter, Vector]:
        """The equations that are linear combinations of letters, the opaque ones among these included by name."""
        return self._split[0]

    @property
    def opaque(self) -> Mapping[Letter, Expr]:
        """What is no linear combination, by the letter of its value: a sign, a polar factor, a quotient of entries."""
        return self._split[1]

    def at(self, values: Mapping[Any, Any]) -> UpdateRule:
        """The rule with hyper-parameters replaced."""
        swap = {s: sympify(value) for s, value in values.items()}
        return UpdateRule(self.name, {x: e.xreplace(swap) for x, e in self.equations.items()}, self.initial)

    @cached_property
    def _split(self) -> tuple[dict[Letter, Vector], dict[Letter, Expr]]:
        linear: dict[Letter, Vector] = {}
        opaque: dict[Letter, Expr] = {}
        for x, e in self.equations.items():
            combined = combination(e)
            foreign = {part: c for part, c in combined.items() if not isinstance(part, Letter)}
            if foreign and len(combined) == 1 and x != theta:
                opaque[x] = e
                continue
            plain = {part: c for part, c in combined.items() if part not in foreign}
            linear[x] = plain | {u.new: c for u, part, c in _named(x, foreign) if opaque.setdefault(u, part) is part}
        return linear, opaque

    def _sources(self, x: Letter) -> set[Letter]:
        """What a letter is a linear combination of, when the buffers in it are written out."""
        reached, ahead = set[Letter](), {x}
        while ahead:
            reached |= ahead
            ahead = {y.root for z in ahead for y in self.linear.get(z, {})} - reached - {theta}
        return {y for y in reached if y not in self.linear}


def letters(expression: Any) -> set[Letter]:
    """All letters in an expression."""
    return expression.atoms(Letter)


def combination(expression: Expr) -> dict[Expr, Expr]:
    """An expression as a sum of coefficients, free of letters, times letters or what is no sum of letters.

    >>> s, c = Letter("s"), Symbol("c")
    >>> combination(c * (theta + 2 * g / s))
    {g/s: 2*c, theta: c}
    """
    if isinstance(expression, Add):
        return _collected(combination(term) for term in expression.args)
    number, vector = expression.as_independent(*letters(expression), as_Add=False)
    sums = [factor for factor in Mul.make_args(vector) if letters(factor)]
    if len(sums) == 1 and isinstance(sums[0], Add):
        return {part: number * c for part, c in combination(sums[0]).items()}
    return {vector: number} if letters(vector) else {}


def _collected(parts: Any) -> dict[Expr, Expr]:
    total: dict[Expr, Expr] = {}
    for part in parts:
        for vector, c in part.items():
            total[vector] = total.get(vector, S.Zero) + c
    return {vector: c for vector, c in total.items() if c != 0}


def _named(x: Letter, foreign: Mapping[Expr, Expr]) -> Iterator[tuple[Letter, Expr, Expr]]:
    """A letter, a value and a coefficient for what is no linear combination in the equation of x."""
    if len(foreign) == 1:
        ((part, c),) = foreign.items()
        yield Letter(f"u_{x.stem}"), part, c
    elif foreign:
        yield Letter(f"u_{x.stem}"), Add(*(c * part for part, c in foreign.items())), S.One


def _checked(x: Letter, written: Any, equations: Mapping[Letter, Any]) -> Expr:
    """The equation of a letter, all of whose letters are defined."""
    made = _expression(x, written)
    for y in sorted(letters(made), key=str):
        _defined(x, y, equations)
    for call in made.atoms(AppliedUndef):
        if call.args != (k,):
            raise SymlagError(f"{call} in {x}.new", "a schedule is a function of k alone", f"{call.func}(k)")
    return made


def _expression(x: Letter, written: Any) -> Expr:
    try:
        return sympify(written, strict=True)
    except SympifyError:
        wrong, write = "it is no expression", "one in theta, g and buffers, such as beta * v + g"
        raise SymlagError(f"{x}: {written!r}", wrong, write) from None


def _defined(x: Letter, y: Letter, equations: Mapping[Letter, Any]) -> None:
    if y.root == g and y.age != 0:
        raise SymlagError(
            f"{y} in {x}.new",
            "a first-order rule reads one gradient a step, at θ",
            "g, and keep what it was before in a buffer",
        )
    if y.root != g and (y.root not in equations or y.age < 0):
        raise SymlagError(
            f"{y} in {x}.new", "no equation gives it", f"an equation for {y.root}, or a buffer that has one"
        )


def _in_order(equations: Mapping[Letter, Expr]) -> tuple[Letter, ...]:
    """The letters, each after those whose new values it needs."""
    needs = {x: {y.root for y in letters(e) if y.age == 1} for x, e in equations.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = ", ".join(f"{x}.new" for x in error.args[1])
        raise SymlagError(circle, "these new values wait for one another", "one of them in old values") from None
