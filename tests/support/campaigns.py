"""A folder of small trials for tests of campaigns: a study, one by records, one that sweeps, one that wants data."""

from textwrap import dedent

FILES = {
    "swing.py": """
        \"\"\"A body on a spring keeps its energy.\"\"\"
        from symlag import coordinates, time_translation
        x = coordinates("x")
        T = x.dot**2 / 2
        V = x**2 / 2
        symmetry = time_translation()
        """,
    "trials/_helper.py": """
        HEIGHT = 1.0
        """,
    "trials/alone.py": """
        import swing as theorem
        from symlag.plot_style import MEASURED, THEORY
        from symlag.trials import Claim, Study
        from trials._helper import HEIGHT
        fast = True

        def study():
            claim = Claim("It stays as high.", "made up", HEIGHT, 0.9, 1.1, twin=0.5, without="its spring")
            return Study([claim], {"heights": draw})

        def draw(figure):
            axes = figure.subplots()
            axes.plot([0, 1], [HEIGHT, HEIGHT], label="measured", **MEASURED)
            axes.plot([0, 1], [1, 1], label="theory", **THEORY)
            axes.legend()
        """,
    "trials/by_records.py": """
        import numpy as np
        import swing as theorem
        from symlag.trials import Record
        steps = (0.2, 0.1, 0.05)

        def record(step):
            time = step * np.arange(round(2 / step))
            return Record.along(step, time, {"x": np.cos(time)}, {})
        """,
    "trials/swept.py": """
        import os
        from pathlib import Path
        import swing as theorem
        from symlag.trials import Claim, Study, seed
        points = [1, 2, 3, 4]

        def measure(point):
            with open(Path(__file__).parent / "log", "a") as log:
                print(point, os.getpid(), file=log)
            return point**2 + seed()

        def study(measured):
            claim = Claim("Squares add up.", "made up", sum(measured), least=30, most=30, twin=sum(points), without="²")
            return Study([claim])
        """,
    "trials/wanting.py": """
        import swing as theorem
        from symlag.trials import Claim, Study, data

        def study():
            size = len(data("a text of three letters").read_text())
            return Study([Claim("Three letters.", "made up", size, least=3, most=3, twin=0, without="the text")])
        """,
}


def write(folder):
    """Write the trials below a folder."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dedent(text).lstrip(), encoding="utf-8")
