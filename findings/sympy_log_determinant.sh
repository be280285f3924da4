#!/usr/bin/env bash
# SymPy says that log det A does not depend on A: its derivative by A is 0, where Jacobi's formula gives A⁻ᵀ.
# The derivative of det A itself is left unevaluated; inside the logarithm it silently becomes zero.
#
# Seen:
#   sympy 1.14.0
#   d log(det A)/dA = 0 of shape (3, 3)
#   at A = diag(1, 2, 4), by its entries: diag [1, 1/2, 1/4]
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.14.0
"$folder/venv/bin/python" - <<'PYTHON'
import sympy
from sympy import Determinant, Matrix, MatrixSymbol, diag, log

print("sympy", sympy.__version__)
A = MatrixSymbol("A", 3, 3)
found = log(Determinant(A)).diff(A)
print("d log(det A)/dA =", found, "of shape", found.shape)

a, b, c = sympy.symbols("a b c")
at = {a: 1, b: 2, c: 4}
by_entries = [log(diag(a, b, c).det()).diff(q).subs(at) for q in (a, b, c)]
print("at A = diag(1, 2, 4), by its entries: diag", by_entries)
assert found.as_explicit() == Matrix.zeros(3, 3), "the behaviour has changed"
PYTHON
