"""Functions registered for kinds of nodes: each kind once, each by a name, all of them wherever one is loaded."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("document", "kernels")


def registrations(path):
    """The dispatcher, the kind of node, and the name of each registered function of a module."""
    functions = (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef))
    for node in functions:
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(call, ast.Attribute) and call.attr == "register":
                kinds = decorator.args if isinstance(decorator, ast.Call) else [node.args.args[0].annotation]
                yield from ((ast.unparse(call.value), ast.unparse(kind), node.name) for kind in kinds if kind)


def modules():
    return [path for room in ROOMS for path in sorted((ROOT / "symlag" / room).rglob("*.py"))]


def test_no_kind_of_node_is_registered_twice():
    counted = Counter((where, kind) for path in modules() for where, kind, _ in registrations(path))
    assert {key for key, count in counted.items() if count > 1} == set()
    assert len(counted) > 60


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_called_underscore(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert "_" not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_what_a_formula_looks_like_does_not_depend_on_what_was_imported():
    script = (
        "import importlib, pkgutil\n"
        "from symlag.document.boxes.expressions import typeset\n"
        "first = set(typeset.registry)\n"
        "import symlag.document\n"
        "for module in pkgutil.walk_packages(symlag.document.__path__, 'symlag.document.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted(map(str, set(typeset.registry) - first)), len(first))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    added, count = run.stdout.rsplit(maxsplit=1)
    assert added == "[]"
    assert int(count) > 40
