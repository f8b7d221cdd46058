"""Scoring completed sittings again by another policy: looked at first, then applied.

What was told before stays: a new profile is added after the old one, and a decision keeps what its
report suggested. Sittings in own words, and those whose names are erased, are left as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from service.errors import InvalidForm, NotFound
from service.storage import Store, Unit
from service.storage.records import JobRecord, SittingRecord
from service.storage.research import RescoringRecord
from service.use_cases.bank_files import policy_file
from service.use_cases.candidate import Sat
from service.use_cases.forms import Form, id_of_request
from service.use_cases.happenings import What, happen_several
from service.use_cases.jobs import start_job
from service.use_cases.policies import holding_bank, own_bank, under_policy
from service.use_cases.progress import progress_of
from service.use_cases.proposals import names_of
from service.use_cases.rescoring_preview import compared
from service.use_cases.scoring import answers_of, keep_profile, profile_of, score_sitting
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_policy

if TYPE_CHECKING:
    from service.outbox.registry import Report

__all__ = [
    "APPLY",
    "OWN",
    "PREVIEW",
    "Rescoring",
    "apply",
    "apply_job",
    "discard",
    "list_rescorings",
    "look_at",
    "policies_of",
    "preview_job",
    "show_rescoring",
]

PREVIEW = "rescoring-preview"
APPLY = "rescoring"
OWN = "own"
BATCH = 50
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
        record = _found(unit, rescoring_id)
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
        record = _found(unit, rescoring_id)
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
        _found(unit, rescoring_id)
        return unit.rescorings.discard(rescoring_id)


def preview_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Work out whose bands another policy would change; only suppressed numbers are kept."""
    with store.read() as unit:
        record = _found(unit, job.body["rescoring"])
        bank = own_bank(store, unit, record.bank_id, record.bank_version)
        before, after = holding_bank(unit, bank), under_policy(bank, record)
        providers = [provider.id for provider in unit.providers.list()]
    answers: dict[str, dict[str, dict[str, int]]] = {}
    n_left, simulated = 0, 0
    for number, provider_id in enumerate(providers):
        report(number, len(providers) + 1)
        for sat in _sats(store, provider_id, bank):
            if _is_left(sat):
                n_left += 1
                continue
            answers[sat.sitting.id] = answers_of(sat)
            simulated += sat.sitting.simulated
    preview = {
        **compared(answers, before, after),
        "before": before.policy.id,
        "before_sha256": before.sha256,
        "left": n_left,
        "simulated": bool(simulated),
    }
    with store.write() as unit:
        unit.rescorings.keep_preview(record.id, preview)
    report(len(providers) + 1, len(providers) + 1)
    return {}


def apply_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Score again in batches, each whole or not at all; what is done already is skipped.

    It stops where another policy was applied meanwhile: that one's job does the rest.
    """
    rescoring_id = job.body["rescoring"]
    with store.read() as unit:
        record = _found(unit, rescoring_id)
        bank = own_bank(store, unit, record.bank_id, record.bank_version)
        rival = under_policy(bank, record)
        todo = [
            (provider.id, [one.id for one in _completed(unit, provider.id, bank)])
            for provider in unit.providers.list()
        ]
    total, done = sum(len(ids) for _provider, ids in todo), 0
    counts = {"scored": 0, "left": 0, "same": 0}
    for provider_id, ids in todo:
        for start in range(0, len(ids), BATCH):
            report(done, total)
            block = ids[start : start + BATCH]
            if not _score_again(store, record, provider_id, block, rival, counts):
                return {**counts, "overtaken": True}
            done += len(block)
    report(total, total)
    return counts


def _score_again(
    store: Store,
    record: RescoringRecord,
    provider_id: str,
    ids: Sequence[str],
    rival: Bank,
    counts: dict[str, int],
) -> bool:
    """Score a batch in one transaction; False if this policy does not hold any more."""
    now, about = store.clock(), {"policy": rival.policy.id, "rescoring": record.id}
    with store.write() as unit:
        holding = unit.rescorings.holding(record.bank_id, record.bank_version)
        if holding is None or holding.id != record.id:
            return False
        tenant = unit.at(provider_id)
        events = tenant.events.of_several(tuple(ids))
        happened = []
        for sitting_id in ids:
            sitting = tenant.sittings.get(sitting_id)
            assert sitting is not None, "sittings are never deleted"
            sat = Sat(sitting, rival, progress_of(events[sitting_id]))
            held = profile_of(unit, sat)
            if _is_left(sat) or held is None:
                counts["left"] += 1
            elif held.bank_sha256 == rival.sha256:
                counts["same"] += 1
            else:
                keep_profile(tenant, score_sitting(sat), at=now)
                happened.append(What(sitting_id, "rescored", about))
                counts["scored"] += 1
        if happened:
            happen_several(tenant, happened, at=now)
    return True


def _is_left(sat: Sat) -> bool:
    """Whether a sitting keeps its profile: rated by people, or erased."""
    return sat.progress.in_words or sat.progress.has("erased")


def _sats(store: Store, provider_id: str, bank: Bank) -> Iterator[Sat]:
    with store.read() as unit:
        sittings = _completed(unit, provider_id, bank)
        for start in range(0, len(sittings), BATCH):
            block = sittings[start : start + BATCH]
            events = unit.at(provider_id).events.of_several(tuple(one.id for one in block))
            for sitting in block:
                yield Sat(sitting, bank, progress_of(events[sitting.id]))


def _holding(store: Store, unit: Unit, record: RescoringRecord) -> Bank:
    return holding_bank(unit, own_bank(store, unit, record.bank_id, record.bank_version))


def _completed(unit: Unit, provider_id: str, bank: Bank) -> tuple[SittingRecord, ...]:
    return unit.at(provider_id).studied.completed(bank.id, bank.version)


def _start(unit: Unit, account: Account, kind: str, id: str, *, now: datetime) -> None:
    body = {"rescoring": id}
    job_id = _job_id(kind, id)
    start_job(unit, account.provider_id, kind, body, by=account.id, now=now, id=job_id)


def _job_id(kind: str, id: str) -> str:
    return f"{kind}-{id}"


def _found(unit: Unit, rescoring_id: str) -> RescoringRecord:
    record = unit.rescorings.get(rescoring_id)
    if record is None:
        raise NotFound(_("There is no such re-scoring."))
    return record


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
