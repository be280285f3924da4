"""Kernels: formulas as functions of arrays, by NumPy, Numba or PyTorch.

A *kernel* is the last stage of a formula's way to numbers: the formula is lowered to a straight-line program
(`symlag.kernels.lowering`), a backend prints the program as Python text for its library (`symlag.kernels.backends`),
and the kernel calls that text with arrays. Leading axes of the arrays are a batch: the same formula at many points.

>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> speed = kernel(inner(w.dot, w.dot), "numpy")
>>> print(speed.source)
import numpy as np
<BLANKLINE>
<BLANKLINE>
def kernel(w_dot):
    c0 = np.einsum("...i,...i->...", w_dot, w_dot)
    result = c0
    return (result,)
<BLANKLINE>
>>> speed([[3.0, 4.0], [1.0, 0.0]])
array([25.,  1.])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symlag.errors import LoweringError
from symlag.kernels.backends import load

if TYPE_CHECKING:
    from symlag.kernels.inputs_and_outputs import Container, Port
    from symlag.variational.noether import Law, MomentumMap


@dataclass(frozen=True)
class Kernel:
    """A function of arrays, as readable Python text together with what is needed to call it.

    It is called with one array for each input, by position in the order of `inputs`, or by name. Leading axes are the
    batch, and broadcast. A kernel is pickled as its text.

    Attributes
    ----------
    backend : str
        The library that computes: a key of `BACKENDS`.
    source : str
        The text of the function that runs at every call.
    ports : tuple of Port
        The inputs, with their names and shapes.
    outputs : tuple of Port
        What is computed, with names and shapes.
    container : {"one", "tuple", "dict"}
        Whether a call returns one array, a tuple, or a dictionary.

    Examples
    --------
    >>> import numpy as np
    >>> from sympy import symbols
    >>> x, y = symbols("x y")
    >>> product = kernel({"product": x * y, "sum": x + y})
    >>> product.inputs
    ('x', 'y')
    >>> product(2.0, np.array([3.0, 4.0]))["product"]
    array([6., 8.])
    """

    backend: str
    source: str
    ports: tuple[Port, ...]
    outputs: tuple[Port, ...]
    container: Container

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the arrays that the kernel takes, in order."""
        return tuple(port.key for port in self.ports)

    def __call__(self, *arrays: Any, **arrays_by_name: Any) -> Any:
        """Evaluate the kernel.

        Parameters
        ----------
        *arrays, **arrays_by_name : array_like
            One for each input, in order or by name; or one mapping to arrays from symbols, from coordinates and their
            derivatives in either notation, or from names. With the axes of the batch written …, a number has shape (…),
            a block of one column (…, n), and any other block (…, h, n).

        Returns
        -------
        array, tuple of arrays, or dict of arrays
            As the kernel was made of one expression, of a sequence, or of a mapping or a law; of the floating type of
            the arguments, to which plain Python numbers adapt.

        Raises
        ------
        LoweringError
            If inputs are missing or too many, or if a matrix that is to be inverted is singular at any point.
        ShapeError
            If shapes do not fit.
        """
        from symlag.kernels.signature import array_shape, bind, collect_arguments, kernel_shape, numeric_shape

        backend = load(self.backend)
        if len(arrays) == 1 and isinstance(arrays[0], Mapping):
            from symlag.kernels.inputs_and_outputs import key_name

            arrays_by_name = {key_name(key): array for key, array in arrays[0].items()} | arrays_by_name
            arrays = ()
        values = backend.arrays(self.ports, collect_arguments(self.ports, arrays, arrays_by_name))
        batch, sizes = bind(self.ports, [tuple(array.shape) for array in values])
        aligned: list[Any] = []
        for array, port in zip(values, self.ports, strict=True):
            # All axes of the batch, and after them only those sides of the block that are not of length one.
            own_batch = array.shape[: array.ndim - len(array_shape(port.shape))]
            missing = (1,) * (len(batch) - len(own_batch))
            aligned.append(array.reshape(missing + own_batch + numeric_shape(kernel_shape(port.shape), sizes)))
        shapes = [numeric_shape(kernel_shape(port.shape), sizes) for port in self.outputs]
        try:
            results = backend.evaluate(self.source, aligned, batch, shapes)
        except backend.SINGULAR:
            call, wrong = f"kernel({', '.join(self.inputs)})", "a matrix that is to be inverted is singular"
            raise LoweringError(call, wrong, "Leave out the points at which it has no inverse.") from None
        results_by_name = {
            port.key: result.reshape((*batch, *numeric_shape(array_shape(port.shape), sizes)))
            for port, result in zip(self.outputs, results, strict=True)
        }
        if self.container == "dict":
            return results_by_name
        return results_by_name["result"] if self.container == "one" else tuple(results_by_name.values())


def kernel(
    law_or_exprs: Law | MomentumMap | Mapping[Any, Any] | Sequence[Any] | Any,
    backend: str = "numpy",
    inputs: Iterable[Any] | None = None,
    *,
    compile: bool = False,  # noqa: A002 - as torch calls it
    parallel: bool = False,
) -> Kernel:
    """The kernel of a law, of an expression, or of a sequence or mapping of expressions.

    Parameters
    ----------
    law_or_exprs : Law, MomentumMap, SymPy expression, or sequence or mapping of expressions
        What to compute. Of a law: its charge, its rate, each source by its name, and the sum of the sources as
        "source". The factor e^Γ of a damped law has been divided out, and appears in no kernel.
    backend : str, default "numpy"
        The library that computes: "numpy", "numba" or "torch". Kernels of torch are differentiable, and run on the
        device of their tensors.
    inputs : iterable of symbols or of their names, optional
        The arrays that the kernel takes, in this order. By default all free symbols: coordinates and their
        derivatives, then constant matrices, then parameters by name. Coordinates may be jets or functions of time.
    compile : bool, default False
        Whether torch compiles the kernel when it is first called, which takes seconds, and fuses its operations.
    parallel : bool, default False
        Whether numba goes through the points with all processors.

    Returns
    -------
    Kernel
        A function of arrays.

    Raises
    ------
    LoweringError
        If a symbol is not among the inputs, if an expression has no value (such as an unknown loss), if the library
        lacks a function, if there is no such backend or its library is not installed, or if it lacks an option.
    NameRefusedError
        If the name of a symbol could act as code.

    Examples
    --------
    >>> from sympy import exp, symbols
    >>> x, a = symbols("x a")
    >>> kernel(exp(-a * x), inputs=[x, a])(0.0, [1.0, 2.0])
    array([1., 1.])
    """
    from symlag.kernels.lowering import lower  # what prints programs is loaded when there is something to print

    library = load(backend)
    options = {name: True for name, asked in (("compile", compile), ("parallel", parallel)) if asked}
    for name in options:
        if name not in library.OPTIONS:
            offering = {"compile": "torch", "parallel": "numba"}[name]
            wrong, cure = f"kernels of {backend} have no such option", f'kernel(…, "{offering}", {name}=True)'
            raise LoweringError(f"kernel(…, {backend!r}, {name}=True)", wrong, cure)
    program = lower(law_or_exprs, inputs, library.rewrite)
    return Kernel(backend, library.source(program, **options), program.inputs, program.outputs, program.container)
