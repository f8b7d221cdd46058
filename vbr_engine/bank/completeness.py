"""Whether a catalogue has words for everything in the bank, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vbr_engine.bank.consistency import Finding, Soundness, every_item_has
from vbr_engine.bank.document import Path
from vbr_engine.bank.fields import nearest

__all__ = ["catalogue_findings"]


def catalogue_findings(
    catalogue: dict[str, Any], bank: dict[str, Any], sound: Soundness, sound_bank: Soundness
) -> Iterator[Finding]:
    """Find words that are missing, or that nothing in the bank asks for.

    Parameters
    ----------
    catalogue, bank : dict
    sound, sound_bank : Soundness
        What the schemas found in the catalogue, and in the bank.

    Yields
    ------
    tuple of (path, str)
    """
    for part, wanted in _wanted(bank, sound_bank).items():
        given = catalogue.get(part)
        if isinstance(given, dict) and sound((part,), deep=False):
            yield from _same(given, wanted, (part,))
    if sound_bank(("items",), deep=False):
        yield from _option_words(catalogue, bank, sound, sound_bank)
        yield from _scales(catalogue, bank, sound, sound_bank)
    yield from _crosswalk_words(catalogue, bank, sound, sound_bank)
    yield from _rubric_words(catalogue, bank, sound, sound_bank)


def _wanted(bank: dict[str, Any], sound: Soundness) -> dict[str, list[Any]]:
    """Ids that a catalogue must have words for, by part of the catalogue."""
    wanted: dict[str, list[Any]] = {}
    if sound(("values",)):
        wanted["values"] = bank["values"]
    if every_item_has("id", bank, sound):
        wanted["items"] = [item["id"] for item in bank["items"]]
    if sound(("policy", "bands")):
        wanted["bands"] = [band["id"] for band in bank["policy"]["bands"]]
    return wanted


def _same(given: dict[Any, Any], wanted: Iterable[Any], path: Path) -> Iterator[Finding]:
    wanted = list(dict.fromkeys(wanted))
    for name in wanted:
        if name not in given:
            yield (*path, name), "the words are missing"
    for name in given:
        if name not in wanted:
            yield (*path, name), f"the bank has no such thing{nearest(name, wanted)}"


def _option_words(
    catalogue: dict[str, Any], bank: dict[str, Any], sound: Soundness, sound_bank: Soundness
) -> Iterator[Finding]:
    for place, item in enumerate(bank["items"]):
        if not (sound_bank(("items", place, "options")) and sound_bank(("items", place, "id"))):
            continue
        path = ("items", item["id"], "options")
        words = _at(catalogue, path)
        if isinstance(words, dict) and sound(path, deep=False):
            yield from _same(words, item["options"], path)


def _scales(
    catalogue: dict[str, Any], bank: dict[str, Any], sound: Soundness, sound_bank: Soundness
) -> Iterator[Finding]:
    items = [item for place, item in enumerate(bank["items"]) if sound_bank(("items", place))]
    used = sorted({item["scale"] for item in items if item["format"] == "rate"})
    formats = dict.fromkeys(item["format"] for item in items)
    scales, instructions = catalogue.get("scales"), catalogue.get("instructions")
    if sound(("scales",)) and isinstance(scales, dict):
        given = {int(points): labels for points, labels in scales.items()}
        yield from ((("scales", n), "the words are missing") for n in used if n not in given)
        for points, labels in scales.items():
            if len(labels) != int(points):
                message = f"expected {points} labels, got {len(labels)}"
                yield ("scales", points), message
    if sound(("instructions",)) and isinstance(instructions, dict):
        for name in formats:
            if name not in instructions:
                yield ("instructions", name), "the words are missing"


def _crosswalk_words(
    catalogue: dict[str, Any], bank: dict[str, Any], sound: Soundness, sound_bank: Soundness
) -> Iterator[Finding]:
    if not (sound_bank(("crosswalks",)) and sound(("crosswalks",))):
        return
    walks = {walk["id"]: walk for walk in bank.get("crosswalks") or []}
    given = catalogue.get("crosswalks") or {}
    yield from _same(given, walks, ("crosswalks",))
    for name in given.keys() & walks.keys():
        words = [word for row in walks[name]["words"].values() for word in row]
        yield from _same(given[name]["words"], words, ("crosswalks", name, "words"))


def _rubric_words(
    catalogue: dict[str, Any], bank: dict[str, Any], sound: Soundness, sound_bank: Soundness
) -> Iterator[Finding]:
    if not (sound_bank(("policy",), deep=False) and sound_bank(("policy", "rubric"))):
        return
    rubric, words = bank["policy"].get("rubric"), catalogue.get("rubric")
    if rubric is None and words is not None:
        yield ("rubric",), "the bank's policy has no rubric"
    if rubric is not None and words is None and sound(("rubric",)):
        yield ("rubric",), "the words are missing"
    if rubric is not None and words is not None and sound(("rubric", "levels")):
        given = {int(level): text for level, text in words["levels"].items()}
        yield from _same(given, range(len(rubric["points"])), ("rubric", "levels"))


def _at(document: Any, path: Path) -> Any:
    for step in path:
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document
