"""An alarm: what is wrong in a run, in one sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """What is wrong, since which step; `kind` and `where` say what was told already."""

    kind: str
    where: str
    step: int
    sentence: str

    def __str__(self) -> str:
        return f"Step {self.step}: {self.sentence}"
