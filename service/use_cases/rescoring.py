"""Scoring completed sittings again by another policy: looked at first, then applied.

What was told before stays: a new profile is added after the old one, and a decision keeps what its
report suggested. Sittings in own words, and those whose names are erased, are left as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from service.errors import InvalidForm
from service.storage import Store, Unit
from service.storage.research import RescoringRecord
from service.use_cases.bank_files import policy_file
from service.use_cases.forms import Form, id_of_request
from service.use_cases.jobs import start_job
from service.use_cases.policies import holding_bank, own_bank, under_policy
from service.use_cases.proposals import names_of
from service.use_cases.rescoring_jobs import APPLY, PREVIEW, found_rescoring
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_policy

if TYPE_CHECKING:
    pass

__all__ = [
    "OWN",
    "Rescoring",
    "apply",
    "discard",
    "list_rescorings",
    "look_at",
    "policies_of",
    "show_rescoring",
]

OWN = "own"
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Rescoring:
    """A re-scoring, who is behind it, and the policy that holds now."""

    record: RescoringRecord
    bank: Bank
    holds: bool
    holding: str
    names: Mapping[str, str]
    job_id: str


def look_at(
    store: Store,
    account: Account,
    *,
    bank_id: str,
    version: str,
    policy: str,
    content: bytes,
    now: datetime,
    request_id: str = "",
) -> str:
    """Start working out what another policy would change; return the re-scoring's id.

    Parameters
    ----------
    policy : str
        Empty to read `content`; `OWN` for the bank's own policy; or the id of a re-scoring whose
        policy is meant.
    content : bytes
        A policy as YAML.

    Raises
    ------
    InvalidForm
        With a sentence for ``version``, ``policy`` or ``policy_file``.
    """
    new_id = id_of_request(account.provider_id, "rescoring", request_id)
    with store.read() as unit:
        if unit.banks.get(bank_id, version) is None:
            raise InvalidForm({"version": _("Choose a version of a bank.")})
        bank = own_bank(store, unit, bank_id, version)
        rival = _chosen(unit, bank, policy) if policy else _uploaded(bank, content)
        if rival.sha256 == holding_bank(unit, bank).sha256:
            raise InvalidForm({"policy": _("This policy holds already: nothing would change.")})
    record = RescoringRecord(
        id=new_id,
        bank_id=bank_id,
        bank_version=version,
        bank_sha256=rival.sha256,
        policy=dump_bank(rival)["bank"]["policy"],
        reason="",
        state="preview",
        preview={},
        made_by=account.id,
        made_at=now,
    )
    with store.write() as unit:
        if unit.rescorings.get(new_id) is None:
            unit.rescorings.add(record)
            _start(unit, account, PREVIEW, new_id, now=now)
    return new_id


def list_rescorings(store: Store) -> tuple[RescoringRecord, ...]:
    """List the re-scorings, newest first."""
    with store.read() as unit:
        return unit.rescorings.list()


def policies_of(store: Store, bank_id: str, version: str) -> tuple[tuple[str, str], ...]:
    """List the policies that were applied to a bank version, by the id that `look_at` takes."""
    with store.read() as unit:
        records = unit.rescorings.list()
    found = {
        record.bank_sha256: (record.id, str(record.policy["id"]))
        for record in reversed(records)
        if (record.bank_id, record.bank_version, record.state) == (bank_id, version, "applied")
    }
    return tuple(found.values())


def show_rescoring(store: Store, account: Account, rescoring_id: str) -> Rescoring:
    """Return a re-scoring.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        record = found_rescoring(unit, rescoring_id)
        bank = own_bank(store, unit, record.bank_id, record.bank_version)
        holding = unit.rescorings.holding(record.bank_id, record.bank_version)
        return Rescoring(
            record=record,
            bank=under_policy(bank, record),
            holds=holding is not None and holding.id == record.id,
            holding=holding_bank(unit, bank).policy.id,
            names=names_of(unit, account),
            job_id=_job_id(APPLY if record.state == "applied" else PREVIEW, record.id),
        )


def apply(store: Store, account: Account, rescoring_id: str, *, reason: str, now: datetime) -> None:
    """Let a policy hold that was looked at, and start scoring again; once is enough.

    Raises
    ------
    InvalidForm
        With a sentence for ``reason``, or if it has not been looked at.
    NotFound
    """
    form = Form()
    missing = _("Write down why these sittings are scored by another policy.")
    reason = form.text("reason", reason, missing=missing, longest=LONGEST)
    with store.write() as unit:
        record = found_rescoring(unit, rescoring_id)
        if record.state == "applied":
            return
        if record.state == "discarded" or not record.preview:
            form.problems["reason"] = _("Look at what it would change first.")
        elif record.preview["before_sha256"] != _holding(store, unit, record).sha256:
            form.problems["reason"] = _(
                "Another policy was applied meanwhile, so these numbers hold no more. Look again."
            )
        form.done()
        if unit.rescorings.apply(rescoring_id, by=account.id, at=now, reason=reason):
            _start(unit, account, APPLY, rescoring_id, now=now)


def discard(store: Store, rescoring_id: str) -> bool:
    """Put a re-scoring away that was only looked at; False if it was applied.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        found_rescoring(unit, rescoring_id)
        return unit.rescorings.discard(rescoring_id)


def _holding(store: Store, unit: Unit, record: RescoringRecord) -> Bank:
    return holding_bank(unit, own_bank(store, unit, record.bank_id, record.bank_version))


def _start(unit: Unit, account: Account, kind: str, id: str, *, now: datetime) -> None:
    body = {"rescoring": id}
    job_id = _job_id(kind, id)
    start_job(unit, account.provider_id, kind, body, by=account.id, now=now, id=job_id)


def _job_id(kind: str, id: str) -> str:
    return f"{kind}-{id}"


def _chosen(unit: Unit, bank: Bank, policy: str) -> Bank:
    if policy == OWN:
        return bank
    record = unit.rescorings.get(policy)
    if record is None or (record.bank_id, record.bank_version) != (bank.id, bank.version):
        raise InvalidForm({"policy": _("Choose a policy of this bank version.")})
    return under_policy(bank, record)


def _uploaded(bank: Bank, content: bytes) -> Bank:
    """Read a policy by the engine, from a file that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vbr-policy-") as folder:
        place = Path(folder) / f"{uuid4().hex}.yaml"
        place.write_bytes(policy_file(content))
        try:
            return read_policy(place, bank)
        except InvalidInput as error:
            told = [str(replace(one, file="policy.yaml")) for one in error.problems]
            raise InvalidForm({"policy_file": " ".join(told)}) from None
