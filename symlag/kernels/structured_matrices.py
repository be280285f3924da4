"""Letters that are made of other matrices: inverses, diagonals, ones, and functions of entries.

A matrix word may have letters such as (ZZᵀ)⁻¹ or σ(WX), which contain matrix expressions of their own. They are lowered
level by level: a letter lies on level 1 if nothing in it is such a letter, otherwise one level above the highest in it.
When a level is reached, all that its letters contain has a value; the letters get theirs, and the interface knows them
from then on as it knows the inputs. What a letter contains is a matrix like any other: products are contracted, scalars
named, terms added (`lower_sums`), which is also how the outputs of a program are lowered at the end.

>>> from sympy import MatrixSymbol, tanh
>>> from symlag.calculus.elementwise import elementwise
>>> A = MatrixSymbol("A", 2, 3)
>>> Z = elementwise(tanh, A)
>>> nesting_levels([Inverse(Z * Z.T) * A])
[[[tanh(z)](A)], [([tanh(z)](A)*[tanh(z)](A).T)**(-1)]]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import DiagMatrix, Expr, HadamardPower, HadamardProduct, Inverse, Mul, S, Symbol, Trace
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import SLOT, Elementwise
from symlag.calculus.letter_kinds import Word
from symlag.calculus.matrix_words import letters, words
from symlag.calculus.structured_matrices import Ones
from symlag.kernels.contractions import contract, diagonals
from symlag.kernels.inputs_and_outputs import Interface
from symlag.kernels.instructions import Assembly, Entrywise, Factor, Instruction, Term, Value
from symlag.kernels.scalars import Assignment, share_subexpressions

STRUCTURED = (DiagMatrix, DiagonalOf, Elementwise, HadamardPower, HadamardProduct, Inverse, Ones)

Factors = dict[Any, Factor]


def nesting_levels(expressions: Iterable[Any]) -> list[list[Any]]:
    """The letters that are made of other matrices, level by level, each after those that it contains."""
    depths = {letter: _depth(letter) for e in expressions for letter in e.atoms(*STRUCTURED)}
    return [sorted((m for m, d in depths.items() if d == depth), key=str) for depth in sorted(set(depths.values()))]


def lower_letters(interface: Interface, level: Sequence[Any]) -> tuple[list[Instruction], Interface]:
    """The instructions that compute the letters of one level, and the interface that knows them."""
    # The diagonal of a product is contracted without the product, so it goes a way of its own.
    diagonal_letters = [letter for letter in level if isinstance(letter, DiagonalOf)]
    products = [interface.word(_single_word(letter.arg)) for letter in diagonal_letters]
    instructions: list[Instruction] = []
    contractions, vectors = diagonals(products, interface.names.numbered("d"))
    instructions.extend(contractions)
    factors: Factors = dict(zip(diagonal_letters, vectors, strict=True))

    contents = dict.fromkeys(part for letter in level for part in _contents(letter))
    computed, values = _lower_contents(interface, list(contents))
    instructions.extend(computed)
    for letter in level:
        # Neither an inverse nor a diagonal matrix is computed before it meets its neighbours.
        if isinstance(letter, DiagMatrix):
            factors[letter] = Factor(values[letter.args[0]].value, diagonal=True)
        elif isinstance(letter, Inverse):
            factors[letter] = Factor(values[letter.args[0]].value, inverted=True)

    formulas = {letter: f for letter in level if (f := _formula_of_entries(interface, letter, values)) is not None}
    computed, entrywise = _lower_entrywise(interface, formulas, values.values())
    instructions.extend(computed)
    factors |= entrywise

    for letter in level:
        if isinstance(letter, Ones):
            factor = factors[letter] = interface.new_factor(next(interface.names.numbered("m")), letter)
            instructions.append(Assembly(factor.value.name, (factor.value.rows,), (Term(S.One),)))
    return instructions, interface.with_factors(factors)


def lower_sums(interface: Interface, sums: Sequence[Any]) -> tuple[list[Instruction], list[list[Term]]]:
    """The instructions that compute products and scalars, and the terms that then add up to each matrix or number."""
    summands = [_summands(expression) for expression in sums]
    flat = [summand for listed in summands for summand in listed]
    open_words = list(dict.fromkeys(word for _, word in flat if word))
    traces = sorted({trace for coefficient, _ in flat for trace in coefficient.atoms(Trace)}, key=str)
    products, factors, values = contract(
        [interface.word(word) for word in open_words],
        [interface.word(letters(trace)) for trace in traces],
        interface.names.numbered("c"),
    )
    factor_of = dict(zip(open_words, factors, strict=True))
    symbols = {trace: Symbol(value.name, real=True) for trace, value in zip(traces, values, strict=True)}
    coefficients = [interface.scalar(coefficient, symbols) for coefficient, _ in flat]
    assignments, scalars = share_subexpressions(coefficients, interface.parameters, interface.names.numbered("s"))
    remaining = iter(scalars)
    terms = [[Term(next(remaining), factor_of.get(word)) for _, word in listed] for listed in summands]
    return [*products, *assignments], terms


def lower_assembly(
    interface: Interface, name: str, shape: tuple[Any, ...], terms: Sequence[Term]
) -> Iterator[Instruction]:
    """The instructions that name a matrix as a sum, each coefficient a number or a name."""
    fresh = interface.names.numbered("s")
    symbols: dict[Expr, Symbol] = {}
    for c in dict.fromkeys(term.coefficient for term in terms):
        if not (c.is_number or c.is_Symbol or (-c).is_Symbol):
            assignment = Assignment(next(fresh), c)
            symbols[c] = Symbol(assignment.name, real=True)
            yield assignment
    yield Assembly(name, shape, tuple(Term(symbols.get(t.coefficient, t.coefficient), t.factor) for t in terms))


def _depth(letter: Any) -> int:
    return 1 + max((_depth(inner) for arg in letter.args for inner in arg.atoms(*STRUCTURED)), default=0)


def _contents(letter: Any) -> tuple[Any, ...]:
    """The matrices of which a letter needs all entries."""
    return () if isinstance(letter, DiagonalOf) else tuple(arg for arg in letter.args if isinstance(arg, MatrixExpr))


def _single_word(matrix: MatrixExpr) -> Word:
    """The word of a matrix that is a single product."""
    ((word, _),) = words(matrix).items()
    return word


def _summands(expression: Any) -> list[tuple[Expr, Word]]:
    """The coefficients and words of a matrix; of a number, itself and the empty word."""
    if isinstance(expression, MatrixExpr):
        return [(coefficient, word) for word, coefficient in words(expression).items()]
    return [(expression, ())]


def _lower_contents(interface: Interface, matrices: Sequence[Any]) -> tuple[list[Instruction], Factors]:
    """The instructions that give each matrix a value, and these values."""
    instructions, sums = lower_sums(interface, matrices)
    values: Factors = {}
    for matrix, terms in zip(matrices, sums, strict=True):
        factor = terms[0].factor if len(terms) == 1 and terms[0].coefficient == 1 else None
        # A function of entries needs them in their places: diagonals and transposes of matrices are written out.
        if factor is None or factor.diagonal or (factor.transposed and factor.value.columns != 1):
            factor = interface.new_factor(next(interface.names.numbered("m")), matrix)
            instructions.extend(lower_assembly(interface, factor.value.name, interface.sizes.shape(matrix), terms))
        values[matrix] = factor
    return instructions, values


def _formula_of_entries(interface: Interface, letter: Any, values: Factors) -> Expr | None:
    """The function of entries that a letter is, in the names of what it contains; none where it is no such function."""
    entries = [Symbol(values[part].value.name, real=True) for part in _contents(letter)]
    match letter:
        case Elementwise():
            return interface.scalar(letter.formula, {SLOT: entries[0]})
        case HadamardProduct():
            return Mul(*entries)
        case HadamardPower():
            return interface.scalar(entries[0] ** letter.exp, {})
        case Inverse() if letter.rows == 1:
            return 1 / entries[0]
        case _:
            return None


def _lower_entrywise(
    interface: Interface, formulas: Mapping[Any, Expr], values: Iterable[Factor]
) -> tuple[list[Instruction], Factors]:
    """The instructions that apply functions to entries, and the value of each letter."""
    blocks = {factor.value.name: factor.value for factor in values}
    shared, expressions = share_subexpressions(
        list(formulas.values()), interface.parameters, interface.names.numbered("s")
    )
    fresh = interface.names.numbered("m")
    results = [Assignment(e.name if e.is_Symbol else next(fresh), e) for e in expressions]
    instructions: list[Instruction] = []
    for assignment in (*shared, *(result for result in results if not result.expression.is_Symbol)):
        used = {s.name for s in assignment.expression.free_symbols} & blocks.keys()
        if not used:
            instructions.append(assignment)
            continue
        shape = blocks[min(used)]
        value = blocks[assignment.name] = Value(assignment.name, shape.rows, shape.columns)
        instructions.append(Entrywise(value, assignment.expression, frozenset(used)))
    factors = {
        letter: interface.new_factor(result.name, letter) for letter, result in zip(formulas, results, strict=True)
    }
    return instructions, factors
