import random

import numpy as np
import pytest
from sympy import Matrix, Rational, S, Symbol, cancel, cos, diff, exp, sin, symbols

from symlag.calculus.differential_operators import directional, total
from symlag.calculus.jets import coordinates
from symlag.calculus.linear_systems import (
    LinearSolution,
    cramer,
    determinant,
    regular_at_random_points,
    solve_linear_system,
)
from symlag.kernels.array_function import kernel
from symlag.kernels.backends import installed_backends

a, b, c, d, f, g = symbols("a b c d f g", positive=True)
x, y = coordinates("x y")

# Matrices of every shape that a solver treats apart: full, sparse, falling apart, bordered, with zeros on the diagonal.
MATRICES = {
    "one": [[a]],
    "two": [[a, b], [b, c]],
    "swapped": [[0, b], [c, 0]],
    "three": [[a, b, 1], [b, c, x], [1, x, d]],
    "parts": [[a, 0, 1, 0], [0, b, 0, 1], [1, 0, c, 0], [0, 1, 0, d]],
    "four": [[a, 1, x, 0], [1, b, 0, y], [x, 0, c, 1], [0, y, 1, d]],
    "bordered": [[a, 0, 0, x], [0, b, 0, y], [0, 0, c, 1], [x, y, 1, 0]],
    "bordered and full": [[a, 1, x, y, 1], [1, b, 1, x, 0], [x, 1, c, 1, y], [y, x, 1, d, 1], [1, 0, y, 1, 0]],
    "no zero to divide by": [[0, x, 1, y], [x, 0, y, 1], [1, y, 0, x], [y, 1, x, 0]],
    "not symmetric": [[a, x, 0, 1], [0, b, y, 1], [x, 1, c, 0], [1, y, x, d]],
}


def system(name):
    matrix = [[S(entry) for entry in row] for row in MATRICES[name]]
    return matrix, [S(e) for e in (f, g * x, 1, y, f * g)[: len(matrix)]]


def point_of(*expressions):
    dice = random.Random(1)
    free = sorted(set().union(*(S(e).free_symbols for e in expressions)), key=str)
    return {s: Rational(dice.randint(20, 90), dice.randint(31, 67)) for s in free}


@pytest.mark.parametrize("name", MATRICES)
def test_a_solution_is_that_of_gauss(name):
    matrix, right = system(name)
    point = point_of(*right, *(e for row in matrix for e in row))
    expected = Matrix(matrix).xreplace(point).LUsolve(Matrix(right).xreplace(point))
    for solution in (
        solve_linear_system(matrix, right),
        solve_linear_system(matrix, right, lambda e: not e.has(x, y)),
        cramer(matrix, right),
        [LinearSolution(matrix, right, j) for j in range(len(right))],
    ):
        assert all(abs(s.xreplace(point).evalf(30) - e) < 1e-25 for s, e in zip(solution, expected, strict=True))


@pytest.mark.parametrize("name", MATRICES)
def test_a_determinant_is_that_of_sympy(name):
    matrix, _ = system(name)
    assert cancel(determinant(matrix) - Matrix(matrix).det(method="berkowitz")) == 0


# Numba compiles for a second, and so is asked once.
ASKED = [(name, "numpy") for name in MATRICES if len(MATRICES[name]) > 1] + [
    ("not symmetric", backend) for backend in installed_backends() if backend != "numpy"
]


@pytest.mark.parametrize(("name", "backend"), ASKED)
def test_a_kernel_solves_as_numpy_does(name, backend):
    matrix, right = system(name)
    solve = kernel([LinearSolution(matrix, right, j) for j in range(len(right))], backend)
    dice = np.random.default_rng(0)
    values = {s: dice.uniform(0.5, 1.5, 7) for s in solve.inputs}
    found = np.stack([np.asarray(each) for each in solve(**values)], axis=-1)
    numbers = kernel([*right, *(e for row in matrix for e in row)], "numpy")
    parts = np.stack(numbers(**{s: values[s] for s in numbers.inputs}), axis=-1)
    n = len(right)
    expected = np.linalg.solve(parts[:, n:].reshape(-1, n, n), parts[:, :n, None])[..., 0]
    assert np.allclose(found, expected, rtol=1e-10)


def test_a_solution_is_differentiated_with_its_matrix():
    matrix, right = [[a, x, 0], [x, b, y], [0, y, c]], [sin(x), y, exp(x * y)]
    for j in range(3):
        node = LinearSolution(matrix, right, j)
        assert cancel(directional(node, {x: S.One}).xreplace({}).diff(f)) == 0
        point = point_of(node)
        for derived, expected in (
            (directional(node, {x: y}), y * diff(node.explicit(), x)),
            (node.diff(y), diff(node.explicit(), y)),
        ):
            assert abs((derived - expected).xreplace(point).evalf(30)) < 1e-25
        rate = total(node)
        expected = x.dot * diff(node.explicit(), x) + y.dot * diff(node.explicit(), y)
        assert abs((rate - expected).xreplace(point_of(rate, expected)).evalf(30)) < 1e-25


def test_a_singular_matrix_is_known_at_random_points():
    assert not regular_at_random_points([[x, y], [2 * x, 2 * y]])
    assert not regular_at_random_points([[cos(x) ** 2, 1 - sin(x) ** 2], [S.One, S.One]])
    assert regular_at_random_points([[x, y], [y, x]])
    assert regular_at_random_points([[S(10) ** -20, S.Zero], [S.Zero, S.One]])


def test_constants_in_common_are_divided_out():
    m, l, k = symbols("m l k", positive=True)
    assert solve_linear_system([[m * l**2, m * l], [m * l, 2 * m]], [m * l * k, 0], lambda e: not e.has(x)) == [
        2 * k / l,
        -k,
    ]


def test_what_is_long_is_not_written_out():
    full = [[Symbol(f"m_{min(i, j)}{max(i, j)}") for j in range(8)] for i in range(8)]
    solution = solve_linear_system(full, [x, *[S.Zero] * 7])
    assert all(isinstance(entry, LinearSolution) for entry in solution)
    assert solution[3].xreplace({}).free_symbols == {x, *(e for row in full for e in row)}
