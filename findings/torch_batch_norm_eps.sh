#!/usr/bin/env bash
# torch's BatchNorm refuses eps = 0 in training, and only when it is called, while it accepts eps = 0 in evaluation, and
# LayerNorm and GroupNorm accept it in both. With eps = 0 a network is exactly invariant under scaling the weights before
# a normalisation. To have that symmetry with BatchNorm one must write eps = 1e-30, which changes no digit.
#
# Seen:
#   torch 2.13.0+cpu
#   BatchNorm1d, training: ValueError: batch_norm eps must be positive during training, but got 0.0
#   BatchNorm1d, evaluation: accepted
#   LayerNorm: accepted
#   GroupNorm: accepted
#   BatchNorm1d, training, eps = 1e-30: accepted
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch import nn

print("torch", torch.__version__)
x, answers = torch.randn(8, 4), []
for name, layer in {
    "BatchNorm1d, training": nn.BatchNorm1d(4, eps=0.0),
    "BatchNorm1d, evaluation": nn.BatchNorm1d(4, eps=0.0).eval(),
    "LayerNorm": nn.LayerNorm(4, eps=0.0),
    "GroupNorm": nn.GroupNorm(1, 4, eps=0.0),
    "BatchNorm1d, training, eps = 1e-30": nn.BatchNorm1d(4, eps=1e-30),
}.items():
    try:
        layer(x)
        answers.append("accepted")
    except ValueError as error:
        answers.append(f"ValueError: {error}")
    print(f"{name}: {answers[-1]}")
assert answers[0].startswith("ValueError: batch_norm eps must be positive"), "the behaviour has changed"
assert answers[1:] == ["accepted"] * 4, "the behaviour has changed"
PYTHON
