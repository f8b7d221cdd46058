"""The risk panel of one person: two parts, few reasons, help first, silence where it is due."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from vbr_engine.bank.reading import reading_age
from vbr_engine.errors import CareersError
from vbr_engine.reports import risk_panel
from vbr_engine.risk import (
    STAGES,
    Careers,
    DropOutModel,
    employer_actions,
    simulate_careers,
    unknown_facts,
)
from vbr_engine.risk.levels import evidence_level
from vbr_engine.risk.prediction import PREDICTION_COLUMNS
from vbr_engine.risk.wording import say

NAN = float("nan")
BANNED = re.compile(
    r"\b(lazy|unreliable|reliable|type of person|personality|attitude|commit\w*|motivat\w*|loyal|"
    r"reject|unsuitable|risky person|high.risk|score|pregnan\w*|disab\w*|sick\w*)\b",
    re.IGNORECASE,
)


def prediction(outcome="leaving", **more):
    row = dict.fromkeys(PREDICTION_COLUMNS, NAN) | {
        "application": "a1",
        "provider": "Example Homecare",
        "outcome": outcome,
        "horizon": 365 if outcome == "leaving" else None,
        "level": "L2",
        "risk": 0.384,
        "low": 0.221,
        "high": 0.561,
        "band": "higher",
        "shown": True,
        "why_not": "",
        "provider_rate": 0.3,
        "provider_low": 0.24,
        "provider_high": 0.37,
        "england_rate": 0.246 if outcome == "leaving" else NAN,
        "note": "",
    }
    return row | more


def predictions(*rows):
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def explanations(n=5, outcome="leaving"):
    return pd.DataFrame(
        {
            "application": "a1",
            "outcome": outcome,
            "effect": "travel",
            "label": "travel",
            "group": "practical",
            "contribution": [0.5 - 0.2 * place for place in range(n)],
            "sd": 0.1,
            "sentence": [
                f"The round is {45 + place} minutes away; 20 is usual." for place in range(n)
            ],
        }
    )


def actions(outcome="leaving"):
    rows = [
        ("guaranteed-hours", 0.09, 0.02, 0.15, "Six fewer.", True),
        ("nearer-round", 0.05, 0.01, 0.1, "Five fewer.", True),
        ("hours-as-wanted", 0.04, 0.01, 0.1, "Four fewer.", True),
        ("rota-match", 0.03, 0.01, 0.1, "Three fewer.", True),
        ("shadow-shift", NAN, NAN, NAN, "See. Good practice; not modelled.", False),
    ]
    names = ["action", "difference", "low", "high", "sentence", "modelled"]
    return pd.DataFrame(rows, columns=names).assign(
        application="a1", outcome=outcome, title="Do it", who="Manager", source="A source of 2024"
    )


def part(panel, outcome="leaving"):
    return next(held for held in panel.parts if held.outcome == outcome)


def words(thing):
    if isinstance(thing, str):
        return [thing]
    if isinstance(thing, dict):
        return [told for held in thing.values() for told in words(held)]
    if isinstance(thing, list | tuple):
        return [told for held in thing for told in words(held)]
    return []


def test_a_figure_with_its_range_and_what_stands_beside_it():
    panel = risk_panel(predictions(prediction()), explanations(), actions())
    told = part(panel)
    assert told.main.sentence == (
        "Of 100 people like this, about 38 (22 to 57) leave within 12 months."
    )
    assert (told.main.number, told.main.low, told.main.high) == (38, 22, 57)
    assert told.rates[0] == "At this provider, about 30 of 100 (24 to 37) leave within 12 months."
    assert told.rates[1].startswith("England: staff turnover in homecare was 24.6% in 2023/24.")
    assert "not the risk of a new starter" in told.rates[2]
    assert told.why_not == ""
    assert told.band is None
    assert "if the employer did not end it first" in " ".join(told.meaning)


def test_the_two_outcomes_are_never_one():
    both = predictions(prediction(), prediction("withdrawal", risk=0.12, low=0.05, high=0.2))
    panel = risk_panel(both, pd.concat([explanations(1), explanations(1, "withdrawal")]))
    assert [held.outcome for held in panel.parts] == ["withdrawal", "leaving"]
    first = part(panel, "withdrawal")
    assert "about 12 (5 to 20) withdraw before the first day" in first.main.sentence
    assert first.rates[-1] == say("england.none")
    assert first.reasons[0].direction == "Goes with withdrawing more often"
    assert part(panel).reasons[0].direction == "Goes with leaving more often"


def test_horizons_stand_in_order_and_the_longest_is_drawn():
    rows = [prediction(), prediction(horizon=90, risk=0.2, low=0.1, high=0.3)]
    told = part(risk_panel(predictions(*rows)))
    assert [figure.time for figure in told.figures] == ["90 days", "12 months"]
    assert told.main.number == 38
    assert "38 are filled in" in told.chart_description


def test_at_most_three_reasons_and_three_changes():
    told = part(risk_panel(predictions(prediction()), explanations(6), actions()))
    assert [reason.direction for reason in told.reasons] == [
        "Goes with leaving more often",
        "Goes with leaving more often",
        "Goes with leaving more often",
    ]
    assert len(told.changes) == 3
    assert told.changes[0].sentence == "Six fewer."
    assert told.changes_note == say("change.note")
    assert [act.id for act in told.practices] == ["shadow-shift"]
    assert "20 is usual" in told.reasons[0].sentence
    assert told.reasons_note == say("reason.usual")


def test_no_reason_is_said_to_be_none():
    told = part(risk_panel(predictions(prediction()), explanations(0)))
    assert told.reasons == ()
    assert told.reasons_note == say("reason.none")


def test_a_band_has_words_but_no_number_anywhere():
    row = prediction(level="L1", shown=False, risk=NAN, low=NAN, high=NAN, band="usual/higher")
    told = part(risk_panel(predictions(row), explanations(), actions()))
    assert told.band == "People like this leave as often as is usual here, or more often."
    assert told.figures == ()
    assert told.why_not == say("band.why")
    assert {act.sentence for act in told.changes} == {""}
    quiet = actions().assign(difference=NAN, sentence="A round nearby goes with leaving less.")
    silent = part(risk_panel(predictions(row), None, quiet))
    assert {act.sentence for act in silent.changes} == {"A round nearby goes with leaving less."}
    assert silent.changes_note == say("change.note")
    assert told.reasons
    assert told.evidence[0].startswith("Little.")


def test_where_nothing_can_be_said_nothing_is_said_about_the_person():
    evidence = evidence_level(12)
    row = prediction(level="L0", shown=False, risk=NAN, low=NAN, high=NAN, band="",
                     why_not=evidence.sentence)  # fmt: skip
    panel = risk_panel(predictions(row), explanations(), actions(), evidence={"leaving": evidence})
    told = part(panel)
    assert told.why_not == say("none.level")
    assert told.reasons == told.changes == told.meaning == ()
    assert told.reasons_note == ""
    assert [act.id for act in told.practices] == ["shadow-shift"]
    assert "So far 12 people have been seen to leave" in told.evidence[1]
    assert told.rates[0].startswith("At this provider")


@pytest.mark.parametrize(
    "why",
    [
        "The situation is unlike any that the model has learned from.",
        "More than 30% of what the model needs is not known.",
        "The model was to be reviewed by 2026-01-01. Until somebody has, it says nothing.",
    ],
)
def test_an_abstention_is_passed_on_in_its_own_words(why):
    row = prediction(shown=False, risk=NAN, low=NAN, high=NAN, band="", why_not=why)
    told = part(risk_panel(predictions(row), explanations(), actions()))
    assert told.why_not == why
    assert told.figures == told.reasons == told.changes == ()


def test_a_fallback_to_all_providers_is_said():
    note = "The provider has fewer than 5 starts here: the rate is that of all."
    told = part(risk_panel(predictions(prediction(note=note))))
    assert told.rates[0].startswith("At all providers together, about 30 of 100 leave")
    assert told.rates[1] == note


def test_a_part_without_a_model_and_one_that_is_past():
    panel = risk_panel(predictions(prediction()))
    assert part(panel, "withdrawal").why_not == say("none.model")
    rows = predictions(prediction(), prediction("withdrawal"))
    panel = risk_panel(rows, explanations(2, "withdrawal"), actions("withdrawal"), started=True)
    past = part(panel, "withdrawal")
    assert past.why_not == say("none.past")
    assert past.figures == past.reasons == past.changes == past.practices == past.rates == ()


def test_what_is_not_known_is_asked_for_and_is_no_reason():
    unknown = pd.DataFrame({"application": "a1", "outcome": "leaving", "effect": ["travel", "x"],
                            "label": ["travel to the round", "hours"]})  # fmt: skip
    told = part(risk_panel(predictions(prediction()), unknown=unknown))
    assert told.unknown == (
        "Not known: travel to the round and hours. Ask, and the figure may change."
    )


def test_good_practice_is_said_once():
    rows = predictions(prediction(), prediction("withdrawal"))
    panel = risk_panel(rows, None, pd.concat([actions("withdrawal"), actions()]))
    assert [act.id for act in part(panel, "withdrawal").practices] == ["shadow-shift"]
    assert part(panel).practices == ()
    assert panel.sources == ("A source of 2024",)


def test_the_head_names_date_model_and_simulation():
    panel = risk_panel(
        predictions(prediction()),
        candidate="Sam\u202e Example",
        provider="Example Homecare",
        prepared=date(2026, 11, 22),
        trained=date(2026, 7, 1),
        model="0123456789abcdef" * 4,
        simulated=True,
    )
    assert panel.header.candidate == "Sam Example"
    assert panel.header.prepared == "22 November 2026"
    assert panel.header.trained == "1 July 2026"
    assert panel.header.model == "0123456789ab"
    assert panel.simulated_note.startswith("Simulated.")
    assert risk_panel(predictions(prediction())).simulated_note == ""


def test_one_of_many_has_to_be_named():
    many = predictions(prediction(), prediction(application="a2", risk=0.5))
    assert part(risk_panel(many, application="a2")).main.number == 50
    with pytest.raises(CareersError, match="2 applications"):
        risk_panel(many)
    with pytest.raises(CareersError, match="no application 'b'"):
        risk_panel(many, application="b")


def test_reasons_of_others_stay_with_others():
    others = explanations().assign(application="a2")
    told = part(risk_panel(predictions(prediction()), others, actions().assign(application="a2")))
    assert told.reasons == told.changes == told.practices == ()


@pytest.fixture(scope="module")
def walked():
    """The whole way, from careers to panels, at little and at much evidence."""
    made = simulate_careers(1500, seed=8)
    panels = []
    for n in (40, 1500):
        careers = Careers.from_frame(made.frame.head(n), cut=made.cut)
        people = made.frame.head(12).copy()
        people[list(STAGES[5:])] = pd.NaT
        people.loc[people.index[:3], "travel_minutes"] = np.nan
        models = {name: DropOutModel(name).fit(careers) for name in ("withdrawal", "leaving")}
        told = [
            pd.concat(made_of(model, people) for model in models.values())
            for made_of in (
                lambda model, who: model.predict_risk(who, today=date(2026, 8, 1)),
                lambda model, who: model.explain(who),
                employer_actions,
            )
        ]
        gaps = pd.concat(unknown_facts(model, people) for model in models.values())
        panels += [
            risk_panel(
                *told,
                unknown=gaps,
                evidence={name: model.evidence() for name, model in models.items()},
                application=name,
                simulated=True,
            )
            for name in people["application"]
        ]
    return panels


def test_real_panels_keep_the_rules(walked):
    levels = set()
    for panel in walked:
        json.dumps(panel.to_dict(), allow_nan=False)
        for held in panel.parts:
            levels.add(held.level)
            assert bool(held.figures) != bool(held.why_not)
            assert len(held.reasons) <= 3
            for figure in held.figures:
                assert 0 <= figure.low <= figure.number <= figure.high <= 100
                assert 1 <= figure.number <= 99
            if not held.figures and not held.band:
                assert not held.reasons
                assert not held.changes
    assert len(levels) >= 2
    assert any(held.figures for panel in walked for held in panel.parts)


def test_real_panels_are_kind_and_plain(walked):
    for panel in walked:
        told = words(panel.to_dict())
        assert not [line for line in told if BANNED.search(line)]
        assert not [line for line in told if re.search(r"\bnan\b|None|\{|\d\.\d{3}", line)]
    body = [
        line
        for panel in walked
        for held in panel.to_dict()["parts"]
        for name in ("figures", "meaning", "reasons", "changes", "practices", "evidence")
        for line in words(held[name])
        if line.endswith(".")
    ]
    assert 6 <= reading_age("\n".join(body)) <= 11


def test_nothing_in_a_panel_ranks_or_decides(walked):
    told = " ".join(line for panel in walked for line in words(panel.to_dict())).lower()
    assert not re.search(r"\b(rank|top \d|worst|best candidate|do not (hire|appoint)|turn down)\b",
                         told)  # fmt: skip
    assert "it says nothing about who should get the job" in told
