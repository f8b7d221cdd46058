"""No sentence of a page is out of a translator's reach.

Every message becomes itself between brackets, as if that were Welsh; the demonstration is walked
as each role. English words that stand outside the brackets, and are not somebody's data, are a
sentence that was never given to gettext.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
import yaml
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

import service
from service import create_app
from service.access import ROLES, Services, rule_of
from service.demo import Demonstration, SignIn, prepare
from service.errors import ServiceError
from service.storage import Store
from service.storage.tables import metadata
from service.use_cases import accounts, imports, invitations
from service.use_cases.ratings import next_to_rate
from service.use_cases.views import Account

pytestmark = pytest.mark.slow

HERE = Path(service.__file__).parent
BANK = HERE.parent / "question_banks" / "homecare-values" / "catalogues"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
IDS = {
    "sitting_id": "sittings",
    "vacancy_id": "vacancies",
    "import_id": "imports",
    "task_id": "tasks",
    "message_id": "messages",
    "account_id": "accounts",
    "session_id": "sessions",
}
ENGLISH = re.compile(
    r"\b(the|and|you|your|of|for|with|this|that|not|are|was|were|from|have|has|will|their|they"
    r"|which|when|what|who|answers?|candidates?|people|save|send)\b",
    re.IGNORECASE,
)
MOST = 6  # of each kind of thing that an address names
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
# Whole elements that hold data or another language: what somebody wrote, English on purpose.
OF_SOMEBODY = re.compile(
    r"<(\w+)\b[^>]*\blang=\"en-GB\"[^>]*>.*?</\1>"
    r"|<(style|script|textarea|pre|code|svg)\b.*?</\2>",
    re.DOTALL,
)
# The reference of the interface for programs is in English; the files are not pages.
NOT_PAGES = {"reference", "openapi", "api"}


@dataclass(frozen=True)
class World:
    app: Flask
    readers: dict[str, tuple[SignIn, FlaskClient]]
    ids: dict[str, list[str]]
    data: tuple[str, ...]
    links: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("bracketed")
    app = create_app({"VBR_DATA_DIR": str(folder), "VBR_LOG_LEVEL": "error"}, clock=lambda: NOW)
    store = cast(Services, app.extensions["vbr"]).store
    demo = prepare(store, folder / "demonstration.json", now=NOW)
    with app.test_request_context():
        imports.draft(
            store, demo.provider_id, demo.vacancy_id, content="Zoe Tal <zoe@tal.example>",
            name="", by=_account(_of(demo, "recruiter")), now=NOW,
        )  # fmt: skip
    with store.read() as unit:
        ids = {name: _ids(unit.connection, table, demo) for name, table in IDS.items()}
    links = _links(store, demo)
    code = next_to_rate(store, _account(_of(demo, "manager")))
    ids |= {"code": [code] if code else [], "provider_id": [demo.provider_id]}
    readers = {who: _reader(app, store, demo, who) for who in ROLES["member"]}
    with pytest.MonkeyPatch.context() as patch:
        _bracket(patch, folder / "words")
        yield World(app, readers, ids, _data(), links)
    store.close()


def _bracket(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let pages in Welsh say every message between brackets."""
    with (HERE / "translations" / "cy" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        words = read_po(file, locale="cy")
    for message in words:
        if isinstance(message.id, tuple):
            message.string = tuple(f"⟦{message.id[1]}⟧" for _ in range(5))
        elif message.id:
            message.string = f"⟦{message.id}⟧"
    target = folder / "cy" / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "messages.mo").open("wb") as file:
        write_mo(file, words)
    patch.setattr("flask_babel.Domain.translation_directories", [str(folder)])
    held: dict[object, object] = {}
    patch.setattr("flask_babel.Domain.get_translations_cache", lambda *_: held)


def _of(demo: Demonstration, role: str) -> SignIn:
    return next(
        one for one in demo.sign_ins if one.role == role and one.provider_id != demo.neighbour_id
    )


def _account(who: SignIn) -> Account:
    return Account(who.account_id, who.provider_id, "", who.name, who.email, who.role)


def _ids(connection: sa.Connection, table: str, demo: Demonstration) -> list[str]:
    held = metadata.tables[table]
    query = sa.select(held.c.id).where(held.c.provider_id == demo.provider_id)
    return [str(row[0]) for row in connection.execute(query).all()]


def _reader(app: Flask, store: Store, demo: Demonstration, role: str) -> tuple[SignIn, FlaskClient]:
    who, client = _of(demo, role), app.test_client()
    token = accounts.sign_in(store, who.email, demo.password, now=NOW, address=who.email)
    client.set_cookie("vbr_session", token)
    client.set_cookie("vbr_language", "cy")
    return who, client


def _links(store: Store, demo: Demonstration) -> dict[str, str]:
    """Make every sitting one in Welsh, and a link to each."""
    rae = _account(_of(demo, "recruiter"))
    with store.write() as unit:
        tenant = unit.at(demo.provider_id)
        sittings = tuple(tenant.standings.all())
        for one in sittings:
            tenant.sittings.speak(one, "cy")
    found = {}
    for number, one in enumerate(sittings):
        later = NOW + timedelta(seconds=number)
        try:
            found[one] = invitations.renew_link(store, demo.provider_id, one, by=rae, now=later)
        except ServiceError:  # who needs no link any more has none
            continue
    return found


def _data() -> tuple[str, ...]:
    """What people of the demonstration are called and say: strings of the modules that make it."""
    said = {"Those who run the pilot"}  # the name of their organisation, as it was opened
    for path in (HERE / "demo.py", *(HERE / "demonstration").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value.strip())
    for language in ("en", "cy"):
        said |= set(_texts(yaml.safe_load((BANK / f"{language}.yaml").read_text("utf-8"))))
    words = {" ".join(text.split()) for text in said}
    return tuple(sorted((text for text in words if len(text) > 5), key=len, reverse=True))


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict | list):
        for one in held.values() if isinstance(held, dict) else held:
            yield from _texts(one)


def _left(world: World, text: str) -> list[str]:
    """Return English that stands outside brackets, with what is around it."""
    text = OF_SOMEBODY.sub(" ", text)
    text = re.sub(r"<[^>]+>", "¦", text)
    text = " ".join(html.unescape(text).split())
    for data in world.data:
        text = text.replace(data, " ")
    before = None
    while before != text:
        before, text = text, BRACKETED.sub(" ", text)
    return [
        " ".join(piece.split())
        for piece in text.split("¦")
        if len(set(ENGLISH.findall(piece.lower()))) >= 1
    ]


def _addresses(world: World, role: str) -> Iterator[tuple[str, str]]:
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        needed = str(rule_of(world.app, rule.endpoint))
        if "GET" not in (rule.methods or set()) or rule.endpoint.split(".")[0] in NOT_PAGES:
            continue
        if needed in ROLES and role in ROLES[needed]:
            filled: list[dict[str, str]] = [{}]
            for name in rule.arguments:
                values = world.ids.get(name) or [PLAIN.get(name, "none")]
                if name == "code" and rule.endpoint == "steps.one_step":
                    values = ["called"]
                filled = [one | {name: value} for one in filled for value in values[:MOST]]
            for one in filled:
                if rule.endpoint.startswith("messages.") and "kind" in one:
                    one["kind"] = "invitation"
                yield rule.endpoint, str(adapter.build(rule.endpoint, one))
        elif needed == "public" and not rule.arguments:
            yield rule.endpoint, rule.rule


PLAIN = {
    "number": "1", "language": "cy", "channel": "email", "kind": "csv", "code": "called",
    "bank_id": "homecare-values", "format": "csv", "version": "0.2.0",
}  # fmt: skip


def test_pages_of_each_role_are_wholly_in_the_catalogue(world: World) -> None:
    faults: dict[str, str] = {}
    seen: set[str] = set()
    pages = 0
    for role, (_, client) in world.readers.items():
        for endpoint, address in _addresses(world, role):
            if address in seen:
                continue
            answer = client.get(address)
            seen.add(address)
            if answer.mimetype != "text/html" or answer.status_code == 303:
                continue
            text = answer.get_data(as_text=True)
            pages += "⟦" in text
            for piece in _left(world, text):
                faults.setdefault(f"{endpoint}: {piece[:200]}", address)
    assert not faults, "\n".join(f"{what} ({where})" for what, where in sorted(faults.items()))
    assert pages > 100


def test_pages_of_candidates_are_wholly_in_the_catalogue(world: World) -> None:
    faults: dict[str, str] = {}
    pages = 0
    rules = [
        rule
        for rule in world.app.url_map.iter_rules()
        if str(rule_of(world.app, rule.endpoint)) in {"link", "candidate"}
        and "GET" in (rule.methods or set())
    ]
    for sitting_id, token in list(world.links.items())[::2]:
        client = world.app.test_client()
        for rule in sorted(rules, key=lambda one: "token" not in one.arguments):
            values = {"token": token, "sitting_id": sitting_id, "number": "1"}
            address = rule.rule
            for name in rule.arguments:
                address = re.sub(rf"<(\w+:)?{name}>", values[name], address)
            answer = client.get(address, headers={"Accept-Language": "cy"})
            if answer.mimetype == "text/html" and answer.status_code < 300:
                text = answer.get_data(as_text=True)
                pages += "⟦" in text
                for piece in _left(world, text):
                    faults.setdefault(f"{rule.endpoint}: {piece[:200]}", address)
    assert not faults, "\n".join(f"{what} ({where})" for what, where in sorted(faults.items()))
    assert pages > 40
