"""Whether the parts of a bank fit together: keys to options, values to items, words to ids.

Works on plain documents, also half-broken ones: what the schemas found wrong is left alone, so
that one slip gives one problem and the rest is still checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from vbr_engine.bank.document import Path
from vbr_engine.bank.fields import nearest

__all__ = ["Finding", "Soundness", "bank_findings", "every_item_has"]

Finding = tuple[Path, str]

# A scores table has these columns beside one per value.
RESERVED = frozenset({"sitting", "composite", "band", "flags", "bank", "policy", "engine"})


class Soundness:
    """Where the schemas found something wrong, asked the other way round.

    Parameters
    ----------
    wrong : iterable of tuple
        Paths of what is wrong.

    Examples
    --------
    >>> sound = Soundness([("items", 3, "key", "a")])
    >>> sound(("items", 3, "key")), sound(("items",)), sound(("items",), deep=False)
    (False, False, True)
    """

    def __init__(self, wrong: Iterable[Path]) -> None:
        self._at = set(wrong)
        self._above = {path[:length] for path in self._at for length in range(len(path))}

    def __call__(self, path: Path, *, deep: bool = True) -> bool:
        """Whether nothing is wrong at `path`, around it and, if `deep`, inside it."""
        if any(path[:length] in self._at for length in range(len(path) + 1)):
            return False
        return not (deep and path in self._above)


def bank_findings(bank: dict[str, Any], sound: Soundness) -> Iterator[Finding]:
    """Find what does not fit inside the bank file.

    Parameters
    ----------
    bank : dict
        The document, checked by the schema.
    sound : Soundness
        What the schema found.

    Yields
    ------
    tuple of (path, str)
    """
    if sound(("values",)):
        yield from _values(bank)
    if sound(("items",), deep=False):
        yield from _repeated(bank["items"], ("items",), "item")
        for place, item in enumerate(bank["items"]):
            yield from _item(item, ("items", place), bank, sound)
    if sound(("values",)) and every_item_has("value", bank, sound):
        yield from _measured(bank)
    if sound(("policy",), deep=False):
        yield from _policy(bank, sound)
    if sound(("form",)) and sound(("values",)) and sound(("items",)):
        yield from _form(bank)
    if sound(("crosswalks",)) and sound(("values",)):
        yield from _crosswalks(bank)


def every_item_has(name: str, bank: dict[str, Any], sound: Soundness) -> bool:
    """Whether nothing is wrong with this field of any item."""
    if not sound(("items",), deep=False):
        return False
    return all(sound(("items", place, name)) for place in range(len(bank["items"])))


def _values(bank: dict[str, Any]) -> Iterator[Finding]:
    for place, value in enumerate(bank["values"]):
        if value in bank["values"][:place]:
            yield ("values", place), f"the value {value} is there twice"
        if value in RESERVED or value.endswith(("-se", "-band")):
            yield ("values", place), f"{value} cannot name a value: a scores table needs the word"


def _repeated(parts: Iterable[Any], path: Path, what: str) -> Iterator[Finding]:
    seen: set[Hashable] = set()
    for place, part in enumerate(parts):
        own = part.get("id") if isinstance(part, dict) else None
        if isinstance(own, str):
            if own in seen:
                yield (*path, place, "id"), f"a second {what} has the id {own}"
            seen.add(own)


def _item(
    item: dict[str, Any], path: Path, bank: dict[str, Any], sound: Soundness
) -> Iterator[Finding]:
    values = bank.get("values", ())
    if sound((*path, "value")) and sound(("values",)) and item["value"] not in values:
        near = nearest(item["value"], values)
        yield (*path, "value"), f"the bank has no value {item['value']}{near}"
    if not (sound((*path, "options")) and sound((*path, "format"))):
        return
    for place, option in enumerate(item["options"]):
        if option in item["options"][:place]:
            yield (*path, "options", place), f"the option {option} is there twice"
    if sound((*path, "key")):
        for step, message in _KEYS[item["format"]](item):
            yield (*path, "key", *step), message
    if item["format"] == "rate" and sound((*path, "agreement")):
        yield from _agreement(item, path, bank)


def _both_ways(item: dict[str, Any]) -> Iterator[Finding]:
    for option in item["key"]:
        if option not in item["options"]:
            yield (option,), f"there is no option {option} to key{nearest(option, item['options'])}"
    for option in dict.fromkeys(item["options"]):
        if option not in item["key"]:
            yield (), f"the option {option} has no key"


def _rate_key(item: dict[str, Any]) -> Iterator[Finding]:
    yield from _both_ways(item)
    scale = item.get("scale")
    if not isinstance(scale, int):
        return
    for option, keyed in item["key"].items():
        if keyed > scale:
            yield (option,), f"expected a rating from 1 to {scale}, got {keyed}"
    if len(item["key"]) > 1 and len(set(item["key"].values())) == 1:
        yield (), "every option has the same rating, so the item cannot tell answers apart"


def _rank_key(item: dict[str, Any]) -> Iterator[Finding]:
    yield from _both_ways(item)
    given, number = Counter(item["key"].values()), len(set(item["options"]))
    for rank, times in sorted(given.items()):
        if times > 1:
            yield (), f"rank {rank} is given {times} times"
        if rank > number:
            yield (), f"rank {rank} is given, and there are {number} options"
    gaps = [str(rank) for rank in range(1, number + 1) if rank not in given]
    if gaps and set(item["key"]) == set(item["options"]):
        yield (), f"the ranks have a gap: nothing is ranked {', '.join(gaps)}"


def _most_least_key(item: dict[str, Any]) -> Iterator[Finding]:
    key = item["key"]
    for end in ("most", "least"):
        if key[end] not in item["options"]:
            near = nearest(key[end], item["options"])
            yield (end,), f"there is no option {key[end]} to key{near}"
    if key["most"] == key["least"]:
        yield ("least",), f"most and least are the same option, {key['most']}"
    if len(item["options"]) < 3:
        yield (), "with two options the least follows from the most; use rate or pick"


def _pick_key(item: dict[str, Any]) -> Iterator[Finding]:
    for place, option in enumerate(item["key"]):
        if option not in item["options"]:
            near = nearest(option, item["options"])
            yield (place,), f"there is no option {option} to key{near}"
        if option in item["key"][:place]:
            yield (place,), f"the option {option} is named twice"
    if set(item["key"]) >= set(item["options"]):
        yield (), "every option is keyed, so there is nothing to choose"


_KEYS: dict[str, Callable[[dict[str, Any]], Iterator[Finding]]] = {
    "rate": _rate_key,
    "rank": _rank_key,
    "most-least": _most_least_key,
    "pick": _pick_key,
}


def _agreement(item: dict[str, Any], path: Path, bank: dict[str, Any]) -> Iterator[Finding]:
    policy = bank.get("policy")
    rules = policy.get("rules") if isinstance(policy, dict) else None
    wanted = isinstance(rules, dict) and rules.get("rate") == "agreement"
    shares = item.get("agreement")
    if shares is None:
        if wanted:
            yield path, "the rule is agreement, so `agreement` is needed here"
        return
    if set(shares) != set(item["options"]):
        yield (*path, "agreement"), "expected one list for every option, and no other"
    for option, row in shares.items():
        if len(row) != item.get("scale") or abs(sum(row) - 1) > 1e-6:
            message = f"expected {item.get('scale')} shares that sum to 1, got {row}"
            yield (*path, "agreement", option), message


def _measured(bank: dict[str, Any]) -> Iterator[Finding]:
    used = {item.get("value") for item in bank["items"] if isinstance(item, dict)}
    for place, value in enumerate(bank["values"]):
        if value not in used:
            yield ("values", place), f"no item measures the value {value}"


def _policy(bank: dict[str, Any], sound: Soundness) -> Iterator[Finding]:
    policy = bank["policy"]
    if sound(("policy", "weights")) and sound(("values",)):
        yield from _keyed_by_value(
            policy["weights"], ("policy", "weights"), bank["values"], "weight"
        )
        if not sum(policy["weights"].values()):
            yield ("policy", "weights"), "all weights are 0, so there is no composite"
    if sound(("policy", "bands")):
        yield from _repeated(policy["bands"], ("policy", "bands"), "band")
        yield from _bands(policy["bands"])
    if policy.get("rubric") is not None and sound(("policy", "rubric")):
        yield from _rubric(policy["rubric"])


def _bands(bands: list[dict[str, Any]]) -> Iterator[Finding]:
    path = ("policy", "bands")
    if bands[0]["minimum"] is not None:
        yield (*path, 0, "minimum"), "the lowest band comes first and has the minimum null"
    for place, (band, below) in enumerate(zip(bands[1:], bands, strict=False), start=1):
        if band["minimum"] is None:
            yield (*path, place, "minimum"), "only the lowest band, the first, has the minimum null"
        elif below["minimum"] is not None and band["minimum"] <= below["minimum"]:
            message = (
                f"bands are out of order: {band['minimum']} is not above the {below['minimum']} "
                f"of {below['id']}"
            )
            yield (*path, place, "minimum"), message


def _rubric(rubric: dict[str, Any]) -> Iterator[Finding]:
    points, path = rubric["points"], ("policy", "rubric")
    for level, (below, point) in enumerate(pairwise(points), start=1):
        if point <= below:
            message = f"levels are out of order: {point} is not above the {below} of the one below"
            yield (*path, "points", level), message
    if rubric["limit"] > len(points) - 2:
        message = f"no two of {len(points)} levels differ by more, so no third rater is ever called"
        yield (*path, "limit"), message


def _keyed_by_value(
    given: dict[str, Any], path: Path, values: list[str], what: str
) -> Iterator[Finding]:
    for value in given:
        if value not in values:
            yield (*path, value), f"the bank has no value {value}{nearest(value, values)}"
    for value in dict.fromkeys(values):
        if value not in given:
            yield path, f"the value {value} has no {what}"


def _form(bank: dict[str, Any]) -> Iterator[Finding]:
    form, items = bank["form"], bank["items"]
    yield from _keyed_by_value(
        form["per-value"], ("form", "per-value"), bank["values"], "least number"
    )
    if form["length"] > len(items):
        yield ("form", "length"), f"there are only {len(items)} items to draw {form['length']} from"
    for part, word in (("per-value", "value"), ("per-format", "format")):
        there = Counter(item[word] for item in items)
        for name, number in form[part].items():
            if number > there[name] and (word == "format" or name in bank["values"]):
                yield ("form", part, name), f"asks for {number} and there are only {there[name]}"
    least, exact = sum(form["per-value"].values()), sum(form["per-format"].values())
    if least > form["length"]:
        yield ("form", "per-value"), f"adds up to {least}, more than the length {form['length']}"
    others = {item["format"] for item in items} - set(form["per-format"])
    if exact > form["length"] or (exact < form["length"] and not others):
        yield ("form", "per-format"), f"adds up to {exact}, and the length is {form['length']}"


def _crosswalks(bank: dict[str, Any]) -> Iterator[Finding]:
    walks = bank.get("crosswalks") or []
    yield from _repeated(walks, ("crosswalks",), "crosswalk")
    for place, walk in enumerate(walks):
        for value in walk["words"]:
            if value not in bank["values"]:
                near = nearest(value, bank["values"])
                yield ("crosswalks", place, "words", value), f"the bank has no value {value}{near}"
