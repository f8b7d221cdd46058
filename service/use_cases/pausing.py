"""Pausing a provider: nobody new is invited or starts, messages wait; who started can finish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.errors import ProviderPaused
from service.storage import Store, Tenant, Unit
from service.storage.records import ProviderRecord
from service.use_cases.forms import Form
from service.use_cases.providers import provider_in, told
from service.use_cases.settings import note_change
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["check_not_paused", "pause", "resume"]

LONGEST_REASON = 600


def check_not_paused(tenant: Tenant) -> None:
    """Stop where a provider is paused: called before anybody is invited or starts.

    Raises
    ------
    ProviderPaused
    """
    if tenant.provider.paused_at is not None:
        raise ProviderPaused(
            _("The pilot is paused for this organisation: nobody can be invited for now.")
        )


def pause(store: Store, provider_id: str, *, reason: str, by: Account, now: datetime) -> None:
    """Pause a provider: its people read the reason, nobody new is invited, messages wait.

    Raises
    ------
    InvalidForm
        With a sentence for ``reason``.
    NotFound
    """
    form = Form()
    reason = form.text("reason", reason, missing=_("Enter the reason."), longest=LONGEST_REASON)
    form.done()
    with store.write() as unit:
        provider = provider_in(unit, provider_id)
        settings: dict[str, Any] = {**provider.settings, "pause": {"reason": reason}}
        if provider.paused_at is None:
            settings = note_change(settings, "paused", by=by.id, now=now)
            unit.providers.pause(provider_id, at=now)
        _keep(unit, provider, settings)
    told("paused", provider_id, by)


def resume(store: Store, provider_id: str, *, by: Account, now: datetime) -> None:
    """Let a provider go on; messages that waited go out.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        provider = provider_in(unit, provider_id)
        if provider.paused_at is None:
            return
        unit.providers.pause(provider_id, at=None)
        settings = {name: held for name, held in provider.settings.items() if name != "pause"}
        _keep(unit, provider, note_change(settings, "resumed", by=by.id, now=now))
    told("resumed", provider_id, by)


def _keep(unit: Unit, provider: ProviderRecord, settings: Mapping[str, Any]) -> None:
    unit.providers.change(
        provider.id, name=provider.name, contact=provider.contact, settings=settings
    )
