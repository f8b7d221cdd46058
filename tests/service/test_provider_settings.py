"""What a manager sets: defaults, every problem at once, who changed what, and own words."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidForm, NotFound
from service.storage import Store
from service.storage.records import ProviderRecord
from service.use_cases import reports, settings_changes, sittings
from service.use_cases.own_values import (
    beside,
    feedback_in_own_words,
    report_in_own_words,
    values_of,
)
from service.use_cases.quiet import Quiet
from service.use_cases.settings import changes_of, provider_settings, settings_of
from vbr_engine.bank.model import Bank
from vbr_engine.files import read_bank
from vbr_engine.rendering import report_body
from vbr_engine.reports import candidate_feedback, recruiter_report
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

House = Clock = Any  # fixtures of conftest.py
HOMECARE = Path(__file__).parents[2] / "question_banks" / "homecare-values"


def details(house: House, **changed: Any) -> None:
    given: dict[str, Any] = {
        "shown_name": "Meadow",
        "adjustments": "Mona",
        "complaints": "Max",
        "languages": ("en", "cy"),
    }
    settings_changes.change_details(
        house.store, house.provider_id, **(given | changed), by=house.account, now=house.clock()
    )


def test_before_anything_is_set_usual_things_hold() -> None:
    held = settings_of(ProviderRecord("id", "Meadow Care", "Ask Sam."))
    assert (held.shown_name, held.adjustments, held.complaints) == (
        "Meadow Care",
        "Ask Sam.",
        "Ask Sam.",
    )
    assert held.languages == ("en", "cy")
    assert held.quiet == Quiet()
    assert held.retention_months == 6
    assert held.own_words("any", "en") == {}


def test_details_are_kept_and_an_own_name_follows_only_if_it_is_another(
    house: House, store: Store
) -> None:
    details(house, shown_name="Meadow Care")
    with store.write() as unit:
        held = unit.at(house.provider_id).provider
        unit.providers.change(
            held.id, name="Larch Care", contact=held.contact, settings=held.settings
        )
    assert provider_settings(store, house.provider_id).shown_name == "Larch Care"
    details(house, languages=("cy",))
    found = provider_settings(store, house.provider_id)
    assert (found.shown_name, found.adjustments, found.languages) == ("Meadow", "Mona", ("cy",))


def test_every_problem_is_told_and_nothing_is_changed(house: House, store: Store) -> None:
    before = provider_settings(store, house.provider_id)
    with pytest.raises(InvalidForm) as raised:
        details(house, shown_name="x" * 121, adjustments=" ", complaints="", languages=("fr",))
    assert set(raised.value.fields) == {"shown_name", "adjustments", "complaints", "languages"}
    assert provider_settings(store, house.provider_id) == before
    assert changes_of(store, house.provider_id) == ()


@pytest.mark.parametrize(
    ("typed", "kept"), [("20:00", time(20)), ("7.30", time(7, 30)), (" 0:05 ", time(0, 5))]
)
def test_a_time_is_read_as_people_write_it(
    house: House, store: Store, typed: str, kept: time
) -> None:
    settings_changes.change_quiet(
        store,
        house.provider_id,
        begins=typed,
        ends="08:00",
        sundays=False,
        by=house.account,
        now=house.clock(),
    )
    quiet = provider_settings(store, house.provider_id).quiet
    assert (quiet.begins, quiet.ends, quiet.sundays) == (kept, time(8), False)


@pytest.mark.parametrize("typed", ["24:00", "8", "8:60", "", "noon", "٨:٠٠", "-1:00"])
def test_what_is_no_time_is_refused(house: House, store: Store, typed: str) -> None:
    with pytest.raises(InvalidForm) as raised:
        settings_changes.change_quiet(
            store,
            house.provider_id,
            begins=typed,
            ends=typed,
            sundays=True,
            by=house.account,
            now=house.clock(),
        )
    assert set(raised.value.fields) == {"begins", "ends"}


@pytest.mark.parametrize("typed", ["0", "25", "999999", "six", "1.5", "²", "-6", ""])
def test_a_period_is_a_whole_number_of_months(house: House, store: Store, typed: str) -> None:
    with pytest.raises(InvalidForm):
        settings_changes.change_retention(
            store, house.provider_id, months=typed, by=house.account, now=house.clock()
        )
    assert provider_settings(store, house.provider_id).retention_months == 6


@pytest.mark.parametrize("typed", ["1", "24", " 12 "])
def test_both_ends_of_the_period_are_allowed(house: House, store: Store, typed: str) -> None:
    settings_changes.change_retention(
        store, house.provider_id, months=typed, by=house.account, now=house.clock()
    )
    assert provider_settings(store, house.provider_id).retention_months == int(typed)


def test_each_change_is_kept_with_who_and_when(house: House, store: Store, clock: Clock) -> None:
    details(house)
    clock.forward(days=1)
    settings_changes.change_retention(
        store, house.provider_id, months="9", by=house.account, now=clock()
    )
    details(house)  # the same again is no change
    newest, oldest = changes_of(store, house.provider_id)
    assert (newest.what, newest.by, newest.at) == ("retention", "Rae", clock())
    assert newest.detail == {"before": 6, "after": 9}
    assert (oldest.what, oldest.at) == ("details", datetime(2026, 11, 2, 9, tzinfo=UTC))


def test_one_organisation_changes_nothing_of_another(
    make_house: Any, store: Store, clock: Clock
) -> None:
    first, second = make_house("North Care"), make_house("South Care")
    details(first, shown_name="Changed")
    assert provider_settings(store, second.provider_id).shown_name == "South Care"
    with pytest.raises(NotFound):
        provider_settings(store, "nobody")


# Own words for values


def change_words(house: House, bank_id: str, words: Any) -> None:
    settings_changes.change_values(
        house.store, house.provider_id, bank_id, words=words, by=house.account, now=house.clock()
    )


def test_words_are_kept_by_language_and_taken_away_when_empty(
    house: House, store: Store, bank: Bank
) -> None:
    value = bank.values[0].id
    change_words(house, bank.id, {value: {"en": "  Warm  heart ", "cy": "Calon", "fr": "non"}})
    held = provider_settings(store, house.provider_id)
    assert held.own_words(bank.id, "en") == {value: "Warm heart"}
    assert held.own_words(bank.id, "cy") == {value: "Calon"}
    change_words(house, bank.id, {value: {"en": "", "cy": ""}})
    assert provider_settings(store, house.provider_id).own_words(bank.id, "en") == {}


def test_words_are_for_values_that_the_bank_has(house: House, bank: Bank) -> None:
    with pytest.raises(NotFound):
        change_words(house, bank.id, {"nonsense": {"en": "Warm"}})
    with pytest.raises(NotFound):
        change_words(house, "nonsense", {})
    with pytest.raises(InvalidForm) as raised:
        change_words(house, bank.id, {bank.values[0].id: {"en": "x" * 61, "cy": "y" * 61}})
    assert set(raised.value.fields) == {f"{bank.values[0].id}.en", f"{bank.values[0].id}.cy"}


def test_values_come_with_what_other_frameworks_call_them(store: Store, bank: Bank) -> None:
    assert [one.value for one in values_of(store, bank.id, "en")] == [v.id for v in bank.values]
    assert values_of(store, "nonsense", "en") == ()


def test_headings_of_report_and_feedback_show_the_words_and_scores_stay() -> None:
    bank = read_bank(HOMECARE)
    responses = simulate_responses(bank, 1, seed=1)
    sitting = responses.sittings[0]
    profile = score(responses, bank).profile(sitting)
    report = recruiter_report(profile, bank, responses.answers(sitting))
    words = {value.id: f"Own {value.id}" for value in bank.values}
    said = report_in_own_words(report, words)
    for before, after in zip(report.values, said.values, strict=True):
        assert after.name == f"{before.name} (in our words: Own {before.id})"
        assert (after.score, after.low, after.high, after.band) == (
            before.score,
            before.low,
            before.high,
            before.band,
        )
    assert "in our words: Own kind" in report_body(said)
    assert report_in_own_words(report, {}) is report
    feedback = feedback_in_own_words(candidate_feedback(profile, bank), words)
    names = [point.name for point in (*feedback.strengths, feedback.reflection) if point]
    assert names
    assert all("(in our words: Own " in name for name in names)


def test_a_value_that_is_called_the_same_is_said_once() -> None:
    assert beside("Respect", "respect") == "Respect"


def test_a_recruiter_and_a_candidate_read_the_words(
    house: House, store: Store, bank: Bank, clock: Clock
) -> None:
    sitting_id = house.submitted().sitting_id
    change_words(house, bank.id, {value.id: {"en": "Ours"} for value in bank.values})
    reports.record_first_view(
        store,
        house.provider_id,
        sitting_id,
        account=house.account,
        view="promising",
        note="",
        now=clock(),
    )
    report = reports.open_report(
        store, house.provider_id, sitting_id, account=house.account, now=clock()
    )
    assert all("(in our words: Ours)" in result.name for result in report.values)
    feedback = sittings.candidate_feedback_for(store, sitting_id)
    shown = [point for point in (*feedback.strengths, feedback.reflection) if point is not None]
    assert all("(in our words: Ours)" in point.name for point in shown)
