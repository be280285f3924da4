"""Rooted trees, which stand for the elementary differentials F(τ) of one vector field F, of any dimension.

Definition. A tree is the sorted tuple of its branches. The single node () is F itself, and a node with branches is the
derivative of F along what they stand for: ((),) is F′F, ((), ()) is F″(F, F). A series assigns numbers to trees.

Theorem. The derivative of F(τ) along F(σ) is the sum over the nodes of τ of the trees with σ grafted to that node
(Cayley 1857; Butcher, *An algebraic theory of integration methods*, Math. Comp. 26, 1972).

>>> grafting((), ((),))
{((), ()): 1, (((),),): 1}
>>> [len(trees(n)) for n in range(1, 7)]
[1, 1, 2, 4, 9, 20]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sympy import Expr, S

Tree = tuple[Any, ...]
Series = Mapping[Tree, Expr]

NODE: Tree = ()


def size(tree: Tree) -> int:
    """The number of nodes."""
    return 1 + sum(map(size, tree))


def rooted_tree(branches: Iterable[Tree]) -> Tree:
    """The tree with these branches."""
    return tuple(sorted(branches, key=lambda branch: (size(branch), branch)))


@cache
def trees(nodes: int) -> tuple[Tree, ...]:
    """All rooted trees with a number of nodes."""
    if nodes == 1:
        return (NODE,)
    return tuple(sorted({grown for tree in trees(nodes - 1) for grown in grafting(NODE, tree)}))


@cache
def grafting(branch: Tree, tree: Tree) -> dict[Tree, int]:
    """The trees in which a branch is grafted to a node of a tree, each with how often it comes up."""
    counts = {rooted_tree((*tree, branch)): 1}
    for i, old in enumerate(tree):
        for new, count in grafting(branch, old).items():
            grown = rooted_tree((*tree[:i], new, *tree[i + 1 :]))
            counts[grown] = counts.get(grown, 0) + count
    return counts


def derivative(along: Series, series: Series, most: int) -> dict[Tree, Expr]:
    """The derivative of a series along another, with trees of at most a number of nodes."""
    terms = (
        (grown, c * d * count)
        for branch, c in along.items()
        for tree, d in series.items()
        if size(branch) + size(tree) <= most
        for grown, count in grafting(branch, tree).items()
    )
    return collect(terms)


def collect(terms: Iterable[tuple[Any, Expr]]) -> dict[Any, Expr]:
    """The sum of the terms of each tree."""
    total: dict[Any, Expr] = {}
    for tree, c in terms:
        total[tree] = total.get(tree, S.Zero) + c
    return total


def rerootings(tree: Tree) -> Iterator[Tree]:
    """The tree with each of its nodes as the root in turn."""
    yield tree
    for i, branch in enumerate(tree):
        stump = rooted_tree((*tree[:i], *tree[i + 1 :]))
        yield from _rerootings_through(branch, stump)


def _rerootings_through(branch: Tree, rest: Tree) -> Iterator[Tree]:
    """A branch with each of its nodes as the root in turn, the rest of the tree hanging on."""
    whole = rooted_tree((*branch, rest))
    yield whole
    for i, part in enumerate(branch):
        yield from _rerootings_through(part, rooted_tree((*branch[:i], *branch[i + 1 :], rest)))


def elementary_differential(tree: Tree) -> str:
    """The elementary differential F(τ) in writing: F, or a derivative of it along others.

    >>> elementary_differential(((), ((),)))
    "F''(F, F'F)"
    """
    inside = [elementary_differential(branch) for branch in tree]
    primes = "F" + "'" * len(tree)
    return primes + (inside[0] if len(tree) == 1 else f"({', '.join(inside)})" if tree else "")


def differential(tree: Tree, derived: Callable[[tuple[Any, ...]], Any]) -> Any:
    """The elementary differential F(τ) as a value, given the derivative of F along any number of vectors."""
    return derived(tuple(differential(branch, derived) for branch in tree))
