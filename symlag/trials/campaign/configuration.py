"""All that the outcome of a trial depends on, as one short hash: the name of the folder that holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from symlag.trials.campaign.sources import sources
from symlag.trials.setting import Setting

PACKAGE = Path(__file__).parents[2]  # symlag itself
LIBRARIES = ("symlag", "sympy", "numpy", "scipy", "numba", "torch", "scikit-learn", "matplotlib")


@dataclass(frozen=True)
class Configuration:
    """A trial file and the setting it is run in."""

    source: Path
    setting: Setting

    @property
    def name(self) -> str:
        """The stem of the file, and the hash of its sources, of symlag and all versions, of its data and its seed."""
        told = [contents(sources(self.source)), engine(), versions(), _listed(self.setting.data), self.setting.seed]
        return f"{self.source.stem}-{sha256(json.dumps(told).encode()).hexdigest()[:12]}"


def contents(paths: tuple[Path, ...]) -> str:
    """The hash of some files, by their folders, their names and what is in them."""
    digest = sha256()
    for path in paths:
        digest.update("/".join(path.parts[-2:]).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def engine() -> str:
    """The hash of all that symlag is, as it is installed here: a version stays while its sources are worked on."""
    return contents(tuple(sorted(PACKAGE.rglob("*.py"))))


@cache
def versions() -> dict[str, str]:
    """The versions of what trials compute with, where it is installed."""
    return {name: found for name in LIBRARIES if (found := _version(name))}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _listed(data: Path | None) -> list[tuple[str, int]]:
    """The data by its files' names and sizes: reading all of it would take longer than many a trial."""
    if data is None:
        return []
    files = sorted(data.rglob("*")) if data.is_dir() else [data]
    return [(str(file.relative_to(data.parent)), file.stat().st_size) for file in files if file.is_file()]
