"""How long it takes to start: `import symlag` beside `import sympy`, and `symlag --help`.

python -m numeric.bench.start
"""

import subprocess
import sys
from time import perf_counter

STARTS = {
    "import sympy": ["-c", "import sympy"],
    "import symlag": ["-c", "import symlag"],
    "symlag --help": ["-m", "symlag", "--help"],
}


def seconds(arguments: list[str]) -> float:
    """The shortest of five starts of a fresh interpreter."""
    return min(_once([sys.executable, *arguments]) for _ in range(5))


def _once(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - start


if __name__ == "__main__":
    for name, arguments in STARTS.items():
        print(f"{name:14} {seconds(arguments):5.2f} s")
