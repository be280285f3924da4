#!/usr/bin/env bash
# torch's Adafactor caps the learning rate that it is given: the rate used at step k is min(lr, 1/√k). A constant rate of
# 0.5 falls from the fifth step on, with no schedule in sight, and a rate above 1 is never used. The rate is then
# multiplied by the root mean square of the weights, so that a step is relative to them.
#
# Seen, with a constant gradient; the step relative to the root mean square of the weights:
#   torch 2.13.0+cpu
#   lr = 0.5: 0.5, 0.5, 0.5, 0.5, 0.4472, 0.4082, 0.378, 0.3536
#   1/√k:     1.0, 0.7071, 0.5774, 0.5, 0.4472, 0.4082, 0.378, 0.3536
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
w = torch.nn.Parameter(torch.ones(2, 2, dtype=torch.float64))
optimizer, steps = torch.optim.Adafactor([w], lr=0.5), []
for _ in range(8):
    before = w.detach().clone()
    w.grad = torch.ones(2, 2, dtype=torch.float64)
    optimizer.step()
    steps.append(((before - w.detach()).norm() / before.norm()).item())
caps = [k**-0.5 for k in range(1, 9)]
print("lr = 0.5:", ", ".join(str(round(step, 4)) for step in steps))
print("1/√k:", ", ".join(str(round(cap, 4)) for cap in caps))
assert all(abs(step - min(0.5, cap)) < 1e-9 for step, cap in zip(steps, caps)), "the behaviour has changed"
PYTHON
