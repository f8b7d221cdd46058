"""The manual's sections on what a bank is: identity, purpose, values, form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from vbr_engine._version import __version__
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, BankStatus, Catalogue, Item, ItemText
from vbr_engine.bank.reading import count_words, reading_age
from vbr_engine.bank.texts import languages_of
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable
from vbr_engine.reports.manual.studies import Studies
from vbr_engine.reports.words import listed, number_word

__all__ = ["FORMAT_NAMES", "form", "identity", "purpose", "values"]

FORMAT_NAMES = {
    "rate": "rate every action",
    "rank": "rank the actions",
    "most-least": "best and worst",
    "pick": "pick some actions",
}


def identity(bank: Bank, catalogue: Catalogue, changelog: str) -> ManualSection:
    """Name the version, who made it, and what changed."""
    told = bank.provenance
    facts = (
        ("Bank", bank.id),
        ("Version", bank.version),
        ("Title", catalogue.title),
        ("Status", str(bank.status)),
        ("Authors", "; ".join(told.authors)),
        ("Written", told.written),
        ("Licence", told.licence),
        ("Values and items", f"{len(bank.values)} values, {len(bank.items)} items"),
        ("Languages", languages_of(bank)),
        ("Scoring policy", bank.policy.id),
        ("Engine that made this manual", f"VBR Engine {__version__}"),
        ("SHA-256 of the content", bank.sha256),
    )
    return ManualSection(
        "identity",
        "Identity",
        (
            ManualPart(
                sentences=(
                    "This manual is generated from the files of one version of the bank. The hash "
                    "is that of ids, numbers and words: a bank with another hash is another "
                    "version, and this manual says nothing about it.",
                ),
                tables=(ManualTable("The version", ("What", "Which"), facts),),
            ),
            ManualPart("How it was made", (told.method,)),
            ManualPart("Sources", points=told.sources),
            *_changes(changelog),
        ),
    )


def _changes(changelog: str) -> Iterator[ManualPart]:
    """Read the changelog's sections, newest first."""
    sections = re.split(r"^## +", changelog, flags=re.MULTILINE)[1:]
    points = []
    for section in sections:
        head, _, body = section.partition("\n")
        for entry in re.split(r"^[-*] +", body, flags=re.MULTILINE)[1:]:
            points.append(f"{_plain(head)}: {_plain(entry)}")
    if points:
        yield ManualPart("Changes", points=tuple(points))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*`]+", "", text).split())


def purpose(bank: Bank, catalogue: Catalogue) -> ManualSection:
    """Say what the bank is for and what it must not be used for."""
    names = [catalogue.values[value.id].name for value in bank.values]
    return ManualSection(
        "purpose",
        "Purpose and intended use",
        (
            ManualPart(
                sentences=(
                    f"Candidates are told: “{catalogue.summary}”",
                    "It is meant to describe how far a candidate's judgement in everyday homecare "
                    f"situations agrees with the key, on {number_word(len(names))} values, and to "
                    "prepare a structured interview: which values to look into, and with which "
                    "questions.",
                    catalogue.status_note,
                ),
            ),
            ManualPart(
                "Who it is for",
                points=(
                    "Candidates for care work in people's own homes, with or without experience.",
                    "Recruiters and registered managers who hold the interview themselves and have "
                    "read how to use the report.",
                    "Researchers and care councils who test whether it works.",
                ),
            ),
            ManualPart(
                "What it must not be used for",
                points=(
                    "Deciding alone, or turning anybody down without a person's own judgement and "
                    "reason.",
                    "Ranking candidates: differences inside a band are not findings.",
                    "Judging people who already work for a provider, or their pay or promotion.",
                    "Telling anything about health, disability, personality or English.",
                    "Foretelling performance or how long somebody stays, as long as no study has "
                    "shown that it does.",
                    *(
                        ()
                        if bank.status is BankStatus.NORMED
                        else ("Comparing a candidate with others: there are no norms.",)
                    ),
                ),
            ),
        ),
    )


def values(bank: Bank, catalogue: Catalogue) -> ManualSection:
    """Define each value, with anchors."""
    number = number_word(len(bank.values))
    parts = [
        ManualPart(sentences=(f"The bank measures {number} values. Each item belongs to one.",))
    ]
    for value in bank.values:
        text = catalogue.values[value.id]
        signs = (("What shows it", text.positive), ("What speaks against it", text.negative))
        parts.append(ManualPart(text.name, (text.definition,), lists=signs))
    parts += _crosswalks(bank, catalogue)
    return ManualSection("values", "Values, definitions and anchors", tuple(parts))


def _crosswalks(bank: Bank, catalogue: Catalogue) -> Iterator[ManualPart]:
    names = [catalogue.crosswalks[walk.id].name for walk in bank.crosswalks]
    if not names:
        return
    rows = []
    for value in bank.values:
        told = bank.in_other_words(value.id, catalogue.language)
        words = (listed(told[name]) if name in told else "none" for name in names)
        rows.append((catalogue.values[value.id].name, *words))
    yield ManualPart(
        "In the words of other frameworks",
        ("The authors' own comparison; no other body has agreed to it.",),
        tables=(ManualTable("The values elsewhere", ("Value", *names), tuple(rows)),),
    )


def form(bank: Bank, catalogue: Catalogue, studies: Studies) -> ManualSection:
    """Describe the blueprint and the form that candidates sit."""
    drawn = {item.id for item in draw_items(bank)}
    blueprint = bank.blueprint
    given = [item for item in bank.items if item.id in drawn]
    words = sum(_words(catalogue.items[item.id]) for item in given)
    formats = listed([f"{count} {name}" for name, count in blueprint.per_format.items()])
    return ManualSection(
        "form",
        "Blueprint and form",
        (
            ManualPart(
                sentences=(
                    f"The default form presents {blueprint.length} of the {len(bank.items)} items "
                    f"({formats}); every sitting gets the same ones, in an order of options that "
                    "is shuffled and recorded. Without a calibration nothing could make different "
                    "forms comparable.",
                    f"It has {words:,} words to read and is planned to take {blueprint.minutes} "
                    "minutes. There is no time limit.",
                ),
                tables=(_per_value(bank, catalogue, given), _per_topic(bank, given)),
            ),
            ManualPart("Time taken", gap="how long candidates need", study=studies.timing),
            _reading(bank, catalogue),
            ManualPart("Items", tables=(_items(bank, catalogue, drawn),)),
        ),
    )


def _per_value(bank: Bank, catalogue: Catalogue, given: list[Item]) -> ManualTable:
    rows = []
    for value in bank.values:
        own = [item for item in bank.items if item.value == value.id]
        shown = [item for item in given if item.value == value.id]
        kinds = Counter(str(item.format) for item in own)
        rows.append(
            (
                catalogue.values[value.id].name,
                str(len(own)),
                str(len(shown)),
                str(bank.blueprint.per_value.get(value.id, 0)),
                ", ".join(f"{count} {kind}" for kind, count in kinds.items()),
            )
        )
    columns = ("Value", "In the bank", "In the form", "At least", "Formats in the bank")
    return ManualTable("Items for each value", columns, tuple(rows))


def _per_topic(bank: Bank, given: list[Item]) -> ManualTable:
    every = Counter(topic for item in bank.items for topic in item.topics)
    shown = Counter(topic for item in given for topic in item.topics)
    rows = tuple(
        (topic.replace("-", " "), str(count), str(shown[topic]))
        for topic, count in sorted(every.items())
    )
    return ManualTable("Topics of the scenarios", ("Topic", "In the bank", "In the form"), rows)


def _reading(bank: Bank, catalogue: Catalogue) -> ManualPart:
    if not catalogue.language.startswith("en"):
        return ManualPart(
            "Reading age",
            gap="how hard the texts are to read",
            study=f"The formula used here is for English; a formula for {catalogue.language} and "
            "interviews with readers would tell.",
        )
    ages = {item.id: reading_age(whole(catalogue.items[item.id])) for item in bank.items}
    hardest = max(ages, key=lambda name: ages[name])
    mean = sum(ages.values()) / len(ages)
    return ManualPart(
        "Reading age",
        (
            f"By the formula of Kincaid and others (1975), an item is read with ease from the age "
            f"of {mean:.0f} on average; the hardest, ‘{catalogue.items[hardest].title}’, from "
            f"{ages[hardest]:.0f}. A formula counts syllables and sentences; it does not know "
            "which words a reader of English as a second language finds hard.",
        ),
    )


def whole(text: ItemText) -> str:
    """Join what a candidate reads of an item, a line for each part."""
    return "\n".join((text.scenario, text.question, *text.options.values()))


def _words(text: ItemText) -> int:
    return count_words(whole(text))


def _items(bank: Bank, catalogue: Catalogue, drawn: set[str]) -> ManualTable:
    rows = []
    for item in bank.items:
        text = catalogue.items[item.id]
        rows.append(
            (
                text.title,
                catalogue.values[item.value].name,
                str(item.format),
                str(len(item.options)),
                "yes" if item.id in drawn else "no",
                str(_words(text)),
            )
        )
    columns = ("Item", "Value", "Format", "Options", "In the form", "Words")
    return ManualTable("All items", columns, tuple(rows))
