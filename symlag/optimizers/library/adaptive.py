"""Adaptive learning rules, as data: what divides the gradient or a momentum by the root of a second moment.

Each step is as torch takes it, the first one included; other rules are in `momentum` and `sign_and_polar`. A hyper-
parameter left out is a positive symbol; it may be a number, an expression, or a function of the step k.

>>> rmsprop(weight_decay=0).opaque[Letter("u")]
g/(epsilon + sqrt(s.new))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Max, Rational, S, sqrt

from symlag.errors import SymlagError
from symlag.optimizers.hyperparameters import Hyperparameter, hyperparameters
from symlag.optimizers.update_rule import UpdateRule, combination
from symlag.optimizers.vectors import Letter, g, k, theta

Betas = tuple[Hyperparameter, Hyperparameter]

m, s, u, p = (Letter(stem) for stem in "msup")


def rmsprop(
    learning_rate: Hyperparameter = None,
    alpha: Hyperparameter = None,
    weight_decay: Hyperparameter = None,
    momentum: Hyperparameter = 0,
    epsilon: Hyperparameter = None,
) -> UpdateRule:
    """RMSProp: s' = αs + (1−α)(g+λθ)², u = (g+λθ)/(√s'+ε), b' = βb + u, θ' = θ − ηb'.

    Parameters
    ----------
    learning_rate, alpha, weight_decay, momentum, epsilon : number, expression, function of k, or None
        η, α, the coupled decay λ, β and ε; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, with the second moment s, and with the buffer b unless `momentum` is 0.

    References
    ----------
    Tieleman and Hinton, *Lecture 6.5: rmsprop*, Coursera, 2012; `torch.optim.RMSprop`.

    Examples
    --------
    >>> rmsprop().buffers, rmsprop(momentum=0.9).buffers
    ((s,), (s, b))
    """
    eta, a, decay, beta, eps = hyperparameters(
        eta=learning_rate, alpha=alpha, lambda_=weight_decay, beta=momentum, epsilon=epsilon
    )
    slope = g + decay * theta
    preconditioned = {s: a * s + (1 - a) * slope**2, u: slope / (sqrt(s.new) + eps)}
    if beta == 0:
        return UpdateRule("RMSProp", {**preconditioned, theta: theta - eta * u.new})
    b = Letter("b")
    return UpdateRule("RMSProp with momentum", {**preconditioned, b: beta * b + u.new, theta: theta - eta * b.new})


def centred(rule: UpdateRule) -> UpdateRule:
    """RMSProp by the variance of gradients: s' − h'² in place of s', with h the mean of gradients.

    Parameters
    ----------
    rule : UpdateRule
        RMSProp, with or without momentum.

    Returns
    -------
    UpdateRule
        The rule with the further buffer h.

    Raises
    ------
    SymlagError
        Where the rule has no second moment s.

    References
    ----------
    Graves, *Generating Sequences With Recurrent Neural Networks*, arXiv 1308.0850, Eq. 38–41.

    Examples
    --------
    >>> centred(rmsprop(weight_decay=0)).equations[Letter("h")]
    alpha*h + g*(1 - alpha)
    """
    h, moment = Letter("h"), combination(_equation(rule, s, "centred", "rmsprop()"))
    alpha, (slope,) = moment[s], (square.base for square in moment if square != s)
    variance = rule.equations[u].xreplace({s.new: s.new - h.new**2})
    return UpdateRule(f"{rule.name}, centred", {**rule.equations, h: alpha * h + (1 - alpha) * slope, u: variance})


def adagrad(
    learning_rate: Hyperparameter = None,
    weight_decay: Hyperparameter = None,
    rate_decay: Hyperparameter = 0,
    start: Hyperparameter = 0,
    epsilon: Hyperparameter = None,
) -> UpdateRule:
    """Adagrad: s' = s + (g+λθ)², θ' = θ − η(g+λθ)/((1+kη_d)(√s'+ε)).

    Parameters
    ----------
    learning_rate, weight_decay, rate_decay, start, epsilon : number, expression, function of k, or None
        η, the coupled decay λ, η_d, the s to begin with, and ε; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, with the sum of squares s.

    References
    ----------
    Duchi, Hazan, Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*, 2011;
    `torch.optim.Adagrad`.

    Examples
    --------
    >>> adagrad(weight_decay=0).equations[s]
    g**2 + s
    """
    eta, decay, slowing, start, epsilon = hyperparameters(
        eta=learning_rate, lambda_=weight_decay, slowing=rate_decay, start=start, epsilon=epsilon
    )
    slope = g + decay * theta
    equations = {s: s + slope**2, u: slope / (sqrt(s.new) + epsilon), theta: theta - eta / (1 + k * slowing) * u.new}
    return UpdateRule("Adagrad", equations, {s: start})


def adam(
    learning_rate: Hyperparameter = None,
    betas: Betas = (None, None),
    weight_decay: Hyperparameter = None,
    epsilon: Hyperparameter = None,
) -> UpdateRule:
    """Adam, the decay coupled: m' = β₁m + (1−β₁)(g+λθ), θ' = θ − ηu, u = m̂'/(√ŝ'+ε).

    Parameters
    ----------
    learning_rate, weight_decay, epsilon : number, expression, function of k, or None
        η, the coupled decay λ and ε; a positive symbol where None.
    betas : pair of the same
        β₁ and β₂.

    Returns
    -------
    UpdateRule
        The rule, with the moments m and s; the bias of both is corrected.

    References
    ----------
    Kingma and Ba, *Adam: A Method for Stochastic Optimization*, arXiv 1412.6980, Algorithm 1.

    Examples
    --------
    >>> adam().momenta, adam().equations[theta]
    ((m,), -eta*u.new + theta)
    """
    eta, decay, epsilon = hyperparameters(eta=learning_rate, lambda_=weight_decay, epsilon=epsilon)
    moments = _moments(betas, g + decay * theta, epsilon)
    return UpdateRule("Adam", {**moments, theta: theta - eta * u.new})


def adamw(
    learning_rate: Hyperparameter = None,
    betas: Betas = (None, None),
    weight_decay: Hyperparameter = None,
    epsilon: Hyperparameter = None,
) -> UpdateRule:
    """Adam with decoupled decay: m' = β₁m + (1−β₁)g, θ' = (1−ηλ)θ − ηu, u = m̂'/(√ŝ'+ε).

    Parameters
    ----------
    learning_rate, weight_decay, epsilon : number, expression, function of k, or None
        η, the decoupled decay λ and ε; a positive symbol where None.
    betas : pair of the same
        β₁ and β₂.

    Returns
    -------
    UpdateRule
        The rule, with the moments m and s; the bias of both is corrected.

    References
    ----------
    Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, arXiv 1711.05101, Algorithm 2.

    Examples
    --------
    >>> adamw().equations[theta]
    -eta*u.new + theta*(-eta*lambda + 1)
    """
    eta, decay, epsilon = hyperparameters(eta=learning_rate, lambda_=weight_decay, epsilon=epsilon)
    moments = _moments(betas, g, epsilon)
    return UpdateRule("AdamW", {**moments, theta: (1 - eta * decay) * theta - eta * u.new})


def amsgrad(rule: UpdateRule) -> UpdateRule:
    """Adam or AdamW by the largest second moment so far, in place of the last.

    Parameters
    ----------
    rule : UpdateRule
        Adam or AdamW.

    Returns
    -------
    UpdateRule
        The rule with the further buffer `largest`.

    Raises
    ------
    SymlagError
        Where the rule has no update u by a second moment s.

    References
    ----------
    Reddi, Kale, Kumar, *On the Convergence of Adam and Beyond*, arXiv 1904.09237, Algorithm 2.

    Examples
    --------
    >>> amsgrad(adam()).equations[Letter("largest")]
    Max(largest, s.new)
    """
    largest = Letter("largest")
    update = _equation(rule, u, "amsgrad", "adam()").xreplace({s.new: largest.new})
    return UpdateRule(f"{rule.name}, AMSGrad", {**rule.equations, largest: Max(largest, s.new), u: update})


def nadam(
    learning_rate: Hyperparameter = None,
    betas: Betas = (None, None),
    weight_decay: Hyperparameter = None,
    momentum_decay: Hyperparameter = None,
    epsilon: Hyperparameter = None,
) -> UpdateRule:
    """NAdam, the decay coupled: Adam with Nesterov's momentum, which warms up as μ_k = β₁(1 − 0.96^{(k+1)ψ}/2).

    Parameters
    ----------
    learning_rate, weight_decay, momentum_decay, epsilon : number, expression, function of k, or None
        η, the coupled decay λ, ψ and ε; a positive symbol where None.
    betas : pair of the same
        β₁ and β₂.

    Returns
    -------
    UpdateRule
        The rule, with the moments m and s, and with p for the product of the momenta.

    References
    ----------
    Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop 2016; `torch.optim.NAdam`.

    Examples
    --------
    >>> nadam().buffers, nadam().initial
    ((m, s, p), {p: 1})
    """
    eta, decay = hyperparameters(eta=learning_rate, lambda_=weight_decay)
    beta1, beta2, psi, epsilon = hyperparameters(beta_1=betas[0], beta_2=betas[1], psi=momentum_decay, epsilon=epsilon)
    slope = g + decay * theta
    now, next_ = (beta1 * (1 - Rational(24, 25) ** (step * psi) / 2) for step in (k + 1, k + 2))
    root = sqrt(s.new / (1 - beta2 ** (k + 1))) + epsilon
    mixture = (1 - now) / (1 - p.new) * slope + next_ / (1 - p.new * next_) * m.new
    first, second = m + (1 - beta1) * (slope - m), beta2 * s + (1 - beta2) * slope**2
    moments = {m: first, s: second, p: p * now, u: mixture / root}
    return UpdateRule("NAdam", {**moments, theta: theta - eta * u.new}, {p: S.One})


def nadamw(
    learning_rate: Hyperparameter = None, betas: Betas = (None, None), weight_decay: Hyperparameter = None, **rest: Any
) -> UpdateRule:
    """NAdam with decoupled decay, θ' = (1−ηλ)θ − ηu.

    Parameters
    ----------
    learning_rate, betas, **rest
        The arguments of `nadam`.
    weight_decay : number, expression, function of k, or None
        The decoupled decay λ; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The moments of `nadam`, which see no decay.

    References
    ----------
    `torch.optim.NAdam` with `decoupled_weight_decay`.

    Examples
    --------
    >>> nadamw().equations[theta]
    -eta*u.new + theta*(-eta*lambda + 1)
    """
    eta, decay = hyperparameters(eta=learning_rate, lambda_=weight_decay)
    rule = nadam(eta, betas, 0, **rest)
    return UpdateRule("NAdamW", {**rule.equations, theta: (1 - eta * decay) * theta - eta * u.new}, rule.initial)


def _moments(betas: Betas, slope: Expr, epsilon: Expr) -> Mapping[Letter, Expr]:
    """Adam's two moments, and its update with the bias of both taken out."""
    beta1, beta2 = hyperparameters(beta_1=betas[0], beta_2=betas[1])
    bias1, bias2 = (1 - beta ** (k + 1) for beta in (beta1, beta2))
    first, second = beta1 * m + (1 - beta1) * slope, beta2 * s + (1 - beta2) * slope**2
    return {m: first, s: second, u: m.new / bias1 / (sqrt(s.new / bias2) + epsilon)}


def _equation(rule: UpdateRule, x: Letter, verb: str, instead: str) -> Expr:
    """The equation of a letter that a rule must have to be changed by a verb."""
    if x not in rule.equations:
        raise SymlagError(f"{verb}({rule.name})", f"this rule has no letter {x}", f"{verb}({instead})")
    return rule.equations[x]
