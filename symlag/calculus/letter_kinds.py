"""What the calculus asks of a kind of letter, and which kinds there are.

A letter is a matrix that is no sum, product or transpose. Of most kinds nothing is known but their shape, as of block
coordinates and constants. Others have rules of their own, all of them in one class: what words they are made of, what
becomes of them transposed, beside a neighbour and before a vector, how they are differentiated, and how they hand on an
inner product. The rules are applied in `matrix_words`; docs/extend.md adds a kind.

>>> from sympy import DiagMatrix, MatrixSymbol
>>> import symlag.calculus
>>> D = DiagMatrix(MatrixSymbol("a", 3, 1))
>>> kind_of(D).transposed(D)
(1, DiagMatrix(a))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from sympy import Expr, MatAdd, MatMul, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.errors import SymlagError

Word = tuple[MatrixExpr, ...]
Words = dict[Word, Expr]
Derive = Callable[[Any], Any]


class LetterKind:
    """What the calculus asks of a kind of letter; the answers here are those of a plain constant matrix symbol.

    A new kind of matrix is a subclass, registered with `letter_kind`, that overrides what is different for it. Where a
    method returns words, they need not be in normal form; where it returns None, its rule does not apply.
    """

    def words(self, _letter: Any, /) -> Words | None:
        """The words of a matrix of this kind in normal form; None where it is a letter as it stands."""
        return None

    def transposed(self, letter: Any, /) -> tuple[int, MatrixExpr]:
        """A sign and a letter, the product of which is the transpose."""
        return 1, Transpose(letter)

    def product(self, _left: Any, _right: Any, /) -> Words | None:
        """What two neighbours become, one of which is of this kind; asked of their transposes, too."""
        return None

    def times_vector(self, _letter: Any, _vector: MatrixExpr, /) -> Words | None:
        """What the letter becomes together with the vector behind it."""
        return None

    def meets(self, _letter: Any, _rest: MatrixExpr, /) -> bool:
        """Whether letter∘R is simpler than a product: the letter takes in a factor of R, as functions of entries do."""
        return False

    def derivative(self, letter: Any, derive: Derive, /) -> MatrixExpr:
        """The derivative, given how to differentiate the parts."""
        rates = map(derive, letter.free_symbols - {letter})
        if any(rate != 0 and not isinstance(rate, ZeroMatrix) for rate in rates):
            kind = type(letter).__name__
            wrong = f"symlag does not know how to differentiate a {kind}"
            cure = "Write it with sums, products, traces, hadamard, diagonal, elementwise and inverses."
            raise SymlagError(f"the derivative of {letter}", wrong, cure)
        return ZeroMatrix(*letter.shape)

    def parts(self, _letter: Any, /) -> Sequence[MatrixExpr]:
        """The matrices within the letter that it is linear in."""
        return ()

    def adjoint(self, letter: Any, at: int, rest: MatrixExpr, /) -> MatrixExpr:
        """The matrix R′ with ⟨R, letter⟩ = ⟨R′, part⟩, the part being the one at this place among `parts`."""
        raise NotImplementedError


Kind = TypeVar("Kind", bound=LetterKind)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_KINDS: dict[type, LetterKind] = {}
PLAIN = LetterKind()
_CACHED: list[Any] = []
_CONSTRUCTIONS = (ZeroMatrix, Identity, MatAdd, MatMul, Transpose)


def letter_kind(*matrix_types: type) -> Callable[[type[Kind]], type[Kind]]:
    """Register what the calculus asks of matrices of some types, as a class decorator.

    A type has one kind, and so have the types below it: what a matrix means depends neither on the order of imports
    nor on registrations made elsewhere. `TypeError` where one of the types has a kind already, is a subclass or a base
    class of one that has, or is one of SymPy's sums, products and transposes.
    """

    def register(kind: type[Kind]) -> type[Kind]:
        for new in matrix_types:
            for known in (*_CONSTRUCTIONS, *_KINDS):
                if issubclass(new, known) or issubclass(known, new):
                    raise TypeError(f"letter_kind({new.__name__}): {known.__name__} has its rules already")
        _KINDS.update(dict[type, LetterKind].fromkeys(matrix_types, kind()))
        for function in _CACHED:
            function.cache_clear()
        return kind

    return register


def letter_kinds() -> Mapping[type, LetterKind]:
    """The kinds of letters that are registered, by the type of the matrix."""
    return MappingProxyType(_KINDS)


def kind_of(matrix: MatrixExpr) -> LetterKind:
    """The kind of a letter."""
    return _kind_of_type(type(matrix))


def cached(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Keep the results of a function that depends on the kinds of letters, until another kind is registered."""
    keeping: Any = lru_cache(maxsize=2**14)(function)
    _CACHED.append(keeping)
    return keeping


@cached
def _kind_of_type(matrix_type: type) -> LetterKind:
    return next((_KINDS[base] for base in matrix_type.__mro__ if base in _KINDS), PLAIN)
