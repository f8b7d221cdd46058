"""Rows as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vbr_engine.bank.form import Form

__all__ = [
    "AccountRecord",
    "BankRecord",
    "Event",
    "Identity",
    "LinkRecord",
    "ProviderRecord",
    "SessionRecord",
    "SittingRecord",
    "VacancyRecord",
]


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A care organisation: the tenant."""

    id: str
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Somebody who may sign in; `password` is an argon2 hash."""

    provider_id: str
    id: str
    email: str
    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One signed-in browser."""

    provider_id: str
    account_id: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class BankRecord:
    """A published bank, without its content."""

    id: str
    version: str
    sha256: str
    status: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VacancyRecord:
    """A post that a provider recruits for."""

    provider_id: str
    id: str
    title: str
    contact: str
    bank_id: str
    bank_version: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class SittingRecord:
    """One candidate's attempt at a form, pinned to a bank by version and hash."""

    provider_id: str
    id: str
    vacancy_id: str
    bank_id: str
    bank_version: str
    bank_sha256: str
    language: str
    form: Form
    simulated: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """An invitation link; its token is kept as a hash only."""

    provider_id: str
    sitting_id: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sits: kept apart, encrypted, deletable."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a sitting; `number` counts from 1."""

    sitting_id: str
    number: int
    kind: str
    item_id: str | None
    at: datetime
    body: Mapping[str, Any]
