"""What the pages of the theory prove with."""

from typing import Any

from symlag.calculus.differential_operators import add, scaled
from symlag.calculus.zero_test import vanishes


def difference(left: Any, right: Any) -> int:
    """0, where it is proved that both sides are the same; otherwise an error."""
    gap = add([left, scaled(-1, right)], left)
    if not vanishes(gap):
        raise ValueError(f"the sides differ by {gap}")
    return 0
