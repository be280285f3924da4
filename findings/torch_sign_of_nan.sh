#!/usr/bin/env bash
# torch.sign(nan) and torch.heaviside(nan, ½) are 0, where NumPy gives nan twice; torch.relu and torch.abs keep it. A
# run that has diverged looks finite again behind a step of sign descent, or behind a force with a sign in it, as dry
# friction has; code for both libraries has to put the nan back.
#
# Seen:
#   numpy 2.4.6, torch 2.13.0
#   sign of nan: 0.0 by torch, nan by numpy
#   heaviside of nan: 0.0 by torch, nan by numpy
#   relu and abs of nan: nan and nan by torch
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet numpy==2.4.6 torch==2.13.0
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import torch

print(f"numpy {np.__version__}, torch {torch.__version__.split('+')[0]}")
nan, half = torch.tensor(float("nan")), torch.tensor(0.5)
sign, step = torch.sign(nan).item(), torch.heaviside(nan, half).item()
print(f"sign of nan: {sign} by torch, {np.sign(np.nan)} by numpy")
print(f"heaviside of nan: {step} by torch, {np.heaviside(np.nan, 0.5)} by numpy")
print(f"relu and abs of nan: {torch.relu(nan).item()} and {torch.abs(nan).item()} by torch")
assert (sign, step) == (0.0, 0.0), "the behaviour has changed"
assert np.isnan([np.sign(np.nan), np.heaviside(np.nan, 0.5), torch.relu(nan), torch.abs(nan)]).all(), "it has changed"
PYTHON
