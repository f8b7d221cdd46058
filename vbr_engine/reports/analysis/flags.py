"""Signs on items that deserve a look, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vbr_engine.analysis.result import Analysis
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import ItemFlag, records
from vbr_engine.reports.words import listed, quoted

__all__ = ["FLAGS", "item_flags"]

FEWEST, FEW, RARE, GAPS, FAR = 30, 100, 0.01, 0.1, 0.9
WEAK, RISE = 0.15, 0.005

# id -> title, what it may mean, whether it is serious. Braces are filled in for each item.
FLAGS: Mapping[str, tuple[str, str, bool]] = {
    "constant": (
        "All answers earn the same",
        "The item tells nobody apart, so most figures of it cannot be worked out.",
        True,
    ),
    "negative": (
        "Goes against the other items",
        "People who do well on the other items do worse on this one. Look at its key or direction "
        "first, then at what its words can be taken to mean.",
        True,
    ),
    "weak": (
        "Hardly goes with the other items",
        "The item-rest correlation is under 0.15: it adds little but noise, or measures something "
        "else that may be worth having.",
        False,
    ),
    "easy": (
        "Nearly everybody answers as keyed",
        "It tells few people apart. That can be right for an item that has to be got right.",
        False,
    ),
    "hard": (
        "Answered no better than by guessing",
        "Few people answer as keyed. Either the key is not what people in the field think best, "
        "or the scenario is not understood.",
        True,
    ),
    "gaps": (
        "Often left unanswered",
        "{missing} of the sittings have no answer: is it long, late in the form or unclear?",
        False,
    ),
    "few": (
        "Few answers",
        "{n} answers are too few to judge an item by; take its figures as a hint.",
        False,
    ),
    "alpha": (
        "Alpha would be higher without it",
        "It would rise to {alpha}. That alone is no reason to drop an item that covers something "
        "no other covers.",
        False,
    ),
    "option": (
        "The best people choose against the key",
        "Of the people highest on the other items, more give another answer than the keyed one to "
        "{options}. Ask a panel.",
        True,
    ),
    "unused": (
        "Nearly nobody chooses a part of it",
        "Fewer than 1 in 100 choose {options}: what nobody would choose does no work.",
        False,
    ),
    "ambiguous": (
        "The key is in doubt",
        "{why}",
        True,
    ),
    "slope": (
        "Runs down the trait",
        "In the item response model its slope is negative: the higher the trait, the lower the "
        "answer. Look at its key or direction.",
        True,
    ),
    "misfit": (
        "Does not follow the model",
        "S-X2 says that the answers depart from the item's curves by more than chance and by an "
        "amount that matters.",
        False,
    ),
    "dependent": (
        "Shares something with another item",
        "Beyond the trait it goes with {others}. Do they share a topic or a wording? Two such "
        "items count for less than two.",
        False,
    ),
    "differs": (
        "Works differently between groups",
        "At the same score the groups answer it differently ({columns}). See the part on groups.",
        True,
    ),
    "panel": (
        "The panel does not agree",
        "The experts speak for dropping {options}.",
        True,
    ),
}


def item_flags(analysis: Analysis, names: Names) -> dict[str, tuple[ItemFlag, ...]]:
    """Collect the signs on each item, serious ones first."""
    signs: dict[str, list[ItemFlag]] = {item: [] for item in analysis.items["item"]}
    for item, name, words in _signs(analysis, names):
        title, meaning, serious = FLAGS[name]
        flag = ItemFlag(name, title, meaning.format(**words), serious)
        signs.setdefault(item, []).append(flag)
    return {
        item: tuple(sorted(held, key=lambda flag: not flag.serious)) for item, held in signs.items()
    }


Sign = tuple[str, str, Mapping[str, str]]


def _signs(analysis: Analysis, names: Names) -> Iterator[Sign]:
    alphas = [row["alpha"] for row in records(analysis.values) if row["scale"] == "composite"]
    alpha = alphas[0] if alphas else None
    for row in records(analysis.items):
        yield from _classical(row, alpha)
    yield from _against_the_key(analysis, names)
    yield from _unused(analysis)
    yield from _from_the_model(analysis, names)
    yield from _from_groups_and_panel(analysis, names)


def _classical(row: Mapping[str, Any], alpha: float | None) -> Iterator[Sign]:
    item, r, facility = row["item"], row["item_rest_r"], row["facility"]
    if row["sd"] == 0:
        yield item, "constant", {}
        return
    if row["n"] < FEW:
        yield item, "few", {"n": str(row["n"])}
    if row["n"] < FEWEST:
        return
    if r is not None and r < 0:
        yield item, "negative", {}
    elif r is not None and r < WEAK:
        yield item, "weak", {}
    if facility is not None and row["format"] and facility < 0:
        yield item, "hard", {}
    if facility is not None and facility > FAR:
        yield item, "easy", {}
    if row["missing"] is not None and row["missing"] > GAPS:
        yield item, "gaps", {"missing": f"{row['missing']:.0%}"}
    without = row["alpha_if_deleted"]
    if alpha is not None and without is not None and without > alpha + RISE:
        yield item, "alpha", {"alpha": f"{without:.3f}".replace("-", "−")}


def _against_the_key(analysis: Analysis, names: Names) -> Iterator[Sign]:
    """Options of which the highest group gives one other answer more often than the keyed one."""
    if names.bank is None or not len(analysis.traces):
        return
    keyed = {
        (row["item"], row["option"], row["answer"])
        for row in records(analysis.options)
        if row["keyed"]
    }
    top = analysis.traces[analysis.traces["group"] == analysis.traces["group"].max()]
    found: dict[str, list[str]] = {}
    for (item, option), answers in top.groupby(["item", "option"], sort=False):
        shares = dict(zip(answers["answer"], answers["share"], strict=True))
        right = [shares[code] for code in shares if (item, option, code) in keyed]
        wrong = [shares[code] for code in shares if (item, option, code) not in keyed]
        if right and wrong and int(answers["n"].max()) >= 20 and max(wrong) > max(right):
            found.setdefault(str(item), []).append(f"option {option}")
    for item, options in found.items():
        yield item, "option", {"options": listed(options)}


def _unused(analysis: Analysis) -> Iterator[Sign]:
    """Options that are not picked, or are neither best nor worst; categories of a plain table."""
    formats = {r["item"]: r["format"] for r in records(analysis.items) if r["n"] >= FEW}
    idle = {"pick": "0", "most-least": "0"}
    found: dict[str, list[str]] = {}
    for row in records(analysis.options):
        share, kind = row["share"], formats.get(row["item"], "?")
        if share is None or kind not in ("", *idle):
            continue
        if row["answer"] == idle[kind] and share > 1 - RARE if kind else share < RARE:
            words = f"option {row['option']}" if row["option"] else quoted(row["answer"])
            found.setdefault(row["item"], []).append(words)
    for item, options in found.items():
        few = options[:4] + ([f"{len(options) - 4} more"] if len(options) > 4 else [])
        yield item, "unused", {"options": listed(few)}


def _from_the_model(analysis: Analysis, names: Names) -> Iterator[Sign]:
    for row in records(analysis.parameters):
        if row["parameter"] == "a" and row["estimate"] is not None and row["estimate"] < 0:
            yield row["item"], "slope", {}
    for row in records(analysis.item_fit):
        if row["flagged"]:
            yield row["item"], "misfit", {}
    others: dict[str, list[str]] = {}
    for row in records(analysis.dependence):
        others.setdefault(row["item"], []).append(quoted(names.item(row["other"])))
        others.setdefault(row["other"], []).append(quoted(names.item(row["item"])))
    for item, pairs in others.items():
        few = pairs[:3] + ([f"{len(pairs) - 3} more"] if len(pairs) > 3 else [])
        yield item, "dependent", {"others": listed(few)}


def _from_groups_and_panel(analysis: Analysis, names: Names) -> Iterator[Sign]:
    for row in records(analysis.ambiguity):
        if row["ambiguous"]:
            yield row["item"], "ambiguous", {"why": row["why"] or "The answers speak against it."}
    columns: dict[str, dict[str, None]] = {}
    for row in records(analysis.differential):
        if row["flagged"]:
            columns.setdefault(row["item"], {})[row["column"]] = None
    for item, held in columns.items():
        yield item, "differs", {"columns": listed(list(held))}
    dropped: dict[str, list[str]] = {}
    for row in records(analysis.panel):
        if row["drop"]:
            dropped.setdefault(row["item"], []).append(f"option {row['option']}")
    for item, options in dropped.items():
        yield item, "panel", {"options": listed(options)}
