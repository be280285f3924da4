"""Images from a folder that somebody has: CIFAR-10 in its binary version, or Tiny-ImageNet as it is unpacked.

As of the digits, an image is one row of pixels, channel by channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symlag.errors import DataError
from symlag.trials import data

WANTED = "a folder of CIFAR-10 in its binary version (data_batch_1.bin …), or of Tiny-ImageNet (train/…)"
CIFAR, TINY = 32, 64
MOST, CLASSES = 5000, 10


@dataclass(frozen=True)
class Images:
    """Pixels (images, 3·size·size) between 0 and 1 in float64, and the classes (images,)."""

    pixels: Tensor
    classes: Tensor
    size: int


def images() -> Images:
    """The first thousands of images in the folder of --data; `DataError` where there is none, or no such images."""
    folder = data(WANTED)
    if batches := sorted(folder.rglob("data_batch_*.bin")):
        return _made(*_cifar(batches[0]), CIFAR)
    if photographs := sorted(folder.rglob("train/*/images/*.JPEG")):
        return _made(*_tiny(photographs), TINY)
    raise DataError(f"--data {folder}", "there are neither data_batch_*.bin nor train/*/images/*.JPEG", WANTED)


def _cifar(batch: Path) -> tuple[Any, Any]:
    """A byte for the class, then red, green and blue, 1024 bytes each."""
    told = np.fromfile(batch, np.uint8, MOST * (1 + 3 * CIFAR**2))
    if len(told) == 0 or len(told) % (1 + 3 * CIFAR**2):
        raise DataError(f"--data {batch}", "its size is no multiple of 3073 bytes", WANTED)
    rows = told.reshape(-1, 1 + 3 * CIFAR**2)
    return rows[:, 1:], rows[:, 0]


def _tiny(photographs: Iterable[Path]) -> tuple[Any, Any]:
    """The first classes, each a folder; a photograph without colours has the same in all channels."""
    from PIL import Image

    names: dict[str, list[Path]] = {}
    for photograph in photographs:
        names.setdefault(photograph.parts[-3], []).append(photograph)
    chosen = [list(islice(of, MOST // CLASSES)) for of in islice(names.values(), CLASSES)]
    rows = [np.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1).ravel() for path in chain(*chosen)]
    return np.stack(rows), np.repeat(np.arange(len(chosen)), [len(of) for of in chosen])


def _made(pixels: Any, classes: Any, size: int) -> Images:
    return Images(torch.from_numpy(pixels / 255), torch.from_numpy(classes.astype(np.int64)), size)
