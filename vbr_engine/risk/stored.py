"""A drop-out model as a document: canonical JSON under a check sum, nothing that runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vbr_engine.errors import CareersError
from vbr_engine.risk.conflict import PriorConflict
from vbr_engine.risk.features import Effect
from vbr_engine.risk.levels import Checks
from vbr_engine.risk.posterior import Posterior
from vbr_engine.risk.rates import LifeTable
from vbr_engine.risk.reference import Reference
from vbr_engine.risk.stages import Interval

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["FORMAT", "KIND", "document_of", "dump", "parse", "restore"]

KIND = "drop-out risk model"
FORMAT = 1
_POSTERIORS = ("posterior", "published")


def document_of(model: DropOutModel) -> dict[str, Any]:
    """Write a fitted model down as plain data.

    Parameters
    ----------
    model : DropOutModel

    Returns
    -------
    dict
        With its check sum under ``sha256``.
    """
    held = {
        "kind": KIND,
        "format": FORMAT,
        "params": {
            "outcome": model.outcome,
            "provider_effects": model.provider_effects,
            "interval": model.interval,
            "review_months": model.review_months,
        },
        "effects": [asdict(effect) for effect in model.effects_],
        "intervals": [asdict(step) for step in model.intervals_],
        "providers": list(model.providers_),
        "starts": [model.starts_[name] for name in model.providers_],
        "posterior": asdict(model.posterior_),
        "published": asdict(model.published_),
        "conflict": asdict(model.conflict_),
        "life_table": asdict(model.life_table_),
        "reference": asdict(model.reference_),
        "checks": None if model.checks_ is None else model.checks_.to_dict(),
        "n_people": model.n_people_,
        "review_by": model.review_by_.isoformat(),
        "alarms": list(model.alarms_),
        "manifest": model.manifest_,
    }
    plain = _plain(held)
    return {**plain, "sha256": _sum(plain)}


def dump(model: DropOutModel) -> bytes:
    """Write a fitted model as JSON: sorted keys, a line for each entry, no figure rounded.

    Parameters
    ----------
    model : DropOutModel

    Returns
    -------
    bytes
        The same for the same model.
    """
    document = document_of(model)
    lines = (f"{json.dumps(name)}: {_canonical(document[name])}" for name in sorted(document))
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def parse(content: bytes | str) -> dict[str, Any]:
    """Read a document and check that it is whole.

    Parameters
    ----------
    content : bytes or str

    Returns
    -------
    dict

    Raises
    ------
    CareersError
        If it is no such document, of another version, or not as it was written.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        raise CareersError(f"it is not JSON, or not all of it: {error}") from error
    check(document)
    held: dict[str, Any] = document
    return held


def check(document: Any) -> None:
    """Raise CareersError unless it is a document of this version, as it was written."""
    if not isinstance(document, Mapping) or document.get("kind") != KIND:
        raise CareersError(f"it is not a {KIND}: expected a document with kind {KIND!r}")
    if document.get("format") != FORMAT:
        got = document.get("format")
        raise CareersError(f"expected format {FORMAT}, got {got!r}: train the model again")
    rest = {name: value for name, value in document.items() if name != "sha256"}
    if document.get("sha256") != _sum(rest):
        raise CareersError(
            "the check sum does not match: the model was changed or damaged after it was written, "
            "so it is not used; train it again or fetch the original"
        )


def restore(model: DropOutModel, document: Mapping[str, Any]) -> DropOutModel:
    """Fill a model from a document.

    Parameters
    ----------
    model : DropOutModel
        A new one, made with the ``params`` of the document.
    document : mapping

    Returns
    -------
    DropOutModel
        The same.

    Raises
    ------
    CareersError
        If the document cannot be used.
    """
    check(document)
    try:
        return _restored(model, document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CareersError(f"the model is not complete: {error}") from error


def _restored(model: DropOutModel, held: Mapping[str, Any]) -> DropOutModel:
    model.effects_ = tuple(_effect(entry) for entry in held["effects"])
    model.intervals_ = tuple(Interval(**step) for step in held["intervals"])
    model.providers_ = tuple(held["providers"])
    model.starts_ = dict(zip(model.providers_, held["starts"], strict=True))
    model.posterior_, model.published_ = (_posterior(held[name], held) for name in _POSTERIORS)
    numbers = {name: _number(value) for name, value in held["conflict"].items()}
    model.conflict_ = PriorConflict(**{**numbers, "conflict": held["conflict"]["conflict"]})
    table = held["life_table"]
    shape = (len(model.providers_), len(model.intervals_))
    model.life_table_ = LifeTable(
        np.array(table["at_risk"]).reshape(shape), np.array(table["events"]).reshape(shape)
    )
    model.reference_ = _reference(held["reference"], len(model.effects_))
    model.checks_ = None if held["checks"] is None else _checks(held["checks"])
    model.n_people_ = held["n_people"]
    model.n_events_ = model.life_table_.n_events()
    model.converged_ = model.posterior_.converged
    model.review_by_ = date.fromisoformat(held["review_by"])
    model.alarms_ = tuple(held["alarms"])
    model.manifest_ = dict(held["manifest"])
    return model


def _effect(entry: Mapping[str, Any]) -> Effect:
    bounds = {"least": -np.inf, "most": np.inf}
    open_ = {name: value for name, value in bounds.items() if entry[name] is None}
    lists = {name: tuple(entry[name]) for name in ("columns", "categories")}
    return Effect(**{**entry, **open_, **lists})


def _posterior(entry: Mapping[str, Any], held: Mapping[str, Any]) -> Posterior:
    arrays = {
        name: np.array(value, dtype=float) for name, value in entry.items() if _is_list(value)
    }
    size = len(arrays["mean"])
    arrays["covariance"] = arrays["covariance"].reshape(size, size)
    arrays["provider_cross"] = arrays["provider_cross"].reshape(-1, size)
    posterior = Posterior(**{**entry, **arrays})
    if posterior.n_intervals != len(held["intervals"]):
        raise ValueError("posterior and intervals do not belong together")
    return posterior


def _reference(entry: Mapping[str, Any], k: int) -> Reference:
    return Reference(
        mean=np.array(entry["mean"], dtype=float),
        covariance=np.array(entry["covariance"], dtype=float).reshape(k, k),
        known=np.array(entry["known"], dtype=float),
        far=float(entry["far"]),
        edges=tuple(np.array(edges, dtype=float) for edges in entry["edges"]),
        shares=tuple(np.array(shares, dtype=float) for shares in entry["shares"]),
        categories={name: tuple(words) for name, words in entry["categories"].items()},
    )


def _checks(entry: Mapping[str, Any]) -> Checks:
    return Checks(**{name: _number(value) for name, value in entry.items()})


def _number(value: Any) -> Any:
    return np.nan if value is None else value


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _plain(value: Any) -> Any:
    """Turn arrays and tuples into lists; a figure that is not finite into nothing."""
    if isinstance(value, Mapping):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, date | pd.Timestamp):
        return value.isoformat()[:10]
    return value


def _canonical(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _sum(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(document).encode("utf-8")).hexdigest()
