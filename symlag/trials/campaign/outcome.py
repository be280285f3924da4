"""The outcome of a trial, and the folder that holds it, complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from symlag.files import atomic_folder
from symlag.trials.campaign.configuration import Configuration, library_versions
from symlag.trials.claim import Claim, Study
from symlag.trials.verdict import Verdict, worst

FILE = "outcome.json"


@dataclass(frozen=True)
class Outcome:
    """The results of a trial: its claims, the names of its pictures, and what it rests on.

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
        return cls(
            stem=configuration.source.stem,
            title=title,
            claims=tuple(study.claims),
            pictures=tuple(study.pictures),
            seed=configuration.setting.seed,
            data=str(configuration.setting.data or ""),
            versions=library_versions(),
            seconds=seconds,
        )

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """The outcome that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        claims = tuple(Claim(**claim) for claim in fields.pop("claims"))
        return cls(claims=claims, pictures=tuple(fields.pop("pictures")), **fields)

    def to_json(self) -> str:
        """The outcome as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any of the claims."""
        return worst(claim.verdict for claim in self.claims)


def read_outcome(folder: Path) -> Outcome | None:
    """The outcome that a folder holds; None if it holds none."""
    return Outcome.from_json((folder / FILE).read_bytes()) if (folder / FILE).is_file() else None


def write_outcome(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files of an outcome into a folder, in place of what was there; `OutputError` if that cannot be done."""
    with atomic_folder(folder) as draft:
        for name, content in files.items():
            (draft / name).write_bytes(content)
