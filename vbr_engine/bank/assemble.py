"""Checked documents to the objects of `vbr_engine.bank.model`, and those back to documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vbr_engine.bank.catalogue_documents import Plain, catalogue_document, catalogue_from
from vbr_engine.bank.model import (
    Band,
    Bank,
    BankStatus,
    Blueprint,
    Crosswalk,
    Item,
    KeyKind,
    Provenance,
    ResponseFormat,
    ScoringPolicy,
    StandardErrorRule,
    Value,
)
from vbr_engine.bank.rubric import Rubric

__all__ = ["bank_from", "document_of"]


def bank_from(document: Plain, catalogues: Mapping[str, Plain]) -> Bank:
    """Assemble a bank from documents that passed every check.

    Parameters
    ----------
    document : dict
        As loaded by `BankSchema`.
    catalogues : mapping of str to dict
        As loaded by `CatalogueSchema`. English comes first, the rest by the alphabet.

    Returns
    -------
    Bank
        Without its hash.
    """
    provenance, form = document["provenance"], document["form"]
    languages = sorted(catalogues, key=lambda tag: (tag.split("-")[0] != "en", tag))
    return Bank(
        id=document["id"],
        version=document["version"],
        status=BankStatus(document["status"]),
        values=tuple(Value(value) for value in document["values"]),
        items=tuple(_item(item) for item in document["items"]),
        policy=_policy(document["policy"]),
        blueprint=Blueprint(
            length=form["length"],
            minutes=form["minutes"],
            seed=form["seed"],
            per_value=form["per-value"],
            per_format={ResponseFormat(name): n for name, n in form["per-format"].items()},
        ),
        provenance=Provenance(
            authors=tuple(provenance["authors"]),
            written=provenance["written"],
            licence=provenance["licence"],
            method=provenance["method"],
            sources=tuple(provenance.get("sources", ())),
        ),
        crosswalks=tuple(
            Crosswalk(walk["id"], {value: tuple(row) for value, row in walk["words"].items()})
            for walk in document.get("crosswalks", ())
        ),
        catalogues={tag: catalogue_from(catalogues[tag]) for tag in languages},
    )


def _item(item: Plain) -> Item:
    options, agreement = tuple(item["options"]), item.get("agreement")
    return Item(
        id=item["id"],
        value=item["value"],
        format=ResponseFormat(item["format"]),
        options=options,
        key=tuple(float(_keyed(item, option)) for option in options),
        scale=item.get("scale"),
        agreement=agreement and tuple(tuple(map(float, agreement[option])) for option in options),
        topics=tuple(item.get("topics", ())),
    )


def _keyed(item: Plain, option: str) -> float:
    key = item["key"]
    if item["format"] == ResponseFormat.PICK:
        return int(option in key)
    if item["format"] == ResponseFormat.MOST_LEAST:
        return int(option == key["most"]) - int(option == key["least"])
    return float(key[option])


def _policy(policy: Plain) -> ScoringPolicy:
    rules, error = policy["rules"], policy["standard-error"]
    return ScoringPolicy(
        id=policy["id"],
        key=KeyKind(policy["key"]),
        rate=rules["rate"],
        rank=rules["rank"],
        most_least=rules["most-least"],
        pick=rules["pick"],
        points={name: float(mark) for name, mark in policy["points"].items()},
        chance_correction=policy["chance-correction"],
        standardise_within_person=policy["standardise-within-person"],
        weights={value: float(weight) for value, weight in policy["weights"].items()},
        minimum_share=float(policy["minimum-share"]),
        standard_error=StandardErrorRule(error["rule"]),
        item_sd_floor=float(error["item-sd-floor"]),
        interval=float(policy["interval"]),
        bands=tuple(Band(band["id"], _minimum(band["minimum"])) for band in policy["bands"]),
        rubric=Rubric.from_plain(policy["rubric"]) if "rubric" in policy else None,
    )


def _minimum(given: float | None) -> float:
    return -math.inf if given is None else float(given)


def document_of(bank: Bank) -> tuple[Plain, dict[str, Plain]]:
    """Take a bank apart into the documents that it came from.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    tuple of (dict, dict)
        What the bank file holds, and the catalogues by language.
    """
    form, origin = bank.blueprint, bank.provenance
    document = {
        "format": 1,
        "id": bank.id,
        "version": bank.version,
        "status": str(bank.status),
        "provenance": {
            "authors": list(origin.authors),
            "written": origin.written,
            "licence": origin.licence,
            "method": origin.method,
            "sources": list(origin.sources),
        },
        "values": [value.id for value in bank.values],
        "items": [_plain_item(item) for item in bank.items],
        "policy": _plain_policy(bank.policy),
        "form": {
            "length": form.length,
            "minutes": form.minutes,
            "seed": form.seed,
            "per-value": dict(form.per_value),
            "per-format": {str(name): number for name, number in form.per_format.items()},
        },
        "crosswalks": [
            {"id": walk.id, "words": {value: list(row) for value, row in walk.words.items()}}
            for walk in bank.crosswalks
        ],
    }
    return document, {tag: catalogue_document(texts) for tag, texts in bank.catalogues.items()}


def _plain_item(item: Item) -> Plain:
    plain: Plain = {
        "id": item.id,
        "value": item.value,
        "format": str(item.format),
        "topics": list(item.topics),
        "options": list(item.options),
        "key": _plain_key(item),
    }
    if item.scale is not None:
        plain["scale"] = item.scale
    if item.agreement is not None:
        rows = zip(item.options, item.agreement, strict=True)
        plain["agreement"] = {option: list(row) for option, row in rows}
    return plain


def _plain_key(item: Item) -> Any:
    keyed = dict(zip(item.options, map(_shortest, item.key), strict=True))
    if item.format is ResponseFormat.PICK:
        return [option for option, mark in keyed.items() if mark]
    if item.format is ResponseFormat.MOST_LEAST:
        ends = {mark: option for option, mark in keyed.items()}
        return {"most": ends[1], "least": ends[-1]}
    return keyed


def _shortest(number: float) -> float:
    """Whole numbers without a point: the hash of a bank does not hang on how one was typed."""
    return int(number) if number == int(number) else number


def _plain_policy(policy: ScoringPolicy) -> Plain:
    # Left out where there is none: banks published before there were rubrics keep their hash.
    return ({"rubric": policy.rubric.to_plain()} if policy.rubric else {}) | {
        "id": policy.id,
        "key": str(policy.key),
        "rules": {
            "rate": policy.rate,
            "rank": policy.rank,
            "most-least": policy.most_least,
            "pick": policy.pick,
        },
        "points": dict(policy.points),
        "chance-correction": policy.chance_correction,
        "standardise-within-person": policy.standardise_within_person,
        "weights": dict(policy.weights),
        "minimum-share": policy.minimum_share,
        "standard-error": {
            "rule": str(policy.standard_error),
            "item-sd-floor": policy.item_sd_floor,
        },
        "interval": policy.interval,
        "bands": [
            {"id": band.id, "minimum": None if math.isinf(band.minimum) else band.minimum}
            for band in policy.bands
        ],
    }
