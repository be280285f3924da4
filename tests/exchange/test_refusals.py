"""Text that is no expression or result is refused in one sentence that says where, and at once."""

import json
from random import Random
from time import process_time

import pytest

import symlag as sl
from symlag.errors import SymlagError
from symlag.exchange.grammar import parse
from symlag.exchange.json_text import from_json, to_json

HEAD = {"symlag": 1, "kind": "expression", "symbols": {"m": "positive"}, "coordinates": ["x", "y"]}
HEAD |= {"blocks": {"W": [3, 4], "v": [3]}, "functions": {"F": ""}, "unknowns": {"f": {"arguments": ["v"]}}}
HEAD |= {"fields": {"u": ["t", "m"]}}

# What stands as the expression; what the sentence says.
TEXTS = {
    "an attribute of Python": (
        "x.__class__",
        "at letter 2 there stands '.__class__', which is no part of an expression",
    ),
    "a method": ("x.subs(1)", "at letter 2 there stands '.subs', which is no part"),
    "a name with underscores": ("__import__", "there stands '__import__', which is no part"),
    "a call of Python": ("open(x)", "at letter 1 there is no function open; write"),
    "a function of SymPy that computes": ("solve(x)", "there is no function solve; write"),
    "a function of SymPy that runs text": ("sympify(x)", "there is no function sympify; write"),
    "a call of a call": ("sin(x)(y)", "at letter 7 there stands '(' after a whole expression"),
    "a text": ("'x'", 'there stands "\'", which is no part'),
    "an index": ("x[0]", "there stands '['"),
    "a lambda": ("lambda: 0", "there stands ':'"),
    "an assignment": ("x = 1", "there stands '='"),
    "two statements": ("x; y", "there stands ';'"),
    "a conditional": ("x if y else m", "at letter 3 there stands 'if' after a whole expression"),
    "a comprehension": ("[x for x in y]", "there stands '['"),
    "a star": ("sin(*x)", "there stands '*' in the place of a number"),
    "a keyword argument": ("sin(x, evaluate=True)", "there stands '='"),
    "a comment": ("x # y", "there stands '#'"),
    "a hat": ("x^2", "there stands '^'"),
    "half an expression": ("x +", "at letter 4 there stands 'the end'"),
    "half a bracket": ("(x", "in the place of a comma or a closing bracket"),
    "nothing": ("", "at letter 1 there stands 'the end'"),
    "two names": ("x y", "at letter 3 there stands 'y' after a whole expression"),
    "a null byte": ("x\0", "which is no part of an expression"),
    "another alphabet": ("ж", "which is no part of an expression"),
    "digits of another script": ("٣", "which is no part of an expression"),
    "a hexadecimal number": ("0x10", "there stands 'x10' after a whole expression"),
    "an imaginary number": ("1j", "there stands 'j' after a whole expression"),
    "a name that is not declared": ("q", "there is no q declared; write symbols = {q ="),
    "a function without arguments": ("sin", "the function sin stands without arguments; write sin(x)"),
    "an unknown function without arguments": ("F", "the function F stands without arguments"),
    "too many arguments": ("sin(x, y)", "sin has 2 arguments; write sin of 1"),
    "too few arguments": ("atan2(x)", "atan2 has 1 arguments; write atan2 of 2"),
    "a tower": ("9**9**9", "at letter 2 the exponent is above 10000"),
    "an exponent of a billion": ("x**(10**9)", "the exponent is above 10000"),
    "an exponent below minus a billion": ("x**-(10**9)", "the exponent is above 10000"),
    "an exponent in a factor": ("2**(10**9*x)", "the exponent is above 10000"),
    "a power of many digits": ("(10**300)**300", "a number has more than 1000 digits"),
    "a fraction of many digits": ("(1/7)**9999", "a number has more than 1000 digits"),
    "many digits": ("9" * 2000, "a number has more than 1000 digits"),
    "a product of many digits": ("*".join(["10**900"] * 9), "a number has more than 1000 digits"),
    "a decimal of many digits": ("1e99999", "a number has more than 1000 digits"),
    "a factorial of a billion": ("factorial(10**9)", "the constant here is above 100. Write"),
    "a gamma function of a billion": ("gamma(10**9)", "the constant here is above 100. Write"),
    "a binomial coefficient": ("binomial(10**9, 10**8)", "the constant here is above 100. Write"),
    "exponential functions of each other": ("exp(exp(exp(9)))", "the constant here is above 10000"),
    "a comparison of towers": ("exp(9999999) < 2", "the constant here is above 10000"),
    "a comparison of integrals": ("Integral(x, (x, 0, 1)) < 2", "a constant integral or sum stands within a function"),
    "a derivative of order a billion": ("Derivative(F(x), (x, 1000000000))", "it is no variable with a number"),
    "a root of a long polynomial": ("CRootOf(m**99 - m - 1, 0)", "it is no polynomial of one symbol"),
    "a division by zero": ("1/0", "something is divided by zero"),
    "a division by a sum that is zero": ("x/(1 - 1)", "something is divided by zero"),
    "zero to a negative power": ("0**-1", "something is divided by zero"),
    "infinity less infinity": ("oo - oo", "a number is nan"),
    "brackets within each other": ("(" * 500 + "x" + ")" * 500, "it is more than 100 levels deep"),
    "powers within each other": ("x**" * 500 + "x", "it is more than 100 levels deep"),
    "calls within each other": ("sin(" * 500 + "x" + ")" * 500, "it is more than 100 levels deep"),
    "many parts": ("+".join(["x"] * 99_999), "it has more than 50000 parts"),
    "many letters": ("x" * 300_000, "it is longer than 200000 letters"),
    "many derivatives": ("x" + ".dot" * 30, "there are more than 20 derivatives of one coordinate"),
    "a derivative of a symbol": ("m.dot", "m is no coordinate"),
    "a derivative of a function": ("sin(x).dot", "sin(x) is no coordinate"),
    "a derivative along a number": ("u.d(2)", "it is no derivative of a field along a symbol"),
    "a derivative along another symbol": ("x.d(m)", "it is a function of t alone"),
    "a number and a matrix": ("x + W", "a number is added to a matrix"),
    "matrices that do not fit": ("W*W", "W has 4 columns and W has 3 rows"),
    "matrices of two shapes": ("W + W.T", "matrices of different shapes are added"),
    "a division by a matrix": ("x/W", "something is divided by a matrix"),
    "a root of a matrix": ("(W*W.T)**(1/2)", "this power of a matrix is not known"),
    "the trace of a number": ("trace(x)", "there stands no matrix"),
    "the trace of no square": ("trace(W)", "its shape is 3×4"),
    "the sine of a matrix": ("sin(W)", "there stands no number"),
    "an inverse of no square": ("inverse(W)", "the matrix here is not square"),
    "a matrix of no size": ("identity(-1)", "a size is a positive whole number"),
    "a tuple": ("(x, y)", "a bracket of several parts stands alone"),
    "a condition in a sum": ("x + (x < y)", "neither a number nor a matrix"),
    "a number for a condition": ("Piecewise((x, y))", "there stands no condition"),
    "an integral over a number": ("Integral(x, (2, 0, 1))", "it is no variable with its limits"),
    "a gradient of a symbol": ("gradient(m, 0)", "it is no unknown function of the declarations"),
    "a gradient in another argument": ("gradient(f, 7)", "f has 1 arguments, counted from 0"),
    "a direction of another shape": ("gradient(f, 0, (0, W))", "the direction has another shape"),
    "a whole number for a text": (True, "it is no expression in a text"),
    "nothing for a text": (None, "it is no expression in a text"),
    "a list for a text": (["x"], "it is no expression in a text"),
}


def refused(text, **options):
    """The one sentence in which a text is refused, at once."""
    start = process_time()
    with pytest.raises(SymlagError) as caught:
        from_json(text, **options)
    assert process_time() - start < 5
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 600
    return sentence


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_expression_is_refused_with_its_place(case):
    text, sentence = TEXTS[case]
    assert sentence in refused(json.dumps({**HEAD, "content": text}))


EXPRESSION = to_json(sl.coordinates("x") ** 2)
LAW = to_json(sl.noether(sl.Lagrangian(sl.coordinates("x").dot ** 2 / 2), sl.scale(sl.coordinates("x"))))

# What stands in the place of a file; what the sentence says.
FILES = {
    "no text": (b"{}", "it is no text"),
    "nothing": ("", "line 1 is no JSON"),
    "half a table": (EXPRESSION[:40], "is no JSON"),
    "a list": ("[1, 2]", "it is no table"),
    "a text": ('"x"', "it is no table"),
    "a number": ("3", "it is no table"),
    "nan": ('{"symlag": NaN}', "'NaN': it is no whole number"),
    "infinity": ('{"symlag": -Infinity}', "'-Infinity': it is no whole number"),
    "a decimal number": ('{"symlag": 1.0}', "'1.0': it is no whole number"),
    "a number of many digits": ('{"symlag": ' + "9" * 5000 + "}", "it has more than 1000 digits"),
    "a version to come": (
        EXPRESSION.replace('"symlag": 1', '"symlag": 2'),
        "symlag = 2: it is no version of the format",
    ),
    "a version that is true": (EXPRESSION.replace('"symlag": 1', '"symlag": true'), "it is no version of the format"),
    "no version": ('{"kind": "expression", "content": "1"}', "it is no version of the format"),
    "no content": ('{"symlag": 1, "kind": "law"}', "content: it is missing"),
    "no kind": ('{"symlag": 1, "content": "1"}', "kind = None: there is no such kind"),
    "a kind unknown": (EXPRESSION.replace('"expression"', '"pickle"'), "kind = 'pickle': there is no such kind"),
    "a kind that is a list": ('{"symlag": 1, "kind": [], "content": "1"}', "there is no such kind"),
    "an entry unknown": (EXPRESSION.replace('"kind"', '"run": "x", "kind"'), "'run': there is no such entry"),
    "an entry twice": (EXPRESSION.replace('"kind"', '"symlag": 1, "kind"'), "'symlag': it is there twice"),
    "a source twice": (LAW.replace('"kinetic"', '"kinetic": "0", "kinetic"'), "'kinetic': it is there twice"),
    "lists within each other": ("[" * 200_000, "it is too deep"),
    "a name twice": (EXPRESSION.replace('"kind"', '"symbols": {"x": ""}, "kind"'), "x: it is declared twice"),
    "a name that is none": (EXPRESSION.replace('"kind"', '"symbols": {"a b": ""}, "kind"'), "'a b': a name is letters"),
    "time declared": (EXPRESSION.replace('"kind"', '"symbols": {"t": ""}, "kind"'), "t: it is declared twice"),
    "an assumption unknown": (
        EXPRESSION.replace('"kind"', '"symbols": {"k": "big"}, "kind"'),
        "'big' is no assumption",
    ),
    "assumptions that fight": (
        EXPRESSION.replace('"kind"', '"symbols": {"k": "positive, negative"}, "kind"'),
        "they contradict each other",
    ),
    "a shape that is none": (
        EXPRESSION.replace('"kind"', '"blocks": {"W": [0, 2]}, "kind"'),
        "a size is a positive whole",
    ),
    "a shape of three": (EXPRESSION.replace('"kind"', '"blocks": {"W": [1, 2, 3]}, "kind"'), "it is no shape"),
    "a matrix of no kind": (
        EXPRESSION.replace('"kind"', '"matrices": {"A": [2, 2, "big"]}, "kind"'),
        "no such kind of",
    ),
    "a skew matrix of no square": (
        EXPRESSION.replace('"kind"', '"matrices": {"A": [2, 3, "skew"]}, "kind"'),
        "not square",
    ),
    "an invariance of two entries": (
        EXPRESSION.replace('"kind"', '"unknowns": {"f": {"arguments": ["x"], "invariances": [["x", "x"]]}}, "kind"'),
        "an invariance has an entry for every argument",
    ),
    "a law of nothing": ('{"symlag": 1, "kind": "law", "content": {}}', "law.lagrangian: it is missing"),
    "a law that is a text": ('{"symlag": 1, "kind": "law", "content": "x"}', "law = 'x': it is no table"),
    "a law with more": (LAW.replace('"charge"', '"proof": "yes", "charge"'), "law.'proof': there is no such entry"),
    "a charge tampered with": (LAW.replace('"charge": "x*x.dot"', '"charge": "2*x*x.dot"'), "the law does not hold"),
    "a source tampered with": (LAW.replace('"kinetic": "x.dot**2"', '"kinetic": "0"'), "the law does not hold"),
    "an energy tampered with": (LAW.replace('"V": "0"', '"V": "x"'), "the law does not hold"),
    "a name that writes to the terminal": (LAW.replace('"scale"', '"\\u001b[31m"'), "it is no line of text"),
    "a generator of a symbol": (LAW.replace('"x": "x"', '"t": "x"'), "time is moved by tau"),
    "a charge that is a condition": (LAW.replace('"charge": "x*x.dot"', '"charge": "x < x.dot"'), "it is no number"),
    "a source that is a truth": (LAW.replace('"force": "0"', '"force": "True"'), "it is no number"),
    "a rate that is a matrix": (LAW.replace('"rate": "0"', '"rate": "zeros(2, 2)"'), "it is no number"),
    "a move that is a condition": (LAW.replace('"x": "x"', '"x": "x < t"'), "it is no move"),
    "a Lagrangian of nothing": ('{"symlag": 1, "kind": "lagrangian", "content": []}', "it is no table"),
    "a prime that is none": (
        to_json(sl.symmetries(sl.Lagrangian(sl.coordinates("x").dot ** 2 / 2))).replace('"prime": ', '"prime": 1'),
        "it is no prime number",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_what_is_no_file_of_the_format_is_refused_with_its_place(case):
    text, sentence = FILES[case]
    assert sentence in refused(text)


PIECES = [
    *"()+-*/<>=.,;:'\"[]{}\\_^!?%&|~@$ 019exEλ−\0",
    *("**", ".dot", ".T", ".d(", "x", "y", "m", "W", "f", "F(", "sin(", "exp(", "gamma(", "held(", "Piecewise(("),
    *("trace(", "Max(", "Integral(", "1/0", "9**", "10**9", "1e9", "oo", "I", "pi", "__", "import", "lambda"),
    *("gradient(f,0", "<1", "True", "Derivative(", "Subs(", "CRootOf(", "hyper((", "decimal(0.1, ", "zeros("),
    *("identity(", "elementwise(", "Eq(", "besselj(", "zeta(", "meijerg(", "Sum(", "inner(", "partial(f,", "Mod("),
]  # fmt: skip


def mutated(text, random):
    """A text with some of its letters left out, doubled, moved, or replaced by pieces of the grammar."""
    for _ in range(random.randint(1, 6)):
        i, j = sorted(random.randrange(len(text) + 1) for _ in range(2))
        text = random.choice([
            text[:i] + random.choice(PIECES) + text[i:],
            text[:i] + text[i + 1 :],
            text[:i] + text[i : i + 12] * 2 + text[i + 12 :],
            text[:i] + text[j : j + 9] + text[i:],
        ])  # fmt: skip
    return text


def sentence_of(text):
    """The sentence in which a text is refused, or nothing where it is read."""
    try:
        from_json(text)
    except SymlagError as error:
        return str(error)
    return ""


SEEDS = (
    "m*x.dot**2/2 - x**(3/4)/sqrt(y)",
    "Piecewise((sin(m*x), x < 1), (exp(-y), True))",
    "trace(W.T*W.dot) + v.T*v*x",
    "Integral(exp(-x**2)*besselj(1, y), (x, 0, oo))",
    "gradient(f, 0, (0, v)) + 2*v.dot",
    "held(2*(x + 1))**y + Derivative(F(x, t), (x, 2))",
)


@pytest.mark.parametrize("seed", SEEDS)
def test_mutations_of_an_expression_are_read_or_refused(seed):
    random = Random(seed)
    for _ in range(120):
        text = json.dumps({**HEAD, "content": mutated(seed, random)})
        start = process_time()
        told = sentence_of(text)
        assert "\n" not in told
        assert process_time() - start < 5, text


def test_mutations_of_a_file_are_read_or_refused():
    random = Random(1)
    for _ in range(200):
        assert "\n" not in sentence_of(mutated(LAW, random))


def test_a_tree_knows_the_places_of_its_parts():
    tree = parse("-a*b**-2/c + F(d)")
    assert [(sign, part.kind, part.at) for sign, part in tree.parts] == [(1, "product", 0), (1, "call", 13)]
