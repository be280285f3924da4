"""Verbs whose first argument says what is meant: mechanics and polynomials, or a model of torch.

`symlag.symmetry` answers for a Lagrangian or for polynomials, `symlag.networks` for a model. They are told apart by the
argument, so that torch is asked for only where there is a model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, MatrixBase

from symlag.errors import SymlagError
from symlag.symmetry.counting.count_laws import count_laws as count_laws_of_polynomials
from symlag.symmetry.counting.factorizations import Factorization
from symlag.symmetry.counting.law_count import LawCount


def count_laws(
    subject: Any, loss: Callable[..., Any] | None = None, batch: Any = None, *, flow: str = "gradient"
) -> LawCount:
    """How many independent functions training conserves, and whether the laws of affine symmetries are all of them.

    Of a network φ such as `linear(4, 4, 4)`, or polynomials φ of its parameters, the answer of
    `symlag.symmetry.count_laws`; of a `torch.nn.Module` with a loss and a batch (inputs, targets), that of
    `symlag.networks.count_laws`.

    >>> from symlag.symmetry.counting import relu
    >>> count_laws(relu(3, 3, 3, 3)).bound, count_laws(relu(3, 3, 3, 3), flow="momentum").bound
    (6, 0)
    """
    if not hasattr(subject, "named_parameters"):
        if loss is not None or batch is not None:
            wrong = "polynomials have their laws for every loss ℓ(φ(θ)) and all data"
            raise SymlagError("count_laws(φ, loss, batch)", wrong, "count_laws(φ)")
        if not isinstance(subject, Factorization | Basic | MatrixBase | list | tuple):
            wrong = "there are no laws of this kind of thing"
            write = "Give polynomials, or a torch.nn.Module with a loss and a batch."
            raise SymlagError(f"count_laws({type(subject).__name__})", wrong, write)
        return count_laws_of_polynomials(subject, flow)
    if loss is None or batch is None:
        wrong = "a model has laws for a loss on data"
        raise SymlagError("count_laws(model)", wrong, "count_laws(model, loss, (inputs, targets))")
    from symlag.networks.counting.count_laws import count_laws as count_laws_of_model

    return count_laws_of_model(subject, loss, batch, flow)
