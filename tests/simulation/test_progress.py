"""The bar of a long run: it comes after two seconds, and warns of nothing."""

import warnings

from symlag.simulation import progress
from symlag.simulation.progress import progress as shown


def test_a_bar_in_a_notebook_without_widgets_warns_of_nothing(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setattr(progress, "is_installed", lambda _: False)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with shown("simulating", 0.0, 1.0) as update:
            update(0.5)
