#!/usr/bin/env bash
# torch's Muon orthogonalises the momentum by five Newton–Schulz steps in bfloat16, also for weights in float64, with
# coefficients that do not converge to 1. So its step is no polar factor: its singular values lie anywhere between
# about 0.7 and 1.1, and it commutes with rotations of the weights only to some percent. A rotation that is a symmetry of the
# loss then has no law that holds to more digits than that.
#
# Seen, for a random 8×8 gradient in float64:
#   torch 2.13.0+cpu
#   singular values of the step: 0.68 … 1.10
#   step of Qg against Q times the step of g: 0.027, relative
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


def step(gradient):
    """The step of Muon along a gradient, in the gradient's own precision."""
    w = torch.nn.Parameter(torch.zeros_like(gradient))
    optimizer = torch.optim.Muon([w], lr=1.0, weight_decay=0.0, momentum=0.0, nesterov=False)
    w.grad = gradient.clone()
    optimizer.step()
    return -w.detach()


torch.manual_seed(0)
g = torch.randn(8, 8, dtype=torch.float64)
Q, _ = torch.linalg.qr(torch.randn(8, 8, dtype=torch.float64))
values = torch.linalg.svdvals(step(g))
print(f"singular values of the step: {values.min():.2f} … {values.max():.2f}")
gap = ((step(Q @ g) - Q @ step(g)).norm() / step(g).norm()).item()
print(f"step of Qg against Q times the step of g: {gap:.3f}, relative")
assert values.min() < 0.8, "the behaviour has changed"
assert values.max() > 1.05, "the behaviour has changed"
assert 1e-3 < gap < 0.1, "the behaviour has changed"
PYTHON
