"""Commands that have a module each; `symlag.cli.app` lists them."""

from symlag.cli.commands.doctor import doctor
from symlag.cli.commands.study import run_study
from symlag.cli.commands.trials import trials

__all__ = ["doctor", "run_study", "trials"]
