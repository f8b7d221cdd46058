"""How far the people of one organisation agree who rate answers in own words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from service.storage import Store
from service.storage.records import Event
from service.words import gettext as _
from vbr_engine import psychometrics
from vbr_engine.bank.rubric import DEFAULT_RUBRIC

__all__ = ["LEAST", "Agreement", "RaterLine", "agreement_of"]

# Answers with two levels before any figure is shown.
LEAST = 30


@dataclass(frozen=True, slots=True)
class RaterLine:
    """One rater: how much was rated, and how far above or below the other, in levels."""

    name: str
    n: int
    bias: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of an organisation's raters; figures are None until there are enough answers."""

    compared: int
    answers: int
    exact: float | None = None
    adjacent: float | None = None
    kappa: float | None = None
    third: float | None = None
    not_rateable: float | None = None
    raters: tuple[RaterLine, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there are answers enough to show figures."""
        return self.compared >= LEAST


def agreement_of(store: Store, provider_id: str) -> Agreement:
    """Compare what the raters of an organisation gave to the same answers."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        events = tenant.answering.ratings()
        names = {account.id: account.name for account in tenant.accounts.list()}
    twice = _rated_twice(events)
    if len(twice) < LEAST:
        return Agreement(compared=len(twice), answers=len(_by_answer(events)))
    table = pd.DataFrame(
        [
            (event.sitting_id, event.item_id, event.body["by"], event.body["level"])
            for event in events
        ],
        columns=["sitting", "item", "rater", "level"],
    ).astype({"level": "float"})
    return _told(psychometrics.rater_agreement(table, limit=DEFAULT_RUBRIC.limit), names)


def _by_answer(events: Sequence[Event]) -> dict[tuple[str, str | None], list[Event]]:
    found: dict[tuple[str, str | None], list[Event]] = defaultdict(list)
    for event in events:
        found[event.sitting_id, event.item_id].append(event)
    return found


def _rated_twice(events: Sequence[Event]) -> list[tuple[str, str | None]]:
    """List the answers that the first two raters both placed at a level."""
    return [
        answer
        for answer, given in _by_answer(events).items()
        if len(given) > 1 and all(event.body["level"] is not None for event in given[:2])
    ]


def _told(found: psychometrics.RaterAgreement, names: dict[str, str]) -> Agreement:
    return Agreement(
        compared=found.compared,
        answers=found.answers,
        exact=_known(found.exact),
        adjacent=_known(found.adjacent),
        kappa=_known(found.kappa),
        third=_known(found.third),
        not_rateable=_known(found.not_rateable),
        raters=tuple(
            RaterLine(
                names.get(row["rater"], _("a former colleague")),
                int(row["n"]),
                *(_known(row[figure]) for figure in ("bias", "bias_low", "bias_high")),
            )
            for row in found.raters.to_dict("records")
        ),
    )


def _known(figure: float) -> float | None:
    return None if math.isnan(figure) else float(figure)
