"""One pass over a tensor and its buffers: all forms of its letters, block by block while a block is in the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from symlag.discrete.forms import Form
from symlag.discrete.updates import Letter, theta
from symlag.networks.monitor._pieces import Axis, Null, Slices, Sums, blocks
from symlag.networks.monitor._plan import Track

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}

Letters = Mapping[Letter, Tensor]


def measure(track: Track, forms: Iterable[Form], letters: Letters, row: Tensor) -> None:
    """Add the sums of some forms to their places in a row of numbers; a letter that is not there is θ' − θ."""
    of = {form: track.forms[form] for form in forms}
    blockwise = {form: [p for p in pieces if isinstance(p, Axis)] for form, pieces in of.items()}
    whole = {form: [p for p in pieces if not isinstance(p, Axis)] for form, pieces in of.items()}
    into = lambda form, piece: row[track.slots[form, piece]]  # noqa: E731
    _blockwise({form: pieces for form, pieces in blockwise.items() if pieces}, letters, into)
    for form, pieces in whole.items():
        for piece in pieces:
            _whole(form, piece, letters, into(form, piece))


def _blockwise(forms: Mapping[Form, list[Axis]], letters: Letters, into: Callable[[Form, Axis], Tensor]) -> None:
    """The sums along axes, block by block."""
    if not forms:
        return
    sums = [(*form.args, [(piece, into(form, piece)) for piece in pieces]) for form, pieces in forms.items()]
    like = letters[theta.new if theta.new in letters else theta]
    spans = blocks(tuple(like.shape), BLOCK)
    room = torch.empty_like(_wide(like[slice(*spans[0])]))
    for start, stop in spans:
        part = _Block(letters, start, stop)
        for x, y, added in sums:
            product = torch.mul(part[x], part[y], out=room[: stop - start])
            for piece, total in added:
                piece.add_block(product, start, total)


class _Block(dict[Letter, Tensor]):
    """Rows of letters, each made when it is first asked for."""

    def __init__(self, letters: Letters, start: int, stop: int) -> None:
        super().__init__()
        self._letters, self._rows = letters, slice(start, stop)

    def __missing__(self, x: Letter) -> Tensor:
        told = x in self._letters
        made = _wide(self._letters[x][self._rows]) if told else self[theta.new] - self[theta]
        self[x] = made
        return made


def _whole(form: Form, piece: Slices | Sums | Null, letters: Letters, sums: Tensor) -> None:
    """The sums that are made of a tensor at once."""
    x, y = form.args
    if isinstance(piece, Slices):
        piece.add(_letter(letters, x), _letter(letters, y), sums)
    else:
        piece.add(_letter(letters, x), sums)


def _letter(letters: Letters, x: Letter) -> Tensor:
    return _wide(letters[x]) if x in letters else _wide(letters[theta.new]) - _wide(letters[theta])


def _wide(x: Tensor) -> Tensor:
    return x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
