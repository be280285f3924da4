"""A live torch.optim optimizer read as update rules: one for each of its parameter groups.

A rule has symbols for its hyper-parameters; `values` reads the numbers off the group each time, so that schedules, and
whatever else moves them, are followed. The letters of a step are read off the optimizer's state; what torch does not
keep, such as the applied update u, is told by the rule's equations.

>>> import torch
>>> weight = torch.nn.Parameter(torch.ones(3))
>>> (group,) = from_torch(torch.optim.SGD([weight], lr=0.1, momentum=0.9))
>>> group.rule.name, group.values()
('SGD with momentum', {'beta': 0.9, 'eta': 0.1, 'lambda_': 0.0})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from sympy import Expr, Function, S, lambdify

from symlag.errors import SymlagError
from symlag.names import identifier
from symlag.optimizers.library import (
    adagrad,
    adam,
    adamw,
    amsgrad,
    centred,
    muon,
    nadam,
    nadamw,
    nesterov,
    rmsprop,
    sgd,
)
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta

Live = Mapping[str, Any]
Step = Mapping[Letter, Any]


class newton_schulz(Function):  # noqa: N801 - it is written like a function
    """Torch's iteration for the polar factor, scaled by shape; as it is in bfloat16, nothing exact is known of it."""

    is_real = True


@dataclass(frozen=True)
class Group:
    """Parameters that share one rule.

    `live` is torch's own parameter group and `state` its state of each parameter; `options` are those that chose the
    rule, as they were then.
    """

    rule: UpdateRule
    parameters: tuple[Any, ...]
    live: Live
    state: Mapping[Any, Live]
    options: Live = field(default_factory=dict)

    def values(self) -> dict[str, float]:
        """The numbers of the hyper-parameters as they are now, by the names that kernels know."""
        return {name: float(_read(symbol, self.live)) for name, symbol in self._named.items()}

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """The symbols of the hyper-parameters, by the names that kernels know."""
        return {identifier(s.name): s.name for s in self.rule.hyperparameters}

    def switched(self) -> Iterator[str]:
        """Each option by which the step is another rule's by now: what it was, and what it is."""
        for name, then in self.options.items():
            now = self.live[name]
            if bool(now) != bool(then) and (now or name not in _FADING):
                yield f"{name} was {then} and is {now}"

    def before(self, parameter: Any) -> Step:
        """Copies of θ and the buffers of one parameter: what the next step begins with, or the last one led to."""
        kept = self.state.get(parameter, {})
        values = {x: _copied(stored(x, kept), parameter) for x in self.rule.buffers}
        starts = {x: parameter.detach() * 0 + self._start(x) for x, value in values.items() if value is None}
        return {theta: parameter.detach().clone(), **values, **starts}

    def between(self, before: Step, gradient: Any, after: Step, step: int) -> Step:
        """All letters of a step, the number of which counts from 0; the auxiliary ones by the rule's equations."""
        known = {**before, g: gradient, **{x.new: value for x, value in after.items()}}
        for x, told in self.rule.linear.items():
            vector = {y: self._number(c, step) for y, c in told.items()}
            if x.new not in known:
                known[x.new] = sum(c * known[y] for y, c in vector.items())
            for u in [y for y in vector if y not in known]:  # opaque, and told by where it led
                known[u] = (known[x.new] - sum(c * known[y] for y, c in vector.items() if y != u)) / vector[u]
        return known

    def _number(self, coefficient: Any, step: int) -> float:
        return float(_evaluated(coefficient, self.rule.hyperparameters)(*self.values().values(), step))

    def _start(self, x: Letter) -> float:
        return self._number(self.rule.initial.get(x, S.Zero), 0)


def from_torch(optimizer: Any, rule: UpdateRule | None = None) -> tuple[Group, ...]:
    """The rules of a torch optimizer, group by group; of one's own optimizer all have the rule that is told.

    `SymlagError` for an optimizer that symlag has no rule for, such as those that call back for a second gradient.
    """
    kind = type(optimizer).__name__
    if rule is not None:
        return tuple(Group(rule, tuple(live["params"]), live, optimizer.state) for live in optimizer.param_groups)
    if kind not in _RULES:
        raise SymlagError(f"torch.optim.{kind}", "symlag has no rule for it", f"one of {', '.join(_RULES)}, or a rule")
    return tuple(_group(kind, live, optimizer.state) for live in optimizer.param_groups)


def stored(x: Letter, state: Live) -> Any:
    """A buffer in torch's state of a parameter, not copied; none before the first step."""
    return next((state[name] for name in _STORED.get(x.stem, (x.stem,)) if state.get(name) is not None), None)


@cache
def _evaluated(coefficient: Expr, hyperparameters: tuple[Expr, ...]) -> Callable[..., float]:
    """A coefficient as a function of the hyper-parameters and the step."""
    return lambdify([*hyperparameters, k], coefficient, "math")


def _group(kind: str, live: Live, state: Mapping[Any, Live]) -> Group:
    options = {name: live[name] for name in _OPTIONS[kind] if name in live}
    return Group(_signed(_RULES[kind](live), live), tuple(live["params"]), live, state, options)


def _signed(rule: UpdateRule, live: Live) -> UpdateRule:
    """The rule with its gradient turned round where torch climbs."""
    if not live.get("maximize"):
        return rule
    return UpdateRule(rule.name, {x: e.xreplace({g: -g}) for x, e in rule.equations.items()}, rule.initial)


def _sgd(live: Live) -> UpdateRule:
    if live["nesterov"]:
        return nesterov()
    return sgd(momentum=None if live["momentum"] else 0, dampening=None if live["dampening"] else 0)


def _adam(live: Live) -> UpdateRule:
    made = adamw() if live["decoupled_weight_decay"] else adam()
    return amsgrad(made) if live["amsgrad"] else made


def _nadam(live: Live) -> UpdateRule:
    return nadamw() if live["decoupled_weight_decay"] else nadam()


def _rmsprop(live: Live) -> UpdateRule:
    made = rmsprop(momentum=None if live["momentum"] else 0)
    return centred(made) if live["centered"] else made


def _adagrad(live: Live) -> UpdateRule:
    return adagrad(rate_decay=None if live["lr_decay"] else 0, start=None)


def _muon(live: Live) -> UpdateRule:
    made = muon(share=None if live["nesterov"] else 1)
    u = Letter("u")
    rounded = newton_schulz(*made.equations[u].args)
    return UpdateRule(made.name, {**made.equations, u: rounded})


def _copied(value: Any, parameter: Any) -> Any:
    """A copy of a buffer of the parameter's shape, None before the first step."""
    return None if value is None else value.detach().clone() + parameter.detach() * 0


def _read(name: str, live: Live) -> Any:
    """A hyper-parameter, of a rule of one's own under its own name."""
    return _READ[name](live) if name in _READ else live[name]


_RULES: Mapping[str, Callable[[Live], UpdateRule]] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adam,
    "NAdam": _nadam,
    "RMSprop": _rmsprop,
    "Adagrad": _adagrad,
    "Muon": _muon,
}
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "SGD": ("momentum", "dampening", "nesterov", "maximize"),
    "Adam": ("decoupled_weight_decay", "amsgrad", "maximize"),
    "AdamW": ("decoupled_weight_decay", "amsgrad", "maximize"),
    "NAdam": ("decoupled_weight_decay", "maximize"),
    "RMSprop": ("momentum", "centered", "maximize"),
    "Adagrad": ("lr_decay", "maximize"),
    "Muon": ("nesterov",),
}
_FADING = {"dampening", "lr_decay"}  # a rule that has them is that of the step where they become 0, too
_READ: Mapping[str, Callable[[Live], Any]] = {
    "eta": lambda live: live["lr"],
    "lambda": lambda live: live["weight_decay"],
    "beta": lambda live: live["momentum"],
    "share": lambda live: live["momentum"],
    "d": lambda live: live["dampening"],
    "beta_1": lambda live: live["betas"][0],
    "beta_2": lambda live: live["betas"][1],
    "epsilon": lambda live: live["eps"],
    "alpha": lambda live: live["alpha"],
    "psi": lambda live: live["momentum_decay"],
    "slowing": lambda live: live["lr_decay"],
    "start": lambda live: live["initial_accumulator_value"],
}
_STORED = {
    "v": ("momentum_buffer",),
    "b": ("momentum_buffer",),
    "m": ("exp_avg", "momentum_buffer"),
    "s": ("exp_avg_sq", "square_avg", "sum"),
    "p": ("mu_product",),
    "h": ("grad_avg",),
    "largest": ("max_exp_avg_sq",),
}
