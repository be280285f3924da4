"""Docstrings as they are written: prose with `code` and |bars| between doctests, which Sphinx would misread."""

import re
from typing import Any

_CODE = re.compile(r"`[^`]+`")
_SPECIAL = re.compile(r"([\\*|_])")


def plain(line: str) -> str:
    """A line of prose in which only code is marked up."""
    parts = _CODE.split(line)
    code = [f"`{found}`" for found in _CODE.findall(line)] + [""]
    return "".join(_SPECIAL.sub(r"\\\1", part) + marked for part, marked in zip(parts, code, strict=True))


def marked(lines: list[str]) -> list[str]:
    """A docstring in reStructuredText; doctests end at an empty line, and what is indented is shown as it is."""
    made: list[str] = []
    tested = False
    for line in lines:
        tested = line.lstrip().startswith(">>>") or (tested and bool(line.strip()))
        made.append(line if tested or line.startswith("    ") else plain(line))
    return made


def literal(lines: list[str]) -> list[str]:
    """The same with a mark before what is indented, so that formulas keep their columns."""
    made: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("    ") and not before.strip() and not line.lstrip().startswith(">>>"):
            made += ["::", ""]
        made.append(line)
    return made


def rewrite(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Replace a docstring's lines in place, as Sphinx asks for."""
    lines[:] = literal(marked(lines))


def setup(app: Any) -> dict[str, bool]:
    """Listen to every docstring."""
    app.config.default_role = "code"
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
