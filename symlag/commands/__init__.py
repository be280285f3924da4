"""Commands that have a module each; `symlag.cli` lists them."""

from symlag.commands._doctor import doctor
from symlag.commands._study import run_study
from symlag.commands._trials import trials

__all__ = ["doctor", "run_study", "trials"]
