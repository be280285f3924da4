"""Text that somebody may have written to do harm: many mutations of files that are in order, each read or refused.

`python -m numeric.bench.hostile_text 20000` reads so many, and prints how many were read, how many were refused in a
sentence, and how long the slowest took. Anything but a sentence of symlag ends it with a traceback.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from random import Random
from time import process_time
from typing import Any

from sympy import Function, Integral, Piecewise, besselj, exp, sqrt, symbols

from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner
from symlag.cli.starter import LAW_FILE
from symlag.errors import SymlagError
from symlag.exchange.json_text import from_json, to_json
from symlag.exchange.law_file import names_of_law_file
from symlag.learning.losses import invariant_loss
from symlag.variational.families import rotation, scale
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

PIECES = (
    *"()+-*/<>=.,;:'\"[]{}\\_^!?%&|~@$ 019exEλ−\0\n",
    *("**", ".dot", ".T", ".d(", "sin(", "exp(", "gamma(", "held(", "Piecewise((", "trace(", "Max(", "Integral("),
    *("1/0", "9**", "10**9", "1e9", "oo", "I", "__", "import", "lambda", "gradient(f,0", "<1", "True", "Derivative("),
    *("CRootOf(", "hyper((", "zeros(", "elementwise(", "besselj(", "zeta(", "Sum(", "Mod(", "factorial(", "__class__"),
)


def files() -> list[str]:
    """Files that are in order: expressions, mechanics and laws of several kinds."""
    x, y, w, W = *coordinates("x y"), block("w"), block("W", 3, 4)
    m, k, s = symbols("m k s", positive=True)
    L = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, sqrt(x**2 + y**2), damping=k)
    things: list[Any] = [
        Piecewise((x**0.5, x < 1), (Function("F")(y), True)),
        Integral(exp(-s) * besselj(1, s * x), (s, 0, 1)),
        inner(W, W) * exp(-k * y) / (1 + x**2),
        invariant_loss("f", scale(w)).gradients[0],
        noether(L, rotation(x, y)),
        L,
    ]
    return list(map(to_json, things))


def mutated(text: str, random: Random) -> str:
    """A text with a few of its letters left out, doubled, moved, or with pieces of the grammar between them."""
    for _ in range(random.randint(1, 4)):
        i, j = sorted(random.randrange(len(text) + 1) for _ in range(2))
        text = random.choice((
            text[:i] + random.choice(PIECES) + text[i:],
            text[:i] + text[i + 1 :],
            text[:i] + text[i : i + 12] * 2 + text[i + 12 :],
            text[:i] + text[j : j + 9] + text[i:],
        ))  # fmt: skip
    return text


def mutated_content(text: str, random: Random) -> str:
    """A JSON text in which one of the texts of the content is mutated, so that the frame is in order."""
    document = json.loads(text)
    at: Any = document
    key: Any = "content"
    while not isinstance(at[key], str):
        at = at[key]
        key = random.choice([*at] if isinstance(at, dict) else range(len(at)))
    at[key] = mutated(at[key], random)
    return json.dumps(document)


def main(count: int) -> None:
    """Read so many texts, and print what became of them."""
    random, whole = Random(0), files()
    readers: tuple[tuple[Callable[[], str], Callable[[str], Any]], ...] = (
        (lambda: mutated_content(random.choice(whole), random), from_json),
        (lambda: mutated(random.choice(whole), random), from_json),
        (lambda: mutated(LAW_FILE, random), names_of_law_file),
    )
    read, slowest = 0, 0.0
    for i in range(count):
        make, reader = readers[min(i % 4, 2) if i % 4 else 0]
        text, start = make(), process_time()
        try:
            reader(text)
            read += 1
        except SymlagError as error:
            if "\n" in str(error):
                raise
        slowest = max(slowest, process_time() - start)
    print(f"{count} texts: {read} read, {count - read} refused, the slowest in {slowest:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
