"""Every text of a catalogue with its path and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue

__all__ = ["PlacedText", "languages_of", "texts_of"]


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text, where it stands and who reads it.

    Parameters
    ----------
    path : str
        Such as ``items.late-call.options.b``.
    text : str
    reader : {"candidate", "recruiter", "researcher"}
    story : bool
        Whether it tells what happens in a scenario, and so may speak of anybody's health.
    """

    path: str
    text: str
    reader: str = "candidate"
    story: bool = False


def languages_of(bank: Bank) -> str:
    """Name a bank's languages, and say which is a draft translation.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    str

    Examples
    --------
    >>> import vbr_engine
    >>> languages_of(vbr_engine.read_bank("question_banks/homecare-values"))
    'en, cy (draft translation)'
    """
    return ", ".join(
        f"{tag} (draft translation)" if texts.is_draft_translation else tag
        for tag, texts in bank.catalogues.items()
    )


def texts_of(catalogue: Catalogue) -> Iterator[PlacedText]:
    """Walk through a catalogue.

    Parameters
    ----------
    catalogue : Catalogue

    Yields
    ------
    PlacedText
    """
    yield PlacedText("title", catalogue.title)
    yield PlacedText("summary", catalogue.summary)
    yield PlacedText("status-note", catalogue.status_note)
    for response_format, text in catalogue.instructions.items():
        yield PlacedText(f"instructions.{response_format}", text)
    for points, labels in catalogue.scales.items():
        yield from _listed(f"scales.{points}", labels)
    yield from _values(catalogue)
    yield from _items(catalogue)
    for name, band in catalogue.bands.items():
        yield PlacedText(f"bands.{name}.name", band.name, "recruiter")
        yield PlacedText(f"bands.{name}.meaning", band.meaning, "recruiter")
    practice = catalogue.practice
    yield PlacedText("practice.scenario", practice.scenario, story=True)
    yield PlacedText("practice.question", practice.question)
    yield from _listed("practice.options", practice.options, story=True)
    yield PlacedText("practice.explanation", practice.explanation)
    yield from _rubric(catalogue)


def _rubric(catalogue: Catalogue) -> Iterator[PlacedText]:
    if catalogue.rubric is None:
        return
    yield PlacedText("rubric.prompt", catalogue.rubric.prompt)
    for level, words in catalogue.rubric.levels.items():
        yield PlacedText(f"rubric.levels.{level}.name", words.name, "recruiter")
        yield PlacedText(f"rubric.levels.{level}.look-for", words.look_for, "recruiter")


def _listed(
    path: str, texts: tuple[str, ...], reader: str = "candidate", story: bool = False
) -> Iterator[PlacedText]:
    for number, text in enumerate(texts, start=1):
        yield PlacedText(f"{path}.{number}", text, reader, story)


def _values(catalogue: Catalogue) -> Iterator[PlacedText]:
    for name, value in catalogue.values.items():
        path = f"values.{name}"
        yield PlacedText(f"{path}.name", value.name)
        yield PlacedText(f"{path}.definition", value.definition)
        yield PlacedText(f"{path}.strength", value.strength)
        yield PlacedText(f"{path}.reflection", value.reflection)
        yield from _listed(f"{path}.positive", value.positive, "recruiter")
        yield from _listed(f"{path}.negative", value.negative, "recruiter")
        for number, probe in enumerate(value.probes, start=1):
            yield PlacedText(f"{path}.probes.{number}.question", probe.question, "recruiter")
            yield from _listed(f"{path}.probes.{number}.good", probe.good, "recruiter")
            yield from _listed(f"{path}.probes.{number}.poor", probe.poor, "recruiter")


def _items(catalogue: Catalogue) -> Iterator[PlacedText]:
    for name, item in catalogue.items.items():
        path = f"items.{name}"
        yield PlacedText(f"{path}.title", item.title)
        yield PlacedText(f"{path}.scenario", item.scenario, story=True)
        yield PlacedText(f"{path}.question", item.question)
        for option, text in item.options.items():
            yield PlacedText(f"{path}.options.{option}", text, story=True)
        yield PlacedText(f"{path}.discuss", item.discuss, "recruiter")
        yield PlacedText(f"{path}.rationale", item.rationale, "researcher")
