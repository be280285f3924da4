# What symlag.trials offers, loaded when it is first asked for.

__all__: list[str]

from .claim import Claim as Claim, Study as Study, claims as claims
from .exact_trial import run_exact as run_exact
from .integrated_law import integrate_law as integrate_law
from .integrated_orbit import STEPS as STEPS, orbit as orbit
from .phase_portrait import pictures_of as pictures_of, portrait as portrait
from .record import Record as Record
from .setting import Setting as Setting, data as data, seed as seed, use_setting as use_setting
from .trial import Finding as Finding, Trial as Trial, run as run
from .trial_pictures import draw as draw, picture as picture
from .verdict import Verdict as Verdict, observed_order as observed_order, worst as worst
