"""Publishing a bank version: one researcher proposes it, another one reviews and publishes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.errors import AnotherPersonNeeded, InvalidForm, NotFound
from service.storage import Store, Unit
from service.storage.records import BankRecord
from service.storage.research import ProposalRecord
from service.use_cases.bank_files import bank_from_files
from service.use_cases.forms import Form, id_of_request
from service.use_cases.policies import own_bank
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.compare import BankDifference, compare_banks, required_version
from vbr_engine.bank.lint import lint_bank
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank, load_bank
from vbr_engine.errors import Problem

__all__ = [
    "Proposal",
    "list_proposals",
    "names_of",
    "propose",
    "publish",
    "return_it",
    "show_proposal",
    "take_back",
]

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with what a reviewer needs: the difference, and what a careful reader says.

    `difference` is None for a bank that is new; `least` is the least number it may carry.
    """

    record: ProposalRecord
    bank: Bank
    newest: str
    difference: BankDifference | None
    least: str
    lint: tuple[Problem, ...]
    names: Mapping[str, str]


def propose(
    store: Store,
    account: Account,
    *,
    files: Iterable[tuple[str, bytes]],
    reason: str,
    now: datetime,
    request_id: str = "",
) -> str:
    """Propose a bank version and return the proposal's id; nothing is kept unless it is valid.

    Raises
    ------
    InvalidForm
        With a sentence for ``files`` or ``reason``.
    """
    form = Form()
    missing = _("Write down why this version is needed.")
    reason = form.text("reason", reason, missing=missing, longest=LONGEST)
    try:
        bank = bank_from_files(files)
    except InvalidForm as error:
        error.fields |= form.problems
        raise
    form.done()
    proposal_id = id_of_request(account.provider_id, "proposal", request_id)
    with store.write() as unit:
        if unit.proposed_banks.get(proposal_id) is None:
            _check_number(store, unit, bank)
            unit.proposed_banks.add(
                ProposalRecord(
                    id=proposal_id,
                    bank_id=bank.id,
                    bank_version=bank.version,
                    sha256=bank.sha256,
                    dump=dump_bank(bank),
                    reason=reason,
                    proposed_by=account.id,
                    proposed_at=now,
                )
            )
    return proposal_id


def list_proposals(store: Store) -> tuple[ProposalRecord, ...]:
    """List the proposals, newest first."""
    with store.read() as unit:
        return unit.proposed_banks.list()


def show_proposal(store: Store, account: Account, proposal_id: str) -> Proposal:
    """Return a proposal with its difference to the version before.

    Once it is published, that is the version that was the newest before it.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        record = _found(unit, proposal_id)
        bank = load_bank(record.dump)
        before = _before(store, unit, record)
        names = names_of(unit, account)
    difference = None if before is None else compare_banks(before, bank)
    least = "" if before is None or difference is None else required_version(before, difference)
    return Proposal(
        record=record,
        bank=bank,
        newest=before.version if before else "",
        difference=difference,
        least=least,
        lint=tuple(lint_bank(bank)),
        names=names,
    )


def publish(store: Store, account: Account, proposal_id: str, *, note: str, now: datetime) -> None:
    """Publish a proposal of somebody else; new vacancies use it from now on.

    Raises
    ------
    AnotherPersonNeeded
        If it is one's own.
    InvalidForm
        If another version was published meanwhile, and the number does not fit any more.
    NotFound
    """
    form = Form()
    note = form.text("note", note, missing="", longest=LONGEST)
    form.done()
    with store.write() as unit:
        record = _to_review(unit, account, proposal_id)
        if record is None:
            return
        bank = load_bank(record.dump)
        if bank.sha256 != record.sha256:
            raise LookupError(f"the content of proposal {record.id} is not what its hash says")
        _check_number(store, unit, bank)
        published = BankRecord(bank.id, bank.version, bank.sha256, str(bank.status), now)
        unit.banks.publish(published, dump=dump_bank(bank))
        unit.proposed_banks.close(proposal_id, "published", by=account.id, at=now, note=note)


def return_it(
    store: Store, account: Account, proposal_id: str, *, note: str, now: datetime
) -> None:
    """Give a proposal of somebody else back, with what has to change.

    Raises
    ------
    AnotherPersonNeeded, InvalidForm, NotFound
    """
    form = Form()
    missing = _("Write down what has to change.")
    note = form.text("note", note, missing=missing, longest=LONGEST)
    form.done()
    with store.write() as unit:
        if _to_review(unit, account, proposal_id) is not None:
            unit.proposed_banks.close(proposal_id, "returned", by=account.id, at=now, note=note)


def take_back(store: Store, account: Account, proposal_id: str, *, now: datetime) -> bool:
    """Take one's own proposal back; False if it does not wait any more.

    Raises
    ------
    AnotherPersonNeeded
        If it is somebody else's.
    NotFound
    """
    with store.write() as unit:
        if _found(unit, proposal_id).proposed_by != account.id:
            raise AnotherPersonNeeded(_("Only whoever proposed this can take it back."))
        return unit.proposed_banks.close(proposal_id, "taken-back", by=account.id, at=now, note="")


def names_of(unit: Unit, account: Account) -> dict[str, str]:
    """Return the names of a person's colleagues by account id."""
    return {one.id: one.name for one in unit.at(account.provider_id).accounts.list()}


def _to_review(unit: Unit, account: Account, proposal_id: str) -> ProposalRecord | None:
    """Return a proposal that waits for this person; None if it does not wait any more."""
    record = _found(unit, proposal_id)
    if record.proposed_by == account.id:
        raise AnotherPersonNeeded(
            _("You proposed this version yourself. Another researcher has to review it.")
        )
    return record if record.state == "proposed" else None


def _found(unit: Unit, proposal_id: str) -> ProposalRecord:
    record = unit.proposed_banks.get(proposal_id)
    if record is None:
        raise NotFound(_("There is no such proposal."))
    return record


def _before(store: Store, unit: Unit, record: ProposalRecord) -> Bank | None:
    """Return the newest version, not counting what this proposal itself became."""
    own = record.state == "published" and record.bank_version
    versions = [one for one in unit.banks.list() if one.id == record.bank_id and one.version != own]
    if own and record.reviewed_at is not None:
        versions = [one for one in versions if one.published_at <= record.reviewed_at]
    return own_bank(store, unit, record.bank_id, versions[-1].version) if versions else None


def _check_number(store: Store, unit: Unit, bank: Bank) -> None:
    """Check that a version number is free, and says what the changes mean."""
    if unit.banks.get(bank.id, bank.version) is not None:
        raise _refused(
            _(
                "%(bank)s is published already, and a published version never changes. Give this "
                "one a new version number in bank.yaml.",
                bank=bank.label,
            )
        )
    newest = unit.banks.newest(bank.id)
    if newest is None:
        return
    before = own_bank(store, unit, bank.id, newest.version)
    difference = compare_banks(before, bank)
    if not difference.changes:
        raise _refused(_("Nothing differs from %(bank)s.", bank=before.label))
    if not difference.enough:
        raise _refused(
            _(
                "After %(bank)s these changes need the version number %(least)s at least; "
                "%(version)s is too low.",
                bank=before.label,
                least=required_version(before, difference),
                version=bank.version,
            )
        )


def _refused(sentence: str) -> InvalidForm:
    return InvalidForm({"files": sentence})
