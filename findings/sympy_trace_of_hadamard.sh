#!/usr/bin/env bash
# SymPy's derivative of tr(M ∘ N) by the matrix M is a vector: the diagonal of N, of shape (n,). The gradient by an n×n
# matrix is the n×n matrix with that diagonal, and 0 elsewhere. tr(sin.(M)) has a vector for its gradient, too. Whoever
# adds such a gradient to a matrix, or multiplies it with one, is broadcast or told of shapes much later.
#
# Seen:
#   sympy 1.14.0
#   d tr(M ∘ N)/dM = ArrayDiagonal(N, (0, 1)) of shape (3,)
#   d tr(sin.(M))/dM = ArrayDiagonal(Lambda(_d, cos(_d)).(M), (0, 1)) of shape (3,)
#   d tr(M N)/dM = N.T of shape (3, 3)
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.14.0
"$folder/venv/bin/python" - <<'PYTHON'
import sympy
from sympy import HadamardProduct, MatrixSymbol, Trace, sin

print("sympy", sympy.__version__)
M, N = MatrixSymbol("M", 3, 3), MatrixSymbol("N", 3, 3)
gradients = {
    "tr(M ∘ N)": Trace(HadamardProduct(M, N)).diff(M),
    "tr(sin.(M))": Trace(M.applyfunc(sin)).diff(M),
    "tr(M N)": Trace(M * N).diff(M),
}
for name, gradient in gradients.items():
    print(f"d {name}/dM =", gradient, "of shape", gradient.shape)
assert [gradient.shape for gradient in gradients.values()] == [(3,), (3,), (3, 3)], "the behaviour has changed"
PYTHON
