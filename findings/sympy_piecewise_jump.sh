#!/usr/bin/env bash
# SymPy differentiates a Piecewise branch by branch and drops the delta function at a jump, while it keeps it for the
# same function written as Heaviside. So a schedule that jumps in time seems not to depend on time at all, and a
# quantity that the jump changes seems to be conserved.
#
# Seen:
#   sympy 1.14.0
#   f as Piecewise: f' = 0, its integral over the jump 0 where f rises by 1
#   f as Heaviside: f' = DiracDelta(t - 1), its integral over the jump 1 where f rises by 1
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.14.0
"$folder/venv/bin/python" - <<'PYTHON'
import sympy
from sympy import DiracDelta, Heaviside, Piecewise, integrate, symbols

print("sympy", sympy.__version__)
t = symbols("t", real=True)
step = {"Piecewise": Piecewise((0, t < 1), (1, True)), "Heaviside": Heaviside(t - 1)}
rate = {name: f.diff(t) for name, f in step.items()}
for name, f in step.items():
    rise = f.subs(t, 2) - f.subs(t, 0)
    print(f"f as {name}: f' = {rate[name]}, its integral over the jump", integrate(rate[name], (t, 0, 2)), "where f rises by", rise)
assert rate == {"Piecewise": 0, "Heaviside": DiracDelta(t - 1)}, "the behaviour has changed"
PYTHON
