#!/usr/bin/env bash
# The same lines mean other numbers under numba.njit than in Python and NumPy, without a warning:
# an integer to a negative power is an integer (2⁻¹ = 0; Python gives 0.5, a NumPy array of integers refuses), and
# float32 array times a Python float is float64 (NumPy 2: float32). An array language that prints one text for both
# has to write its numbers as floats and cast its results.
#
# Seen:
#   numba 0.68.1, numpy 2.4.6
#   2 ** -1: 0 compiled, 0.5 in Python
#   float32 array * 0.1: float64 compiled, float32 in NumPy
#
# Exits with an error if this behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet numba==0.68.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numba
import numpy as np

print(f"numba {numba.__version__}, numpy {np.__version__}")


def power(a, n):
    return a**n


def scaled(a):
    return a * 0.1


powers = numba.njit(power)(2, -1), power(2, -1)
print("2 ** -1:", powers[0], "compiled,", powers[1], "in Python")
ones = np.ones(2, np.float32)
kinds = numba.njit(scaled)(ones).dtype.name, scaled(ones).dtype.name
print("float32 array * 0.1:", kinds[0], "compiled,", kinds[1], "in NumPy")
assert powers == (0, 0.5), "the behaviour has changed"
assert kinds == ("float64", "float32"), "the behaviour has changed"
PYTHON
