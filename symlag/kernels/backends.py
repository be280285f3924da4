"""The backends: which libraries kernels can be made for, and what a backend has to offer.

A *backend* prints the program of a kernel as Python text for one library, and runs that text on the arrays of the
library. It is a module that has the five names of the protocol `Backend`. The table `BACKENDS` has a row for every
backend; there is no other list of them. A module is imported when its backend is first asked for, so that
`import symlag` loads neither Numba nor torch.

>>> list(BACKENDS)
['numpy', 'numba', 'torch']
>>> isinstance(load("numpy"), Backend)
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast, runtime_checkable

from sympy import Expr

from symlag.errors import LoweringError
from symlag.optional_packages import is_installed, pip_install

if TYPE_CHECKING:
    from symlag.kernels.inputs_and_outputs import Port
    from symlag.kernels.lowering import Program
    from symlag.kernels.signature import Shape


@runtime_checkable
class Backend(Protocol):
    """What a module must define to be a backend.

    The methods are functions of the module, `OPTIONS` and `SINGULAR` are constants of it.

    Attributes
    ----------
    OPTIONS : tuple of str
        Options of `kernel` that this backend offers, such as "parallel".
    SINGULAR : type[Exception]
        The exception that the library raises when a matrix has no inverse.

    Examples
    --------
    >>> from sympy import symbols
    >>> from symlag.kernels.lowering import lower
    >>> x, y = symbols("x y")
    >>> backend = load("numpy")
    >>> program = lower(x * y, rewrite=backend.rewrite)
    >>> text = backend.source(program)
    >>> values = backend.arrays(program.inputs, [2.0, [3.0, 4.0]])
    >>> [array.shape for array in values]
    [(), (2,)]
    """

    @property
    def OPTIONS(self) -> tuple[str, ...]:
        """The options of `kernel`, beside those that every backend has, that `source` takes."""
        ...

    @property
    def SINGULAR(self) -> type[Exception]:
        """The exception of a matrix without an inverse."""
        ...

    def rewrite(self, expression: Expr, /) -> Expr:
        """Rewrite a scalar expression before common subexpressions are named.

        Parameters
        ----------
        expression : sympy.Expr
            A number, or the function of entries that a matrix is made by.

        Returns
        -------
        sympy.Expr
            An expression of the same value; most backends return their argument.
        """
        ...

    def source(self, program: Program, /, **options: bool) -> str:
        """Print a program as the text of a Python module that defines a function `kernel`.

        Parameters
        ----------
        program : Program
            What the function is to compute.
        **options
            Those of `OPTIONS` that are asked for.

        Returns
        -------
        str
            Python text with its imports.
        """
        ...

    def arrays(self, ports: Sequence[Port], values: Sequence[Any], /) -> Sequence[Any]:
        """Convert the arguments of a call to arrays of the library that share one floating type.

        Parameters
        ----------
        ports : sequence of Port
            The inputs, in the order of the values; their names are for error messages.
        values : sequence
            Arrays, nested lists or plain numbers.

        Returns
        -------
        sequence of arrays
            One array for each value, each with a `shape`, an `ndim` and a `reshape`.
        """
        ...

    def evaluate(self, source: str, arrays: Sequence[Any], batch: Shape, shapes: Sequence[Shape], /) -> Sequence[Any]:
        """Run the text of a kernel at all points of a batch.

        Parameters
        ----------
        source : str
            What the function `source` returned.
        arrays : sequence of arrays
            The inputs, each of as many leading axes as the batch, of its length or of length one; after them the sides
            of a block that are not of length one.
        batch : tuple of int
            The shape of the batch.
        shapes : sequence of tuple of int
            The shape of each output at one point.

        Returns
        -------
        sequence of arrays
            One array for each output, whose shape starts with that of the batch, or with the number of its points.
        """
        ...


class Row(NamedTuple):
    """A row of the table: the module of a backend, and the library without which it cannot be imported.

    The extra of symlag that installs the library has the name of the backend.
    """

    module: str
    library: str


BACKENDS: Mapping[str, Row] = {
    "numpy": Row("symlag.kernels.numpy", "numpy"),
    "numba": Row("symlag.kernels.numba", "numba"),
    "torch": Row("symlag.kernels.torch", "torch"),
}


@cache
def load(name: str) -> Backend:
    """The backend of a name; `LoweringError` where there is none, or where its library is not installed."""
    wrote = f"backend {name!r}"
    if name not in BACKENDS:
        raise LoweringError(wrote, "there is no such backend", " or ".join(map(repr, BACKENDS)))
    module, library = BACKENDS[name]
    if not is_installed(library):
        raise LoweringError(wrote, f"{library} is not installed", f"Install it by {pip_install(name)}.")
    return cast(Backend, import_module(module))


def installed_backends() -> tuple[str, ...]:
    """The names of the backends whose libraries are installed, in the order of the table.

    Returns
    -------
    tuple of str
        Keys of `BACKENDS`.

    Examples
    --------
    >>> "numpy" in installed_backends()
    True
    """
    return tuple(name for name, row in BACKENDS.items() if is_installed(row.library))
