"""Rows of embeddings that stand for padding: torch gives them no gradient, so that one that is zero stays so.

>>> words = nn.Embedding(6, 3, padding_idx=2)
>>> zero_padding_rows(words, {id(words.weight): "weight"})
{'weight': 2}
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


def embeddings_with_padding(model: nn.Module) -> list[tuple[Tensor, int]]:
    """The weights of embeddings that have a row of padding, each with the index of this row."""
    found = [module for module in model.modules() if isinstance(module, nn.Embedding | nn.EmbeddingBag)]
    return [(module.weight, module.padding_idx) for module in found if module.padding_idx is not None]


def zero_padding_rows(model: nn.Module, names: Mapping[int, str]) -> dict[str, int]:
    """The rows of padding that are zero by the name of their tensor; names are given by the id of a tensor."""
    named = [(names[id(weight)], weight, row) for weight, row in embeddings_with_padding(model) if id(weight) in names]
    return {name: row for name, weight, row in named if not weight[row].any()}
