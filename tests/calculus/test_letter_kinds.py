import subprocess
import sys
from itertools import chain

import pytest
from sympy import DiagMatrix, Inverse, MatAdd, MatPow, MatrixSymbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.letter_kinds import LetterKind, letter_kind, letter_kinds
from tests.support.letter_laws import EXAMPLES, LetterLaws


class TestEveryLetter(LetterLaws):
    @pytest.fixture(params=chain(*EXAMPLES.values()), ids=str)
    def matrix(self, request):
        return request.param


@pytest.mark.parametrize("matrix_type", letter_kinds(), ids=lambda kind: kind.__name__)
def test_every_kind_of_letter_has_examples_of_its_own(matrix_type):
    assert all(isinstance(example, matrix_type) for example in EXAMPLES[matrix_type])
    assert EXAMPLES[matrix_type]


@pytest.mark.parametrize("taken", [DiagMatrix, Inverse, MatrixExpr, MatrixSymbol, MatPow, MatAdd, Transpose])
def test_no_registration_changes_what_a_matrix_means(taken):
    before = dict(letter_kinds())
    with pytest.raises(TypeError, match=rf"^letter_kind\({taken.__name__}\): \w+ has its rules already$"):
        letter_kind(taken)(LetterKind)
    assert letter_kinds() == before


def test_a_subclass_of_a_letter_is_of_its_kind():
    class Special(DiagMatrix):
        pass

    with pytest.raises(TypeError, match="DiagMatrix has its rules already"):
        letter_kind(Special)(LetterKind)


MEANING = """
from sympy import DiagMatrix, HadamardProduct, Inverse, exp
import symlag as sl
from symlag.calculus import diagonal, elementwise, hadamard, ones, trace
W, A, X, a = sl.block("W", 3, 4), sl.constant("A", 3, 4), sl.constant("X", 3, 3), sl.block("a", 3)
Z = elementwise(exp, W)
print(trace(X * Inverse(X) * W * A.T), trace(diagonal(a) * W * A.T), hadamard(W, A) * ones(4), trace(W.T * Z),
      sl.calculus.directional(trace(hadamard(W, Z) * A.T), {W: A}), trace(W.T * diagonal(W * ones(4)) * Z))
from symlag.optimizers.polar_factor import PolarFactor
print(trace(W.T * PolarFactor(W) * A.T * A), trace(A.T * PolarFactor(A) * W.T * A))
"""


def test_the_meaning_of_a_matrix_does_not_depend_on_the_order_of_imports():
    first = ["", "matrix_words", "invariant_functions"]
    imports = [f"import symlag.calculus.{module}" if module else "import symlag.optimizers" for module in first]
    programs = [subprocess.Popen([sys.executable, "-c", line + MEANING], stdout=subprocess.PIPE) for line in imports]
    printed = {program.communicate()[0] for program in programs}
    assert len(printed) == 1
    assert printed.pop().count(b"Trace") >= 8
