"""Gathering what a candidate's page needs: the sitting, its bank, its progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound, UnknownLink
from service.storage import Store, Unit
from service.storage.cipher import sha256
from service.storage.records import LinkRecord, SittingRecord
from service.use_cases.progress import Progress, progress_of
from service.words import gettext as _
from vbr_engine.bank.model import Bank, Catalogue, Item

__all__ = ["Sat", "follow", "gather"]


@dataclass(frozen=True, slots=True)
class Sat:
    """A sitting with its bank and progress."""

    sitting: SittingRecord
    bank: Bank
    progress: Progress

    @property
    def text(self) -> Catalogue:
        """The words of the bank in the sitting's language."""
        return self.bank.text(self.sitting.language)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items in the order presented."""
        return tuple(self.bank.item_by_id[item] for item in self.sitting.form.items)

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the unanswered questions."""
        return tuple(
            number
            for number, item in enumerate(self.sitting.form.items, start=1)
            if item not in self.progress.given
        )

    @property
    def n_answered(self) -> int:
        """How many questions have an answer."""
        return len(self.sitting.form.items) - len(self.missing)


def gather(store: Store, unit: Unit, sitting: SittingRecord | None) -> Sat:
    """Load everything about a sitting.

    Raises
    ------
    NotFound
        If there is none.
    """
    if sitting is None:
        raise NotFound(_("There is no such candidate."))
    bank = store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
    events = unit.at(sitting.provider_id).events.of(sitting.id)
    return Sat(sitting, bank, progress_of(events))


def follow(unit: Unit, token: str, *, now: datetime) -> LinkRecord:
    """Find the link behind a token.

    Raises
    ------
    UnknownLink
        If it was never made, was replaced, or has expired.
    """
    link = unit.doors.link(sha256(token))
    if link is None:
        raise UnknownLink(_("We do not know this link. Check that it was copied in full."))
    if link.revoked_at is not None:
        raise UnknownLink(
            _("This link was replaced by a newer one. Please use the newest message.")
        )
    if link.expires_at <= now:
        raise UnknownLink(_("This link has expired. Ask the person who sent it for a new one."))
    return link
