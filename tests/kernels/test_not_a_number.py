"""NaN in, NaN out: what is not a number is not made one, by any function, comparison or branch, in any backend."""

import numpy as np
import pytest
from sympy import (
    Abs,
    Eq,
    Heaviside,
    Max,
    Min,
    Mod,
    Ne,
    Piecewise,
    Rational,
    acosh,
    asinh,
    atan2,
    atanh,
    ceiling,
    coth,
    erf,
    erfc,
    exp,
    floor,
    log,
    sec,
    sign,
    sqrt,
    symbols,
    tanh,
)  # fmt: skip

from symlag.calculus.elementwise import elementwise
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import trace
from symlag.kernels.array_function import kernel

x, y = coordinates("x y")
a = symbols("a")
nan = float("nan")

OF_X = {
    "larger": Max(x, 0),
    "largest of three": Max(0, x, y),
    "smaller": Min(x, 2),
    "absolute value": Abs(x),
    "sign": sign(x),
    "product with a sign": y * sign(2 * x - 1),
    "step": Heaviside(x),
    "step that is 0 at 0": Heaviside(x, 0),
    "step of a difference": Heaviside(x - y) * y,
    "above": Piecewise((1, x > 0), (0, True)),
    "at most": Piecewise((0, x <= 3), (1, True)),
    "below, one branch NaN by itself": Piecewise((x, x < 0), (2, True)),
    "equal": Piecewise((3, Eq(x, 0)), (y, True)),
    "not equal": Piecewise((3, Ne(x, 0)), (y, True)),
    "and": Piecewise((1, (x > 0) & (y > 0)), (0, True)),
    "or": Piecewise((1, (x > 0) | (y > 0)), (0, True)),
    "neither": Piecewise((1, ~((x > 0) & (y > 2))), (0, True)),
    "in a later condition": Piecewise((1, y > 5), (2, x > 0), (3, True)),
    "in the condition of a branch": Piecewise((Piecewise((1, x > 0), (2, True)), y > 0), (3, True)),
    "of a sum compared": Piecewise((1, x + y > 2 * y), (0, True)),
    "rounded": floor(x) + ceiling(x),
    "remainder": Mod(x, 2),
    "of a remainder": Mod(7, x),
    "errors": erf(x) + erfc(x),
    "angle": atan2(x, 2),
    "other angle": atan2(2, x),
    "base": x**a,
    "exponent": a**x,
    "roots": x ** Rational(1, 3) + sqrt(x) + x**-2,
    "exponentials": exp(x) + 2**x,
    "hyperbolic": tanh(x) + coth(x) + sec(x) + acosh(x) + atanh(x) + asinh(x),
}


def not_a_number(made, **given):
    """Which results of a kernel are NaN, by name."""
    arrays = {key: np.asarray(value, float) for key, value in given.items()}
    return {key: np.isnan(np.asarray(value)).tolist() for key, value in made(**arrays).items()}


def test_nan_in_nan_out(backend):
    made = kernel(OF_X, backend)
    assert not_a_number(made, x=[nan, nan], y=[1, 1], a=[1, 0]) == {name: [True, True] for name in OF_X}
    finite = not_a_number(made, x=[0.5, 0.75], y=[1, -1], a=[1, 0])
    assert {name for name, values in finite.items() if any(values)} == {"hyperbolic"}  # acosh is none below 1


def test_a_condition_that_is_undefined_has_no_value(backend):
    conditions = {"log": log(x) > 0, "root": sqrt(x) > y, "quotient": y / (1 + x) > 0}
    made = kernel({name: Piecewise((1, c), (0, True)) for name, c in conditions.items()}, backend)
    assert not_a_number(made, x=[-1, 2], y=[0, 0]) == {name: [True, False] for name in conditions}


@pytest.mark.parametrize(("of", "given", "wanted"), [
    (Piecewise((log(x), x > 0), (-x, True)), {"x": [-2.0, 0.0]}, [2.0, 0.0]),
    (Piecewise((0, Eq(x, 0)), (1, y / x > 0), (2, True)), {"x": [-2.0, 0.0], "y": [1.0, 1.0]}, [2.0, 0.0]),
    (Piecewise((y, x > 5), (3, True)), {"x": [-2.0, 6.0], "y": [nan, 1.0]}, [3.0, 1.0]),
])  # fmt: skip
def test_what_is_not_asked_for_may_be_undefined(of, given, wanted, backend):
    assert list(np.asarray(kernel(of, backend)(**given))) == wanted


W = block("W", 2, 2)


def test_one_entry_that_is_not_a_number_shows(backend):
    slope = elementwise(lambda z: Piecewise((1, z > 0), (0, True)), W)
    entrywise = {"relu": elementwise(lambda z: Max(z, 0), W), "slope": slope, "step": elementwise(Heaviside, W)}
    made = kernel({**entrywise, "inverse": W.inverse(), "trace": trace(W.T * W)}, backend)
    found = not_a_number(made, W=[[1, nan], [2, 3]])
    assert found.pop("trace")
    assert np.any(found.pop("inverse"))
    assert found == {name: [[False, True], [False, False]] for name in entrywise}


def test_gradients_are_those_of_the_branch_that_is_taken():
    torch = pytest.importorskip("torch")
    made = kernel(Piecewise((y, sqrt(x) > 1), (x * y, True)) + Max(x, 0) * sign(y), "torch")
    at = torch.tensor([4.0, 0.0, 0.25], requires_grad=True)
    (slope,) = torch.autograd.grad(made(at, torch.tensor(3.0)).sum(), at)
    assert slope.tolist() == pytest.approx([1.0, 3.5, 4.0])
