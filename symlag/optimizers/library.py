"""The learning rules in use, as data, each step as torch takes it, the first one included.

A hyper-parameter left out is a positive symbol; it may be a number, an expression, or a function of the step k. Weight
decay is coupled (it joins the gradient) or decoupled (it shrinks θ), as in the papers that the rules come from.

>>> rule = sgd(momentum=0)
>>> rule.equations
{theta: -eta*(g + lambda*theta) + theta}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Max, Min, Rational, S, Symbol, SympifyError, sign, sqrt, sympify

from symlag.calculus.jets import jets, t
from symlag.errors import SymlagError
from symlag.optimizers.update_rule import UpdateRule, combination
from symlag.optimizers.vectors import Letter, g, k, letters, polar, theta

v, m, s, u, p = (Letter(stem) for stem in "vmsup")


def sgd(learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None, dampening: Any = 0) -> UpdateRule:
    """SGD with momentum, v' = βv + (1−d)(g+λθ), θ' = θ − ηv'; with `momentum` 0, gradient descent.

    The first step is undamped, as in torch: there v' = g + λθ whatever d.
    """
    eta, beta, decay, d = _hyper(eta=learning_rate, beta=momentum, lambda_=weight_decay, d=dampening)
    if beta == 0:
        return UpdateRule("SGD", {theta: theta - eta * (g + decay * theta)})
    gain = 1 - d * Min(k, 1)
    return UpdateRule("SGD with momentum", {v: beta * v + gain * (g + decay * theta), theta: theta - eta * v.new})


def nesterov(learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None) -> UpdateRule:
    """SGD with torch's Nesterov momentum: v' = βv + g + λθ, u = g + λθ + βv', θ' = θ − ηu."""
    eta, beta, decay = _hyper(eta=learning_rate, beta=momentum, lambda_=weight_decay)
    slope = g + decay * theta
    return UpdateRule("Nesterov momentum", {v: beta * v + slope, u: slope + beta * v.new, theta: theta - eta * u.new})


def sgdw(learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None) -> UpdateRule:
    """SGD with momentum and decoupled decay: v' = βv + g, θ' = (1−ηλ)θ − ηv' (Loshchilov & Hutter, 1711.05101)."""
    eta, beta, decay = _hyper(eta=learning_rate, beta=momentum, lambda_=weight_decay)
    return UpdateRule("SGDW", {v: beta * v + g, theta: (1 - eta * decay) * theta - eta * v.new})


def rmsprop(
    learning_rate: Any = None, alpha: Any = None, weight_decay: Any = None, momentum: Any = 0, epsilon: Any = None
) -> UpdateRule:
    """RMSProp: s' = αs + (1−α)(g+λθ)², b' = βb + (g+λθ)/(√s'+ε), θ' = θ − ηb' (Tieleman & Hinton 2012)."""
    eta, alpha, decay, beta, epsilon = _hyper(
        eta=learning_rate, alpha=alpha, lambda_=weight_decay, beta=momentum, epsilon=epsilon
    )
    slope = g + decay * theta
    common = {s: alpha * s + (1 - alpha) * slope**2, u: slope / (sqrt(s.new) + epsilon)}
    if beta == 0:
        return UpdateRule("RMSProp", {**common, theta: theta - eta * u.new})
    b = Letter("b")
    return UpdateRule("RMSProp with momentum", {**common, b: beta * b + u.new, theta: theta - eta * b.new})


def centred(rule: UpdateRule) -> UpdateRule:
    """RMSProp by the variance of gradients, s' − h'² in place of s', h their mean (Graves, 1308.0850)."""
    h, moment = Letter("h"), combination(_told(rule, s, "rmsprop()"))
    alpha, (slope,) = moment[s], (square.base for square in moment if square != s)
    spread = rule.equations[u].xreplace({s.new: s.new - h.new**2})
    return UpdateRule(f"{rule.name}, centred", {**rule.equations, h: alpha * h + (1 - alpha) * slope, u: spread})


def adagrad(
    learning_rate: Any = None, weight_decay: Any = None, rate_decay: Any = 0, start: Any = 0, epsilon: Any = None
) -> UpdateRule:
    """Adagrad: s' = s + (g+λθ)², θ' = θ − η(g+λθ)/((1+kη_d)(√s'+ε)) (Duchi, Hazan, Singer 2011)."""
    eta, decay, slower, start, epsilon = _hyper(
        eta=learning_rate, lambda_=weight_decay, slowing=rate_decay, start=start, epsilon=epsilon
    )
    slope = g + decay * theta
    equations = {s: s + slope**2, u: slope / (sqrt(s.new) + epsilon), theta: theta - eta / (1 + k * slower) * u.new}
    return UpdateRule("Adagrad", equations, {s: start})


def adam(
    learning_rate: Any = None, betas: Any = (None, None), weight_decay: Any = None, epsilon: Any = None
) -> UpdateRule:
    """Adam, the decay coupled (Kingma & Ba, 1412.6980): m' = β₁m + (1−β₁)(g+λθ), θ' = θ − ηu, u = m̂'/(√ŝ'+ε)."""
    eta, decay, epsilon = _hyper(eta=learning_rate, lambda_=weight_decay, epsilon=epsilon)
    moments = _moments(betas, g + decay * theta, epsilon)
    return UpdateRule("Adam", {**moments, theta: theta - eta * u.new})


def adamw(
    learning_rate: Any = None, betas: Any = (None, None), weight_decay: Any = None, epsilon: Any = None
) -> UpdateRule:
    """Adam with decoupled decay, θ' = (1−ηλ)θ − ηu (Loshchilov & Hutter, 1711.05101)."""
    eta, decay, epsilon = _hyper(eta=learning_rate, lambda_=weight_decay, epsilon=epsilon)
    moments = _moments(betas, g, epsilon)
    return UpdateRule("AdamW", {**moments, theta: (1 - eta * decay) * theta - eta * u.new})


def amsgrad(rule: UpdateRule) -> UpdateRule:
    """Adam or AdamW by the largest second moment so far in place of the last (Reddi, Kale, Kumar, 1904.09237)."""
    largest = Letter("largest")
    told = {largest: Max(largest, s.new), u: _told(rule, u, "adam()").xreplace({s.new: largest.new})}
    return UpdateRule(f"{rule.name}, AMSGrad", {**rule.equations, **told})


def nadam(
    learning_rate: Any = None,
    betas: Any = (None, None),
    weight_decay: Any = None,
    momentum_decay: Any = None,
    epsilon: Any = None,
) -> UpdateRule:
    """NAdam, the decay coupled (Dozat 2016): the momentum μ_k = β₁(1 − 0.96^{(k+1)ψ}/2) warms up, p is its product."""
    eta, decay = _hyper(eta=learning_rate, lambda_=weight_decay)
    ahead = _nesterov_moments(betas, g + decay * theta, momentum_decay, epsilon)
    return UpdateRule("NAdam", {**ahead, theta: theta - eta * u.new}, {p: S.One})


def nadamw(
    learning_rate: Any = None,
    betas: Any = (None, None),
    weight_decay: Any = None,
    momentum_decay: Any = None,
    epsilon: Any = None,
) -> UpdateRule:
    """NAdam with decoupled decay, θ' = (1−ηλ)θ − ηu."""
    eta, decay = _hyper(eta=learning_rate, lambda_=weight_decay)
    ahead = _nesterov_moments(betas, g, momentum_decay, epsilon)
    return UpdateRule("NAdamW", {**ahead, theta: (1 - eta * decay) * theta - eta * u.new}, {p: S.One})


def lion(learning_rate: Any = None, betas: Any = (None, None), weight_decay: Any = None) -> UpdateRule:
    """Lion: u = sign(β₁m + (1−β₁)g), m' = β₂m + (1−β₂)g, θ' = (1−ηλ)θ − ηu (Chen et al., 2302.06675)."""
    eta, decay = _hyper(eta=learning_rate, lambda_=weight_decay)
    beta1, beta2 = _betas(betas)
    ahead = sign(beta1 * m + (1 - beta1) * g)
    return UpdateRule(
        "Lion", {u: ahead, m: beta2 * m + (1 - beta2) * g, theta: (1 - eta * decay) * theta - eta * u.new}
    )


def muon(
    learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None, share: Any = 1, scale: Any = 1
) -> UpdateRule:
    """Muon: m' = βm + (1−β)g, u the polar factor of m', θ' = (1−ηλ)θ − ηu (Jordan et al. 2024).

    Under Nesterov the polar factor is that of ςm' + (1−ς)g, with the `share` ς = β of the momentum. `scale` is what
    torch adjusts the learning rate of a matrix by; the decay has no part in it.
    """
    eta, beta, decay, share, scale = _hyper(
        eta=learning_rate, beta=momentum, lambda_=weight_decay, share=share, scale=scale
    )
    mixed = polar(share * m.new + (1 - share) * g)
    first = {m: beta * m + (1 - beta) * g, u: mixed}
    return UpdateRule("Muon", {**first, theta: (1 - eta * decay) * theta - eta * scale * u.new})


def sign_sgd(learning_rate: Any = None, weight_decay: Any = None) -> UpdateRule:
    """signSGD with decoupled decay: θ' = (1−ηλ)θ − η sign(g) (Bernstein et al., 1802.04434)."""
    eta, decay = _hyper(eta=learning_rate, lambda_=weight_decay)
    return UpdateRule("signSGD", {u: sign(g), theta: (1 - eta * decay) * theta - eta * u.new})


def averaged(rule: UpdateRule, keep: Any = None) -> UpdateRule:
    """A rule beside an average of its weights, e' = αe + (1−α)θ': an EMA, or with α = k/(k+1) their mean.

    `SymlagError` where the rule has a letter e already.
    """
    (alpha,) = _hyper(alpha=keep)
    e = Letter("e")
    if e in rule.equations:
        raise SymlagError(f"averaged({rule.name})", "its letter e is taken", "a rule without an average")
    mean = alpha * e + (1 - alpha) * theta.new
    return UpdateRule(f"{rule.name}, averaged", {**rule.equations, e: mean}, {**rule.initial, e: theta})


def schedule(name: str, given: Any) -> Expr:
    """A hyper-parameter: a positive symbol where none is given, else a number, an expression, or a function of k.

    >>> from sympy import cos, pi
    >>> schedule("eta", lambda k: (1 + cos(pi * k / 400)) / 2)
    cos(pi*k/400)/2 + 1/2
    """
    if given is None:
        return Symbol(name, positive=True)
    try:
        made: Any = sympify(given(k) if callable(given) else given, strict=True)
    except (SympifyError, TypeError, ArithmeticError):
        made = None
    if not isinstance(made, Expr) or letters(made) or jets(made) or t in made.free_symbols:
        raise SymlagError(
            f"{name} = {given!r}", "it is no number and no function of k", f"{name}=lambda k: 0.1 / (1 + k)"
        )
    return made.xreplace({s: k for s in made.free_symbols if s.name == k.name})


def _told(rule: UpdateRule, x: Letter, instead: str) -> Expr:
    if x not in rule.equations:
        raise SymlagError(rule.name, f"it has no {x}", instead)
    return rule.equations[x]


def _hyper(**given: Any) -> tuple[Expr, ...]:
    return tuple(schedule(name.rstrip("_"), value) for name, value in given.items())


def _betas(betas: Any) -> tuple[Expr, ...]:
    first, second = betas
    return _hyper(beta_1=first, beta_2=second)


def _moments(betas: Any, slope: Expr, epsilon: Expr) -> Mapping[Letter, Expr]:
    """Adam's two moments, and its update with the bias of both taken out."""
    beta1, beta2 = _betas(betas)
    bias1, bias2 = (1 - beta ** (k + 1) for beta in (beta1, beta2))
    first, second = beta1 * m + (1 - beta1) * slope, beta2 * s + (1 - beta2) * slope**2
    return {m: first, s: second, u: m.new / bias1 / (sqrt(s.new / bias2) + epsilon)}


def _nesterov_moments(betas: Any, slope: Expr, momentum_decay: Any, epsilon: Any) -> Mapping[Letter, Expr]:
    """NAdam's two moments, its product of momenta, and its update."""
    beta1, beta2 = _betas(betas)
    psi, epsilon = _hyper(psi=momentum_decay, epsilon=epsilon)
    now, after = (beta1 * (1 - Rational(24, 25) ** (step * psi) / 2) for step in (k + 1, k + 2))
    root = sqrt(s.new / (1 - beta2 ** (k + 1))) + epsilon
    mixed = (1 - now) / (1 - p.new) * slope + after / (1 - p.new * after) * m.new
    first, second = m + (1 - beta1) * (slope - m), beta2 * s + (1 - beta2) * slope**2
    return {m: first, s: second, p: p * now, u: mixed / root}
