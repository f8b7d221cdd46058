"""The risk panel in another language: nothing is left in English but names of sources."""

from __future__ import annotations

import re
from datetime import date
from gettext import NullTranslations

import pandas as pd
import pytest

from vbr_engine.rendering import report_body, report_html
from vbr_engine.reports import risk_panel
from vbr_engine.risk import (
    STAGES,
    Careers,
    DropOutModel,
    default_effects,
    employer_actions,
    simulate_careers,
)
from vbr_engine.risk.abstention import FEWEST_STARTS, MOST_MISSING
from vbr_engine.risk.explanation import unknown_facts
from vbr_engine.risk.prediction import PREDICTION_COLUMNS
from vbr_engine.risk.silences import ALARM, CHANGED, FEWER, MORE, NOT_MET, OFF, retold
from vbr_engine.words import LANGUAGES, Words, catalogue, words_in

HARD = {
    "travel_minutes": 40,
    "hours_wanted": 30,
    "hours_offered": 22,
    "shift_match": 0.5,
    "guaranteed_hours": "no",
}
GAPS = dict.fromkeys(["travel_minutes", "hours_wanted", "shift_match", "guaranteed_hours"])
DAY, LATER = date(2026, 8, 1), date(2031, 1, 1)


class Brackets(NullTranslations):
    """A language that puts every sentence in brackets."""

    def info(self):
        return {"language-team": "reviewed"}

    def gettext(self, message):
        return f"[{message}]"

    def ngettext(self, one, many, number):
        return f"[{one if number == 1 else many}]"


@pytest.fixture(scope="module")
def known():
    """Models by how many people they have learned from, and the people."""
    made = simulate_careers(1500, seed=8)
    models = {}
    for n in (40, 400, 1500):
        careers = Careers.from_frame(made.frame.head(n), cut=made.cut)
        models[n] = [DropOutModel(name).fit(careers) for name in ("withdrawal", "leaving")]
    return models, made.frame


def panel(known, n, hard=HARD, *, today=DAY, ended=False, bands=False, language="cy", **more):
    models, people = known
    person = people.iloc[[3]].assign(**hard)
    if not ended:
        person[[*STAGES[5:], "ended"]] = pd.NaT
    told = [], [], [], []
    for model in models[n]:
        for horizon in (90, 365) if model.outcome == "leaving" else (None,):
            told[0].append(model.predict_risk(person, horizon, today=today))
        told[1].append(model.explain(person, language=language))
        told[2].append(employer_actions(model, person, language=language))
        told[3].append(unknown_facts(model, person))
    predictions, explanations, actions, unknown = map(pd.concat, told)
    if bands:
        silent = dict.fromkeys(["risk", "low", "high"], float("nan"))
        predictions = predictions.assign(shown=False, level="L1", band="usual/higher", **silent)
    evidence = {model.outcome: model.evidence() for model in models[n]}
    return risk_panel(
        predictions, explanations, actions, unknown=unknown, evidence=evidence, prepared=DAY,
        trained=date(2026, 3, 1), model="12" * 32, language=language, **more,
    )  # fmt: skip


def panel_row(**more):
    held = dict.fromkeys(PREDICTION_COLUMNS) | {"application": "a1", "outcome": "leaving"}
    held |= {"level": "L2", "shown": False, "band": "", "provider_rate": float("nan")}
    held |= dict.fromkeys(["provider_low", "provider_high", "england_rate"], float("nan"))
    return pd.DataFrame([held | {"horizon": 365} | more])


KINDS = {
    "figures": (1500, {"simulated": True}),
    "as usual": (1500, {"hard": {}, "candidate": "1234"}),
    "bands": (400, {"bands": True}),
    "gaps": (1500, {"hard": GAPS}),
    "rates": (40, {}),
    "out of date": (1500, {"today": LATER}),
    "ended": (1500, {"ended": True, "hard": {"ended": DAY}}),
    "started": (400, {"started": True}),
}


def left_outside(told):
    while (less := re.sub(r"\[[^\[\]]*\]", "", told)) != told:
        told = less
    return re.findall(r"[^\W\d_]+", told)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_in_english(known, read_page, monkeypatch, kind):
    pseudo = Words(LANGUAGES["cy"], Brackets())
    monkeypatch.setattr(catalogue, "_loaded", lambda _code: pseudo)
    n, more = KINDS[kind]
    told = panel(known, n, provider="5678", **more)
    outline = read_page(report_html(told))
    page = " ".join(outline.words).replace("1 Awst", "").replace("1 Mawrth", "")
    assert "[" in page
    assert left_outside(page) == []


def test_what_is_not_said_by_name_is_known(known):
    """Labels, sentences and rates that come out of tables are in the catalogue."""
    words = words_in("cy")
    labels = {
        effect.label for name in ("withdrawal", "leaving") for effect in default_effects(name)
    }
    assert [label for label in labels if not words.knows(label)] == []
    for n, more in KINDS.values():
        for part in panel(known, n, **more).parts:
            assert "The " not in part.why_not
            assert not any("turnover" in line or "starts" in line for line in part.rates)


def test_limits_stand_in_the_sentences_as_they_are():
    words = words_in("cy")
    assert words.knows(f"More than {MOST_MISSING:.0%} of what the model needs is not known.")
    assert words.knows(
        f"The provider has fewer than {FEWEST_STARTS} starts here: the rate is that of all."
    )


def test_a_reason_with_something_filled_in_is_told_in_both_languages(known):
    welsh, english = (
        panel(known, 1500, today=LATER, language=code).parts[0].why_not for code in ("cy", "en")
    )
    assert english.startswith("The model was to be reviewed by")
    assert welsh.startswith("Roedd y model i fod i gael ei adolygu erbyn")
    assert re.findall(r"\d+", welsh) == re.findall(r"\d+", english)


@pytest.mark.parametrize(
    "told",
    [
        OFF.format(reason="complaint {12}"),
        NOT_MET.format(word="'walk-in'", fact="source"),
        ALARM.format(alarm=CHANGED.format(label="travel to the round", figure="0.31")),
        ALARM.format(alarm=MORE.format(month="2026-02")),
        ALARM.format(alarm=FEWER.format(month="2026-02")),
    ],
)
def test_a_reason_keeps_what_was_filled_in_and_no_other_english(told):
    welsh = retold(told, words_in("cy"))
    assert retold(told, words_in("en")) == told
    for held in ("complaint {12}", "'walk-in'", "0.31", "2026-02"):
        assert (held in welsh) == (held in told)
    assert not re.search(r"\b(The|people|model has|travel|source)\b", welsh)


def test_a_reason_of_an_unknown_form_says_that_it_is_english(known):
    row = panel_row(why_not="A reason of 2024.")
    part = risk_panel(row, language="cy").parts[1]
    assert part.why_not.endswith("yn Saesneg: A reason of 2024.")


def test_in_welsh(known, check_document):
    told = panel(known, 1500)
    html = report_html(told)
    check_document(html, "cy")
    assert 'class="report report--risk" lang="cy"' in str(report_body(told))
    assert "Cyfieithiad drafft yw hwn." in html
    assert "This is a draft translation." in html
    assert "1 Awst 2026" in html
    assert re.search(r"O bob 100 o bobl fel hyn, mae tua \d+ \(\d+ i \d+\) yn gadael o fewn", html)
    assert told.parts[1].main.time == "12 mis"
    assert any("sy'n arferol" in reason.sentence for reason in told.parts[0].reasons)
    assert told.parts[0].reasons_note.startswith("‘Arferol’")


def test_figures_are_the_same_in_both_languages(known):
    welsh, english = (panel(known, 1500, language=code) for code in ("cy", "en"))
    for ours, theirs in zip(welsh.parts, english.parts, strict=True):
        assert [f.number for f in ours.figures] == [f.number for f in theirs.figures]
        for one, other in zip(ours.reasons + ours.changes, theirs.reasons + theirs.changes,
                              strict=True):  # fmt: skip
            assert re.findall(r"\d+", one.sentence) == re.findall(r"\d+", other.sentence)
    assert english.language_notes == ()
