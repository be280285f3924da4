#!/usr/bin/env bash
# SymPy's euler_equations returns fewer equations than it was asked for. A coordinate that drops out of the Lagrangian
# gets none, although its equation 0 = 0 says that it moves freely; and for L = (d(q²)/dt)²/2, written with an
# unevaluated Derivative, it returns no equation at all, although the same L after doit() has one.
#
# Seen:
#   sympy 1.14.0
#   L = p'²/2 in p and q: [Eq(-Derivative(p(t), (t, 2)), 0)]
#   L = (d(q²)/dt)²/2: []
#   the same L, after doit(): [Eq(-4*(q(t)*Derivative(q(t), (t, 2)) + 2*Derivative(q(t), t)**2)*q(t) + …, 0)]
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.14.0
"$folder/venv/bin/python" - <<'PYTHON'
import sympy
from sympy import Derivative, Function, symbols
from sympy.calculus.euler import euler_equations

print("sympy", sympy.__version__)
t = symbols("t")
p, q = Function("p")(t), Function("q")(t)
cyclic = euler_equations(p.diff(t) ** 2 / 2, [p, q], [t])
print("L = p'²/2 in p and q:", cyclic)
L = Derivative(q**2, t) ** 2 / 2
unevaluated, evaluated = euler_equations(L, [q], [t]), euler_equations(L.doit(), [q], [t])
print("L = (d(q²)/dt)²/2:", unevaluated)
print("the same L, after doit():", evaluated)
assert (len(cyclic), len(unevaluated), len(evaluated)) == (1, 0, 1), "the behaviour has changed"
PYTHON
