"""Letters made of other matrices, the innermost first: inverses, diagonals, ones, and functions of entries.

What a letter is made of is a matrix like any other: products contracted, numbers straightened, terms added.

>>> from sympy import MatrixSymbol, tanh
>>> from symlag.calculus.elementwise import elementwise
>>> A = MatrixSymbol("A", 2, 3)
>>> Z = elementwise(tanh, A)
>>> levels([Inverse(Z * Z.T) * A])
[[[tanh(z)](A)], [([tanh(z)](A)*[tanh(z)](A).T)**(-1)]]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import DiagMatrix, Expr, HadamardPower, HadamardProduct, Inverse, Mul, S, Symbol, Trace
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import SLOT, Elementwise
from symlag.calculus.matrix_words import Word, letters, words
from symlag.calculus.structured_matrices import Ones
from symlag.kernels.contractions import contract, diagonals
from symlag.kernels.interface import Doors
from symlag.kernels.scalars import Assignment, straighten
from symlag.kernels.steps import Assembly, Entrywise, Factor, Step, Term, Value

MADE = (DiagMatrix, DiagonalOf, Elementwise, HadamardPower, HadamardProduct, Inverse, Ones)

Known = dict[Any, Factor]


def levels(expressions: Iterable[Any]) -> list[list[Any]]:
    """The letters that are made of other matrices, each after those that stand in it."""
    found = {letter for e in expressions for letter in e.atoms(*MADE)}
    depths = {letter: _depth(letter) for letter in found}
    return [sorted((m for m, d in depths.items() if d == depth), key=str) for depth in sorted(set(depths.values()))]


def learned(entry: Doors, made: Sequence[Any]) -> tuple[list[Step], Doors]:
    """The steps that make the letters of one level, and the doors with what each became."""
    spans = [letter for letter in made if isinstance(letter, DiagonalOf)]
    strips, vectors = diagonals([entry.word(_only(letter.arg)) for letter in spans], entry.names.numbered("d"))
    parts = dict.fromkeys(part for letter in made for part in _parts(letter))
    steps, values = _valued(entry, list(parts))
    known = dict(zip(spans, vectors, strict=True))
    known |= {letter: _standing(letter, values) for letter in made if isinstance(letter, Inverse | DiagMatrix)}
    entrywise = {letter: formula for letter in made if (formula := _formula(entry, letter, values)) is not None}
    mapped, results = _mapped(entry, entrywise, values.values())
    ones = {m: entry.factor(next(entry.names.numbered("m")), m) for m in made if isinstance(m, Ones)}
    filled = [Assembly(f.value.name, (f.value.rows,), (Term(S.One),)) for f in ones.values()]
    return [*strips, *steps, *mapped, *filled], entry.knowing({**known, **results, **ones})


def summed(entry: Doors, sums: Sequence[Any]) -> tuple[list[Step], list[list[Term]]]:
    """The steps that make products and numbers, and the terms that then add up to each matrix or number."""
    pairs = [_summands(expression) for expression in sums]
    summands = [pair for terms in pairs for pair in terms]
    opened = list(dict.fromkeys(word for _, word in summands if word))
    closed = sorted({trace for c, _ in summands for trace in c.atoms(Trace)}, key=str)
    chains, loops = [entry.word(word) for word in opened], [entry.word(letters(trace)) for trace in closed]
    products, factors, values = contract(chains, loops, entry.names.numbered("c"))
    made = dict(zip(opened, factors, strict=True))
    numbers = {trace: Symbol(v.name, real=True) for trace, v in zip(closed, values, strict=True)}
    coefficients = [entry.number(c, numbers) for c, _ in summands]
    assignments, spelled = straighten(coefficients, entry.parameters, entry.names.numbered("s"))
    remaining = iter(spelled)
    terms = [[Term(next(remaining), made.get(word)) for _, word in listed] for listed in pairs]
    return [*products, *assignments], terms


def assembled(entry: Doors, name: str, shape: tuple[Any, ...], terms: Sequence[Term]) -> Iterator[Step]:
    """The steps that name a matrix as a sum whose coefficients are names or numbers."""
    fresh = entry.names.numbered("s")
    named = {c: Assignment(next(fresh), c) for c in dict.fromkeys(t.coefficient for t in terms) if not _plain(c)}
    yield from named.values()
    symbols = {c: Symbol(assignment.name, real=True) for c, assignment in named.items()}
    yield Assembly(name, shape, tuple(Term(symbols.get(t.coefficient, t.coefficient), t.factor) for t in terms))


def _depth(letter: Any) -> int:
    return 1 + max((_depth(inner) for arg in letter.args for inner in arg.atoms(*MADE)), default=0)


def _parts(letter: Any) -> tuple[Any, ...]:
    """The matrices of which a letter needs all entries; for a diagonal, a product is not made."""
    return () if isinstance(letter, DiagonalOf) else tuple(arg for arg in letter.args if isinstance(arg, MatrixExpr))


def _only(matrix: MatrixExpr) -> Word:
    ((word, _),) = words(matrix).items()
    return word


def _summands(expression: Any) -> list[tuple[Expr, Word]]:
    """The coefficients and words of a matrix; of a number, itself and the empty word."""
    if isinstance(expression, MatrixExpr):
        return [(coefficient, word) for word, coefficient in words(expression).items()]
    return [(expression, ())]


def _plain(coefficient: Expr) -> bool:
    return coefficient.is_number or coefficient.is_Symbol or (-coefficient).is_Symbol


def _valued(entry: Doors, matrices: Sequence[Any]) -> tuple[list[Step], Known]:
    """The steps that give each matrix a value, and this."""
    steps, sums = summed(entry, matrices)
    values: Known = {}
    for matrix, terms in zip(matrices, sums, strict=True):
        ready = terms[0].factor if len(terms) == 1 and terms[0].coefficient == 1 else None
        if ready is None or ready.diagonal or (ready.flipped and ready.value.columns != 1):
            ready = entry.factor(next(entry.names.numbered("m")), matrix)
            steps.extend(assembled(entry, ready.value.name, entry.lengths.shape(matrix), terms))
        values[matrix] = ready
    return steps, values


def _standing(letter: Any, values: Known) -> Factor:
    """An inverse or a diagonal, of which nothing is made before it meets its neighbours."""
    value = values[letter.args[0]].value
    return Factor(value, diagonal=True) if isinstance(letter, DiagMatrix) else Factor(value, inverted=True)


def _formula(entry: Doors, letter: Any, values: Known) -> Expr | None:
    """The function of entries that a letter is, in the names of its parts; none where it is no such function."""
    entries = [Symbol(values[part].value.name, real=True) for part in _parts(letter)]
    match letter:
        case Elementwise():
            return entry.number(letter.formula, {SLOT: entries[0]})
        case HadamardProduct():
            return Mul(*entries)
        case HadamardPower():
            return entry.number(entries[0] ** letter.exp, {})
        case Inverse() if letter.rows == 1:
            return 1 / entries[0]
        case _:
            return None


def _mapped(entry: Doors, formulas: Mapping[Any, Expr], values: Iterable[Factor]) -> tuple[list[Step], Known]:
    """The steps that apply functions to entries, and what each letter became."""
    blocks = {factor.value.name: factor.value for factor in values}
    named, spelled = straighten(list(formulas.values()), entry.parameters, entry.names.numbered("s"))
    fresh = entry.names.numbered("m")
    results = [Assignment(e.name if e.is_Symbol else next(fresh), e) for e in spelled]
    steps: list[Step] = []
    for assignment in (*named, *(result for result in results if not result.expression.is_Symbol)):
        steps.append(step := _applied(assignment, blocks))
        if isinstance(step, Entrywise):
            blocks[assignment.name] = step.result
    made = zip(formulas, results, strict=True)
    return steps, {letter: entry.factor(result.name, letter) for letter, result in made}


def _applied(assignment: Assignment, blocks: Mapping[str, Value]) -> Assignment | Entrywise:
    """The assignment, at every entry where there are matrices in it."""
    used = {s.name for s in assignment.expression.free_symbols} & blocks.keys()
    if not used:
        return assignment
    shape = blocks[min(used)]
    return Entrywise(Value(assignment.name, shape.rows, shape.columns), assignment.expression, frozenset(used))
