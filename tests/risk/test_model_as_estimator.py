"""The drop-out model as analysts meet it in Python: scikit-learn's ways, and plain refusals."""

from __future__ import annotations

import pytest
from sklearn.base import clone

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, DropOutModel, simulate_careers

MADE = simulate_careers(200, seed=1)
CAREERS = Careers.from_frame(MADE.frame, cut=MADE.cut)


def test_parameters_are_read_set_and_cloned() -> None:
    model = DropOutModel("withdrawal", interval=0.8).set_params(interval=0.9)
    again = clone(model)
    assert again is not model
    assert again.get_params() == model.get_params()
    assert repr(again).startswith("DropOutModel(outcome='withdrawal'")
    assert again.fit(CAREERS) is again
    with pytest.raises(CareersError, match="has no prior"):
        model.set_params(prior=1)


@pytest.mark.parametrize("ask", ["predict_risk", "explain", "risks", "to_dict"])
def test_a_model_that_was_not_fitted_says_so(ask: str) -> None:
    given = () if ask == "to_dict" else (MADE.frame,)
    with pytest.raises(CareersError, match="fit it to careers first"):
        getattr(DropOutModel(), ask)(*given)


@pytest.mark.parametrize("horizon", [0, 366, -1, 12.5, "90"])
def test_a_horizon_is_a_whole_number_of_days_in_the_first_year(horizon: object) -> None:
    model = DropOutModel().fit(CAREERS)
    with pytest.raises(CareersError, match="expected a horizon of 1 to 365 days, got"):
        model.predict_risk(MADE.frame.head(2), horizon, today=MADE.cut)  # type: ignore[arg-type]


def test_a_bare_table_is_no_careers() -> None:
    with pytest.raises(CareersError, match=r"Careers\.from_frame"):
        DropOutModel().fit(MADE.frame)  # type: ignore[arg-type]


@pytest.mark.parametrize("interval", [0, 1, 1.5, -0.2])
def test_an_interval_that_cannot_be_is_refused(interval: float) -> None:
    with pytest.raises(CareersError, match="expected an interval between 0 and 1"):
        DropOutModel(interval=interval).fit(CAREERS)


@pytest.mark.parametrize("today", ["soon", "2026-02-31"])
def test_a_day_that_is_none_is_refused(today: str) -> None:
    model = DropOutModel().fit(CAREERS)
    with pytest.raises(CareersError, match="expected a date such as 2026-03-31 as today"):
        model.predict_risk(MADE.frame.head(2), today=today)  # type: ignore[arg-type]
