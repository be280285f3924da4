"""All that the outcome of a trial depends on, as one short hash: the name of the folder that holds the outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from symlag.trials.campaign.sources import source_files
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
        sources, data = source_files(self.source), self.setting.data
        depends_on = [hash_of_files(sources), hash_of_symlag(), library_versions(), _listing(data), self.setting.seed]
        return f"{self.source.stem}-{sha256(json.dumps(depends_on).encode()).hexdigest()[:12]}"


def hash_of_files(paths: tuple[Path, ...]) -> str:
    """The hash of some files: of their folders, their names and their contents."""
    digest = sha256()
    for path in paths:
        digest.update("/".join(path.parts[-2:]).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def hash_of_symlag() -> str:
    """The hash of symlag's own sources: its version stays the same while they are worked on."""
    return hash_of_files(tuple(sorted(PACKAGE.rglob("*.py"))))


@cache
def library_versions() -> dict[str, str]:
    """The versions of the libraries that trials compute with, of those that are installed."""
    return {name: installed for name in LIBRARIES if (installed := installed_version(name))}


def installed_version(name: str) -> str:
    """The version of a library; the empty text if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _listing(data: Path | None) -> list[tuple[str, int]]:
    """The data by its files' names and sizes: to read all of it would take longer than many a trial."""
    if data is None:
        return []
    files = sorted(data.rglob("*")) if data.is_dir() else [data]
    return [(str(file.relative_to(data.parent)), file.stat().st_size) for file in files if file.is_file()]
