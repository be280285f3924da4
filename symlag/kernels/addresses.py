"""Pointers in compiled code: arrays at the addresses of memory that Python keeps, any number of them in one call."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


@intrinsic
def pointer(_: Any, address: Any) -> Any:  # noqa: ARG001 - numba asks for the name and the type
    """The pointer of a whole number."""

    def made(context: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), made
