"""The families of item response models, as scikit-learn estimators."""

from __future__ import annotations

from typing import Any

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.item_response_model import ItemResponseModel

__all__ = [
    "GeneralizedPartialCreditModel",
    "GradedResponseModel",
    "NominalResponseModel",
    "PartialCredit",
    "Rasch",
    "TwoParameterLogistic",
]


class GradedResponseModel(ItemResponseModel):
    """Samejima's graded response model: P(X >= k) = logistic(a theta + d_k).

    With two categories it is the two-parameter logistic model.

    Parameters
    ----------
    slopes : {"free", "equal", "one"}
        One slope per item; one for all; or all 1 with theta's variance free (Rasch).
    n_quadrature : int, optional
        Equally spaced nodes on [-6, 6]. By default 61, and 121 or 241 where slopes are too steep.
    slope_prior : tuple of float, optional
        Mean and standard deviation of a normal prior on slopes; none by default.
    anchors : ItemParameters, optional
        Items whose parameters are held at these values, found by name; theta's mean and variance
        are then free.
    key : array-like, optional
        The keyed category of each item: theta points towards them.
    n_starts : int, optional
        Searches from different starts. By default 6 up to 1,000 sittings, 2 above, 5 for nominal
        items, and 1 where slopes are equal or items are anchored.
    standard_errors : {"none", "observed"}
        Observed information by Louis' formula.
    tol : float
        Stop when the next step would add less to the log-likelihood.
    max_iter : int
        Most passes over the data in one climb from a start.
    random_state : int, optional
        Seed of the starts after the first components.

    Attributes
    ----------
    items_ : ItemParameters
        The curves.
    parameters_ : DataFrame
        The same by item, with standard errors where asked for.
    log_likelihood_, aic_, bic_ : float
        Without the prior's part.
    converged_ : bool
        Whether the next step would have added less than ``tol``.
    advice_ : tuple of str
        What in the data or the result deserves a look.

    References
    ----------
    Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((500, 1))
    >>> X = (theta + rng.logistic(size=(500, 4)) > 0).astype(int)
    >>> model = GradedResponseModel().fit(X)
    >>> model.transform(X).shape
    (500, 2)
    """

    _model = "graded"


class GeneralizedPartialCreditModel(ItemResponseModel):
    """Muraki's generalised partial credit model: P(X = k) as exp(k a theta + d_k).

    Parameters, attributes and methods are those of `GradedResponseModel`.

    References
    ----------
    Muraki, E. (1992). A generalized partial credit model: application of an EM algorithm.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.integers(0, 3, (300, 4))
    >>> GeneralizedPartialCreditModel(slopes="one").fit(X).n_parameters_
    9
    """

    _model = "gpcm"


class NominalResponseModel(ItemResponseModel):
    """Bock's nominal response model: P(X = k) as exp(a_k theta + d_k), a_0 = d_0 = 0.

    No order of the options is assumed. Its likelihood can have several tops, so the search runs
    from ``n_starts`` starts and ``starts_`` says how many agreed. Without ``key``, theta points
    towards the options that most people chose. Other parameters, attributes and methods are those
    of `GradedResponseModel`; slopes are always free.

    References
    ----------
    Bock, R. D. (1972). Estimating item parameters and latent ability when responses are scored in
    two or more nominal categories.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.choice(["a", "b", "c"], (300, 4))
    >>> NominalResponseModel(n_starts=2).fit(X).starts_.shape[0]
    2
    """

    _model = "nominal"

    def _check_options(self) -> None:
        super()._check_options()
        if self.slopes != "free":
            raise InvalidInput(f"expected slopes 'free' for nominal items, got {self.slopes!r}")


def TwoParameterLogistic(**options: Any) -> GradedResponseModel:
    """Right-or-wrong items with a slope each.

    Parameters
    ----------
    **options
        Of `GradedResponseModel`.

    Returns
    -------
    GradedResponseModel

    Examples
    --------
    >>> TwoParameterLogistic().slopes
    'free'
    """
    return GradedResponseModel(**options)


def Rasch(**options: Any) -> GeneralizedPartialCreditModel:
    """Rasch's model: every slope 1, theta's variance free.

    Parameters
    ----------
    **options
        Of `GeneralizedPartialCreditModel`.

    Returns
    -------
    GeneralizedPartialCreditModel

    Examples
    --------
    >>> Rasch().slopes
    'one'
    """
    return GeneralizedPartialCreditModel(slopes="one", **options)


def PartialCredit(**options: Any) -> GeneralizedPartialCreditModel:
    """Masters' partial credit model: Rasch's for more than two categories.

    Parameters
    ----------
    **options
        Of `GeneralizedPartialCreditModel`.

    Returns
    -------
    GeneralizedPartialCreditModel

    Examples
    --------
    >>> PartialCredit().slopes
    'one'
    """
    return Rasch(**options)
