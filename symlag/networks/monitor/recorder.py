"""What is measured around a step: a row of numbers, and now and then one of magnitudes for the round-off floor.

A step begins with the charges that the last one ended with: they are measured anew only where something has moved a
tensor, or a buffer, in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from symlag.errors import SymlagError
from symlag.networks.monitor.distributed import Alone, local
from symlag.networks.monitor.measure import Work, gauge, measure
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.reduction_specs import Letters
from symlag.networks.monitor.step_window import Step, Stretch
from symlag.networks.monitor.tensor_plan import Track, batches
from symlag.networks.monitor.tensor_state import Version, kept, moved, slope, steps_taken, version

MOST = 50  # steps that are accounted for at once
NUMBERS = 2_000_000  # or fewer, so that no more numbers than about this are written, and copied
SAME = 64.0  # times the precision of a tensor: one sum in another order


class Recorder:
    """The numbers of steps as they are taken, on the device of the tensors until they are asked for."""

    def __init__(self, plan: Plan, optimizer: Optimizer, ranks: Alone) -> None:
        self._ranks = ranks
        self._plan, self._optimizer, self._groups = ranks.here(plan), optimizer, plan.groups
        device = plan.tracks[0].parameter.device if plan.tracks else torch.device("cpu")
        room = min(MOST, 1 + NUMBERS // max(1, plan.width))
        self._rows, self._taken = (torch.zeros(room, plan.width, dtype=torch.float64, device=device) for _ in range(2))
        self._row = self._rows[0]
        self._sizes = torch.zeros(plan.width, dtype=torch.float64, device=device)
        self._newly: Tensor | None = None
        self._begins, self._ends = (torch.tensor(at, dtype=torch.long, device=device) for at in plan.carried)
        self._batches = (*batches(self._plan.tracks, ranks.at_once),)
        self._shapes = {track.name: local(track.parameter, track.parameter).shape for track in plan.tracks}
        self._ended: Tensor | None = None
        self._versions: Mapping[str, Version] | None = None
        self._held: dict[str, dict[str, Tensor]] = {}
        self._moved: tuple[str, ...] = ()
        self._carried = False
        self._steps: list[Step] = []
        self._sized, self._met = 0, set[str]()  # those that had a gradient
        self.counts = {track.name: steps_taken(self._groups[track.group], track.parameter) for track in plan.tracks}

    @property
    def full(self) -> bool:
        """Whether there is no room for another step."""
        return len(self._steps) == len(self._rows)

    @property
    def _sizing(self) -> bool:
        """Whether magnitudes are measured: at steps 0, 1, 2, 4, …, 32, as they grow fast at first, and every 50."""
        left = self._sized % MOST if self._sized >= MOST else self._sized & (self._sized - 1)
        return left == 0

    def begin(self) -> None:
        """Measure what a step begins with: the charges, and the forms of the gradient."""
        self._look_again()
        there, scale = self._kept(), getattr(self._optimizer, "grad_scale", None)
        versions = {name: version(found) for name, found in there.items()}
        for track in self._plan.tracks:
            there[track.name].update(slope(track.parameter, scale))
        self._require_shapes(there)
        self._moved = () if self._versions is None else tuple(moved(self._versions, versions))
        self._carried = self._versions == versions
        self._row = self._rows[len(self._steps)].zero_()
        self._start_sizing({name for name, found in there.items() if "g" in found})
        for tracks in self._batches:
            found = [(track, self._ranks.laid(track.name, track.gathered(there))) for track in tracks]
            if not self._carried:
                measure([(track.charged, mine) for track, mine in found], self._row)
                self._hold(found)
            measure([(track.rare, mine) for track, mine in found if self._seldom(track)], self._row)
            self._measure([(track.early, mine) for track, mine in found])
        self._carry(there)

    def end(self, number: int) -> None:
        """Measure what a step ends with."""
        there = self._kept()
        for tracks in self._batches:
            self._measure([(track.late, self._ended_with(track, there)) for track in tracks])
        values = tuple(tuple(group.values().values()) for group in self._groups)
        counts = {t.name: self.counts[t.name] for t in self._plan.tracks if t.parameter.grad is not None}
        self._ended = self._row.index_select(0, self._ends)
        self._versions = {name: version(now) for name, now in there.items()}
        self._end_sizing()
        switched = tuple(option for group in self._groups for option in group.changed_options())
        frozen = tuple(track.name for track in self._plan.tracks if not track.parameter.requires_grad)
        self._steps.append(Step(number, values, counts, self._moved, self._carried, switched, frozen))

    def count(self) -> None:
        """Count the step of every tensor that takes one."""
        for track in self._plan.tracks:
            self.counts[track.name] += track.parameter.grad is not None

    def forget(self) -> None:
        """Forget what the last measured step ended with."""
        self._ended = self._versions = None

    def take(self) -> Stretch:
        """The steps measured since the last time, by all ranks together, on the host; rows are lent until the next."""
        steps, rows, sizes, apart = tuple(self._steps), self._rows[: len(self._steps)], self._sizes, ()
        if steps:
            rows, sizes, apart = self._ranks.whole(rows, sizes, steps[0].number)
        self._steps, self._rows, self._taken = [], self._taken, self._rows
        there = tuple((steps[i].number, name) for i, name in apart)
        return Stretch(steps, rows.cpu().numpy(), sizes.cpu().numpy().copy(), there)

    def gauge(self, gradients: Mapping[str, Tensor]) -> Stretch:
        """No step, but the magnitudes of the forms of some gradient."""
        sizes = torch.zeros_like(self._sizes)
        thetas = {track.name: local(track.parameter, track.parameter) for track in self._plan.tracks}
        there = {name: {"theta": x, "g": gradients[name].to(x).reshape_as(x)} for name, x in thetas.items()}
        for track in self._plan.tracks:
            gauge([(forms, track.gathered(there)) for forms in (track.early, track.rare)], sizes)
        return Stretch((), np.zeros((0, self._plan.width)), sizes.cpu().numpy())

    def state(self) -> dict[str, Any]:
        """What is measured and not accounted for yet."""
        return {
            "counts": dict(self.counts),
            "sized": self._sized,
            "met": sorted(self._met),
            "ended": self._ended,
            "pending": self._stretch().state(),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from such a state; `SymlagError` where it is that of another model."""
        pending = Stretch.of(state["pending"])
        if {*state["counts"]} != {*self.counts} or len(pending.sizes) != len(self._sizes):
            raise SymlagError(
                "monitor.load_state_dict(…)",
                "the state is that of another model, or optimizer",
                "the state_dict() of a monitor of this one",
            )
        self._look_again()
        begun = {track.name: steps_taken(self._groups[track.group], track.parameter) > 0 for track in self._plan.tracks}
        self.counts = {name: count * begun[name] for name, count in state["counts"].items()}
        self._steps, self._sized, self._met = [*pending.steps], state["sized"], {*state["met"]}
        self._ended, self._versions = None if state["ended"] is None else state["ended"].to(self._rows), None
        self._sizes.copy_(torch.from_numpy(pending.sizes))
        self._rows[: len(pending.rows)] = torch.from_numpy(pending.rows).to(self._rows)

    def _look_again(self) -> None:
        """Read the groups anew where a state was loaded into the optimizer: torch then puts others in their place."""
        state, live = self._optimizer.state, self._optimizer.param_groups
        if self._groups and self._groups[0].state is not state:
            self._groups = tuple(replace(g, live=now, state=state) for g, now in zip(self._groups, live, strict=True))

    def _stretch(self) -> Stretch:
        rows, sizes = self._rows[: len(self._steps)], self._sizes
        return Stretch(tuple(self._steps), rows.cpu().numpy().copy(), sizes.cpu().numpy().copy())

    def _measure(self, works: Sequence[Work]) -> None:
        """Measure forms, and now and then their magnitudes."""
        if self._newly is not None:
            gauge(works, self._newly)
        measure(works, self._row)

    def _start_sizing(self, sloped: set[str]) -> None:
        """Begin anew with magnitudes that grow where a tensor has a gradient for the first time."""
        if not sloped <= self._met:
            self._met |= sloped
            self._sized = 0
        self._newly = torch.zeros_like(self._sizes) if self._sizing else None

    def _end_sizing(self) -> None:
        """Keep half of what magnitudes were, and all of those that a step happens to be without."""
        if self._newly is not None:
            self._newly[self._begins] = self._newly[self._ends]
            self._sizes = torch.where(self._newly > 0, self._newly + self._sizes / 2, self._sizes)
            self._newly = None
        self._sized += 1

    def _seldom(self, track: Track) -> bool:
        """Whether to measure what is measured seldom: at the first of a stretch that has a momentum."""
        return not self._steps or (len(self._steps) == 1 and not self._steps[0].counts.get(track.name))

    def _carry(self, there: Mapping[str, Letters]) -> None:
        """Begin with the charges that the last step ended with, to the bit.

        Of a run that is resumed no versions are known: its charges are those that are the same up to round-off.
        """
        if self._ended is None:
            return
        if self._carried:
            self._row.scatter_(0, self._begins, self._ended)
        elif self._versions is None:
            sizes, now = torch.zeros_like(self._sizes), self._row[self._begins]
            for track in self._plan.tracks:
                gauge([(track.charged, self._ranks.laid(track.name, track.gathered(there)))], sizes)
            near = (self._ended - now).abs() <= (self._precision * sizes)[self._begins]
            self._row[self._begins] = torch.where(near, self._ended, now)

    @property
    def _precision(self) -> Tensor:
        """For each number what round-off may make of it, by its magnitude."""
        found = torch.zeros_like(self._sizes)
        for track in self._plan.tracks:
            for place in track.slots.values():
                found[place] = SAME * torch.finfo(track.parameter.dtype).eps
        return found

    def _hold(self, found: Iterable[tuple[Track, Letters]]) -> None:
        """Copy the letters that are needed after the step."""
        for track, mine in found:
            room = self._held.setdefault(track.name, {x: torch.empty_like(mine["theta"]) for x in track.held})
            for x, copy in room.items():
                copy.copy_(mine[x])

    def _ended_with(self, track: Track, there: Mapping[str, Letters]) -> Letters:
        """The letters of a tensor that are held, and those after the step."""
        made = self._ranks.laid(track.name, track.gathered(there))
        return {**self._held[track.name], **{f"{x}.new": value for x, value in made.items()}}

    def _kept(self) -> dict[str, dict[str, Tensor]]:
        """The letters of all tensors that outlive a step, as they are."""
        return {track.name: kept(track, self._groups[track.group]) for track in self._plan.tracks}

    def _require_shapes(self, there: Mapping[str, Letters]) -> None:
        """That letters have the shapes that they had: `SymlagError` otherwise."""
        for name, mine in there.items():
            shape = self._shapes[name]
            if any(x.shape != shape for x in mine.values()):
                wrong = "it, or its state in the optimizer, has another shape than when the monitor was made"
                raise SymlagError(name, wrong, "Monitor(model, optimizer, found) anew, for the model as it is now")
