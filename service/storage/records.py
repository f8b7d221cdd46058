"""Rows as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vbr_engine.bank.form import Form

__all__ = [
    "BY_CANDIDATE",
    "EVENT_KINDS",
    "AccountRecord",
    "BankRecord",
    "Event",
    "Identity",
    "JobRecord",
    "LinkRecord",
    "MessageRecord",
    "ModelRecord",
    "ProviderRecord",
    "SessionRecord",
    "SittingRecord",
    "VacancyRecord",
    "WordingRecord",
]


# What a candidate does.
BY_CANDIDATE = frozenset(
    {
        "language-chosen",
        "consented",
        "started",
        "answered",
        "written",
        "submitted",
        "adjustment-asked",
        "person-asked",
        "contested",
        "data-downloaded",
        "erasure-asked",
        "withdrawn",
    }
)
# What can happen in a sitting. The engine's funnel knows what each means for the stage.
EVENT_KINDS = BY_CANDIDATE | frozenset(
    {
        # the provider's people
        "invited",
        "link-renewed",
        "facts",
        "adjusted",
        "rated",
        "first-view",
        "report-opened",
        "report-read",
        "decided",
        "contest-answered",
        "request-answered",
        "step",
        "undone",
        "erased",
        "moved",
        # the service
        "message-sent",
        "reminded",
        "bounced",
        "rescored",
        "risk-shown",
    }
)


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A care organisation: the tenant. `kind` is provider, or house for those who run the pilot.

    `settings` holds what a manager can set; see `service.use_cases.settings`.
    """

    id: str
    name: str
    contact: str
    kind: str = "provider"
    settings: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Somebody who may sign in; `password` is an argon2 hash, None until the link was used.

    `second_factor` is the secret of one-time passwords, `second_factor_step` the last one used,
    `second_factor_new` a secret that no code has confirmed yet. `signed_in_at` is the last time,
    `signed_in_before` the time before it.
    """

    provider_id: str
    id: str
    email: str
    name: str
    role: str
    password: str | None
    language: str = "en"
    second_factor: str | None = None
    second_factor_step: int | None = None
    second_factor_new: str | None = None
    signed_in_at: datetime | None = None
    signed_in_before: datetime | None = None
    created_at: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One signed-in browser; `confirmed` when the second factor was given, if one is needed."""

    id: str
    provider_id: str
    account_id: str
    agent: str
    confirmed: bool
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
    closed_at: datetime | None = None


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
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """An invitation link; its token is kept as a hash only."""

    provider_id: str
    sitting_id: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountLinkRecord:
    """A single-use link of an account; `purpose` is join or reset. Its token is kept as a hash."""

    provider_id: str
    account_id: str
    purpose: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sits: kept apart, encrypted, deletable."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a sitting; `number` counts from 1."""

    sitting_id: str
    number: int
    kind: str
    item_id: str | None
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message that goes, went or could not go; its text is made when it is sent.

    `body` holds codes and figures, and whoever is no longer in the identities, sealed. `problem` is
    a code or what a mail server answered, without addresses.
    """

    provider_id: str
    id: str
    key: str
    kind: str
    channel: str
    language: str
    sitting_id: str | None
    account_id: str | None
    body: Mapping[str, Any]
    state: str
    run_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    attempts: int
    problem: str | None
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """Work in the background: ready, leased (running), done, failed or cancelled.

    `done` of `total` is how far it is; `total` is 0 until the job knows it. `problem` is a
    sentence.
    """

    id: str
    provider_id: str
    kind: str
    body: Mapping[str, Any]
    state: str
    done: int
    total: int
    run_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    attempts: int
    problem: str | None
    result: Mapping[str, Any] | None
    made_by: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class WordingRecord:
    """A message as an organisation words it, with fields in braces."""

    kind: str
    language: str
    subject: str
    body: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Drop-out models of one training: shown, shadow (they listen, nobody sees figures) or off."""

    id: str
    sha256: str
    state: str
    folder: Mapping[str, Any]
    made_by: str
    made_at: datetime
    changed_by: str | None = None
    changed_at: datetime | None = None
