"""The few sentences that a reader with no time should take away."""

from __future__ import annotations

from collections.abc import Iterator

from vbr_engine.analysis.result import Analysis
from vbr_engine.reports.analysis.flags import FEW
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import Finding, Section, figure, interval, records
from vbr_engine.reports.analysis.scales import written_interval
from vbr_engine.reports.words import listed, number_word, quoted

__all__ = ["most_important"]

MOST = 5
SUFFICIENT, LOW = 0.8, 0.6
Ranked = tuple[int, Finding]


def most_important(analysis: Analysis, names: Names, items: Section) -> tuple[Finding, ...]:
    """Choose the findings that matter most, the gravest first."""
    if (analysis.about.get("sittings") or 0) < FEW:
        return tuple(finding for _, finding in (*_size(analysis), *_reliability(analysis, names)))
    found = [
        *_calibration(analysis),
        *_reliability(analysis, names),
        *_items(items),
        *_groups(analysis, names),
        *_weak_scales(analysis, names),
        *_decisions(analysis, names),
        *_dimensions(analysis),
        *_dependence(analysis),
        *_keys(analysis),
        *_people(analysis),
    ]
    found.sort(key=lambda ranked: ranked[0])
    return tuple(finding for _, finding in found[:MOST])


def _size(analysis: Analysis) -> Iterator[Ranked]:
    n = analysis.about.get("sittings") or 0
    sentence = (
        f"There {'is' if n == 1 else 'are'} only {n:,} sitting{'' if n == 1 else 's'}. Nothing "
        "below is firm, and much could not be worked out; some hundreds are needed to judge items."
    )
    yield 0, Finding(sentence, "notes")


def _calibration(analysis: Analysis) -> Iterator[Ranked]:
    if not analysis.converged:
        sentence = "The item response model did not reach its end: do not use its parameters."
        yield 1, Finding(sentence, "model")


def _reliability(analysis: Analysis, names: Names) -> Iterator[Ranked]:
    row = next((row for row in records(analysis.values) if row["scale"] == "composite"), None)
    alpha = interval(row, "alpha") if row else None
    if row is None or alpha is None:
        return
    if (analysis.about.get("sittings") or 0) < FEW:
        yield 2, Finding(f"{names.scale('composite')}: alpha {written_interval(alpha)}.", "scales")
        return
    low = alpha.low if alpha.low is not None else alpha.value
    grade = "high enough to help a decision about one person, beside other evidence"
    if low < SUFFICIENT:
        grade = "fair for comparing groups, thin for a decision about one person"
    if low < LOW:
        grade = "too low to say much about one person"
    sem = figure(row["sem"])
    error = f" One score is known to about ±{1.96 * sem:.2f} (95%)." if sem is not None else ""
    sentence = (
        f"{names.scale('composite')}: alpha {written_interval(alpha)}, which is {grade}.{error}"
    )
    yield 2, Finding(sentence, "scales")


def _weak_scales(analysis: Analysis, names: Names) -> Iterator[Ranked]:
    rows = [
        row
        for row in records(analysis.values)
        if row["scale"] != "composite" and row["alpha"] is not None
    ]
    weak = sorted((row for row in rows if row["alpha"] < LOW), key=lambda row: row["alpha"])
    if weak:
        worst = listed([f"{names.scale(row['scale'])} ({row['alpha']:.2f})" for row in weak[:3]])
        sentence = (
            f"{_of(len(weak), len(rows), 'value score')} {_has(len(weak))} an alpha under {LOW}, "
            f"lowest {worst.replace('-', '−')}: do not read much into differences between values."
        )
        yield 3, Finding(sentence, "scales")


def _items(items: Section) -> Iterator[Ranked]:
    cards = items.cards
    serious = [card for card in cards if any(flag.serious for flag in card.flags)]
    if serious:
        worst = listed([quoted(card.title) for card in serious[:3]])
        sentence = (
            f"{_of(len(serious), len(cards), 'item')} {_has(len(serious))} a serious sign; look "
            f"first at {worst}."
        )
        yield 3, Finding(sentence, "items")
    elif cards:
        yield 6, Finding(f"None of the {len(cards)} items has a serious sign.", "items")


def _groups(analysis: Analysis, names: Names) -> Iterator[Ranked]:
    frame = analysis.differential
    if not len(frame):
        sentence = "Nothing is known about fairness between groups: none could be compared."
        yield 7, Finding(sentence, "groups")
        return
    flagged = list(dict.fromkeys(frame.loc[frame["flagged"], "item"]))
    count = frame["item"].nunique()
    if flagged:
        told = listed([quoted(names.item(item)) for item in flagged[:3]])
        sentence = (
            f"{_of(len(flagged), count, 'item')} {'works' if len(flagged) == 1 else 'work'} "
            f"differently between groups at the same score: {told}"
            + (f" and {len(flagged) - 3} more." if len(flagged) > 3 else ".")
        )
        yield 3, Finding(sentence, "groups")
    else:
        yield 6, Finding(f"None of {count} items works differently between groups.", "groups")


def _decisions(analysis: Analysis, names: Names) -> Iterator[Ranked]:
    frame = analysis.decisions
    rows = list(records(frame[frame["scale"] == "composite"]))
    rows = [row for row in rows if row["accuracy"] is not None]
    if rows:
        worst = min(rows, key=lambda row: row["accuracy"])
        cut = f"{worst['cut']:.2f}".replace("-", "−")
        sentence = (
            f"Read against the cut at {cut}, {worst['accuracy']:.0%} of people fall on the side "
            "where their true score lies"
        )
        again = worst["consistency"]
        sentence += f", and {again:.0%} on the same side twice." if again is not None else "."
        yield 4, Finding(sentence, "scales")


def _dimensions(analysis: Analysis) -> Iterator[Ranked]:
    kept = sum(row["retained"] for row in records(analysis.dimensionality))
    if not len(analysis.dimensionality):
        return
    explained = figure(analysis.factor.get("explained"))
    share = f"; one factor explains {explained:.0%} of the variance" if explained else ""
    if kept == 1:
        yield 6, Finding(f"The items measure one thing in the main{share}.", "dimensions")
    elif kept == 0:
        sentence = "No component stands out from chance: the items share next to nothing."
        yield 3, Finding(sentence, "dimensions")
    else:
        sentence = (
            f"The items measure more than one thing: {number_word(kept)} components stand out "
            f"from chance{share}."
        )
        yield 4, Finding(sentence, "dimensions")


def _dependence(analysis: Analysis) -> Iterator[Ranked]:
    pairs, misfits = len(analysis.dependence), int(analysis.item_fit["flagged"].sum())
    told = []
    if misfits:
        whole = _of(misfits, len(analysis.item_fit), "item")
        told.append(f"{whole} {_does(misfits)} not follow the item response model")
    if pairs:
        shares = "pair of items shares" if pairs == 1 else "pairs of items share"
        told.append(f"{number_word(pairs)} {shares} more than the trait")
    if told:
        sentence = ", and ".join(told) + "."
        yield 5, Finding(sentence[0].upper() + sentence[1:], "model")


def _keys(analysis: Analysis) -> Iterator[Ranked]:
    doubtful = int(analysis.ambiguity["ambiguous"].sum())
    if doubtful:
        sentence = (
            f"{_of(doubtful, len(analysis.ambiguity), 'key')} "
            f"{'is' if doubtful == 1 else 'are'} in doubt: the people highest on the trait hold "
            "another option to be best."
        )
        yield 4, Finding(sentence, "keys")


def _people(analysis: Analysis) -> Iterator[Ranked]:
    rows = [row for row in records(analysis.persons) if row["share"] is not None]
    worst = max(rows, key=lambda row: row["share"], default=None)
    if worst is not None and worst["share"] >= 0.05:
        sentence = (
            f"{worst['share']:.0%} of the sittings show {worst['measure'].replace('-', ' ')}: "
            "find out how the answers came about."
        )
        yield 5, Finding(sentence, "people")


def _of(count: int, whole: int, thing: str) -> str:
    many = "" if whole == 1 else "s"
    return (
        f"All {whole} {thing}{many}" if 1 < count == whole else f"{count} of {whole} {thing}{many}"
    )


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _does(count: int) -> str:
    return "does" if count == 1 else "do"
