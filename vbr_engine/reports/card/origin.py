"""What the models were trained on, and the record of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from vbr_engine.reports.card.data import Known
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, count
from vbr_engine.reports.words import written_date
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["manifest", "origin"]


def origin(known: Known) -> ManualSection:
    """Say whom the models know: how many, where, when, and who was left out."""
    about = known.about
    sentences = [
        f"{count(about.get('applications'))} applications to {count(about.get('providers'))} "
        f"providers, the first on {_day(about.get('first'))}, known up to "
        f"{_day(about.get('cut'))}. What happened later is not known, and nobody "
        "counts as having stayed beyond that day."
    ]
    if known.simulated:
        sentences.insert(0, "The careers are simulated: nobody in them is a person.")
    parts = (
        ManualPart(sentences=tuple(sentences), tables=tuple(_counted(known))),
        ManualPart(
            title="Who counts, and until when",
            points=(
                "Process withdrawal: everybody who applied, step by step until the first day of "
                "work. Who is still open at the cut counts up to the step that they are at.",
                "Early leaving: everybody who started work, by week for 13 weeks and then by "
                "month, up to 12 months. Who is still there at the cut counts for the time seen.",
                "An end by the employer, a transfer and the end of a contract are no drop-out: "
                "such a person counts until then.",
            ),
        ),
        *_missing(known),
        *_left_out(known),
    )
    return ManualSection("data", "The data", parts)


def _counted(known: Known) -> Iterator[ManualTable]:
    """Follow the applications of each outcome: used, left out, and how they ended."""
    for outcome, model in known.models.items():
        held = model.manifest_["rows"]
        rows = tuple((name.capitalize(), count(held[name])) for name in sorted(held, key=_place))
        yield ManualTable(
            f"{OUTCOME_WORDS[outcome].name}: who counts", ("Applications", "People"), rows
        )


def _day(held: Any) -> str:
    return written_date(date.fromisoformat(str(held))) if held else "a day not known"


def _place(name: str) -> tuple[bool, bool, bool, str]:
    """Put all applications first, then who was left out, who was used, and what became of them."""
    return (name != "applications", not name.startswith("left out"), name != "used", name)


def _missing(known: Known) -> tuple[ManualPart, ...]:
    held = known.about.get("missing")
    if not held:
        return ()
    rows = tuple((str(name), f"{value:.0%}") for name, value in held.items())
    table = ManualTable("Facts that nobody wrote down", ("Column", "Missing"), rows)
    return (
        ManualPart(
            title="What is missing",
            sentences=(
                "A missing fact counts as the usual value that effects are measured from. That "
                "value is set by hand: it need not be the average.",
            ),
            tables=(table,),
        ),
    )


def _versions(known: Known) -> list[tuple[str, str]]:
    """Say with what it was trained; the same for every model of a training."""
    held = next(iter(known.models.values())).manifest_
    versions = ", ".join(f"{name} {version}" for name, version in held["versions"].items())
    return [
        ("Versions", versions),
        ("Table of priors", f"dated {held['priors']['dated']}"),
        ("Hash of the rows that were read (SHA-256)", str(held["data"])),
    ]


def _left_out(known: Known) -> tuple[ManualPart, ...]:
    notes = tuple(str(note) for note in known.about.get("notes", ()))
    return (ManualPart(title="What was remarked on reading the table", points=notes),) * bool(notes)


def manifest(known: Known) -> ManualSection:
    """Record the training: hashes, versions, dates."""
    about = known.about
    rows = [
        ("Careers", str(about.get("careers", "not recorded"))),
        ("Hash of the careers (SHA-256)", str(about.get("careers_sha256", "not recorded"))),
        ("Hash of the models (SHA-256)", known.sha256),
        ("Trained", str(about.get("trained", "not recorded"))),
        ("Review by", str(known.review_by)),
        *_versions(known),
    ]
    part = ManualPart(
        sentences=(
            "The models are stored as text that can be read and compared, each file with its hash; "
            "a file that was changed is refused. Effects and priors were declared beforehand and "
            "not tuned on these data; how far providers differ was estimated. Nothing is drawn at "
            "random, so that the same table gives the same model.",
        ),
        tables=(ManualTable("Training", ("What", "Held"), tuple(rows)),),
    )
    return ManualSection("manifest", "Record of the training", (part,))
