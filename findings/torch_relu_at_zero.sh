#!/usr/bin/env bash
# Three spellings of ReLU have three derivatives at zero in torch: relu 0, maximum with 0 one half, clamp 1. Values are
# the same everywhere. A unit that is dead at the start, as after zero initialisation, stays dead under one spelling and
# learns under another; and gradients of two models that are equal as functions differ wherever an input is exactly 0.
#
# Seen:
#   torch 2.13.0+cpu
#   relu(x): 0.0, maximum(x, 0): 0.5, clamp(x, min=0): 1.0
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch

print("torch", torch.__version__)
slopes = {}
for name, relu in {
    "relu(x)": torch.relu,
    "maximum(x, 0)": lambda x: torch.maximum(x, torch.zeros(())),
    "clamp(x, min=0)": lambda x: torch.clamp(x, min=0),
}.items():
    x = torch.zeros((), requires_grad=True)
    relu(x).backward()
    slopes[name] = x.grad.item()
print(", ".join(f"{name}: {slope}" for name, slope in slopes.items()))
assert [*slopes.values()] == [0.0, 0.5, 1.0], "the behaviour has changed"
PYTHON
