"""What is installed on this machine: versions, cores, compilers, TeX, a browser, a GPU, and what each is needed for.

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
from pathlib import Path

from symlag.optional_packages import is_installed, pip_install
from symlag.trials.campaign.configuration import installed_version


@dataclass(frozen=True)
class Check:
    """One thing that symlag can use: what was found of it (empty if it is missing), its use, and how to install it."""

    name: str
    found: str
    serves: str
    advice: str = ""


def checks() -> Iterator[Check]:
    """Everything that symlag can use, and what is found of it."""
    yield Check("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", "everything")
    for name, serves, extra in LIBRARIES:
        yield Check(name, installed_version(name), serves, _pip(extra))
    yield Check("cores", f"{_cores()} of {os.cpu_count()}, {_threads()}", "symlag trials --jobs")
    for name, commands, serves, package in TOOLS:
        yield Check(name, _tool(commands), serves, f"apt install {package}")
    yield Check("GPU", _gpu(), "training on a GPU", _gpu_advice())


LIBRARIES = (  # name, what it is needed for, the extra that installs it
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
TOOLS = (  # name, its commands, what it is needed for, the package that has it
    ("C compiler", ("cc", "gcc", "clang"), "torch.compile", "gcc"),
    ("LaTeX", ("latexmk", "pdflatex"), "compiling what `symlag derive` writes", "latexmk texlive-latex-extra"),
    ("Chromium", ("chromium", "chromium-browser", "google-chrome"), "tests of pages", "chromium"),
    ("chromedriver", ("chromedriver",), "tests of pages", "chromium-driver"),
    ("make", ("make",), "the commands of the Makefile", "make"),
)


def _pip(extra: str) -> str:
    return pip_install(extra) if extra else "pip install symlag"


def _cores() -> int:
    """The cores that this process may use."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _threads() -> str:
    threads = os.environ.get("OMP_NUM_THREADS")
    return f"OMP_NUM_THREADS={threads}" if threads else "OMP_NUM_THREADS not set"


def _tool(commands: tuple[str, ...]) -> str:
    """The first of the commands that is installed, with the version that it reports."""
    path = next((path for path in map(shutil.which, commands) if path), None)
    if path is None:
        return ""
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    number = re.search(r"\d+(\.\d+)+", answer.stdout + answer.stderr)
    return f"{Path(path).name} {number[0]}" if number else Path(path).name


def _gpu() -> str:
    """The accelerators that torch sees."""
    if not is_installed("torch"):
        return ""
    import torch

    if torch.cuda.is_available():
        return ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    return "mps" if torch.backends.mps.is_available() else ""


def _gpu_advice() -> str:
    """What to do if torch sees no accelerator."""
    if not is_installed("torch"):
        return f"{_pip('torch')}, first of all"
    if shutil.which("nvidia-smi"):
        build = f"torch {installed_version('torch')}"
        return f"{build} does not see the one that is here; pytorch.org lists builds with CUDA"
    return "there is none, and all of symlag runs without"
