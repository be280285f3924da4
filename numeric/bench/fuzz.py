"""Laws of three hundred random Lagrangians, tried along random paths at coordinates of either sign.

    python -m numeric.bench.fuzz [first seed] [number] [symmetries]

What a law states and a path refutes is printed, and what ends in another error than one of symlag's own. With a third
argument the symmetries of each system are searched, too, and each law of the algebra has to be conserved.
`tests/variational/test_laws_of_random_mechanics.py` runs the first of them.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from numeric._random_mechanics import System, generators, random_system, refutations
from symlag import SymlagError, noether, symmetries

SECONDS = 60


def main(first: int = 0, number: int = 300, *, search: bool = False) -> None:
    """Try every system, and print what was found and how long the slowest took."""
    signal.signal(signal.SIGALRM, _give_up)
    kinds, durations = Counter[str](), dict[str, float]()
    for seed in range(first, first + number):
        system, start = random_system(seed), time.perf_counter()
        signal.alarm(SECONDS)
        try:
            for kind, text in _tried(system, search=search):
                kinds[kind] += 1
                if kind not in {"laws", "refused"}:
                    print(f"{system}\n    {kind}: {text}", flush=True)
        except TimeoutError:
            kinds["too slow"] += 1
            print(f"{system}\n    not done in {SECONDS} s", flush=True)
        finally:
            signal.alarm(0)
        durations[str(system)] = time.perf_counter() - start
        if seed % 20 == 19:
            print(f"… {seed + 1 - first} of {number}", flush=True)
    print(dict(kinds))
    for system, duration in sorted(durations.items(), key=lambda pair: -pair[1])[:5]:
        print(f"{duration:6.1f} s  {system}")


def _give_up(*_: Any) -> None:
    raise TimeoutError


def _tried(system: System, *, search: bool) -> Iterator[tuple[str, str]]:
    """What is found of one system: laws, refusals, refutations and errors."""
    try:
        L, given = system.lagrangian, system.lagrangian_in_functions
        laws = [noether(L, X) for X in generators(L)]
        for X in generators(given):
            noether(given, X).defect()
        if search:
            laws += _laws_of_algebra(L)
    except SymlagError as refusal:
        yield "refused", str(refusal)
        return
    except TimeoutError:
        raise
    except Exception as error:  # whatever is raised is what is looked for
        yield "error", repr(error)
        return
    for law in laws:
        yield "laws", law.generator.name
        if law.defect() != 0:
            yield "defect", f"{law.generator}: {law.defect()}"
        for refuted in refutations(system, law):
            yield "refuted", f"{law.generator}: charge {law.charge}, source {law.source}: {refuted}"


def _laws_of_algebra(L: Any) -> Iterator[Any]:
    """The laws of all symmetries found, each of which has to be conserved."""
    algebra = symmetries(L)
    for X in algebra:
        law = noether(L, X)
        if not law.conserved and not algebra.region:
            raise AssertionError(f"{X} is called a symmetry, but its charge has the source {law.source}")
        yield law


if __name__ == "__main__":
    first, number, *more = (*sys.argv[1:], *("0", "300")[len(sys.argv) - 1 :])
    main(int(first), int(number), search=bool(more))
