"""Drop-out risk in the service: learnt from what it saw, shown after the first view or not."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from service.errors import FirstViewNeeded, NotFound
from service.outbox.running import Runner
from service.storage import Store
from service.use_cases import accounts, reports, risk, risk_training
from service.use_cases.happenings import happen
from service.use_cases.views import Account


@pytest.fixture
def researcher(store: Store, house: Any) -> Account:
    place = accounts.house(store, now=house.clock())
    account_id = accounts.add_account(
        store,
        place,
        name="Res Earch",
        email="res@example.org",
        password="a long password for tests",
        now=house.clock(),
        role="researcher",
    )
    return Account(account_id, place, "House", "Res Earch", "res@example.org", "researcher")


def grown(house: Any, n: int) -> list[str]:
    """Let people be invited, start and leave: every third withdraws, every fourth leaves."""
    made = []
    for number in range(n):
        invited = house.invite(f"Person {number}")
        made.append(invited.sitting_id)
        with house.store.write() as unit:
            tenant, at = unit.at(house.provider_id), house.clock()
            for day, step in ((1, "offered"), (2, "accepted")):
                body = {"step": step, "on": str((at + timedelta(days=day)).date())}
                happen(tenant, invited.sitting_id, "step", at=at + timedelta(days=day), body=body)
            end = {
                0: {"step": "withdrawn", "reason": "other-job"},
                1: {"step": "started-work"},
                2: {"step": "started-work"},
            }[number % 3]
            when = at + timedelta(days=3)
            body = {**end, "on": str(when.date())}
            happen(tenant, invited.sitting_id, "step", at=when, body=body)
            if number % 4 == 1 and number % 3:
                gone = when + timedelta(days=20 + number % 60)
                body = {
                    "step": "left",
                    "on": str(gone.date()),
                    "ended_by": "candidate",
                    "reason": "other-job",
                }
                happen(tenant, invited.sitting_id, "step", at=gone, body=body)
    house.clock.forward(days=120)
    return made


def trained(store: Store, account: Account, now: Any) -> str:
    job_id = risk.start_training(store, account, now=now, request_id="")
    Runner(store, owner="test", stop=threading.Event()).run_one()
    with store.read() as unit:
        job = unit.jobs.find(job_id)
    assert job is not None
    assert job.state == "done", job.problem
    return str(job.result["model"])


def test_there_is_no_figure_without_a_model_and_nothing_before_a_first_view(
    store: Store, house: Any
) -> None:
    sitting = house.submitted().sitting_id
    ask = {"account": house.account, "language": "en", "now": house.clock()}
    with pytest.raises(FirstViewNeeded):
        risk.risk_of(store, house.provider_id, sitting, **ask)
    reports.record_first_view(
        store,
        house.provider_id,
        sitting,
        account=house.account,
        view="unsure",
        note="",
        now=house.clock(),
    )
    view = risk.risk_of(store, house.provider_id, sitting, **ask)
    assert view.panel is None
    assert "No model" in view.why_not
    with pytest.raises(NotFound):
        risk.risk_of(store, "another-provider", sitting, **ask)


def test_a_model_listens_first_is_shown_by_a_person_and_can_be_switched_off(
    store: Store, house: Any, researcher: Account
) -> None:
    grown(house, 120)
    model = trained(store, researcher, house.clock())
    (line,) = risk.list_models(store)
    assert (line.state, line.about["applications"]) == ("shadow", 120)
    assert line.about["simulated"] is False
    sitting = house.submitted().sitting_id
    reports.record_first_view(
        store,
        house.provider_id,
        sitting,
        account=house.account,
        view="unsure",
        note="",
        now=house.clock(),
    )
    ask = {"account": house.account, "language": "en", "now": house.clock()}
    assert "tried out" in risk.risk_of(store, house.provider_id, sitting, **ask).why_not
    assert kept(house, sitting)["shown"] is False

    risk.change_model(store, model, "shown", account=researcher, now=house.clock())
    for _ in range(2):
        view = risk.risk_of(store, house.provider_id, sitting, **ask)
        assert view.panel is not None
        assert {part.outcome for part in view.panel.parts} == {"withdrawal", "leaving"}
    assert kept(house, sitting)["shown"] is True
    with store.read() as unit:
        events = unit.at(house.provider_id).events.of(sitting)
    assert [event.kind for event in events].count("risk-shown") == 1

    risk.change_model(store, model, "off", account=researcher, now=house.clock())
    view = risk.risk_of(store, house.provider_id, sitting, **ask)
    assert (view.panel, "No model" in view.why_not) == (None, True)


def kept(house: Any, sitting_id: str) -> Any:
    with house.store.read() as unit:
        return unit.at(house.provider_id).risk_figures.last(sitting_id)


def test_of_several_models_one_at_most_is_shown(
    store: Store, house: Any, researcher: Account
) -> None:
    grown(house, 40)
    first = trained(store, researcher, house.clock())
    second = trained(store, researcher, house.clock.forward(days=1))
    for model in (first, second):
        risk.change_model(store, model, "shown", account=researcher, now=house.clock())
    states = {line.id: line.state for line in risk.list_models(store)}
    assert states == {first: "shadow", second: "shown"}
    card = risk.model_card_of(store, second, now=house.clock())
    assert card.to_dict()
    with pytest.raises(NotFound):
        risk.change_model(store, "none", "off", account=researcher, now=house.clock())


def test_training_without_any_application_says_so(store: Store, researcher: Account) -> None:
    now = store.clock()
    job_id = risk.start_training(store, researcher, now=now, request_id="once")
    assert risk.start_training(store, researcher, now=now, request_id="once") == job_id
    Runner(store, owner="test", stop=threading.Event()).run_one()
    with store.read() as unit:
        job = unit.jobs.find(job_id)
    assert job is not None
    assert (job.state, "nothing to learn" in str(job.problem)) == ("failed", True)


def test_careers_hold_no_name_no_answer_and_no_score(store: Store, house: Any) -> None:
    grown(house, 3)
    with store.read() as unit:
        rows = list(risk_training.career_rows(unit, house.provider_id, simulated=False))
    assert len(rows) == 3
    told = str(rows)
    assert "Person" not in told
    assert "example.org" not in told
    assert not {"name", "composite", "answers"} & set(rows[0])
