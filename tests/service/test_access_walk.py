"""Every route, as everybody: no page of a provider's for anybody who is not its own.

The world is the demonstration: two providers with people in every state, and those who run the
pilot. Each address is filled with ids of the first provider and asked for by nobody, by the second
provider's people and by each role of the house, with every method. Afterwards the first provider's
rows are what they were.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service import create_app
from service.access import ROLES, Services, rule_of
from service.demo import Demonstration, SignIn, prepare
from service.storage import Store
from service.storage.tables import metadata
from service.use_cases import accounts, imports
from service.use_cases.ratings import next_to_rate
from service.use_cases.views import Account

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# Table and column that an id in an address is found in; what the house shares comes apart.
FOUND_IN = {
    "sitting_id": ("sittings", "id"),
    "vacancy_id": ("vacancies", "id"),
    "import_id": ("imports", "id"),
    "task_id": ("tasks", "id"),
    "message_id": ("messages", "id"),
    "account_id": ("accounts", "id"),
    "session_id": ("sessions", "id"),
}
PLAIN = {
    "number": "1",
    "part": "facets",
    "format": "csv",
    "kind": "csv",
    "language": "en",
    "channel": "email",
    "bank_id": "homecare-values",
    "version": "0",
    "name": "none",
    "token": "none",
    "job_id": "none",
    "model_id": "none",
    "proposal_id": "none",
    "rescoring_id": "none",
    "export_id": "none",
}

# These look at the form before anything else: an empty one is the same fault for everybody.
FORM_FIRST = {"imports.take_in"}
# Ending a session that is not one's own is like ending one that has ended: nothing happens.
NOTHING_HAPPENS = {"me.end_session"}


@dataclass(frozen=True)
class World:
    app: Flask
    store: Store
    demo: Demonstration
    ids: Mapping[str, str]
    secrets: tuple[str, ...]
    clients: Mapping[str, tuple[SignIn | None, FlaskClient]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("walk")
    settings = {"VBR_DATA_DIR": str(folder), "VBR_LOG_LEVEL": "error"}
    app = create_app(settings, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    store = cast(Services, app.extensions["vbr"]).store
    demo = prepare(store, folder / "demonstration.json", now=NOW)
    clients = {who: (found, _signed_in(app, store, demo, found)) for who, found in _who(demo)}
    with app.test_request_context():
        import_id = imports.draft(
            store,
            demo.provider_id,
            demo.vacancy_id,
            content="Zoe Secretname <zoe@secret.example>",
            name="",
            by=_account(demo.sign_ins[0]),
            now=NOW,
        )
    with store.read() as unit:
        ids = _ids(unit.connection, demo)
        secrets = _secrets(unit, demo)
    first = _account(_of(demo, demo.provider_id, "manager"))
    ids |= {"import_id": import_id, "code": next_to_rate(store, first) or "none"}
    yield World(app, store, demo, ids, secrets, clients)
    store.close()


def _who(demo: Demonstration) -> Iterator[tuple[str, SignIn | None]]:
    yield "nobody", None
    house = next(one.provider_id for one in demo.sign_ins if one.role == "council")
    for role in ("recruiter", "manager"):
        yield f"own {role}", _of(demo, demo.provider_id, role)
        yield f"other {role}", _of(demo, demo.neighbour_id, role)
    for role in ("council", "researcher", "administrator"):
        yield role, _of(demo, house, role)


def _of(demo: Demonstration, provider_id: str, role: str) -> SignIn:
    return next(o for o in demo.sign_ins if (o.provider_id, o.role) == (provider_id, role))


def _account(who: SignIn) -> Account:
    return Account(who.account_id, who.provider_id, "", who.name, who.email, who.role)


def _signed_in(app: Flask, store: Store, demo: Demonstration, who: SignIn | None) -> FlaskClient:
    client = app.test_client()
    if who is not None:
        token = accounts.sign_in(store, who.email, demo.password, now=NOW, address=who.email)
        client.set_cookie("vbr_session", token)
        assert client.get("/account").status_code == 200
    return client


def _ids(connection: sa.Connection, demo: Demonstration) -> dict[str, str]:
    found = {}
    for name, (table, column) in FOUND_IN.items():
        held = metadata.tables[table]
        ids = connection.execute(
            sa.select(held.c[column]).where(held.c.provider_id == demo.provider_id).limit(1)
        ).scalar()
        found[name] = str(ids)
    return found | {"provider_id": demo.provider_id}


def _secrets(unit: Any, demo: Demonstration) -> tuple[str, ...]:
    """Names and addresses of the first provider's candidates that the second one's do not have."""
    tenants = [unit.at(one) for one in (demo.provider_id, demo.neighbour_id)]
    found = [
        {text for who in t.identities.of(tuple(t.standings.all())).values() for text in _said(who)}
        for t in tenants
    ]
    mine = found[0] - found[1] | {"Zoe Secretname", "zoe@secret.example"}
    assert len(mine) > 30
    return tuple(sorted(mine))


def _said(who: Any) -> Iterator[str]:
    yield who.name
    if who.email:
        yield who.email


def _routes(app: Flask) -> list[tuple[Rule, str, str]]:
    return [
        (rule, method, str(rule_of(app, rule.endpoint)))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _address(world: World, rule: Rule) -> str:
    values = {name: (world.ids | PLAIN)[name] for name in rule.arguments}
    if rule.endpoint.startswith("messages."):
        values["kind"] = "invitation"
    if rule.endpoint == "steps.one_step":
        values["code"] = "called"
    return str(world.app.url_map.bind("localhost").build(rule.endpoint, values))


def _owned(rule: Rule) -> bool:
    return bool(set(rule.arguments) & (set(FOUND_IN) | {"code"}))


def _rows(world: World) -> dict[str, str]:
    """Hash the first provider's rows by table, but for what signing in and looking leave."""
    found = {}
    with world.store.read() as unit:
        for table in metadata.sorted_tables:
            if "provider_id" not in table.c or table.name in {"sessions", "jobs"}:
                continue
            which = table.c.provider_id == world.demo.provider_id
            rows = unit.connection.execute(sa.select(table).where(which)).all()
            text = json.dumps(sorted(str(tuple(row)) for row in rows))
            found[table.name] = hashlib.sha256(text.encode()).hexdigest()
    return found


def test_the_world_has_an_id_for_every_part_of_every_address(world: World) -> None:
    for rule, _, _ in _routes(world.app):
        unknown = set(rule.arguments) - set(world.ids) - set(PLAIN)
        assert not unknown, f"{rule.rule}: add {unknown} to this walk"
    assert "None" not in world.ids.values()


def test_pages_of_a_role_send_strangers_to_sign_in_and_do_not_exist_for_other_roles(
    world: World,
) -> None:
    before, walked = _rows(world), 0
    for rule, method, needed in _routes(world.app):
        if needed not in ROLES:
            continue
        address = _address(world, rule)
        for name, (who, client) in world.clients.items():
            if who is not None and who.role in ROLES[needed]:
                continue
            answer = client.open(address, method=method)
            expected = 303 if who is None else 404
            assert answer.status_code == expected, (method, address, name, answer.status_code)
            assert who is not None or "/sign-in" in answer.headers["Location"]
            walked += 1
        if walked and method == "POST":
            assert _rows(world) == before, (method, address)
    assert walked > 700


def test_ids_of_another_provider_are_not_there_for_the_same_role(world: World) -> None:
    before, walked = _rows(world), 0
    for rule, method, needed in _routes(world.app):
        if needed not in ROLES or not _owned(rule) or "provider_id" in rule.arguments:
            continue
        if rule.endpoint.split(".")[0] in {"operator", "models"}:
            continue  # the administrator looks after every provider's queue: codes and errors only
        address = _address(world, rule)
        for name in ("other recruiter", "other manager", "council", "administrator"):
            who, client = world.clients[name]
            assert who is not None
            if who.role in ROLES[needed]:
                answer = client.open(address, method=method)
                if rule.endpoint in FORM_FIRST and method == "POST":
                    mine = world.clients["own recruiter"][1].open(address, method=method)
                    assert answer.status_code == mine.status_code == 400, address
                elif rule.endpoint in NOTHING_HAPPENS:
                    assert answer.status_code == 303, address
                else:
                    assert answer.status_code == 404, (method, address, name, answer.status_code)
                walked += 1
    assert all(client.get("/account").status_code == 200 for who, client in own(world))
    assert walked > 100
    assert _rows(world) == before


def own(world: World) -> list[tuple[SignIn | None, FlaskClient]]:
    return [found for name, found in world.clients.items() if name.startswith("own")]


def test_no_page_tells_anybody_else_a_candidates_name(world: World) -> None:
    told = re.compile("|".join(re.escape(secret) for secret in world.secrets))
    pages, own = 0, 0
    for rule, method, _ in _routes(world.app):
        if method != "GET":
            continue
        address = _address(world, rule)
        for name, (_, client) in world.clients.items():
            text = client.get(address).get_data().decode(errors="replace")
            if name.startswith("own"):
                own += bool(told.search(text))
                continue
            found = told.search(text)
            assert found is None, (address, name, found and found[0])
            pages += 1
    assert pages > 600
    assert own > 20  # the search does find them, where they may be


def test_a_candidates_pages_are_for_the_browser_with_their_link(world: World) -> None:
    other = world.clients["own recruiter"][1]
    for rule, method, needed in _routes(world.app):
        if needed == "candidate":
            for client in (world.clients["nobody"][1], other):
                answer = client.open(_address(world, rule), method=method)
                assert answer.status_code == 403, (method, rule.rule)


def test_links_that_were_never_made_open_nothing(world: World) -> None:
    client, before = world.clients["nobody"][1], _rows(world)
    for rule, method, needed in _routes(world.app):
        if needed == "link":
            answer = client.open(_address(world, rule), method=method)
            assert answer.status_code == 404, (method, rule.rule, answer.status_code)
    assert _rows(world) == before


def test_the_administrators_queue_and_the_councils_pages_hold_codes_and_counts_only(
    world: World, tmp_path: Path
) -> None:
    for name, start in (("administrator", "/operator"), ("council", "/council")):
        text = world.clients[name][1].get(start).get_data(as_text=True)
        assert not any(secret in text for secret in world.secrets)
        assert "@" not in re.sub(r"[\w.]+@pilot\.example", "", text)
