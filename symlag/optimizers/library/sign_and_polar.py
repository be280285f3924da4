"""Learning rules by the sign or the polar factor of a momentum: signSGD, Lion and Muon, as data.

Of the gradient or the momentum only the direction is kept: entry by entry (its sign), or of a matrix as a whole (the
polar factor P of M = P|M|, which has all singular values equal to one). Each step is as torch takes it, or as the paper
of the rule does; hyper-parameters are as in `symlag.optimizers.library.momentum`.

>>> sign_sgd(weight_decay=0).equations[theta]
-eta*u.new + theta
"""

from __future__ import annotations

from sympy import sign

from symlag.optimizers.hyperparameters import Hyperparameter, hyperparameters
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, polar, theta

m, u = Letter("m"), Letter("u")


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
