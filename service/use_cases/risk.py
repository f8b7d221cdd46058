"""Drop-out risk for a recruiter: after the first view, with its evidence, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from service.errors import FirstViewNeeded, NotFound
from service.storage import Store, Tenant
from service.storage.records import ModelRecord
from service.storage.standings import LOCAL
from service.use_cases.facts import facts_of
from service.use_cases.first_views import needs_view
from service.use_cases.happenings import happen
from service.use_cases.jobs import start_job
from service.use_cases.risk_training import JOB, MADE_UP
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.errors import CareersError
from vbr_engine.funnel import career_of
from vbr_engine.reports.card import ModelCard, model_card
from vbr_engine.reports.person_risk import person_risk
from vbr_engine.reports.risk import RiskPanel
from vbr_engine.risk import DropOutModel

__all__ = [
    "ModelLine",
    "RiskView",
    "change_model",
    "list_models",
    "model_card_of",
    "risk_of",
    "start_training",
]


@dataclass(frozen=True, slots=True)
class RiskView:
    """What a recruiter reads: a panel, or a sentence why there is none."""

    panel: RiskPanel | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model in the list; `levels` says by outcome how much it may say, in a sentence."""

    id: str
    state: str
    made_at: datetime
    sha256: str
    about: Mapping[str, Any]
    levels: Mapping[str, str]


def risk_of(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    language: str,
    now: datetime,
) -> RiskView:
    """Ask the model about a candidate, and keep what it said.

    A model in shadow is asked as well; what it says is kept, and nobody sees it.

    Raises
    ------
    FirstViewNeeded
        If this person has neither recorded a first view nor opened the report.
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        standing, row = tenant.standings.get(sitting_id), _row(tenant, sitting_id)
        if standing is None or row is None:
            raise NotFound(_("There is no such candidate."))
        if needs_view(tenant.events.of(sitting_id), account):
            raise FirstViewNeeded(_("Record your first view before you look at the risk."))
        identity = tenant.identities.get(sitting_id)
        record = unit.models.in_use()
    if standing.ended:
        return RiskView(None, _("This application has ended, so nothing is worked out."))
    if record is None:
        return RiskView(None, _("No model has been trained yet, so there is no figure."))
    who = identity.name if identity else None
    today = now.astimezone(LOCAL).date()
    try:
        panel, told = _asked(record, row, who, account, language, today)
    except CareersError as error:
        return RiskView(None, str(error))
    _keep(store, provider_id, sitting_id, record, told, account=account, now=now)
    if record.state == "shadow":
        return RiskView(None, _("A model is being tried out. Nobody sees what it says yet."))
    return RiskView(panel)


def start_training(store: Store, account: Account, *, now: datetime, request_id: str) -> str:
    """Start training on everything seen so far, and return the job's id."""
    with store.write() as unit:
        return start_job(
            unit, account.provider_id, JOB, {}, by=account.id, now=now, id=request_id or None
        )


def list_models(store: Store) -> tuple[ModelLine, ...]:
    """List the models, newest first."""
    with store.read() as unit:
        records = unit.models.list()
    return tuple(_line(record) for record in records)


def model_card_of(store: Store, model_id: str, *, now: datetime) -> ModelCard:
    """Return the card of a model: what it is for and not for, and what it rests on.

    Raises
    ------
    NotFound
    """
    record = _model(store, model_id)
    return model_card(
        _models(record),
        about=record.folder["about"],
        sha256=record.sha256,
        prepared=now.astimezone(LOCAL).date(),
    )


def change_model(
    store: Store, model_id: str, state: str, *, account: Account, now: datetime
) -> None:
    """Show a model to recruiters, let it listen only, or switch it off.

    Raises
    ------
    NotFound
    """
    _model(store, model_id)
    with store.write() as unit:
        unit.models.change(model_id, state, by=account.id, now=now)


def _asked(
    record: ModelRecord,
    row: Mapping[str, Any],
    name: str | None,
    account: Account,
    language: str,
    today: date,
) -> tuple[RiskPanel, pd.DataFrame]:
    about = record.folder["about"]
    person = pd.DataFrame([row])
    panel, told = person_risk(
        _models(record),
        person,
        today=today,
        language=language,
        candidate=name,
        provider=account.provider_name,
        trained=date.fromisoformat(about["cut"]),
        model=record.sha256,
        simulated=bool(about["simulated"]) or str(row["application"]).startswith(MADE_UP),
    )
    return panel, told


def _row(tenant: Tenant, sitting_id: str) -> dict[str, Any] | None:
    sitting, standing = tenant.sittings.get(sitting_id), tenant.standings.get(sitting_id)
    if sitting is None or standing is None:
        return None
    name = f"{MADE_UP}{sitting_id}" if sitting.simulated else sitting_id
    facts = facts_of(tenant.events.of(sitting_id))
    return career_of(standing, {"application": name, "provider": tenant.provider_id, **facts})


def _keep(
    store: Store,
    provider_id: str,
    sitting_id: str,
    record: ModelRecord,
    told: pd.DataFrame,
    *,
    account: Account,
    now: datetime,
) -> None:
    """Keep what was said, once for each new thing said and for the first time it is seen."""
    shown = record.state == "shown"
    rows = told.drop(columns=["application", "provider"]).astype(object)
    body = {"rows": rows.where(rows.notna(), None).to_dict("records")}
    with store.write() as unit:
        tenant = unit.at(provider_id)
        last = tenant.risk_figures.last(sitting_id)
        if last == {"model_id": record.id, "shown": shown, "body": body}:
            return
        tenant.risk_figures.append(sitting_id, model_id=record.id, shown=shown, body=body, at=now)
        if shown:
            about = {"model": record.id}
            happen(tenant, sitting_id, "risk-shown", at=now, by=account.id, body=about)


def _line(record: ModelRecord) -> ModelLine:
    models = _models(record)
    return ModelLine(
        id=record.id,
        state=record.state,
        made_at=record.made_at,
        sha256=record.sha256,
        about=record.folder["about"],
        levels={name: model.evidence().level.sentence for name, model in models.items()},
    )


def _model(store: Store, model_id: str) -> ModelRecord:
    with store.read() as unit:
        record = unit.models.get(model_id)
    if record is None:
        raise NotFound(_("There is no such model."))
    return record


_LOADED: dict[str, Mapping[str, DropOutModel]] = {}


def _models(record: ModelRecord) -> Mapping[str, DropOutModel]:
    """Read the models of a record; those read last are kept, since most requests ask the same."""
    if record.sha256 not in _LOADED:
        documents = record.folder["models"]
        read = {name: DropOutModel.from_dict(document) for name, document in documents.items()}
        _LOADED.clear()
        _LOADED[record.sha256] = read
    return _LOADED[record.sha256]
