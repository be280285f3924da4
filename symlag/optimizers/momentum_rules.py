"""Learning rules in use, as data: descent, momentum, and rules by the sign or the polar factor of a momentum.

Each step is as torch takes it, the first one included. Rules that divide by an average of squared gradients are in
`symlag.optimizers.adaptive_rules`. A hyper-parameter left out is a positive symbol; it may be a number, an expression,
or a function of the step k. Weight decay is coupled (it joins the gradient) or decoupled (it shrinks θ), as in the
papers that the rules come from.

>>> rule = sgd(momentum=0)
>>> rule.equations
{theta: -eta*(g + lambda*theta) + theta}
"""

from __future__ import annotations

from sympy import Min, sign

from symlag.errors import SymlagError
from symlag.optimizers.hyperparameters import Hyperparameter, hyperparameters
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, polar, theta

v, m, u = (Letter(stem) for stem in "vmu")


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


def sign_sgd(learning_rate: Hyperparameter = None, weight_decay: Hyperparameter = None) -> UpdateRule:
    """signSGD with decoupled decay: θ' = (1−ηλ)θ − η sign(g).

    Parameters
    ----------
    learning_rate, weight_decay : number, expression, function of k, or None
        η and the decoupled decay λ; a positive symbol where None.

    Returns
    -------
    UpdateRule
        The rule, without a buffer.

    References
    ----------
    Bernstein et al., *signSGD: Compressed Optimisation for Non-Convex Problems*, arXiv 1802.04434.

    Examples
    --------
    >>> sign_sgd().opaque
    {u: sign(g)}
    """
    eta, decay = hyperparameters(eta=learning_rate, lambda_=weight_decay)
    return UpdateRule("signSGD", {u: sign(g), theta: (1 - eta * decay) * theta - eta * u.new})


def lion(
    learning_rate: Hyperparameter = None,
    betas: tuple[Hyperparameter, Hyperparameter] = (None, None),
    weight_decay: Hyperparameter = None,
) -> UpdateRule:
    """Lion: u = sign(β₁m + (1−β₁)g), m' = β₂m + (1−β₂)g, θ' = (1−ηλ)θ − ηu.

    Parameters
    ----------
    learning_rate, weight_decay : number, expression, function of k, or None
        η and the decoupled decay λ; a positive symbol where None.
    betas : pair of the same
        β₁ and β₂.

    Returns
    -------
    UpdateRule
        The rule, with the first moment m.

    References
    ----------
    Chen et al., *Symbolic Discovery of Optimization Algorithms*, arXiv 2302.06675, Algorithm 2.

    Examples
    --------
    >>> lion().momenta, lion().opaque
    ((m,), {u: sign(beta_1*m + g*(1 - beta_1))})
    """
    eta, decay = hyperparameters(eta=learning_rate, lambda_=weight_decay)
    beta1, beta2 = hyperparameters(beta_1=betas[0], beta_2=betas[1])
    update = sign(beta1 * m + (1 - beta1) * g)
    moment = beta2 * m + (1 - beta2) * g
    return UpdateRule("Lion", {u: update, m: moment, theta: (1 - eta * decay) * theta - eta * u.new})


def muon(
    learning_rate: Hyperparameter = None,
    momentum: Hyperparameter = None,
    weight_decay: Hyperparameter = None,
    share: Hyperparameter = 1,
    scale: Hyperparameter = 1,
) -> UpdateRule:
    """Muon: m' = βm + (1−β)g, u the polar factor of m', θ' = (1−ηλ)θ − ηu.

    Parameters
    ----------
    learning_rate, momentum, weight_decay : number, expression, function of k, or None
        η, β and the decoupled decay λ; a positive symbol where None.
    share : the same
        ς, where u is the polar factor of ςm' + (1−ς)g; with Nesterov's momentum ς = β.
    scale : the same
        What torch adjusts the learning rate of a matrix by; the decay has no part in it.

    Returns
    -------
    UpdateRule
        The rule of matrices, with the first moment m.

    References
    ----------
    Jordan et al., *Muon: An optimizer for hidden layers in neural networks*, 2024; `torch.optim.Muon`.

    Examples
    --------
    >>> muon().opaque
    {u: polar(m.new)}
    """
    eta, beta, decay, mix, factor = hyperparameters(
        eta=learning_rate, beta=momentum, lambda_=weight_decay, share=share, scale=scale
    )
    mixture = polar(mix * m.new + (1 - mix) * g)
    moment = beta * m + (1 - beta) * g
    return UpdateRule("Muon", {m: moment, u: mixture, theta: (1 - eta * decay) * theta - eta * factor * u.new})


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
