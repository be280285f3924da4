"""Two networks of the kind that papers train, small enough for digits: a VGG-like one, and a transformer.

Both take images (batch, channels, size, size); the 64 pixels of a digit are one of one channel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from numeric._networks import CLASSES, seeded

TINY = 1e-30  # torch refuses 0, and 1e−5 breaks the symmetry
HEAD, ROW = 6, 8  # the width of attention, and the pixels of a token


@seeded
def convolutional() -> nn.Module:
    """Two normalised layers of filters, a hidden layer of ReLU units, and a softmax classifier."""
    return vgg(1, 8, (8, 16))


@seeded
def transformer() -> nn.Module:
    """One head of attention over the rows of an image."""
    return Transformer()


def vgg(channels: int, size: int, widths: tuple[int, ...], hidden: int = 24, classes: int = CLASSES) -> nn.Sequential:
    """Filters before a batch normalisation, ReLU and pooling, once for each width, then two plain layers."""
    blocks = [_block(into, out) for into, out in zip((channels, *widths), widths, strict=False)]
    pixels = widths[-1] * (size // 2 ** len(widths)) ** 2
    head = nn.Flatten(), nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, classes)
    return nn.Sequential(nn.Unflatten(1, (channels, size, size)), *blocks, *head)


class Transformer(nn.Module):
    """Attention over the rows of a digit, upon a residual stream, before a softmax classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.queries, self.keys, self.values = (nn.Linear(ROW, HEAD) for _ in range(3))
        self.out = nn.Linear(HEAD, ROW)
        self.classes = nn.Linear(ROW * ROW, CLASSES)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits (batch, classes) of digits (batch, pixels)."""
        rows = pixels.unflatten(1, (ROW, ROW))
        weights = torch.softmax(self.queries(rows) @ self.keys(rows).mT, -1)
        return self.classes((rows + self.out(weights @ self.values(rows))).flatten(1))


def _block(into: int, out: int) -> nn.Sequential:
    filters = nn.Conv2d(into, out, 3, padding=1, bias=False)
    return nn.Sequential(filters, nn.BatchNorm2d(out, eps=TINY), nn.ReLU(), nn.MaxPool2d(2))
