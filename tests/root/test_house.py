"""The house as `python -m numeric.bench.house` measures it."""

from numeric.bench import house


def test_imports_go_down_and_never_in_a_circle():
    arrows = house.imports()
    assert house.upward(arrows) == []
    assert house.circles(arrows) == []


def test_an_import_against_the_order_is_seen():
    assert house.upward({("symlag.calculus.jets", "symlag.variational.noether")})
    assert house.circles({("symlag.calculus.a", "symlag.calculus.b"), ("symlag.calculus.b", "symlag.calculus.a")})


def test_every_public_docstring_tells_parameters_results_and_an_example():
    assert house.untold() == []


def test_what_a_docstring_lacks_is_seen():
    assert [what for _, what in house._lacking(house.used_once)] == ["Examples", "Returns"]


def test_no_function_goes_without_a_name():
    assert house.nameless() == []


def test_a_star_import_brings_at_most_sixty_names():
    import symlag

    assert len(symlag.__all__) <= 60
