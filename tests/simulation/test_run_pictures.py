"""Plots, phase portraits and animations: they are written, show what they should, and say what they cannot."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageSequence
from sympy import cos, sin, symbols

from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner
from symlag.errors import OutputError, SymlagError
from symlag.simulation import Animation, simulate
from symlag.variational.families import rotation, scale
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y, z, theta, r, phi = coordinates("x y z theta r phi")
g, l = symbols("g l", positive=True)
pendulum = Lagrangian(l**2 * theta.dot**2 / 2, -g * l * cos(theta))
spiral = Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 + y**2, damping=1)
PLANE = {x: 1, y: 0, x.dot: 0, y.dot: 1}


@pytest.fixture(scope="module")
def swing():
    return simulate(pendulum, {theta: 1, theta.dot: 0}, 2, {g: 9.81, l: 0.5})


@pytest.fixture(scope="module")
def turn():
    return simulate(spiral, PLANE, 2)


def drawn(picture) -> list[Any]:
    figure = Figure(layout="constrained")
    picture.draw(figure)
    return figure.axes


def test_a_plot_has_a_panel_for_each_thing(turn, tmp_path):
    law = noether(spiral, scale(x, y))
    axes = drawn(turn.plot([x, y], x**2 + y**2, "x.dot", law))
    assert [len(axis.lines) for axis in axes] == [2, 1, 1, 3]
    assert axes[-1].get_xlabel() == "time $t$"
    time, values = axes[1].lines[0].get_data()
    assert values == pytest.approx(turn(time)[x**2 + y**2])
    gap = turn.charge(law).gap
    assert f"gap {gap:.0e}" in axes[3].lines[1].get_label()
    assert [len(axis.lines) for axis in drawn(turn.plot())] == [2, 2]
    assert [path.name for path in turn.plot().save(tmp_path, "spiral")] == ["spiral.svg", "spiral.png"]


def test_the_same_run_gives_the_same_picture(turn):
    picture = turn.phase_portrait(x)._repr_svg_()
    assert picture.startswith("<?xml")
    assert picture == turn.phase_portrait("x")._repr_svg_()


def test_a_portrait_shows_coordinate_and_rate_of_every_run(swing):
    faster = simulate(pendulum, {theta: 0, theta.dot: 30}, 2, {g: 9.81, l: 0.5})
    (axis,) = drawn(swing.phase_portrait(theta, faster))
    first, _, second, _ = axis.lines
    assert np.nanmax(abs(first.get_xdata())) == pytest.approx(1)
    assert np.nanmax(abs(second.get_xdata())) <= np.pi  # an angle stays within a turn
    assert np.nanmax(second.get_ydata()) == pytest.approx(30, rel=1e-6)
    with pytest.raises(SymlagError, match="no coordinate that is a number"):
        swing.phase_portrait(theta**2)


def places(run, *arguments, **named):
    return run.animate(*arguments, **named).places


def test_points_are_recognised(turn, swing):
    assert places(turn)[0] == pytest.approx(np.array([[1, 0]]))
    assert places(swing)[0] == pytest.approx(np.array([[np.sin(1), -np.cos(1)]]))
    assert swing.animate().pivot is not None
    polar = Lagrangian((r.dot**2 + r**2 * phi.dot**2) / 2)
    assert places(simulate(polar, {r: 2, phi: 0, r.dot: 0, phi.dot: 1}, 2))[0] == pytest.approx(np.array([[2, 0]]))
    x_1, y_1, x_2, y_2 = coordinates("x_1 y_1 x_2 y_2")
    pair = Lagrangian(sum(q.dot**2 for q in (x_1, y_1, x_2, y_2)))
    start = {q: i for i, q in enumerate((x_1, y_1, x_2, y_2, x_1.dot, y_1.dot, x_2.dot, y_2.dot))}
    assert places(simulate(pair, start, 2))[0] == pytest.approx(np.array([[0, 1], [2, 3]]))
    line = simulate(Lagrangian(x.dot**2), {x: 3, x.dot: 1}, 2)
    assert places(line)[-1] == pytest.approx(np.array([[5, 0]]))
    bodies = block("Q", 4, 3)
    space = simulate(Lagrangian(inner(bodies.dot, bodies.dot)), {bodies: np.eye(4, 3), bodies.dot: np.eye(4, 3)}, 2)
    assert places(space).shape[1:] == (4, 3)
    assert places(space)[0] == pytest.approx(np.eye(4, 3))


def test_points_are_given_as_expressions(swing):
    moved = swing.animate([(l * sin(theta), -l * cos(theta)), (0, theta)], pivot=(0, 0))
    assert moved.places[0] == pytest.approx(np.array([[0.5 * np.sin(1), -0.5 * np.cos(1)], [0, 1]]))
    assert repr(moved) == "Animation(2 points, 2 s)"
    with pytest.raises(SymlagError, match="unlike dimensions"):
        swing.animate([(theta, theta), (theta, theta, theta)])
    many = simulate(Lagrangian(theta.dot**2 + phi.dot**2), {theta: 0, phi: 0, theta.dot: 1, phi.dot: 1}, 2)
    with pytest.raises(SymlagError, match="no points"):
        many.animate()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_an_animation_is_saved_frame_by_frame(tmp_path, dimensions):
    steps = np.linspace(0, 1, 3)
    few = Animation(steps, np.stack([np.outer(steps, np.ones(dimensions))] * 2, axis=1), np.zeros((3, dimensions)))
    with Image.open(few.save(tmp_path / "few.gif")) as image:
        assert sum(1 for _ in ImageSequence.Iterator(image)) == 3
    page = few.save(tmp_path / "few.html").read_text()
    assert page.count("data:image/png;base64") == 3
    assert few._repr_html_().startswith("<img")
    with pytest.raises(OutputError, match=r"ends in none"):
        few.save(tmp_path / "few.avi")


def test_a_charge_that_is_conserved_is_drawn_with_its_twin(turn):
    free = Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 + y**2)
    run = simulate(free, PLANE, 2)
    (axis,) = drawn(run.plot(noether(free, rotation(x, y))))
    measured, predicted, twin = (line.get_ydata() for line in axis.lines)
    assert predicted == pytest.approx(measured, abs=1e-8)
    assert abs(twin - measured).max() > 0.5
