"""Pointers in compiled code: arrays at given addresses of memory, any number of them in one call.

Numba compiles a function for a fixed number of arguments. A loop over any number of tensors takes their addresses as
integers instead, and makes arrays of them by `numba.carray`, which wants pointers.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


@intrinsic
def pointer(_: Any, address: Any) -> Any:  # noqa: ARG001 - numba asks for the name and the type
    """The pointer to an address."""

    def generate(context: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate
