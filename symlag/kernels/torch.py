"""Kernels in PyTorch: differentiable, mappable, on whatever device the tensors live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sympy import (
    Abs,
    Max,
    Min,
    Mod,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    floor,
    log,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)  # fmt: skip

from symlag.errors import LoweringError
from symlag.kernels.batch import real_array
from symlag.kernels.guards import guard_branches as rewrite
from symlag.kernels.inputs_and_outputs import Port
from symlag.kernels.lowering import Program
from symlag.kernels.printer import SquaringPrinter
from symlag.kernels.python_text import function_of, passes
from symlag.kernels.signature import Shape
from symlag.kernels.tensor_printer import TensorPrinter

__all__ = ["OPTIONS", "SINGULAR", "arrays", "evaluate", "rewrite", "source"]

CHUNK = 2**15  # numbers in an array, for each thread: about the size at which the arrays of one kernel leave the cache
FEW_PASSES = 2  # over the arrays: with no more of them, chunks cost as much in copies as they save

OPTIONS = ("compile",)
SINGULAR = torch.linalg.LinAlgError  # pyright: ignore[reportPrivateImportUsage]

_FUNCTIONS = {
    Abs: "torch.abs({0})",
    Max: "torch.maximum({0}, {1})",
    Min: "torch.minimum({0}, {1})",
    Mod: "torch.remainder({0}, {1})",
    acos: "torch.acos({0})",
    acosh: "torch.acosh({0})",
    asin: "torch.asin({0})",
    asinh: "torch.asinh({0})",
    atan: "torch.atan({0})",
    atan2: "torch.atan2({0}, {1})",
    atanh: "torch.atanh({0})",
    ceiling: "torch.ceil({0})",
    cos: "torch.cos({0})",
    cosh: "torch.cosh({0})",
    erf: "torch.erf({0})",
    erfc: "torch.erfc({0})",
    exp: "torch.exp({0})",
    floor: "torch.floor({0})",
    log: "torch.log({0})",
    sign: "sign({0})",
    sin: "torch.sin({0})",
    sinh: "torch.sinh({0})",
    sqrt: "torch.sqrt({0})",
    tan: "torch.tan({0})",
    tanh: "torch.tanh({0})",
}

_PRINTER = TensorPrinter(
    scalars=SquaringPrinter(
        "torch",
        _FUNCTIONS,
        conditional="torch.where({0}, {1}, {2})",
        conjunction="({0} & {1})",
        disjunction="({0} | {1})",
        negation="(~{0})",
        constant="const({0})",
        nan="torch.nan",
    ),
    contraction='torch.einsum("{0}", {1})',
    transpose="{0}.mT",
    inverse="torch.linalg.inv({0})",
    solve="torch.linalg.solve({0}, {1})",
    empty="torch.empty(0, dtype=torch.float64)",
    ones="torch.ones({0}, dtype={1}.dtype, device={1}.device)",
    identity="torch.eye({0}, dtype={1}.dtype, device={1}.device)",
    size="const({0}.shape[{1}])",
    prelude="const = {0}.new_tensor",
)

# What a text says that torch is to compile.
_COMPILED = "@torch.compile(dynamic=True)"

# torch.sign gives 0 for what is not a number.
_SIGN_OR_NAN = """def sign(x):
    return torch.where(x == x, torch.sign(x), x)


"""


def source(program: Program, *, compile: bool = False) -> str:  # noqa: A002
    """The text of a module with the function of a program."""
    has_sign = any(expression.has(sign) for expression in program.scalar_expressions())
    helper, decorator = _SIGN_OR_NAN if has_sign else "", f"{_COMPILED}\n" if compile else ""
    return f"import torch\n\n\n{helper}{decorator}{_PRINTER.text(program)}"


def arrays(ports: Sequence[Port], values: Sequence[Any]) -> list[torch.Tensor]:
    """The arguments as tensors of one floating type on one device: those of what is more than plain Python numbers."""
    converted = [_tensor(port, value) for port, value in zip(ports, values, strict=True)]
    typed = [tensor for tensor, value in zip(converted, values, strict=True) if not isinstance(value, int | float)]
    floats = [tensor.dtype for tensor in typed if tensor.is_floating_point()]
    common = max(floats, key=lambda dtype: torch.finfo(dtype).bits, default=torch.float64)
    device = max(typed, key=lambda tensor: tensor.ndim).device if typed else None
    return [tensor.to(dtype=common, device=device) for tensor in converted]


def _tensor(port: Port, value: Any) -> torch.Tensor:
    """An argument as a tensor of real numbers."""
    if not isinstance(value, torch.Tensor):
        array = real_array(port, value)
        native = array.dtype.newbyteorder("=")
        # Tensors want entries in order, with the bytes of this machine, in memory that may be written.
        return torch.from_numpy(np.require(array, native, ["C_CONTIGUOUS", "WRITEABLE"]))
    if value.is_complex():
        raise LoweringError(port.key, f"its entries are of type {value.dtype}", "Pass a tensor of real numbers.")
    if value.layout != torch.strided:
        raise LoweringError(port.key, "it is a sparse tensor", f"{port.key}.to_dense()")
    return value


def evaluate(text: str, inputs: Sequence[torch.Tensor], batch: Shape, shapes: Sequence[Shape]) -> list[torch.Tensor]:
    """The values of a kernel at all points of a batch, of the given shapes at each point."""
    function, rows = function_of(text), _rows_of_a_chunk(text, inputs, batch, shapes)
    dtype, device = (inputs[0].dtype, inputs[0].device) if inputs else (torch.float64, None)

    def spread(result: Any, over: Shape, shape: Shape) -> torch.Tensor:
        return torch.as_tensor(result, dtype=dtype, device=device).expand((*over, *shape))

    if not rows:
        return [spread(result, batch, shape) for result, shape in zip(function(*inputs), shapes, strict=True)]
    count = -(-batch[0] // rows)
    # The gradient of a split is put together once, that of slices would be a whole array for each of them.
    split = [array.split(rows) if array.shape[0] == batch[0] else [array] * count for array in inputs]
    values = [*zip(*(function(*part) for part in zip(*split, strict=True)), strict=True)]
    results: list[torch.Tensor] = []
    for value, shape in zip(values, shapes, strict=True):
        if isinstance(value[0], torch.Tensor) and value[0].shape[:1] == (rows,):
            lengths = (min(rows, batch[0] - start) for start in range(0, batch[0], rows))
            results.append(torch.cat([spread(v, (n, *batch[1:]), shape) for v, n in zip(value, lengths, strict=True)]))
        else:
            results.append(spread(value[0], batch, shape))
    return results


def _rows_of_a_chunk(text: str, inputs: Sequence[torch.Tensor], batch: Shape, shapes: Sequence[Shape]) -> int:
    """How many entries along the first axis of the batch stay in the caches together; 0 where all are computed at once.

    A compiler fuses the operations instead, and other devices have no such caches.
    """
    few = not batch or passes(text) <= FEW_PASSES or any(array.device.type != "cpu" for array in inputs)
    if few or _COMPILED in text or torch.compiler.is_compiling():
        return 0
    sides = max((*map(math.prod, shapes), *(math.prod(array.shape[len(batch) :]) for array in inputs)), default=1)
    rows = max(2, CHUNK * torch.get_num_threads() // max(1, math.prod(batch[1:]) * sides))
    return rows if rows < batch[0] else 0
