"""Rows of embeddings that stand for padding: torch gives them no gradient, so that one that is zero stays so.

>>> words = nn.Embedding(6, 3, padding_idx=2)
>>> padding(words, {id(words.weight): "weight"})
{'weight': 2}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn


def padded(model: nn.Module) -> list[Any]:
    """The embeddings that have such a row."""
    found = [module for module in model.modules() if isinstance(module, nn.Embedding | nn.EmbeddingBag)]
    return [module for module in found if module.padding_idx is not None]


def padding(model: nn.Module, names: Mapping[int, str]) -> dict[str, int]:
    """The row of padding, where it is zero, by the name of its tensor, which is given by id."""
    found = [(names[id(m.weight)], m.weight, m.padding_idx) for m in padded(model) if id(m.weight) in names]
    return {name: row for name, weight, row in found if not weight[row].any()}
