"""The boxes of names: Greek words become Greek letters, digits and what follows an underscore become subscripts.

Only names on the whitelist of `symlag.names.checked_name` pass, so that nothing a user writes can act in TeX or HTML.

>>> name_box("theta_1")
Script(base=Name(text='θ'), below=Number(text='1'), above=None)
"""

from __future__ import annotations

import re

from symlag.document.boxes.box import Box, Name, Number, Script, comma_separated
from symlag.names import checked_name

# In the order of Unicode, from α on.
_LOWER = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "varsigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
]  # fmt: skip
GREEK = {word: chr(ord("α") + i) for i, word in enumerate(_LOWER)}
GREEK |= {word.capitalize(): letter.upper() for word, letter in GREEK.items() if word != "varsigma"}
GREEK |= {"lamda": "λ", "Lamda": "Λ"}


def name_box(name: str) -> Box:
    """The box of a name; `NameRefusedError` where it is no identifier."""
    stem, subscript = stem_and_subscript(name)
    return Script(stem, subscript) if subscript else stem


def stem_and_subscript(name: str) -> tuple[Box, Box | None]:
    """The letter of a name and its subscript."""
    head, *tail = checked_name(name).split("_")
    if (ends := re.fullmatch(r"([A-Za-zΑ-Ωα-ω]+?)([0-9]+)", head)) is not None:
        head, tail = ends[1], [ends[2], *tail]
    return _letter(head), _subscript(tail)


def _letter(text: str) -> Name:
    return Name(GREEK.get(text, text))


def _subscript(parts: list[str]) -> Box | None:
    """The parts of a name after its stem, separated by commas."""
    if not parts:
        return None
    boxes = [Number(part) if part.isdigit() else _letter(part) for part in parts]
    return comma_separated(*boxes)
