"""Learning rules that are linear in the gradient, as data: descent, momentum, Nesterov's momentum, averages.

Each step is as torch takes it, the first one included. Rules by the sign or the polar factor of a momentum are in
`sign_and_polar`, and those that divide by an average of squared gradients in `adaptive`. A hyper-parameter left out is
a positive symbol; it may be a number, an expression, or a function of the step k. Weight decay is coupled (it joins the
gradient) or decoupled (it shrinks θ), as in the papers that the rules come from.

>>> rule = sgd(momentum=0)
>>> rule.equations
{theta: -eta*(g + lambda*theta) + theta}
"""

from __future__ import annotations

from sympy import Min

from symlag.errors import SymlagError
from symlag.optimizers.hyperparameters import Hyperparameter, hyperparameters
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta

v, u = Letter("v"), Letter("u")


def sgd(
    learning_rate: Hyperparameter = None,
    momentum: Hyperparameter = None,
    weight_decay: Hyperparameter = None,
    dampening: Hyperparameter = 0,
) -> UpdateRule:
    """SGD with momentum, v' = βv + (1−d)(g+λθ), θ' = θ − ηv'; with `momentum` 0, gradient descent.

    The first step is undamped, as in torch: there v' = g + λθ whatever d.

    Parameters
    ----------
    learning_rate, momentum, weight_decay, dampening : number, expression, function of k, or None
        η, β, the coupled decay λ, and d; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, with the buffer v unless `momentum` is 0.

    References
    ----------
    Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964; `torch.optim.SGD`.

    Examples
    --------
    >>> sgd(weight_decay=0).equations
    {v: beta*v + g, theta: -eta*v.new + theta}
    >>> sgd(lambda k: 0.1 / (1 + k), momentum=0.9).hyperparameters
    (lambda,)
    """
    eta, beta, decay, d = hyperparameters(eta=learning_rate, beta=momentum, lambda_=weight_decay, d=dampening)
    if beta == 0:
        return UpdateRule("SGD", {theta: theta - eta * (g + decay * theta)})
    gain = 1 - d * Min(k, 1)
    return UpdateRule("SGD with momentum", {v: beta * v + gain * (g + decay * theta), theta: theta - eta * v.new})


def nesterov(
    learning_rate: Hyperparameter = None, momentum: Hyperparameter = None, weight_decay: Hyperparameter = None
) -> UpdateRule:
    """SGD with Nesterov's momentum as torch has it: v' = βv + g + λθ, u = g + λθ + βv', θ' = θ − ηu.

    Parameters
    ----------
    learning_rate, momentum, weight_decay : number, expression, function of k, or None
        η, β and the coupled decay λ; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, with the buffer v and the applied update u.

    References
    ----------
    Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)*, 1983; Sutskever et al.,
    *On the importance of initialization and momentum in deep learning*, 2013; `torch.optim.SGD`.

    Examples
    --------
    >>> nesterov(weight_decay=0).equations
    {v: beta*v + g, u: beta*v.new + g, theta: -eta*u.new + theta}
    """
    eta, beta, decay = hyperparameters(eta=learning_rate, beta=momentum, lambda_=weight_decay)
    slope = g + decay * theta
    return UpdateRule("Nesterov momentum", {v: beta * v + slope, u: slope + beta * v.new, theta: theta - eta * u.new})


def sgdw(
    learning_rate: Hyperparameter = None, momentum: Hyperparameter = None, weight_decay: Hyperparameter = None
) -> UpdateRule:
    """SGD with momentum and decoupled decay: v' = βv + g, θ' = (1−ηλ)θ − ηv'.

    Parameters
    ----------
    learning_rate, momentum, weight_decay : number, expression, function of k, or None
        η, β and the decoupled decay λ; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, with the buffer v.

    References
    ----------
    Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, arXiv 1711.05101, Algorithm 1.

    Examples
    --------
    >>> sgdw().equations[theta]
    -eta*v.new + theta*(-eta*lambda + 1)
    """
    eta, beta, decay = hyperparameters(eta=learning_rate, beta=momentum, lambda_=weight_decay)
    return UpdateRule("SGDW", {v: beta * v + g, theta: (1 - eta * decay) * theta - eta * v.new})


def averaged(rule: UpdateRule, keep: Hyperparameter = None) -> UpdateRule:
    """A rule together with an average of its weights, e' = αe + (1−α)θ'.

    Parameters
    ----------
    rule : UpdateRule
        The rule of the weights.
    keep : number, expression, function of k, or None
        α: constant for an exponential moving average, k/(k+1) for the mean; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule with the further position e, which starts from θ.

    Raises
    ------
    SymlagError
        Where the rule has a letter e already.

    References
    ----------
    Polyak and Juditsky, *Acceleration of stochastic approximation by averaging*, 1992.

    Examples
    --------
    >>> averaged(sgd(momentum=0)).positions
    (theta, e)
    """
    (alpha,) = hyperparameters(alpha=keep)
    e = Letter("e")
    if e in rule.equations:
        raise SymlagError(
            f"averaged({rule.name})",
            "this rule has a letter e already",
            "Use a rule without an average, such as sgd().",
        )
    mean = alpha * e + (1 - alpha) * theta.new
    return UpdateRule(f"{rule.name}, averaged", {**rule.equations, e: mean}, {**rule.initial, e: theta})
