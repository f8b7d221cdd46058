"""Which role opens which room, and which forms need the token of a page: written down once more.

The walk over all routes asks each route for its rule. What the rules should be stands here, so that
one that is loosened by mistake is seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service import create_app
from service.access import ROLES, Services, rule_of
from service.use_cases import accounts

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PASSWORD = "a long enough pass phrase"
OPEN_TO = {
    "member": {"recruiter", "manager", "council", "researcher", "administrator"},
    "recruiter": {"recruiter", "manager"},
    "manager": {"manager"},
    "council": {"council"},
    "researcher": {"researcher"},
    "administrator": {"administrator"},
    "modeller": {"researcher", "administrator"},
}
ROOMS = {
    "public": "account api assets health public",
    "link": "asks",
    "candidate": "rights words",
    "member": "me second_factor",
    "recruiter": "adjustment calls details entry imports invite ratings record recruiter risk sent "
    "steps tasks",
    "manager": "messages people settings",
    "council": "council",
    "researcher": "exports proposals rescorings research",
    "administrator": "house_people operator",
    "modeller": "models",
    "api": "banks scores",
}
MIXED = {
    "candidate": {"candidate", "link"},
    "candidates": {"recruiter", "public"},
    "joining": {"link", "public"},
}
PUBLIC_OF_RECRUITERS = {"candidates.report_style"}
# Whoever has the link or the sitting's cookie needs no token; the cookie goes nowhere else.
BY_LINK = {
    "asks.adjustment",
    "asks.language",
    "candidate.answer",
    "candidate.start",
    "candidate.submit",
    "candidate.try_practice",
    "public.choose_language",
    "words.write",
}
# A form with files: the view looks at the role before it reads them, and then at the token.
BY_VIEW = {
    "imports.take_in": "recruiter",
    "proposals.propose": "researcher",
    "rescorings.look": "researcher",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application as it is served: with tokens in forms."""
    data = tmp_path_factory.mktemp("data")
    app = create_app({"VBR_DATA_DIR": str(data), "VBR_LOG_LEVEL": "error"}, clock=lambda: NOW)
    services: Services = app.extensions["vbr"]
    store = services.store
    provider = accounts.add_provider(store, name="Meadow Care", contact="Ask Rae.", now=NOW)
    house = accounts.house(store, now=NOW)
    for role, owner in (("recruiter", provider), ("researcher", house)):
        accounts.add_account(
            store,
            owner,
            name="Rae",
            email=f"{role}@meadow.example",
            password=PASSWORD,
            now=NOW,
            role=role,
        )
    yield app
    store.close()


def posted(app: Flask) -> list[tuple[Rule, str]]:
    """Every route that takes a form, with an address."""
    urls = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    return [
        (rule, urls.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"), method="POST"))
        for rule in rules
    ]


def signed_in(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form: dict[str, Any] = {"email": f"{role}@meadow.example", "password": PASSWORD}
    answer = client.post("/sign-in", data={**form, "csrf_token": token[1]})
    assert answer.status_code == 303
    return client


def test_each_rule_is_for_these_roles() -> None:
    assert {rule: set(roles) for rule, roles in ROLES.items()} == OPEN_TO


def test_each_room_has_its_rule(app: Flask) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for rule in app.url_map.iter_rules():
        found[rule.endpoint.partition(".")[0]].add(str(rule_of(app, rule.endpoint)))
    wanted = {room: {rule} for rule, rooms in ROOMS.items() for room in rooms.split()}
    assert found == wanted | MIXED
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("candidates.") and rule_of(app, rule.endpoint) == "public"
    }
    assert public == PUBLIC_OF_RECRUITERS


def test_no_form_is_taken_without_the_token_of_a_page(app: Flask) -> None:
    refused = 0
    for rule, address in posted(app):
        if rule.endpoint in BY_LINK | set(BY_VIEW) or rule_of(app, rule.endpoint) == "api":
            continue
        assert app.test_client().post(address).status_code == 400, rule.endpoint
        refused += 1
    assert refused > 70


@pytest.mark.parametrize(("endpoint", "role"), BY_VIEW.items())
def test_a_form_with_files_is_not_taken_without_it_either(
    app: Flask, endpoint: str, role: str
) -> None:
    address = next(address for rule, address in posted(app) if rule.endpoint == endpoint)
    assert signed_in(app, role).post(address).status_code == 400, endpoint
