"""Training drop-out models on the careers that the service itself has seen, as a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from service.storage import Store, Unit
from service.storage.records import JobRecord, ModelRecord
from service.storage.standings import LOCAL
from service.use_cases.facts import facts_of
from service.use_cases.jobs import Report
from vbr_engine.errors import CareersError
from vbr_engine.funnel import career_of
from vbr_engine.risk import OUTCOMES, Careers, DropOutModel
from vbr_engine.risk.stored import document_of

__all__ = ["JOB", "career_rows", "train"]

JOB = "train-risk"
MADE_UP = "simulated-"


def career_rows(unit: Unit, provider_id: str, *, simulated: bool) -> Iterator[dict[str, Any]]:
    """Write a row of a careers table for each application of a provider: codes, figures, days."""
    tenant = unit.at(provider_id)
    standings = tenant.standings.all()
    events = tenant.events.of_several(tuple(standings))
    for sitting_id, standing in standings.items():
        sitting = tenant.sittings.get(sitting_id)
        if sitting is None or sitting.simulated is not simulated:
            continue
        name = f"{MADE_UP}{sitting_id}" if simulated else sitting_id
        facts = {"application": name, "provider": provider_id, **facts_of(events[sitting_id])}
        yield career_of(standing, facts)


def train(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Fit a model of each outcome to all careers, and keep it; it listens until somebody shows it.

    Careers of simulated people are used only where there are no others, and the model says so.

    Raises
    ------
    CareersError
        If there is nothing to learn from.
    """
    with store.read() as unit:
        providers = unit.providers.list()
    report(0, len(providers) + len(OUTCOMES))
    simulated = False
    rows = _gathered(store, [p.id for p in providers], simulated=False, report=report)
    if not rows:
        simulated = True
        rows = _gathered(store, [p.id for p in providers], simulated=True, report=report)
    if not rows:
        raise CareersError("There are no applications yet: there is nothing to learn from.")
    today = store.clock().astimezone(LOCAL).date()
    careers = Careers.from_frame(pd.DataFrame(rows), cut=today)
    models, left = _fitted(careers)
    report(len(providers) + len(OUTCOMES), len(providers) + len(OUTCOMES))
    record = _record(job, models, careers, left, simulated=simulated, store=store)
    with store.write() as unit:
        if unit.models.get(record.id) is None:
            unit.models.add(record)
    return {"model": record.id, "left": left}


def _gathered(
    store: Store, provider_ids: list[str], *, simulated: bool, report: Report
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, provider_id in enumerate(provider_ids, start=1):
        with store.read() as unit:
            rows.extend(career_rows(unit, provider_id, simulated=simulated))
        report(number, len(provider_ids) + len(OUTCOMES))
    return rows


def _fitted(careers: Careers) -> tuple[dict[str, DropOutModel], dict[str, str]]:
    models: dict[str, DropOutModel] = {}
    left: dict[str, str] = {}
    for outcome in OUTCOMES:
        try:
            models[outcome] = DropOutModel(outcome).fit(careers)
        except CareersError as error:
            left[outcome] = str(error)
    if not models:
        raise CareersError(" ".join(left.values()))
    return models, left


def _record(
    job: JobRecord,
    models: Mapping[str, DropOutModel],
    careers: Careers,
    left: Mapping[str, str],
    *,
    simulated: bool,
    store: Store,
) -> ModelRecord:
    about = {
        "simulated": simulated,
        "applications": len(careers),
        "providers": int(careers.frame["provider"].nunique()),
        "cut": str(careers.cut.date()),
        "trained": str(date.today()),
        "notes": list(careers.notes),
        "left": dict(left),
    }
    folder = {"about": about, "models": {name: document_of(one) for name, one in models.items()}}
    text = json.dumps(folder, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return ModelRecord(
        id=job.id,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        state="shadow",
        folder=folder,
        made_by=job.made_by,
        made_at=store.clock(),
    )
