"""How long symlag takes to start, beside SymPy, in paired runs.

    python -m numeric.bench.start

Each turn starts every program once in a fresh interpreter, one after another, so that a slow spell of the machine meets
all of them. A ratio is the median over the turns of the time of a program by that of `import sympy` in the same turn.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

TURNS = 15
TOUCH = "import symlag\nfor name in symlag.__all__: getattr(symlag, name)"
PROGRAMS = {
    "import sympy": ["-c", "import sympy"],
    "import symlag": ["-c", "import symlag"],
    "all public names": ["-c", TOUCH],
    "symlag --help": ["-m", "symlag", "--help"],
}


def seconds(arguments: list[str]) -> float:
    """The time of one run in a fresh interpreter."""
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return perf_counter() - start


def main() -> None:
    """Print the median time of each program, and the median ratio to `import sympy`."""
    seconds(PROGRAMS["all public names"])  # compiled files are there
    turns = [{name: seconds(arguments) for name, arguments in PROGRAMS.items()} for _ in range(TURNS)]
    for name in PROGRAMS:
        ratio = median(turn[name] / turn["import sympy"] for turn in turns)
        print(f"{name:17} {median(turn[name] for turn in turns):5.2f} s   {ratio:4.2f} of import sympy")


if __name__ == "__main__":
    main()
