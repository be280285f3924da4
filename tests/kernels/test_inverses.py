"""Inverses and constants in kernels."""

import numpy as np
import pytest
from sympy import (
    Identity,
    Inverse,
    Max,
    OneMatrix,
)  # fmt: skip

from symlag.calculus.elementwise import elementwise
from symlag.calculus.jets import block
from symlag.calculus.matrices import Symmetric
from symlag.errors import LoweringError
from symlag.kernels.array_function import kernel
from tests.support.cases import n

w, G = block("w", n), Symmetric("G", n, n)


def test_a_singular_matrix_gets_a_sentence(backend):
    with pytest.raises(LoweringError, match="a matrix that is to be inverted is singular") as error:
        kernel(Inverse(G) * w, backend)(np.ones((2, 3)), np.ones((3, 3)))
    assert str(error.value).endswith(".")


def test_matrices_without_any_input_have_kernels(backend):
    ones_and_identity = kernel([OneMatrix(2, 3), Identity(2), elementwise(lambda z: Max(z, 1), Identity(2))], backend)
    assert [np.asarray(value).sum() for value in ones_and_identity()] == [6, 2, 4]
