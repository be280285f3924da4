"""How many laws there are, of polynomials as of PyTorch models: one verb for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sympy import Basic, MatrixBase

from symlag.completeness import Factorization, LawCount, count
from symlag.errors import SymlagError


def count_laws(
    subject: Any, loss: Callable[..., Any] | None = None, batch: Any = None, *, flow: str = "gradient"
) -> LawCount:
    """How many independent functions training conserves, and whether the laws of affine symmetries are all of them.

    The subject is φ, a network such as `linear(4, 4, 4)` or polynomials of its parameters, for any loss ℓ(φ(θ)) and all
    data: then the number is exact. Or it is a torch.nn.Module with a loss and a batch (inputs, targets): then it lies
    between the rank of the laws that its linear symmetries give and a bound by random controls. `flow` is "gradient",
    θ̇ = −∇f, or "momentum", θ̈ + θ̇ + ∇f = 0. `SymlagError` where φ is no polynomial, or the model lacks parameters or has
    over 500.
    Marcotte, Gribonval, Peyré: arXiv 2307.00144, 2405.12888.

    >>> from symlag.completeness import relu
    >>> count_laws(relu(3, 3, 3, 3)).bound, count_laws(relu(3, 3, 3, 3), flow="momentum").bound
    (6, 0)
    """
    if isinstance(subject, Factorization | Basic | MatrixBase | list | tuple):
        _require_alone(loss, batch)
        return count(subject, flow)
    _require(subject, loss, batch)
    from symlag.networks._counting import count as counted

    return counted(subject, cast(Any, loss), batch, flow)


def _require_alone(loss: Any, batch: Any) -> None:
    """That φ comes without a loss and data."""
    if loss is not None or batch is not None:
        wrong = "polynomials have their laws for every loss ℓ(φ(θ)) and all data"
        raise SymlagError("count_laws(φ, loss, batch)", wrong, "count_laws(φ)")


def _require(subject: Any, loss: Any, batch: Any) -> None:
    """That there are a model, a loss and data."""
    if not hasattr(subject, "named_parameters"):
        wrong = "there are no laws of this kind of thing"
        raise SymlagError(f"count_laws({type(subject).__name__})", wrong, "polynomials, or a torch.nn.Module")
    if loss is None or batch is None:
        wrong = "a model has laws for a loss on data"
        raise SymlagError("count_laws(model)", wrong, "count_laws(model, loss, (inputs, targets))")
