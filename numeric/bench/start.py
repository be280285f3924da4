"""How long symlag takes to start, beside SymPy, in paired runs.

    python -m numeric.bench.start

Python's compiled files of both are kept in a folder of their own, where the first run puts them. Each turn starts
every program once in a fresh interpreter, one after another, so that a slow spell of the machine meets all of them. A
ratio is the median over the turns of the time of a program by that of `import sympy` in the same turn.
"""

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

TURNS = 15
TOUCH = "import symlag\nfor name in symlag.__all__: getattr(symlag, name)"
PROGRAMS = {
    "import sympy": ["-c", "import sympy"],
    "import symlag": ["-c", "import symlag"],
    "all public names": ["-c", TOUCH],
    "symlag --help": ["-m", "symlag", "--help"],
}


def seconds(arguments: list[str], compiled: str) -> float:
    """The time of one run in a fresh interpreter, with compiled files in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        env=environment | {"PYTHONPYCACHEPREFIX": compiled},
    )
    return perf_counter() - start


def main() -> None:
    """Print the median time of each program, and the median ratio to `import sympy`."""
    with TemporaryDirectory() as compiled:
        for arguments in PROGRAMS.values():
            seconds(arguments, compiled)  # compiles
        turns = [{name: seconds(arguments, compiled) for name, arguments in PROGRAMS.items()} for _ in range(TURNS)]
    for name in PROGRAMS:
        ratio = median(turn[name] / turn["import sympy"] for turn in turns)
        print(f"{name:17} {median(turn[name] for turn in turns):5.2f} s   {ratio:4.2f} of import sympy")


if __name__ == "__main__":
    main()
