#!/usr/bin/env bash
# torch's SGD does not apply dampening at the first step: the momentum buffer begins as the bare gradient, and only from
# the second step on is it v ← βv + (1−τ)g. The first gradient therefore counts 1/(1−τ) times as much as all others, and
# a law of the update that holds at every other step fails at the first one.
#
# Seen, with β = 0.9, dampening τ = 0.5 and g = 1 at every step:
#   torch 2.13.0+cpu
#   v = [1.0, 1.4, 1.76]; by the rule from v = 0: [0.5, 0.95, 1.355]
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
w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.5)
seen, rule, v = [], [], 0.0
for _ in range(3):
    w.grad = torch.ones(1, dtype=torch.float64)
    optimizer.step()
    seen.append(round(optimizer.state[w]["momentum_buffer"].item(), 12))
    v = 0.9 * v + (1 - 0.5) * 1
    rule.append(round(v, 12))
print(f"v = {seen}; by the rule from v = 0: {rule}")
assert seen == [1.0, 1.4, 1.76], "the behaviour has changed"
PYTHON
