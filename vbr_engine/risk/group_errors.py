"""Who is called at risk wrongly, and who is missed, group by group, at providers left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.fairness import ModelFairness, model_fairness
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.follow_up import FIRST_DAY, FollowUp, follow_up
from vbr_engine.risk.group_evaluation import group_labels
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.validation_folds import leave_provider_out, said_risks

__all__ = ["group_errors"]

Array = NDArray[np.float64]


def group_errors(
    model: DropOutModel,
    careers: Careers,
    groups: pd.DataFrame | Sequence[str],
    *,
    horizon: int = 365,
    external: bool = False,
    duplicates: ArrayLike | None = None,
    folds: int | None = None,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> dict[str, ModelFairness]:
    """Compare between groups how right risks are, and who is called at risk wrongly.

    Parameters
    ----------
    model : DropOutModel
        Fitted.
    careers : Careers
    groups : DataFrame or sequence of str
        ``application`` and columns of groups, or names of columns of the careers.
    horizon : int
        Days in the job; without meaning for withdrawal.
    external : bool
        Whether the model has learned nothing from these people: then it is judged as it stands.
    duplicates : array-like, shape (rows of the careers,), optional
        Label of people who are nearly the same, to keep them together.
    folds : int, optional
        Of providers held out; by default each of them in turn.
    seed : int
    on_step : callable, optional
        Told how many steps are done, of how many.

    Returns
    -------
    dict of str to ModelFairness
        By kind of group. Called at risk is who has more than the mean risk.

    Raises
    ------
    CareersError
        If nobody was at risk, or a group is missing.

    Notes
    -----
    Those who were seen until the horizon stand for those who were not, by the inverse of the chance
    of still being in sight.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(400, seed=1, providers=6)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> model = DropOutModel("withdrawal").fit(careers)
    >>> found = group_errors(model, careers, made.monitoring[["application", "sex"]])
    >>> sorted(found["sex"].groups["group"])
    ['man', 'woman']
    """
    follow = follow_up(careers, model.outcome)
    until: int | str = FIRST_DAY if model.outcome == "withdrawal" else horizon
    if external:
        risks = said_risks(model, follow.people, [until])[:, 0]
    else:
        table = leave_provider_out(
            careers,
            lambda: type(model)(**model.get_params()),
            horizons=[horizon],
            k=folds,
            duplicates=duplicates,
            seed=seed,
            on_step=on_step,
        )
        risks = table[f"risk-{until}"].to_numpy(dtype=float)
    outcome, weight = _seen(follow, follow.last if isinstance(until, str) else until)
    labels = group_labels(groups, careers, follow.people).iloc[follow.person]
    return {
        str(by): model_fairness(risks[follow.person], outcome, labels[by], weights=weight)
        for by in labels
    }


def _seen(follow: FollowUp, horizon: int) -> tuple[Array, Array]:
    """Return who had left by the horizon, NaN for who was not seen that long, and weights."""
    weight = follow.line.weights_at(horizon, follow.share)
    left = np.where(follow.left_by(horizon), 1.0, 0.0)
    return np.where(weight > 0, left, np.nan), weight
