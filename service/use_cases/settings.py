"""What a manager sets for their organisation: names, contacts, languages, quiet hours, periods.

It stands in ``providers.settings`` as JSON, read here and nowhere else (but quiet hours, which the
outbox reads). Every change is kept with who made it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.errors import NotFound
from service.storage import Store
from service.storage.records import ProviderRecord
from service.use_cases.quiet import Quiet, quiet_of
from service.words import gettext as _

__all__ = [
    "LEAST_MONTHS",
    "MOST_MONTHS",
    "SPOKEN",
    "USUAL_MONTHS",
    "Change",
    "ProviderSettings",
    "changes_of",
    "note_change",
    "pause_reason",
    "provider_settings",
    "settings_of",
]

SPOKEN = ("en", "cy")
LEAST_MONTHS, USUAL_MONTHS, MOST_MONTHS = 1, 6, 24
KEPT_CHANGES = 200

# Value of a bank -> language -> the organisation's own words for it.
Crosswalk = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """What a manager has set, or what holds until then.

    Parameters
    ----------
    shown_name : str
        The name that candidates see.
    adjustments, complaints : str
        Whom candidates turn to for another way to answer, and with a complaint.
    languages : tuple of str
        Offered to candidates: ``en``, ``cy``.
    quiet : Quiet
        When no reminder and no text message goes.
    retention_months : int
        How long names and words are kept after an application ended.
    crosswalk : mapping of str to mapping
        Bank -> value -> language -> the organisation's own words.
    """

    shown_name: str
    adjustments: str
    complaints: str
    languages: tuple[str, ...] = SPOKEN
    quiet: Quiet = field(default_factory=Quiet)
    retention_months: int = USUAL_MONTHS
    crosswalk: Mapping[str, Crosswalk] = field(default_factory=dict)

    def own_words(self, bank_id: str, language: str) -> Mapping[str, str]:
        """Return the organisation's words for the values of a bank, in a language if it has them.

        Examples
        --------
        >>> settings = ProviderSettings(
        ...     shown_name="", adjustments="", complaints="",
        ...     crosswalk={"bank": {"kind": {"en": "Warm-hearted"}, "proud": {}}},
        ... )
        >>> settings.own_words("bank", "cy")
        {'kind': 'Warm-hearted'}
        """
        said = self.crosswalk.get(bank_id, {})
        found = {
            value: words.get(language) or next((one for one in words.values() if one), "")
            for value, words in said.items()
        }
        return {value: words for value, words in found.items() if words}


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what, and when; `what` is details, quiet, retention, values, paused ...

    `detail` holds codes and figures, such as the months before and after.
    """

    at: datetime
    by: str
    what: str
    detail: Mapping[str, Any]


def settings_of(provider: ProviderRecord) -> ProviderSettings:
    """Read what an organisation has set."""
    held = provider.settings
    contacts = held.get("contacts") or {}
    languages = tuple(code for code in SPOKEN if code in (held.get("languages") or SPOKEN))
    return ProviderSettings(
        shown_name=held.get("shown_name") or provider.name,
        adjustments=contacts.get("adjustments") or provider.contact,
        complaints=contacts.get("complaints") or provider.contact,
        languages=languages or SPOKEN,
        quiet=quiet_of(held),
        retention_months=int(held.get("retention_months") or USUAL_MONTHS),
        crosswalk=held.get("crosswalk") or {},
    )


def provider_settings(store: Store, provider_id: str) -> ProviderSettings:
    """Return what an organisation has set.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        provider = unit.providers.get(provider_id)
    if provider is None:
        raise NotFound(_("There is no such organisation."))
    return settings_of(provider)


def changes_of(store: Store, provider_id: str) -> tuple[Change, ...]:
    """Return what was changed, newest first, with the names of those who did."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        held = tenant.provider.settings.get("changes") or ()
        names = {account.id: account.name for account in tenant.accounts.list()}
    return tuple(
        Change(
            datetime.fromisoformat(one["at"]),
            names.get(one["by"], ""),
            one["what"],
            one.get("detail") or {},
        )
        for one in reversed(held)
    )


def pause_reason(provider: ProviderRecord) -> str:
    """Return why the council has paused an organisation."""
    return str((provider.settings.get("pause") or {}).get("reason", ""))


def note_change(
    settings: Mapping[str, Any],
    what: str,
    *,
    by: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return settings to which one line of history is added."""
    line = {"at": now.isoformat(), "by": by, "what": what, "detail": dict(detail or {})}
    changes = [*(settings.get("changes") or ()), line][-KEPT_CHANGES:]
    return {**settings, "changes": changes}
