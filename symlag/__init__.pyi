# What `import symlag` offers, loaded when it is first asked for (SPEC 1 of Scientific Python).

__all__: list[str]

from . import (
    calculus as calculus,
    derivation as derivation,
    document as document,
    exchange as exchange,
    kernels as kernels,
    learning as learning,
    networks as networks,
    optimizers as optimizers,
    simulation as simulation,
    symmetry as symmetry,
    trials as trials,
    variational as variational,
)
from .calculus.differential_operators import total as total
from .calculus.jets import block as block, coordinates as coordinates, fields as fields, t as t
from .calculus.matrices import constant as constant, inner as inner
from .citations import cite as cite
from .derivation.derive import derive as derive
from .errors import SymlagError as SymlagError
from .exchange.json_text import from_json as from_json, to_json as to_json
from .kernels.array_function import kernel as kernel
from .learning.bregman_lagrangian import bregman as bregman
from .learning.continuous_rules import heavy_ball as heavy_ball
from .learning.losses import invariant_loss as invariant_loss, loss as loss
from .names import symbols as symbols  # pyright: ignore[reportAttributeAccessIssue] - SymPy is untyped
from .networks.monitor.monitor import Monitor as Monitor, watch as watch
from .optimizers.backward_error.modified_equations import modified_equation as modified_equation
from .optimizers.exact_law import exact as exact
from .optimizers.library.adaptive import adam as adam, adamw as adamw, rmsprop as rmsprop
from .optimizers.library.momentum import nesterov as nesterov, sgd as sgd
from .optimizers.library.sign_and_polar import lion as lion, muon as muon
from .optimizers.torch_optimizers import from_torch as from_torch
from .optimizers.update_rule import UpdateRule as UpdateRule
from .overloads import count_laws as count_laws
from .simulation.motion import simulate as simulate
from .symmetry.action_symmetries import symmetries as symmetries
from .symmetry.equation_symmetries import symmetries_of_motion as symmetries_of_motion
from .symmetry.find_laws import laws as laws
from .symmetry.loss_symmetries import symmetries_of_potential as symmetries_of_potential
from .variational.equations_of_motion import (
    accelerations as accelerations,
    energy as energy,
    euler_lagrange as euler_lagrange,
    hamiltonian as hamiltonian,
    momenta as momenta,
    multipliers as multipliers,
)
from .variational.families import (
    general_linear as general_linear,
    rescale as rescale,
    rotation as rotation,
    scale as scale,
    time_translation as time_translation,
    translation as translation,
)
from .variational.generator import Generator as Generator, bracket as bracket
from .variational.lagrangian import Lagrangian as Lagrangian
from .variational.noether import Law as Law, noether as noether
