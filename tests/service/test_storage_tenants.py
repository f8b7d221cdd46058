"""Tenants apart, for every table and every method of every repository that there is."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cached_property
from types import NoneType, UnionType
from typing import Any

import pytest
import sqlalchemy as sa

from service.storage import Store, Tenant
from service.storage.columns import Document, Moment
from service.storage.tables import banks, metadata, models, remarks

# Tables whose key does not begin with the provider, and why.
HOUSE = {
    "providers": "the tenants themselves",
    "banks": "published for everybody",
    "proposed_banks": "written by researchers, for everybody",
    "rescorings": "decided by researchers, of a bank",
    "models": "trained for the whole installation",
    "attempts": "counted before anybody is known",
    "jobs": "taken by a worker for all; each names its provider",
    "sessions": "found by the hash of a secret; each names its provider",
    "links": "found by the hash of a secret; each names its provider",
    "account_links": "found by the hash of a secret; each names its provider",
}
# What a method takes by names that it does not declare.
FURTHER = {"accounts.change": {"language": "cy"}}
NAMED = ("jobs", "sessions", "links", "account_links")
TENANT = [table for table in metadata.sorted_tables if table.name not in HOUSE]
OWNED = [table for table in metadata.sorted_tables if "provider_id" in table.c]
REPOSITORIES = [name for name, value in vars(Tenant).items() if isinstance(value, cached_property)]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_table_of_a_tenant_has_the_provider_first_in_its_key(table: sa.Table) -> None:
    if table.name not in HOUSE:
        assert next(iter(table.primary_key.columns)).name == "provider_id"
    elif table.name in NAMED:
        assert not table.c.provider_id.nullable
    else:
        assert "provider_id" not in table.c


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_no_row_refers_to_another_tenants(table: sa.Table) -> None:
    for constraint in table.foreign_key_constraints:
        referred = constraint.referred_table
        if referred.name != "providers" and "provider_id" in referred.c:
            pairs = {(e.parent.name, e.column.name) for e in constraint.elements}
            assert ("provider_id", "provider_id") in pairs, constraint


@pytest.fixture
def two(make_house: Callable[..., Any], store: Store) -> tuple[Any, Any]:
    """Two providers, the first with at least one row in every table."""
    mine, other = make_house("Meadow Care"), make_house("Harbour Care")
    mine.submitted()
    with store.write() as unit:
        for table in metadata.sorted_tables:
            rows = _rows_of(unit.connection, table, mine.provider_id)
            if not rows:
                unit.connection.execute(
                    table.insert().values(_a_row(unit.connection, table, mine.provider_id))
                )
    return mine, other


def test_every_table_has_a_row_of_mine(store: Store, two: tuple[Any, Any]) -> None:
    with store.read() as unit:
        for table in OWNED:
            assert _rows_of(unit.connection, table, two[0].provider_id), table.name


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_repository_reaches_its_own_tenant_only(
    store: Store, two: tuple[Any, Any], name: str
) -> None:
    mine, other = (one.provider_id for one in two)
    before, found = _snapshot(store, mine), ""
    for method in _methods(store, mine, name):
        for given in _arguments(store, mine, name, method):
            assert _effect(store, other, before, name, method, given) == ""
            found = found or _effect(store, mine, before, name, method, given)
    assert found, f"{name}: nothing was found or changed even for its own provider"


class Leaking:
    """A repository as it must not be."""

    def __init__(self, connection: sa.Connection, owner: str) -> None:
        self._connection, self._owner = connection, owner

    def found(self, sitting_id: str) -> Any:
        chosen = sa.select(remarks).where(remarks.c.sitting_id == sitting_id)
        return self._connection.execute(chosen).all()

    def changed(self, sitting_id: str) -> None:
        owner = sa.literal(self._owner)
        chosen = (remarks.c.sitting_id == sitting_id) & (owner == self._owner)
        self._connection.execute(remarks.update().where(chosen).values(text=b"gone"))


@pytest.mark.parametrize(
    ("method", "words"), [("found", "without its owner"), ("changed", "changed a row")]
)
def test_a_leak_would_be_told(
    store: Store,
    two: tuple[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    words: str,
) -> None:
    monkeypatch.setattr(Tenant, "leaking", property(_leaking), raising=False)
    mine, other = (one.provider_id for one in two)
    before, told = _snapshot(store, mine), []
    for given in _arguments(store, mine, "leaking", method):
        try:
            told.append(_effect(store, other, before, "leaking", method, given))
        except AssertionError as error:
            told.append(str(error))
    assert any(words in one for one in told)


def _leaking(tenant: Tenant) -> Leaking:
    return Leaking(tenant.connection, tenant.provider_id)


def _methods(store: Store, owner: str, name: str) -> list[str]:
    with store.read() as unit:
        kind = type(getattr(unit.at(owner), name))
    return [each for each, _ in inspect.getmembers(kind, inspect.isfunction) if each[0] != "_"]


@dataclass(frozen=True)
class Before:
    """What a provider has: its rows, and what stands in them and nowhere else."""

    owner: str
    rows: dict[str, list[Any]]
    secrets: frozenset[str]


def _effect(
    store: Store, owner: str, mine: Before, name: str, method: str, given: Mapping[str, Any]
) -> str:
    """Say what a method of `owner` found or changed of mine; nothing of it is kept."""
    told = ""
    with suppress(_Back), store.write() as unit:
        driver: Any = unit.connection.connection.driver_connection
        changes = driver.total_changes
        with _only_statements_of(unit.connection, owner):
            try:
                found = getattr(getattr(unit.at(owner), name), method)(**given)
                found = list(found) if isinstance(found, Iterator) else found
            except (sa.exc.IntegrityError, LookupError, ValueError, AttributeError) as error:
                found = None if owner != mine.owner else type(error).__name__
        changed = driver.total_changes != changes
        if changed and _everything_of(unit.connection, mine.owner) != mine.rows:
            told = f"{name}.{method} changed a row with {dict(given)}"
        elif _found_of(mine, found, given):
            told = f"{name}.{method} found {found!r:.200} with {dict(given)}"
        elif owner == mine.owner and found:
            told = "something"
        raise _Back
    return told


def _found_of(mine: Before, found: Any, given: Mapping[str, Any]) -> bool:
    words, handed_in = repr(found), repr(given)
    return any(one in words and one not in handed_in for one in mine.secrets)


class _Back(Exception):
    """Rolls the transaction back."""


@contextmanager
def _only_statements_of(connection: sa.Connection, owner: str) -> Iterator[None]:
    """Let no statement on a tenant's table through that does not name its owner."""
    names = re.compile(r"\b(" + "|".join(table.name for table in OWNED) + r")\b")

    def check(c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if names.search(statement):
            values = parameters.values() if isinstance(parameters, Mapping) else parameters
            values = [v for each in values for v in (each if _is_list(each) else (each,))]
            assert owner in values, f"without its owner: {statement}"

    sa.event.listen(connection, "before_cursor_execute", check)
    try:
        yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", check)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _everything_of(connection: sa.Connection, owner: str) -> dict[str, list[Any]]:
    return {table.name: _rows_of(connection, table, owner) for table in OWNED}


def _rows_of(connection: sa.Connection, table: sa.Table, owner: str) -> list[Any]:
    chosen = sa.select(*(sa.type_coerce(column, sa.Text) for column in table.c))
    if "provider_id" in table.c:
        chosen = chosen.where(table.c.provider_id == owner)
    return sorted(connection.execute(chosen).all(), key=repr)


def _snapshot(store: Store, owner: str) -> Before:
    with store.read() as unit:
        rows = _everything_of(unit.connection, owner)
        public = {text for table in (banks, models) for text in _texts(unit.connection, table)}
    known = {value for found in rows.values() for row in found for value in row}
    long = {value for value in known if isinstance(value, str) and len(value) >= 32}
    return Before(owner, rows, frozenset(long - public | {owner}))


def _texts(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    for row in connection.execute(sa.select(*(sa.type_coerce(c, sa.Text) for c in table.c))):
        yield from row


def _arguments(store: Store, owner: str, name: str, method: str) -> Iterator[dict[str, Any]]:
    """Return sets of arguments that fit a method, made from the owner's own rows."""
    with store.read() as unit:
        function = getattr(type(getattr(unit.at(owner), name)), method)
        ids = _ids(unit.connection, owner)
    hints = typing.get_type_hints(function)
    needed = {
        each.name: hints.get(each.name, str)
        for each in list(inspect.signature(function).parameters.values())[1:]
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }
    for choice in range(max(1, *(len(of) for of in ids.values()))):
        made = {each: _value(each, hint, ids, choice, owner) for each, hint in needed.items()}
        yield made | FURTHER.get(f"{name}.{method}", {})


def _ids(connection: sa.Connection, owner: str) -> dict[str, list[str]]:
    """Return the owner's values of every text column that is part of a key, by column."""
    found: dict[str, set[str]] = {}
    for table in OWNED:
        for column in (*table.primary_key.columns, *(f.parent for f in table.foreign_keys)):
            if isinstance(column.type, sa.Text) and column.name != "provider_id":
                rows = connection.execute(sa.select(column).where(table.c.provider_id == owner))
                found.setdefault(column.name, set()).update(v for (v,) in rows if v)
    return {name: sorted(values) for name, values in found.items()}


def _value(name: str, hint: Any, ids: Mapping[str, list[str]], choice: int, owner: str) -> Any:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (UnionType, typing.Union):
        hint = next(each for each in inside if each is not NoneType)
        return _value(name, hint, ids, choice, owner)
    if is_dataclass(hint) and isinstance(hint, type):
        known = typing.get_type_hints(hint)
        return hint(
            **{f.name: _value(f.name, known[f.name], ids, choice, owner) for f in fields(hint)}
        )
    if origin in (tuple, list, Sequence, frozenset, set):
        made = [_value(name.removesuffix("s"), inside[0] if inside else str, ids, choice, owner)]
        return tuple(made) if origin in (tuple, Sequence) else origin(made)
    if origin is not None or hint in (Mapping, dict):
        return {}
    return _plain(name, hint, ids, choice, owner)


def _plain(name: str, hint: Any, ids: Mapping[str, list[str]], choice: int, owner: str) -> Any:
    if hint is str:
        if name == "provider_id":
            return owner
        column = {"sitting": "sitting_id", "account": "account_id", "vacancy": "vacancy_id"}
        fitting = ids.get(column.get(name, name)) or ids["id"]
        return fitting[choice % len(fitting)]
    simple = {int: 1, float: 1.0, bool: True, bytes: b"x", Any: "x", object: "x"}
    if hint in simple:
        return simple[hint]
    if hint is datetime:
        return datetime.fromisoformat("2026-12-02T09:00:00+00:00")
    return date(2026, 11, 2) if hint is date else None


def _a_row(connection: sa.Connection, table: sa.Table, owner: str) -> dict[str, Any]:
    """Return a row that a table accepts, of the owner if it can have one."""
    made = {column.name: _cell(table, column) for column in table.c if not column.nullable}
    for constraint in table.foreign_key_constraints:
        referred = constraint.referred_table
        chosen = sa.select(referred)
        if referred.name == "providers":
            chosen = chosen.where(referred.c.id == owner)
        elif "provider_id" in referred.c:
            chosen = chosen.where(referred.c.provider_id == owner)
        row = connection.execute(chosen).first()
        assert row is not None, f"{table.name} needs a row of {referred.name}"
        made |= {e.parent.name: getattr(row, e.column.name) for e in constraint.elements}
    return made


def _cell(table: sa.Table, column: sa.Column[Any]) -> Any:
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            allowed = re.match(rf"{column.name} IN \('([^']+)'", str(constraint.sqltext))
            if allowed:
                return allowed[1]
    if isinstance(column.type, Moment):
        return datetime.fromisoformat("2026-11-02T09:00:00+00:00")
    if isinstance(column.type, Document):
        return {}
    if isinstance(column.type, sa.LargeBinary):
        return b"sealed"
    if isinstance(column.type, sa.Integer):
        return 1
    return f"{table.name}-{column.name}-".ljust(36, "0")
