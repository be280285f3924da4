"""Closed forms of charges on images of a size that papers use, as many steps as a minute allows.

    symlag trials --only larger_images --data FOLDER

The folder is CIFAR-10 in its binary version, or Tiny-ImageNet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from derivations import larger_images as theorem
from numeric._charges import Course, convolutional_families, course
from numeric._image_folders import Images, images
from numeric._images import vgg
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study, seed

__all__ = ["study", "theorem"]

ETA, DECAY, BATCH, STEPS = 0.1, 1e-3, 32, 200
WIDTHS = (8, 16, 16)


def study() -> Study:
    """A claim for each family of the network."""
    weights, families = descended(images()), convolutional_families(len(WIDTHS))
    courses = {kind: course(family, weights, ETA, DECAY) for kind, family in families.items()}
    return Study([_claim(kind, of) for kind, of in courses.items()], {"larger_images": lambda f: _draw(f, courses)})


def descended(seen: Images) -> Mapping[str, Any]:
    """The weights by name (steps + 1, …) along SGD."""
    torch.set_num_threads(1)
    torch.manual_seed(seed())
    network = vgg(3, seen.size, WIDTHS).double()
    path = list(_copies(network, seen))
    return {name: np.stack([copy[name] for copy in path]) for name in path[0]}


def _copies(network: nn.Module, seen: Images) -> Iterator[Mapping[str, Any]]:
    """The weights before the first and after every step."""
    optimizer = torch.optim.SGD(network.parameters(), ETA, weight_decay=DECAY)
    yield _copy(network)
    for _ in range(STEPS):
        drawn = torch.randint(len(seen.classes), (BATCH,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(seen.pixels[drawn]), seen.classes[drawn]).backward()
        optimizer.step()
        yield _copy(network)


def _copy(network: nn.Module) -> Mapping[str, Any]:
    return {name: p.detach().numpy().copy() for name, p in network.named_parameters()}


def _claim(kind: str, of: Course) -> Claim:
    without = "weight decay" if kind == "translation" else "squared gradients"
    says = f"{kind}: Q is its closed form (greatest gap, relative)."
    return Claim(says, "NM Fig. 5", of.gap(of.predicted), most=2e-3, twin=of.gap(of.twin), without=without)


def _draw(figure: Any, courses: Mapping[str, Course]) -> None:
    """One unit of each family."""
    for panel, (kind, of) in zip(figure.subplots(1, len(courses)), courses.items(), strict=True):
        unit = abs(of.measured[0]).argmax()
        for values, style in zip(of, ({**MEASURED, "linestyle": "-"}, THEORY, TWIN), strict=True):
            panel.plot(values[:, unit] / of.measured[0, unit], **style)
        panel.set(title=kind, xlabel="step $k$", ylabel="$Q/Q_0$")
    labels = ("measured", "closed form", "without weight decay, or squared gradients")
    figure.legend(figure.axes[0].lines, labels, loc="outside upper center", ncols=3)
