"""The two jobs of a re-scoring: what it would change, and scoring again in whole batches.

Sittings in own words, which people rated, and those that were erased keep their profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.records import JobRecord, SittingRecord
from service.storage.research import RescoringRecord
from service.use_cases.candidate import Sat
from service.use_cases.happenings import What, happen_several
from service.use_cases.jobs import Report
from service.use_cases.policies import holding_bank, own_bank, under_policy
from service.use_cases.progress import progress_of
from service.use_cases.rescoring_preview import compared
from service.use_cases.scoring import answers_of, keep_profile, profile_of, score_sitting
from service.words import gettext as _
from vbr_engine.bank.model import Bank

__all__ = ["APPLY", "PREVIEW", "apply_job", "found_rescoring", "preview_job"]

PREVIEW = "rescoring-preview"
APPLY = "rescoring"
BATCH = 50


def preview_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Work out whose bands another policy would change; only suppressed numbers are kept."""
    with store.read() as unit:
        record = found_rescoring(unit, job.body["rescoring"])
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
        record = found_rescoring(unit, rescoring_id)
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


def _completed(unit: Unit, provider_id: str, bank: Bank) -> tuple[SittingRecord, ...]:
    return unit.at(provider_id).studied.completed(bank.id, bank.version)


def found_rescoring(unit: Unit, rescoring_id: str) -> RescoringRecord:
    """Find a re-scoring.

    Raises
    ------
    NotFound
    """
    record = unit.rescorings.get(rescoring_id)
    if record is None:
        raise NotFound(_("There is no such re-scoring."))
    return record
