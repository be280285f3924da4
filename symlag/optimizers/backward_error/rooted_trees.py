"""Rooted trees and what they stand for: the elementary differentials of one vector field F, of any dimension.

A tree is the sorted tuple of its branches; the single node () is F itself, a node with branches is a derivative of F
along what they stand for: ((),) is F′F, ((), ()) is F″(F, F). A series assigns numbers to trees. Grafting is the
derivative: the one field's tree is hung on every node of the other's in turn (Cayley 1857; Butcher 1972).

>>> grafted((), ((),))
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


def tree_of(branches: Iterable[Tree]) -> Tree:
    """The tree with these branches."""
    return tuple(sorted(branches, key=lambda branch: (size(branch), branch)))


@cache
def trees(nodes: int) -> tuple[Tree, ...]:
    """All rooted trees with a number of nodes."""
    if nodes == 1:
        return (NODE,)
    found = (grown for tree in trees(nodes - 1) for grown in grafted(NODE, tree))
    return tuple(sorted(set(found)))


@cache
def grafted(branch: Tree, tree: Tree) -> dict[Tree, int]:
    """The trees that come of hanging a branch on each node of a tree, with how often: the derivative along it."""
    found = {tree_of((*tree, branch)): 1}
    for i, old in enumerate(tree):
        for new, count in grafted(branch, old).items():
            grown = tree_of((*tree[:i], new, *tree[i + 1 :]))
            found[grown] = found.get(grown, 0) + count
    return found


def derivative(along: Series, series: Series, most: int) -> dict[Tree, Expr]:
    """The derivative of a series of trees along another, up to a number of nodes."""
    terms = (
        (grown, c * d * count)
        for branch, c in along.items()
        for tree, d in series.items()
        if size(branch) + size(tree) <= most
        for grown, count in grafted(branch, tree).items()
    )
    return collected(terms)


def collected(terms: Iterable[tuple[Any, Expr]]) -> dict[Any, Expr]:
    """The sum of terms by tree."""
    total: dict[Any, Expr] = {}
    for tree, c in terms:
        total[tree] = total.get(tree, S.Zero) + c
    return total


def rerooted(tree: Tree) -> Iterator[Tree]:
    """The tree with each of its nodes as the root in turn."""
    yield tree
    for i, branch in enumerate(tree):
        stump = tree_of((*tree[:i], *tree[i + 1 :]))
        yield from rerooted_through(branch, stump)


def rerooted_through(branch: Tree, rest: Tree) -> Iterator[Tree]:
    """A branch with each of its nodes as the root in turn, the rest of the tree hanging on."""
    whole = tree_of((*branch, rest))
    yield whole
    for i, part in enumerate(branch):
        yield from rerooted_through(part, tree_of((*branch[:i], *branch[i + 1 :], rest)))


def spelled(tree: Tree) -> str:
    """What a tree stands for, in words: F, or a derivative of it along others.

    >>> spelled(((), ((),)))
    "F''(F, F'F)"
    """
    inside = [spelled(branch) for branch in tree]
    primes = "F" + "'" * len(tree)
    return primes + (inside[0] if len(tree) == 1 else f"({', '.join(inside)})" if tree else "")


def differential(tree: Tree, derived: Callable[[tuple[Any, ...]], Any]) -> Any:
    """What a tree stands for, given the derivative of F along any number of vectors."""
    return derived(tuple(differential(branch, derived) for branch in tree))
