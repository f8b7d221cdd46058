"""Whose judgement is still their own: first views, who opened the report, and who only reads it.

The report opens for a person who noted a first view before; a colleague's view is no substitute.
Once a decision stands, somebody who has nothing to decide may read the report without one. Whoever
does so leaves later judgements about this candidate to colleagues, as long as there are any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.storage import Tenant
from service.storage.records import Event
from service.use_cases.contesting import RECRUITING, last_decision
from service.use_cases.views import Account, FirstView
from service.words import gettext as _

__all__ = [
    "ONLY_READ",
    "first_view_in",
    "has_opened",
    "has_view",
    "may_only_read",
    "needs_view",
    "openers",
    "why_not_judge",
]

ONLY_READ = "only-read"


def has_view(events: Sequence[Event], account: Account) -> bool:
    """Whether a person has noted a first view."""
    return account.id in _by(events, "first-view")


def openers(events: Sequence[Event]) -> frozenset[str]:
    """Return who has opened the report, by account id."""
    return _by(events, "report-opened")


def has_opened(events: Sequence[Event], account: Account) -> bool:
    """Whether a person has opened the report."""
    return account.id in openers(events)


def needs_view(events: Sequence[Event], account: Account) -> bool:
    """Whether a person has to note a first view before anything of the score is shown.

    Nobody does who opened the report already: what they would note now is no first view.
    """
    return not has_view(events, account) and not has_opened(events, account)


def may_only_read(events: Sequence[Event]) -> bool:
    """Whether the report may be read without a first view: decided, and nobody has to look again.

    Examples
    --------
    >>> may_only_read([])
    False
    """
    asked, answered = (
        {event.body.get("task") for event in events if event.kind == kind}
        for kind in ("contested", "contest-answered")
    )
    return last_decision(events) is not None and asked <= answered


def why_not_judge(
    tenant: Tenant,
    account: Account,
    events: Sequence[Event],
    *,
    but: frozenset[str] = frozenset(),
) -> str:
    """Say why somebody who only reads may not judge, or nothing.

    Nothing is said where no colleague could judge instead; `but` are colleagues who may not.
    """
    only_read = frozenset(
        str(event.body.get("by")) for event in events if event.body.get(ONLY_READ) is True
    )
    if account.id not in only_read:
        return ""
    others = [
        other
        for other in tenant.accounts.list()
        if other.role in RECRUITING
        and other.disabled_at is None
        and other.id not in only_read | but
    ]
    if not others:
        return ""
    return _(
        "You read the report without a first view of your own, so somebody else decides: ask a "
        "colleague."
    )


def first_view_in(event: Event, texts: Mapping[str, str], by: str) -> FirstView:
    """Read a first view; `by` is the name of whose it is."""
    note = texts.get(event.body.get("remark") or "", "")
    return FirstView(event.body["view"], note, by, event.at, str(event.body.get("by", "")))


def _by(events: Sequence[Event], kind: str) -> frozenset[str]:
    return frozenset(str(event.body.get("by")) for event in events if event.kind == kind)
