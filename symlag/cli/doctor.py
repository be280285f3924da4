"""A look at the machine: versions, cores, compilers, TeX, a browser, a GPU, and what each of them serves.

>>> {check.name: bool(check.found) for check in checks()}["sympy"]
True
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One thing that symlag can use: what was found of it, nothing where it is missing, and what to do then."""

    name: str
    found: str
    serves: str
    advice: str = ""


def checks() -> Iterator[Check]:
    """All that symlag can use, and what of it is there."""
    yield Check("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", "everything")
    for name, serves, extra in LIBRARIES:
        yield Check(name, _version(name), serves, _pip(extra))
    yield Check("cores", f"{_cores()} of {os.cpu_count()}, {_threads()}", "symlag trials --jobs")
    for name, commands, serves, package in TOOLS:
        yield Check(name, _tool(commands), serves, f"apt install {package}")
    yield Check("GPU", _gpu(), "training on a GPU", _gpu_advice())


LIBRARIES = (
    ("symlag", "everything", ""),
    ("sympy", "every derivation", ""),
    ("numpy", "kernels, trials", ""),
    ("numba", "kernels with backend numba", "numba"),
    ("torch", "networks, kernels with backend torch", "torch"),
    ("matplotlib", "pictures", "plots"),
    ("scipy", "trials", "trials"),
    ("scikit-learn", "the digits that trials train on", "trials"),
    ("distributed", "symlag trials --dask", "cluster"),
    ("selenium", "tests of pages", "dev"),
    ("nbclient", "tests of notebooks", "dev"),
)
TOOLS = (
    ("C compiler", ("cc", "gcc", "clang"), "torch.compile", "gcc"),
    ("LaTeX", ("latexmk", "pdflatex"), "compiling what `symlag derive` writes", "latexmk texlive-latex-extra"),
    ("Chromium", ("chromium", "chromium-browser", "google-chrome"), "tests of pages", "chromium"),
    ("chromedriver", ("chromedriver",), "tests of pages", "chromium-driver"),
    ("make", ("make",), "the commands of the Makefile", "make"),
)


def _pip(extra: str) -> str:
    return f"pip install 'symlag[{extra}]'" if extra else "pip install symlag"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _cores() -> int:
    """The cores that this process may use."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _threads() -> str:
    threads = os.environ.get("OMP_NUM_THREADS")
    return f"OMP_NUM_THREADS={threads}" if threads else "OMP_NUM_THREADS not set"


def _tool(commands: tuple[str, ...]) -> str:
    """The first of the commands that is installed, by its own account."""
    found = next((path for path in map(shutil.which, commands) if path), None)
    if found is None:
        return ""
    told = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20, check=False)
    number = re.search(r"\d+(\.\d+)+", told.stdout + told.stderr)
    return " ".join([Path(found).name, *([number[0]] if number else [])])


def _gpu() -> str:
    """The accelerators that torch sees."""
    if find_spec("torch") is None:
        return ""
    import torch

    if torch.cuda.is_available():
        return ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    return "mps" if torch.backends.mps.is_available() else ""


def _gpu_advice() -> str:
    """What to do where torch sees no accelerator."""
    if find_spec("torch") is None:
        return f"{_pip('torch')}, to begin with"
    if shutil.which("nvidia-smi"):
        return f"torch {_version('torch')} does not see the one that is here; pytorch.org lists builds with CUDA"
    return "there is none, and all of symlag runs without"
