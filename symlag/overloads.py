"""Functions for which the first argument decides between two rooms: `count_laws`, for polynomials or for a model.

`symlag.symmetry.counting` counts the laws of polynomials, `symlag.networks.counting` those of a model of torch. They
are told apart here, so that torch is imported only where there is a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from sympy import Basic, Expr, MatrixBase

from symlag.errors import SymlagError

if TYPE_CHECKING:
    from torch import nn

    from symlag.symmetry.counting.factorizations import Factorization
    from symlag.symmetry.counting.law_count import LawCount


def count_laws(
    subject: Factorization | Expr | Sequence[Expr] | nn.Module,
    loss: Callable[..., Any] | None = None,
    batch: Any = None,
    *,
    flow: str = "gradient",
) -> LawCount:
    """How many independent functions training conserves, and whether the laws of affine symmetries are all of them.

    Parameters
    ----------
    subject : Factorization, Expr, sequence of Expr, or torch.nn.Module
        A network such as `linear(4, 4, 4)`, or polynomials of its parameters, whose laws hold for every loss and all
        data; or a model of torch, whose laws hold for one loss on batches like the given one.
    loss : callable, optional
        The loss of a model, called as `loss(model(inputs), targets)`. Only for a model.
    batch : tuple, optional
        A pair of inputs and targets. Only for a model.
    flow : {"gradient", "momentum"}
        Gradient flow, or gradient flow with momentum.

    Returns
    -------
    LawCount
        `bound` is the greatest number of laws, `explicit` how many affine symmetries give, `complete` whether these are
        all, and `verdict` says it in a sentence.

    Raises
    ------
    SymlagError
        Where a model comes without loss or batch, or polynomials come with them; where there is no such flow; where the
        subject is neither, or has too many parameters.

    References
    ----------
    Marcotte, Gribonval, Peyré, arXiv 2307.00144, 2405.12888 and 2506.06194.

    Examples
    --------
    >>> from symlag.symmetry.counting import relu
    >>> count_laws(relu(3, 3, 3, 3)).bound, count_laws(relu(3, 3, 3, 3), flow="momentum").bound
    (6, 0)
    """
    if not _is_model(subject):
        from symlag.symmetry.counting.factorizations import Factorization
        from symlag.symmetry.counting.number_of_laws import count_laws as count_laws_of_polynomials

        if loss is not None or batch is not None:
            raise SymlagError(
                "count_laws(φ, loss, batch)",
                "laws of polynomials φ hold for every loss ℓ(φ(θ)) and all data",
                "count_laws(φ)",
            )
        if not isinstance(subject, Factorization | Basic | MatrixBase | list | tuple):
            raise SymlagError(
                f"count_laws({type(subject).__name__})",
                "laws are counted for polynomials and for models of torch, and this is neither",
                "Give polynomials of the parameters, or a torch.nn.Module with a loss and a batch.",
            )
        return count_laws_of_polynomials(subject, flow)
    if loss is None or batch is None:
        raise SymlagError(
            "count_laws(model)",
            "the laws of a model are counted for one loss, on data",
            "count_laws(model, loss, (inputs, targets))",
        )
    from symlag.networks.counting.count_laws import count_laws as count_laws_of_model

    return count_laws_of_model(subject, loss, batch, flow)


def _is_model(subject: object) -> TypeGuard[nn.Module]:
    """Whether the subject is a model of torch, which need not be imported to tell."""
    return hasattr(subject, "named_parameters")
