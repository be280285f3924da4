"""Equations of motion of matrices solved for the second derivatives, blocks whose velocities meet included.

**Method.** Where every second derivative stands last in its words, the equations are Σ_j C_ij Ẅ_j + f_i = 0 with square
matrices C_ij of symbolic size, a linear system over matrices: Gauss's elimination solves it, with pivots that are
numbers where there are any, and otherwise one with its inverse. Where transposes occur, as in T = tr(U̇V̇), the transpose
of a block is the unknown instead, chosen so that all equations agree; where the second derivatives stand first in their
words, it is the transposes of all.

>>> from symlag.calculus.jets import block
>>> from symlag.calculus.matrices import normal
>>> U, V = block("U", 2, 3), block("V", 2, 3)
>>> solve_for_blocks({U.dot.dot: normal(-V.dot.dot - U), V.dot.dot: normal(-U.dot.dot)})
{U.dot.dot: 0, V.dot.dot: -U}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Inverse, MatAdd, MatMul, S, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.differential_operators import directional, scaled
from symlag.calculus.jets import Block, jets
from symlag.calculus.matrices import constant, normal, zero_like
from symlag.calculus.matrix_words import matrix_of, words
from symlag.errors import CoordinateError

# For each equation, and for each unknown in it: the words around the unknown, whether it is transposed, and a number.
Products = dict[tuple[Any, Any], list[tuple[tuple[Any, ...], bool, tuple[Any, ...], Expr]]]


def solve_for_blocks(equations: Mapping[Block, MatrixExpr]) -> dict[Block, MatrixExpr]:
    """The second derivatives of blocks, each named beside the equation of its block."""
    products = {
        (i, u): found for i, equation in equations.items() for u in equations if (found := _products(equation, u))
    }
    rests = {i: normal(e.xreplace({u: zero_like(u) for u in equations})) for i, e in equations.items()}
    turned_equations, turned = _orientations(equations, products)
    rows: dict[Block, dict[Block, MatrixExpr]] = {i: {} for i in equations}
    for (i, u), terms in products.items():
        rows[i][u] = _coefficient(i, u, terms, turned=turned_equations[i])
    solved = _eliminate(rows, {i: _turned(rests[i], turned=turned_equations[i]) for i in equations})
    return {u: _turned(solved[u], turned=turned[u]) for u in equations}


def _products(equation: MatrixExpr, unknown: Block) -> list[tuple[tuple[Any, ...], bool, tuple[Any, ...], Expr]]:
    """The words in which an unknown stands, split at it; `CoordinateError` where it does not enter linearly."""
    if unknown not in jets(equation):
        return []
    probe = constant("probe", *unknown.shape)
    moved = directional(equation, {unknown: probe})
    if unknown in jets(moved):
        raise CoordinateError(str(unknown.root), "it does not enter linearly", "T quadratic in the velocities")
    found: list[tuple[tuple[Any, ...], bool, tuple[Any, ...], Expr]] = []
    for word, number in words(moved).items():
        places = [at for at, letter in enumerate(word) if letter.has(probe)]
        if number.has(probe) or len(places) != 1 or word[places[0]] not in (probe, Transpose(probe)):
            _refuse(moved)
        (at,) = places
        found.append((word[:at], word[at] != probe, word[at + 1 :], number))
    return found


def _orientations(equations: Mapping[Block, Any], products: Products) -> tuple[dict[Block, bool], dict[Block, bool]]:
    """Which equations and which unknowns are to be transposed, so that unknowns stand last in all words."""
    turned_equations: dict[Block, bool] = {}
    turned: dict[Block, bool] = {}
    for first in equations:
        if first in turned_equations:
            continue
        # An equation decides on its unknowns, and an unknown on the equations that it occurs in.
        turned_equations[first] = any(
            left == () and right for _, terms in _row(products, first) for left, _, right, _ in terms
        )
        waiting = [first]
        while waiting:
            i = waiting.pop()
            for u, terms in _row(products, i):
                turned.setdefault(u, turned_equations[i] != terms[0][1])
                for k in equations:
                    if (k, u) in products and k not in turned_equations:
                        turned_equations[k] = turned[u] != products[k, u][0][1]
                        waiting.append(k)
    for (i, u), terms in products.items():
        if any((turned_equations[i] != flipped) != turned[u] for _, flipped, _, _ in terms):
            raise CoordinateError(
                f"{u}", "it meets its own transpose among the velocities", "T without transposed velocities"
            )
    return turned_equations, {u: turned.get(u, False) for u in equations}


def _row(products: Products, i: Block) -> list[tuple[Block, Any]]:
    return [(u, terms) for (k, u), terms in products.items() if k == i]


def _coefficient(i: Block, unknown: Block, terms: Any, *, turned: bool) -> MatrixExpr:
    """The matrix before the unknown in an equation that was, or was not, transposed."""
    side = i.shape[1] if turned else i.shape[0]
    total: MatrixExpr = ZeroMatrix(side, side)
    for left, _, right, number in terms:
        before, behind = (right, left) if turned else (left, right)
        if behind:
            _refuse(matrix_of({(*left, unknown, *right): number}, i.shape))
        square = matrix_of({before: number}, (side, side)) if before else MatMul(number, Identity(side))
        if square.shape[0] != square.shape[1]:
            _refuse(square)
        total = normal(MatAdd(total, Transpose(square) if turned and before else square))
    return total


def _eliminate(rows: dict[Block, dict[Block, MatrixExpr]], rests: dict[Block, MatrixExpr]) -> dict[Block, MatrixExpr]:
    """The unknowns, by Gauss's elimination over matrices."""
    unknowns = dict.fromkeys(rows)
    pivots: list[tuple[Block, Block]] = []
    waiting = list(rows)
    while waiting:
        places = [(i, u) for i in waiting for u in rows[i]]
        if not places:
            names = ", ".join(map(str, unknowns))
            wrong = "the mass matrix is degenerate, they cannot be solved for"
            raise CoordinateError(names, wrong, "T with every velocity in it")
        i, u = min(places, key=lambda place: _number_of(rows[place[0]][place[1]]) is None)
        pivots.append((i, u))
        waiting.remove(i)
        for k in waiting:
            if u in rows[k]:
                share = normal(MatMul(rows[k].pop(u), _inverse(rows[i][u])))
                for v, entry in rows[i].items():
                    if v != u:
                        moved = [MatMul(S.NegativeOne, share, entry), *([rows[k][v]] if v in rows[k] else [])]
                        rows[k][v] = normal(MatAdd(*moved))
                rows[k] = {v: entry for v, entry in rows[k].items() if not isinstance(entry, ZeroMatrix)}
                rests[k] = normal(MatAdd(rests[k], MatMul(S.NegativeOne, share, rests[i])))
    solved: dict[Block, MatrixExpr] = {}
    for i, u in reversed(pivots):
        known = [MatMul(entry, solved[v]) for v, entry in rows[i].items() if v != u]
        solved[u] = normal(MatMul(S.NegativeOne, _inverse(rows[i][u]), normal(MatAdd(rests[i], *known))))
    return solved


def _number_of(matrix: MatrixExpr) -> Expr | None:
    """The c of a matrix c·1, or none."""
    collected = words(matrix)
    return collected[()] if set(collected) == {()} else None


def _inverse(matrix: MatrixExpr) -> MatrixExpr:
    number = _number_of(matrix)
    return Inverse(matrix) if number is None else MatMul(1 / number, Identity(matrix.rows))


def _turned(matrix: MatrixExpr, *, turned: bool) -> MatrixExpr:
    return normal(Transpose(matrix)) if turned else matrix


def _refuse(moved: MatrixExpr) -> None:
    raise CoordinateError(
        f"the mass matrix {scaled(S.NegativeOne, moved)}",
        "it is no matrix times the velocities",
        "inner(q.dot, G * q.dot) / 2",
    )
