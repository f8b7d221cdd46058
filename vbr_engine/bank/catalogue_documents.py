"""Checked catalogue documents to `Catalogue`, and back."""

from __future__ import annotations

from typing import Any

from vbr_engine.bank.catalogue import (
    BandText,
    Catalogue,
    CrosswalkText,
    ItemText,
    Practice,
    Probe,
    Translation,
    TranslationState,
    ValueText,
)
from vbr_engine.bank.formats import ResponseFormat
from vbr_engine.bank.rubric import RubricText

__all__ = ["Plain", "catalogue_document", "catalogue_from"]

Plain = dict[str, Any]


def catalogue_from(texts: Plain) -> Catalogue:
    """Assemble a catalogue from what `CatalogueSchema` loaded.

    Parameters
    ----------
    texts : dict

    Returns
    -------
    Catalogue
    """
    practice = texts["practice"]
    return Catalogue(
        language=texts["language"],
        title=texts["title"],
        summary=texts["summary"],
        status_note=texts["status-note"],
        instructions={ResponseFormat(name): text for name, text in texts["instructions"].items()},
        scales={points: tuple(labels) for points, labels in texts["scales"].items()},
        values={name: _value_text(text) for name, text in texts["values"].items()},
        items={name: ItemText(**text) for name, text in texts["items"].items()},
        bands={name: BandText(**text) for name, text in texts["bands"].items()},
        practice=Practice(**(practice | {"options": tuple(practice["options"])})),
        crosswalks={
            name: CrosswalkText(**text) for name, text in texts.get("crosswalks", {}).items()
        },
        rubric=RubricText.from_plain(texts["rubric"]) if "rubric" in texts else None,
        translation=_translation(texts["translation"]) if "translation" in texts else None,
    )


def _translation(held: Plain) -> Translation:
    return Translation(**(held | {"state": TranslationState(held["state"])}))


def _value_text(text: Plain) -> ValueText:
    return ValueText(
        name=text["name"],
        definition=text["definition"],
        positive=tuple(text["positive"]),
        negative=tuple(text["negative"]),
        probes=tuple(
            Probe(probe["question"], tuple(probe["good"]), tuple(probe["poor"]))
            for probe in text["probes"]
        ),
        strength=text["strength"],
        reflection=text["reflection"],
    )


def catalogue_document(texts: Catalogue) -> Plain:
    """Take a catalogue apart into the document that it came from.

    Parameters
    ----------
    texts : Catalogue

    Returns
    -------
    dict
    """
    practice = texts.practice
    # Left out where nothing is said: banks published before there was such a field keep their hash.
    translated = {"translation": _plain_translation(texts.translation)} if texts.translation else {}
    rubric = {"rubric": texts.rubric.to_plain()} if texts.rubric else {}
    return (
        translated
        | rubric
        | {
            "language": texts.language,
            "title": texts.title,
            "summary": texts.summary,
            "status-note": texts.status_note,
            "instructions": {str(name): text for name, text in texts.instructions.items()},
            "scales": {str(points): list(labels) for points, labels in texts.scales.items()},
            "values": {name: _plain_value(text) for name, text in texts.values.items()},
            "items": {
                name: vars(text) | {"options": dict(text.options)}
                for name, text in texts.items.items()
            },
            "bands": {
                name: {"name": text.name, "meaning": text.meaning}
                for name, text in texts.bands.items()
            },
            "practice": vars(practice) | {"options": list(practice.options)},
            "crosswalks": {
                name: {"name": text.name, "words": dict(text.words)}
                for name, text in texts.crosswalks.items()
            },
        }
    )


def _plain_translation(held: Translation) -> Plain:
    review = {"reviewer": held.reviewer, "on": held.on}
    return {"state": str(held.state)} | {name: said for name, said in review.items() if said}


def _plain_value(text: ValueText) -> Plain:
    return {
        "name": text.name,
        "definition": text.definition,
        "positive": list(text.positive),
        "negative": list(text.negative),
        "probes": [
            {"question": probe.question, "good": list(probe.good), "poor": list(probe.poor)}
            for probe in text.probes
        ],
        "strength": text.strength,
        "reflection": text.reflection,
    }
