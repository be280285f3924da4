"""A live torch.optim optimizer read as update rules: one for each of its parameter groups.

A rule has symbols for its hyper-parameters; `Group.values` reads the numbers off the group each time, so that it
follows schedules, and whatever else changes them. The letters of a step are read off the optimizer's state; what torch
does not keep, such as the applied update u, follows from the rule's equations.

Another optimizer of torch is known by a function from a parameter group to its rule, in `_OPTIMIZERS` below, together
with the options of the group on which the rule depends. Hyper-parameters and buffers whose names in torch differ from
those of symlag are in `_HYPERPARAMETERS` and `_BUFFERS`.

>>> import torch
>>> weight = torch.nn.Parameter(torch.ones(3))
>>> (group,) = from_torch(torch.optim.SGD([weight], lr=0.1, momentum=0.9))
>>> group.rule.name, group.values()
('SGD with momentum', {'beta': 0.9, 'eta': 0.1, 'lambda_': 0.0})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from sympy import Expr, Function, S, lambdify

from symlag.errors import SymlagError
from symlag.names import identifier
from symlag.optimizers.library.adaptive import adagrad, adam, adamw, amsgrad, centred, nadam, nadamw, rmsprop
from symlag.optimizers.library.momentum import nesterov, sgd
from symlag.optimizers.library.sign_and_polar import muon
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta

if TYPE_CHECKING:
    from torch.optim import Optimizer

TorchGroup = Mapping[str, Any]  # an entry of `param_groups`: options, hyper-parameters and parameters
TorchState = Mapping[str, Any]  # what torch keeps of one parameter between steps
Step = Mapping[Letter, Any]  # tensors by letter


class newton_schulz(Function):  # noqa: N801 - it is written like a function
    """Torch's iteration for the polar factor, scaled by shape; as it is in bfloat16, nothing exact is known of it."""

    is_real = True


@dataclass(frozen=True)
class Group:
    """Parameters that share one rule.

    Parameters
    ----------
    rule : UpdateRule
        The rule, with symbols for its hyper-parameters.
    parameters : tuple of torch.nn.Parameter
        What it trains.
    live : mapping
        Torch's own parameter group, as it is now.
    state : mapping from parameter to mapping
        Torch's state of each parameter, as it is now.
    options : mapping
        The options that chose the rule, as they were then.

    Examples
    --------
    >>> import torch
    >>> weight = torch.nn.Parameter(torch.ones(2))
    >>> (group,) = from_torch(torch.optim.SGD([weight], lr=0.1))
    >>> group.rule.name, group.before(weight)[theta]
    ('SGD', tensor([1., 1.]))
    """

    rule: UpdateRule
    parameters: tuple[Any, ...]
    live: TorchGroup
    state: Mapping[Any, TorchState]
    options: TorchGroup = field(default_factory=dict)

    def values(self) -> dict[str, float]:
        """The numbers of the hyper-parameters as they are now, by the names that kernels know."""
        return {
            kernel_name: float(_HYPERPARAMETERS[name](self.live) if name in _HYPERPARAMETERS else self.live[name])
            for kernel_name, name in self._names.items()
        }

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The names of the hyper-parameters, by those that kernels know."""
        return {identifier(s.name): s.name for s in self.rule.hyperparameters}

    def changed_options(self) -> Iterator[str]:
        """Each option by which the step obeys another rule by now: what it was, and what it is."""
        for name, then in self.options.items():
            now = self.live[name]
            if bool(now) != bool(then) and (now or name not in _MAY_VANISH):
                yield f"{name} was {then} and is {now}"

    def before(self, parameter: Any) -> Step:
        """Copies of θ and the buffers of one parameter: what the next step begins with, or the last one led to.

        Parameters
        ----------
        parameter : torch.nn.Parameter
            One of `parameters`.

        Returns
        -------
        mapping from Letter to tensor
            In the parameter's shape; before the first step, buffers as the rule starts them.
        """
        state, zeros = self.state.get(parameter, {}), parameter.detach() * 0
        letters = {theta: parameter.detach().clone()}
        for x in self.rule.buffers:
            value = torch_buffer(x, state)
            if value is None:  # before the first step
                letters[x] = zeros + self._number(self.rule.initial.get(x, S.Zero), 0)
            else:
                letters[x] = value.detach().clone() + zeros  # in the parameter's shape: NAdam's p is a number
        return letters

    def between(self, before: Step, gradient: Any, after: Step, step: int) -> Step:
        """All letters of a step.

        Parameters
        ----------
        before, after : mapping from Letter to tensor
            θ and the buffers before and after the step.
        gradient : tensor
            g.
        step : int
            The number of the step, which counts from 0.

        Returns
        -------
        mapping from Letter to tensor
            These, and the auxiliary letters, by the rule's equations.
        """
        known = {**before, g: gradient, **{x.new: value for x, value in after.items()}}
        for x, vector in self.rule.linear.items():
            numbers = {y: self._number(c, step) for y, c in vector.items()}
            if x.new not in known:
                known[x.new] = sum(c * known[y] for y, c in numbers.items())
            for u in [y for y in numbers if y not in known]:  # opaque: it is what takes x to its new value
                known[u] = (known[x.new] - sum(c * known[y] for y, c in numbers.items() if y != u)) / numbers[u]
        return known

    def _number(self, coefficient: Expr, step: int) -> float:
        return float(_evaluated(coefficient, self.rule.hyperparameters)(*self.values().values(), step))


def from_torch(optimizer: Optimizer, rule: UpdateRule | None = None) -> tuple[Group, ...]:
    """The update rules of a torch optimizer, one for each parameter group.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        The optimizer, before or during training.
    rule : UpdateRule, optional
        The rule of an optimizer of one's own; its hyper-parameters are read off the groups by name.

    Returns
    -------
    tuple of Group
        Of each group its rule, its parameters, and `values()` for the numbers of its hyper-parameters.

    Raises
    ------
    SymlagError
        For an optimizer whose rule symlag does not know, such as those that ask for a second gradient.

    Examples
    --------
    >>> import torch
    >>> weight = torch.nn.Parameter(torch.ones(3))
    >>> [group.rule.name for group in from_torch(torch.optim.AdamW([weight]))]
    ['AdamW']
    """
    groups: Sequence[TorchGroup] = optimizer.param_groups
    if rule is not None:
        return tuple(Group(rule, tuple(live["params"]), live, optimizer.state) for live in groups)
    name = type(optimizer).__name__
    if name not in _OPTIMIZERS:
        raise SymlagError(
            f"from_torch({name}(…))",
            "symlag does not know the rule of this optimizer",
            f"Use one of {', '.join(_OPTIMIZERS)}, or give its rule, as in from_torch(optimizer, sgd()).",
        )
    known, found = _OPTIMIZERS[name], list[Group]()
    for live in groups:
        own = known.rule(live)
        if live.get("maximize"):  # torch climbs: the rule with the gradient turned round
            own = UpdateRule(own.name, {x: e.xreplace({g: -g}) for x, e in own.equations.items()}, own.initial)
        options = {option: live[option] for option in known.options if option in live}
        found.append(Group(own, tuple(live["params"]), live, optimizer.state, options))
    return tuple(found)


def torch_buffer(x: Letter, state: TorchState) -> Any:
    """A buffer in torch's state of a parameter, not copied; None before the first step."""
    names = _BUFFERS.get(x.stem, (x.stem,))
    return next((state[name] for name in names if state.get(name) is not None), None)


@cache
def _evaluated(coefficient: Expr, hyperparameters: tuple[Expr, ...]) -> Callable[..., float]:
    """A coefficient as a function of the hyper-parameters and the step."""
    return lambdify([*hyperparameters, k], coefficient, "math")


def _sgd(live: TorchGroup) -> UpdateRule:
    if live["nesterov"]:
        return nesterov()
    return sgd(momentum=None if live["momentum"] else 0, dampening=None if live["dampening"] else 0)


def _adam(live: TorchGroup) -> UpdateRule:
    rule = adamw() if live["decoupled_weight_decay"] else adam()
    return amsgrad(rule) if live["amsgrad"] else rule


def _nadam(live: TorchGroup) -> UpdateRule:
    return nadamw() if live["decoupled_weight_decay"] else nadam()


def _rmsprop(live: TorchGroup) -> UpdateRule:
    rule = rmsprop(momentum=None if live["momentum"] else 0)
    return centred(rule) if live["centered"] else rule


def _adagrad(live: TorchGroup) -> UpdateRule:
    return adagrad(rate_decay=None if live["lr_decay"] else 0, start=None)


def _muon(live: TorchGroup) -> UpdateRule:
    rule, u = muon(share=None if live["nesterov"] else 1), Letter("u")
    return UpdateRule(rule.name, {**rule.equations, u: newton_schulz(*rule.equations[u].args)})


@dataclass(frozen=True)
class _TorchOptimizer:
    """How the rule of a parameter group is read, and the options of the group on which it depends."""

    rule: Callable[[TorchGroup], UpdateRule]
    options: tuple[str, ...]


_OPTIMIZERS: Mapping[str, _TorchOptimizer] = {
    "SGD": _TorchOptimizer(_sgd, ("momentum", "dampening", "nesterov", "maximize")),
    "Adam": _TorchOptimizer(_adam, ("decoupled_weight_decay", "amsgrad", "maximize")),
    "AdamW": _TorchOptimizer(_adam, ("decoupled_weight_decay", "amsgrad", "maximize")),
    "NAdam": _TorchOptimizer(_nadam, ("decoupled_weight_decay", "maximize")),
    "RMSprop": _TorchOptimizer(_rmsprop, ("momentum", "centered", "maximize")),
    "Adagrad": _TorchOptimizer(_adagrad, ("lr_decay", "maximize")),
    "Muon": _TorchOptimizer(_muon, ("nesterov",)),
}
_MAY_VANISH = {"dampening", "lr_decay"}  # a rule that has them is that of the step where they become 0, too
# Where a hyper-parameter of that name is in torch's group; others are there under their own name.
_HYPERPARAMETERS: Mapping[str, Callable[[TorchGroup], Any]] = {
    "eta": lambda live: live["lr"],
    "lambda": lambda live: live["weight_decay"],
    "beta": lambda live: live["momentum"],
    "share": lambda live: live["momentum"],
    "d": lambda live: live["dampening"],
    "beta_1": lambda live: live["betas"][0],
    "beta_2": lambda live: live["betas"][1],
    "epsilon": lambda live: live["eps"],
    "psi": lambda live: live["momentum_decay"],
    "slowing": lambda live: live["lr_decay"],
    "start": lambda live: live["initial_accumulator_value"],
}
# What torch calls the buffer of that letter; others are in its state under their own name.
_BUFFERS: Mapping[str, tuple[str, ...]] = {
    "v": ("momentum_buffer",),
    "b": ("momentum_buffer",),
    "m": ("exp_avg", "momentum_buffer"),
    "s": ("exp_avg_sq", "square_avg", "sum"),
    "p": ("mu_product",),
    "h": ("grad_avg",),
    "largest": ("max_exp_avg_sq",),
}
