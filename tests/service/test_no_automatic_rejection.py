"""Nothing but a person's own form, with a reason, ends an application: every route is tried."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client

from service import create_app
from service.storage import Store
from service.use_cases import accounts, invitations, reports, sittings, tasks, vacancies
from service.use_cases.asking import ask_person, contest
from service.use_cases.views import Account
from vbr_engine.bank.model import Bank, ResponseFormat
from vbr_engine.funnel import STEPS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough pass phrase"
ROLES = ("recruiter", "manager", "council", "researcher", "administrator")
DECIDING = ("recruiter", "manager")
WHO = (*ROLES, "candidate", "nobody")
ENDING = {code for code, step in STEPS.items() if step.ends and "employer" in step.enders}
# Everything that somebody might try to have a score decide by.
SCORES = {
    "score": "-0.9",
    "scores": "[-0.9]",
    "composite": "-0.9",
    "band": "low",
    "bands": "low",
    "threshold": "0.5",
    "cut": "0.5",
    "suggested": '{"composite": ["low"]}',
    "profile": "{}",
    "risk": "0.99",
    "automatic": "yes",
    "reject": "yes",
}
# What ends the session that the walk needs, or would use up the attempts to sign in.
PASSED_OVER = {"account.sign_in", "account.sign_out"}
# What may end it by the way comes last.
LAST = ("account", "me", "second_factor", "people", "house_people", "council", "joining")


@dataclass(frozen=True)
class Place:
    """A service with one completed weak sitting and somebody in every role."""

    app: Flask
    store: Store
    owner: str
    account: Account
    vacancy_id: str
    sitting_id: str
    token: str

    def decided(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return every event that decides against somebody, or for."""
        with self.store.read() as unit:
            events = unit.at(self.owner).events.of(self.sitting_id)
        return [
            (event.kind, event.body)
            for event in events
            if event.kind == "decided" or event.body.get("step") in ENDING
        ]

    def ended(self) -> str | None:
        with self.store.read() as unit:
            standing = unit.at(self.owner).standings.get(self.sitting_id)
        assert standing is not None
        return standing.ended

    def client(self, who: str) -> Client:
        client = self.app.test_client()
        if who in ROLES:
            page = client.get("/sign-in").get_data(as_text=True)
            form = {"email": f"{who}@meadow.example", "password": PASSWORD}
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)
            if token:
                form["csrf_token"] = token[1]
            assert client.post("/sign-in", data=form).status_code == 303
        if who == "candidate":
            client.get(f"/i/{self.token}/your-data")
        return client


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    environ = {
        "VBR_DATA_DIR": str(tmp_path),
        "VBR_LOG_LEVEL": "error",
        "VBR_SECOND_FACTOR": "optional",
    }
    app = create_app(environ, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    store: Store = app.extensions["vbr"].store
    owner = accounts.add_provider(store, name="Meadow Care", contact="Ring", now=NOW)
    house = accounts.house(store, now=NOW)
    made = {
        role: accounts.add_account(
            store,
            owner if role in ("recruiter", "manager") else house,
            name=role.title(),
            email=f"{role}@meadow.example",
            password=PASSWORD,
            now=NOW,
            role=role,
        )
        for role in ROLES
    }
    account = Account(
        made["recruiter"],
        owner,
        "Meadow Care",
        "Recruiter",
        "recruiter@meadow.example",
        "recruiter",
    )
    vacancy = vacancies.create_vacancy(
        store, owner, title="Care worker", bank_id="homecare-values", contact="Ring", now=NOW
    )
    invited = invitations.invite(
        store, owner, vacancy, name="Alex", email="alex@home.example", by=account, now=NOW
    )
    answer_badly(store, invited.sitting_id, invited.token)
    yield Place(app, store, owner, account, vacancy, invited.sitting_id, invited.token)
    store.close()


def answer_badly(store: Store, sitting_id: str, token: str) -> None:
    """Give the answers that score lowest of those tried, so that any rule would turn them down."""
    sittings.start_sitting(store, token, now=NOW)
    with store.read() as unit:
        sitting = unit.doors.sitting(sitting_id)
        assert sitting is not None
        bank = store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
    for item_id in sitting.form.items:
        worst = worst_answer(bank, item_id)
        sittings.save_answer(store, sitting_id, item_id, worst, revision=0, now=NOW)
    sittings.submit_sitting(store, sitting_id, now=NOW)


def worst_answer(bank: Bank, item_id: str) -> dict[str, int]:
    """Answer against the key, whatever the format."""
    item = bank.item_by_id[item_id]
    keyed = dict(zip(item.options, item.key, strict=True))
    order = sorted(keyed, key=lambda option: keyed[option])
    if item.format is ResponseFormat.RATE:
        scale = item.scale or 1
        return {option: 1 if 2 * key > scale + 1 else scale for option, key in keyed.items()}
    if item.format is ResponseFormat.RANK:
        return {option: len(order) + 1 - int(key) for option, key in keyed.items()}
    if item.format is ResponseFormat.MOST_LEAST:
        return {option: -int(key) for option, key in keyed.items()}
    return {option: int(option in order[: item.picks or 0]) for option in order}


def addresses(place: Place) -> Iterator[tuple[Rule, str, str]]:
    """Return every route with each of its methods, filled with ids that are there."""
    ids = {
        "sitting_id": place.sitting_id,
        "vacancy_id": place.vacancy_id,
        "token": place.token,
        "number": "1",
        "account_id": place.account.id,
        "provider_id": place.owner,
    }
    with place.store.read() as unit:
        open_tasks = unit.at(place.owner).tasks.open()
    ids["task_id"] = open_tasks[0].id if open_tasks else "none"
    rules = (r for r in place.app.url_map.iter_rules() if r.endpoint not in PASSED_OVER)
    for rule in sorted(rules, key=lambda rule: rule.endpoint.startswith(LAST)):
        for codes in sorted(ENDING | {"called"}) if "code" in rule.arguments else ["none"]:
            given = {name: ids.get(name, codes) for name in rule.arguments}
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda m, g=given: g[m[1]], rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, path, method


def given_to(method: str, who: str) -> list[dict[str, Any]]:
    """Return what is sent: all that might slip through, most of it from those who decide."""
    everything = {**SCORES, "decision": "not-now", "step": "not-appointed", "reason": "interview"}
    if method == "GET":
        return [{"query_string": everything}]
    outside: list[dict[str, Any]] = [
        {"data": {**everything, "reason": ""}},
        {"data": json.dumps(everything), "content_type": "application/json"},
    ]
    if who not in DECIDING:
        return outside
    return [
        *outside,
        {"data": {}},
        {"data": {**SCORES, "decision": "not-now", "reason": " "}},
        {"data": {**SCORES, "what": "not-appointed", "reason": "interview", "text": " "}},
        {"data": {"file": (io.BytesIO(b"name,score\nAlex,-0.9\n"), "people.csv"), **SCORES}},
    ]


@pytest.mark.endurance
@pytest.mark.parametrize("prepared", ["finished", "contested"])
def test_no_route_decides_without_a_persons_form_and_reason(place: Place, prepared: str) -> None:
    if prepared == "contested":
        open_report(place)
        contest(place.store, place.sitting_id, text="No.", now=NOW)
        ask_person(place.store, place.sitting_id, text="", reach="", now=NOW)
        assert len(tasks.list_tasks(place.store, place.account)) == 2
    tried = 0
    for who in WHO if prepared == "finished" else DECIDING:
        client, checked = place.client(who), False
        for rule, path, method in addresses(place):
            if prepared == "contested" and method == "GET":
                continue
            if rule.endpoint.startswith(LAST) and who in DECIDING and not checked:
                checked = client.get("/vacancies").status_code == 200
                assert checked, "the walk has lost its session"
            for given in given_to(method, who):
                client.open(path, method=method, **given).close()
                tried += 1
            assert place.decided() == [], (who, rule.endpoint, method)
    assert place.ended() != "not-appointed"
    assert tried > 400


def open_report(place: Place) -> None:
    where = (place.store, place.owner, place.sitting_id)
    for role in ("recruiter", "manager"):
        with place.store.read() as unit:
            who = next(a for a in unit.at(place.owner).accounts.list() if a.role == role)
        account = Account(who.id, place.owner, "Meadow Care", who.name, who.email, role)
        reports.record_first_view(*where, account=account, view="concerns", note="", now=NOW)
        reports.open_report(*where, account=account, now=NOW)


def test_the_sitting_is_weak(place: Place) -> None:
    with place.store.read() as unit:
        profile = unit.at(place.owner).profiles.get(place.sitting_id)
    assert profile is not None
    assert profile["composite"]["score"] < 0
    assert len(profile["composite"]["bands"]) == 1


def test_scores_sent_with_a_decision_change_nothing_in_it(place: Place) -> None:
    open_report(place)
    client = place.client("recruiter")
    form = {**SCORES, "decision": "not-now", "reason": "The hours do not fit."}
    address = f"/candidates/{place.sitting_id}/decision"
    assert client.post(address, data=form).status_code == 303
    ((kind, body),) = place.decided()
    assert kind == "decided"
    assert set(body) == {"by", "decision", "remark", "suggested"}
    with place.store.read() as unit:
        profile = unit.at(place.owner).profiles.get(place.sitting_id)
    assert profile is not None
    assert body["suggested"]["composite"] == profile["composite"]["bands"]
    assert place.ended() is None


def test_an_end_by_the_employer_takes_a_reason_in_words(place: Place) -> None:
    client = place.client("recruiter")
    address = f"/candidates/{place.sitting_id}/step/not-appointed"
    form = {"reason": "interview", "on": "22/11/2026"}
    assert client.post(address, data=form).status_code == 422
    assert place.decided() == []
    assert client.post(address, data={**form, "text": "We talked."}).status_code == 303
    assert [body["step"] for _kind, body in place.decided()] == ["not-appointed"]
    assert place.ended() == "not-appointed"


def test_scoring_by_the_interface_writes_nothing(place: Place) -> None:
    with place.store.read() as unit:
        before = unit.connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
    client = place.client("nobody")
    body = {"bank": "homecare-values", "responses": {place.sitting_id: {}}, "reject_below": 0.5}
    client.post("/api/v1/score", json=body)
    with place.store.read() as unit:
        after = unit.connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
    assert after == before
