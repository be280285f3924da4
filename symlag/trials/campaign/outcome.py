"""The outcome of a trial, and the folder that holds it: there is all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from symlag.files import atomic_folder
from symlag.trials.campaign.configuration import Configuration, versions
from symlag.trials.claim import Claim, Study
from symlag.trials.verdict import Verdict, worst

FILE = "outcome.json"


@dataclass(frozen=True)
class Outcome:
    """What became of a trial: its claims, the names of its pictures, and what it rests on.

    `seconds` is the time that it took, all processes together.
    """

    stem: str
    title: str
    claims: tuple[Claim, ...]
    pictures: tuple[str, ...]
    seed: int
    data: str
    versions: Mapping[str, str]
    seconds: float

    @classmethod
    def of(cls, configuration: Configuration, title: str, study: Study, seconds: float) -> Self:
        """The outcome of a study that was made in a configuration."""
        setting, stem = configuration.setting, configuration.source.stem
        data = str(setting.data or "")
        return cls(stem, title, tuple(study.claims), tuple(study.figures), setting.seed, data, versions(), seconds)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the claims."""
        return worst(claim.verdict for claim in self.claims)

    def text(self) -> str:
        """The outcome as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)


def read(folder: Path) -> Outcome | None:
    """The outcome that a folder holds, None where there is none."""
    return parsed((folder / FILE).read_bytes()) if (folder / FILE).is_file() else None


def parsed(text: bytes) -> Outcome:
    """The outcome that was written as JSON."""
    told: dict[str, Any] = json.loads(text)
    claims = tuple(Claim(**claim) for claim in told.pop("claims"))
    return Outcome(claims=claims, pictures=tuple(told.pop("pictures")), **told)


def keep(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder, in place of what was there; `OutputError` if that cannot be done."""
    with atomic_folder(folder) as draft:
        for name, content in files.items():
            (draft / name).write_bytes(content)
