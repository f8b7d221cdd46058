"""The manual's sections on how answers are scored, and against which key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbr_engine.bank.model import Bank, Catalogue, Item, KeyKind, ResponseFormat
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure
from vbr_engine.reports.manual.identity import FORMAT_NAMES
from vbr_engine.reports.manual.studies import Studies
from vbr_engine.scoring.rules import expected_by_guessing, maximum

__all__ = ["key", "scoring"]

_RULES = {
    ("rate", "near-miss"): "Each rating earns full marks at the key (one less than the scale has "
    "points) and one less for every point away from it. Marks are summed over the options.",
    ("rate", "distance"): "Each rating earns the square of the scale's range, less the square of "
    "its distance from the key. Marks are summed over the options.",
    ("rate", "agreement"): "Each rating earns the share of the panel that gave the same rating. "
    "Marks are summed over the options.",
    ("rank", "near-miss"): "Each option earns one less than there are options, less the distance "
    "between its rank and the key's. Options that share a rank earn nothing.",
    ("most-least", "match"): "One mark for the best and one for the worst where they match the "
    "key; one is taken off for each that is reversed.",
    ("pick", "per-option"): "The same marks for every option picked that the key holds to be "
    "right; picking more than asked for earns nothing for the item.",
}

_KEYS = {
    KeyKind.AUTHORS: "The key is the authors' own proposal, from the sources named under Identity. "
    "It has not been agreed by anybody else: it is a draft.",
    KeyKind.PANEL: "The key is what a panel of experts held.",
    KeyKind.CONSENSUS: "The key is what most candidates answered. Most people may be wrong.",
    KeyKind.EMPIRICAL: "The key was found from an outcome: answers that went with it earn more. It "
    "holds only as far as that outcome and that sample do.",
}


def scoring(bank: Bank, catalogue: Catalogue, studies: Studies) -> ManualSection:
    """Explain how candidates answer, and what answers earn."""
    policy = bank.policy
    weights = set(policy.weights.values())
    named = catalogue.values
    parts = [
        ManualPart(
            sentences=(
                f"The scoring policy is {policy.id}. It is part of the bank's version, and every "
                "score names it.",
            )
        ),
        *(_format(bank, catalogue, kind) for kind in ResponseFormat if _of(bank, kind)),
        *_correction(bank),
        ManualPart(
            "From items to values",
            (
                "A value's score is the mean of its items' scores. The composite is the "
                + (
                    "mean of the values, all with the same weight."
                    if len(weights) == 1
                    else "weighted mean of the values: "
                    + ", ".join(
                        f"{named[value].name} {weight:g}"
                        for value, weight in policy.weights.items()
                    )
                    + "."
                ),
                "Ratings are "
                + ("" if policy.standardise_within_person else "not ")
                + "standardised within the person before they are compared with the key (McDaniel "
                "and others, 2011).",
                "An item with a missing part is not scored. A value with fewer than "
                f"{policy.minimum_share:.0%} of its items in the form is reported as not measured, "
                "which is not the same as low.",
                "The standard error is the person's own: it comes from how far this person's item "
                "scores spread within values (absolute error, Brennan 1998), never less than "
                f"{policy.item_sd_floor:g} an item. The report shows {policy.interval:.0%} "
                "intervals.",
            ),
        ),
        _bands(bank, catalogue, studies),
    ]
    return ManualSection("scoring", "Response formats and scoring", tuple(parts))


def _of(bank: Bank, kind: ResponseFormat) -> list[Item]:
    return [item for item in bank.items if item.format is kind]


def _rule(bank: Bank, kind: ResponseFormat) -> str:
    policy = bank.policy
    return {
        ResponseFormat.RATE: policy.rate,
        ResponseFormat.RANK: policy.rank,
        ResponseFormat.MOST_LEAST: policy.most_least,
        ResponseFormat.PICK: policy.pick,
    }[kind]


def _format(bank: Bank, catalogue: Catalogue, kind: ResponseFormat) -> ManualPart:
    items, rule = _of(bank, kind), _rule(bank, kind)
    told = f"What candidates read: “{catalogue.instructions[kind]}”"
    scales = sorted({item.scale for item in items if item.scale})
    labels = tuple(f"Scale of {scale}: {', '.join(catalogue.scales[scale])}." for scale in scales)
    return ManualPart(
        f"{FORMAT_NAMES[kind].capitalize()} ({kind}, {len(items)} items)",
        (told, *labels, f"Rule ‘{rule}’: {_RULES.get((kind, rule), 'see the engine.')}"),
    )


def _correction(bank: Bank) -> Iterator[ManualPart]:
    if not bank.policy.chance_correction:
        yield ManualPart("No correction for guessing", ("Marks are used as they are.",))
        return
    rows, example = [], ""
    for kind in ResponseFormat:
        items = _of(bank, kind)
        if not items:
            continue
        most = [maximum(item, bank.policy) for item in items]
        guess = [expected_by_guessing(item, bank.policy) for item in items]
        mean_most, mean_guess = sum(most) / len(most), sum(guess) / len(guess)
        rows.append((str(kind), str(len(items)), figure(mean_guess, 1), figure(mean_most, 1)))
        half = mean_guess + (mean_most - mean_guess) / 2
        example = example or (
            f"For example, where guessing earns {mean_guess:.1f} and the most is {mean_most:.1f}, "
            f"an answer that earns {half:.1f} scores ({half:.1f} − {mean_guess:.1f}) / "
            f"({mean_most:.1f} − {mean_guess:.1f}) = 0.50."
        )
    yield ManualPart(
        "Correction for guessing",
        (
            "Formats pay differently and are guessed with different luck, so marks are put on one "
            "footing before they are mixed: score = (marks − marks expected by guessing) / (most "
            "marks − marks expected by guessing). 0 is what guessing earns on average, 1 is the "
            "key; below 0 is possible. Guessing means any valid answer with the same chance.",
            example,
        ),
        tables=(
            ManualTable(
                "Marks of an item, mean over the items of a format",
                ("Format", "Items", "By guessing", "At most"),
                tuple(rows),
            ),
        ),
    )


def _bands(bank: Bank, catalogue: Catalogue, studies: Studies) -> ManualPart:
    rows = tuple(
        (
            catalogue.bands[band.id].name,
            "no lower end" if band.minimum == float("-inf") else f"from {figure(band.minimum)}",
            catalogue.bands[band.id].meaning,
        )
        for band in reversed(bank.policy.bands)
    )
    return ManualPart(
        "Bands",
        (
            "A candidate whose interval reaches over two bands is told to the recruiter as both. "
            "Nobody is ranked within a band.",
        ),
        tables=(ManualTable("Bands, from the highest", ("Band", "Score", "Meaning"), rows),),
        gap="whether the bands' limits are the right ones: they are a proposal",
        study="A standard-setting meeting of the panel, then a check against interviews and "
        f"outcomes. {studies.validity}",
    )


def key(bank: Bank, catalogue: Catalogue, studies: Studies, *, with_key: bool) -> ManualSection:
    """Say where the key comes from; print it only when asked to."""
    parts = [ManualPart(sentences=(_KEYS[bank.policy.key],))]
    if bank.policy.key is KeyKind.AUTHORS:
        parts.append(
            ManualPart(
                "Agreement of experts with the key",
                gap="whether experts agree with it",
                study=studies.panel,
            )
        )
    if with_key:
        parts += [_item_key(item, catalogue) for item in bank.items]
    else:
        parts.append(
            ManualPart(
                sentences=(
                    "The key itself is left out of this copy, so that it can be shown to "
                    "candidates and their advisers. A copy for researchers: --with-key.",
                )
            )
        )
    return ManualSection("key", "The key and where it comes from", tuple(parts))


def _item_key(item: Item, catalogue: Catalogue) -> ManualPart:
    text = catalogue.items[item.id]
    rows = tuple(
        (option, text.options[option], _keyed(item, number))
        for option, number in zip(item.options, item.key, strict=True)
    )
    table = ManualTable(f"Key of {text.title}", ("Option", "Action", "Key"), rows)
    return ManualPart(f"{text.title} ({item.id})", (text.rationale,), tables=(table,))


def _keyed(item: Item, number: Any) -> str:
    if item.format is ResponseFormat.MOST_LEAST:
        return {1: "best", -1: "worst"}.get(int(number), "neither")
    if item.format is ResponseFormat.PICK:
        return "right" if number == 1 else "not"
    return f"{number:g}"
