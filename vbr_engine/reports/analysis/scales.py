"""Section on scales: reliability, spread, errors along the score, decisions at the cuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vbr_engine.analysis.result import Analysis
from vbr_engine.analysis.tables import COMPOSITE
from vbr_engine.bank.model import Bank
from vbr_engine.charts import Bar, Curve, PlotRow
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import (
    Block,
    Column,
    Interval,
    Picture,
    Section,
    Table,
    interval,
    records,
)

__all__ = ["scale_section", "written_interval"]


def scale_section(analysis: Analysis, names: Names) -> Section:
    """Say how much the scores can be relied on."""
    blocks = [
        _reliability(analysis, names),
        _other_coefficients(analysis, names),
        _spread(analysis, names),
        _bands(analysis, names),
        _errors(analysis, names),
        _decisions(analysis, names),
    ]
    kept = tuple(block for block in blocks if block)
    return Section("scales", "Scales: how reliable are the scores?", kept or (NOTHING,))


NOTHING = Block(sentences=("Not computed. The notes say why.",))


def written_interval(held: Interval | None) -> str:
    """Write a figure with its interval.

    Examples
    --------
    >>> written_interval(Interval(0.7, 0.6, 0.8)), written_interval(None)
    ('0.70 (0.60 to 0.80)', 'not computed')
    """
    if held is None:
        return "not computed"
    value = _two(held.value)
    if held.low is None or held.high is None:
        return value
    return f"{value} ({_two(held.low)} to {_two(held.high)})"


def _two(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _reliability(analysis: Analysis, names: Names) -> Block | None:
    rows = list(records(analysis.values))
    if not rows:
        return None
    held = [(names.scale(row["scale"]), interval(row, "alpha")) for row in rows]
    plotted = tuple(
        PlotRow(
            name,
            alpha.value if alpha else None,
            alpha.low if alpha else None,
            alpha.high if alpha else None,
            written_interval(alpha),
            strong=n == 0,
        )
        for n, (name, alpha) in enumerate(held)
    )
    told = "; ".join(f"{name}: {written_interval(alpha)}" for name, alpha in held)
    table = Table(
        "Scales with their reliability and standard error of measurement",
        (
            Column("Scale"),
            Column("Items", "count"),
            Column("Sittings", "count"),
            Column("Mean", "r"),
            Column("SD", "r"),
            Column("Alpha (95% interval)", "r"),
            Column("Omega", "r"),
            Column("SEM", "fine"),
        ),
        tuple(
            (
                names.scale(row["scale"]),
                row["items"],
                row["n"],
                row["mean"],
                row["sd"],
                interval(row, "alpha"),
                row["omega"],
                row["sem"],
            )
            for row in rows
        ),
    )
    return Block(
        "Reliability",
        (
            "Alpha is the share of the variance of a score that its items have in common; the "
            "interval is Feldt's. SEM, the standard error of measurement, is on the scale of the "
            "mean item score.",
        ),
        Picture(
            "forest",
            "chart-reliability",
            "Alpha of each scale with its 95% interval",
            told,
            {"rows": plotted, "x_label": "Alpha", "include": (0.0, 1.0), "limits": (-0.5, 1.0)},
        ),
        table,
    )


_COEFFICIENTS = (
    ("stratified_alpha", "Stratified alpha"),
    ("omega_total", "Omega total"),
    ("omega_hierarchical", "Omega hierarchical"),
    ("split_half_mean", "Split-half, mean"),
    ("split_half_largest", "Split-half, best"),
)


def _other_coefficients(analysis: Analysis, names: Names) -> Block | None:
    rows = list(records(analysis.values))
    kept = [(name, words) for name, words in _COEFFICIENTS if any(_there(r[name]) for r in rows)]
    columns = [Column("Scale"), *(Column(words, "r") for _, words in kept)]
    twice = any(_there(row["retest"]) for row in rows)
    columns += [Column("Retest r (95% interval)", "r"), Column("Sat twice", "count")] * twice
    if len(columns) == 1:
        return None
    cells = tuple(
        (
            names.scale(row["scale"]),
            *(_cell(row, name) for name, _ in kept),
            *((interval(row, "retest"), row["retest_n"]) if twice else ()),
        )
        for row in rows
    )
    table = Table("Other coefficients of reliability", tuple(columns), cells)
    return Block(table=table, folded=True)


def _cell(row: dict[str, Any], name: str) -> float | str | None:
    """A figure; nothing where there is none because only the composite has strata."""
    if name == "stratified_alpha" and row["scale"] != COMPOSITE:
        return ""
    held: float | None = row[name]
    return held


def _there(held: float | None) -> bool:
    return held is not None


def _spread(analysis: Analysis, names: Names) -> Block | None:
    frame = analysis.distribution
    rows = list(records(frame[frame["scale"] == COMPOSITE]))
    if not rows:
        return None
    bars = tuple(Bar(row["low"], row["high"], row["n"]) for row in rows)
    top = max(bars, key=lambda bar: bar.n)
    cuts = tuple((cut, f"{name} from {_two(cut)}") for cut, name in _cuts(names.bank, names))
    label = "Composite (0: guessing, 1: the key)" if names.bank else "Mean item score"
    return Block(
        "How the scores are spread",
        (),
        Picture(
            "distribution",
            "chart-distribution",
            "Distribution of the composite" + (" with the cuts of its bands" if cuts else ""),
            f"{sum(bar.n for bar in bars):,} people; the fullest bar has {top.n:,}, from "
            f"{_two(top.low)} to {_two(top.high)}.",
            {"bars": bars, "x_label": label, "cuts": cuts},
        ),
        Table(
            "People by score",
            (Column("From"), Column("To", "r"), Column("People", "count")),
            tuple((_two(bar.low), bar.high, bar.n) for bar in bars),
        ),
        folded=True,
    )


def _cuts(bank: Bank | None, names: Names) -> list[tuple[float, str]]:
    bands = bank.policy.bands if bank else ()
    return [(band.minimum, names.band(band.id)) for band in bands if band.minimum != float("-inf")]


def _bands(analysis: Analysis, names: Names) -> Block | None:
    frame = analysis.bands
    if not len(frame):
        return None
    bands = sorted(dict.fromkeys(frame["band"]), key=_place(names.bank))
    shares = {(row["scale"], row["band"]): row["share"] for row in records(frame)}
    table = Table(
        "Share of sittings told each band",
        (Column("Scale"), *(Column(names.band(band), "share") for band in bands)),
        tuple(
            (names.scale(scale), *(shares.get((scale, band), 0.0) for band in bands))
            for scale in dict.fromkeys(frame["scale"])
        ),
    )
    sentence = (
        "A person is told every band that the interval of the score touches. Many people with "
        "more than one band means that the scale is too short to tell them apart."
    )
    return Block("Bands", (sentence,), table=table)


def _place(bank: Bank | None) -> Callable[[str], tuple[float, int]]:
    """Order bands from low to high, joined ones between theirs, `not measured` last."""
    order = {band.id: n for n, band in enumerate(bank.policy.bands)} if bank else {}

    def place(band: str) -> tuple[float, int]:
        held = [order.get(part, len(order)) for part in band.split("/")]
        return sum(held) / len(held), len(held)

    return place


def _errors(analysis: Analysis, names: Names) -> Block | None:
    frame = analysis.conditional_errors
    rows = list(records(frame[frame["scale"] == COMPOSITE]))
    if len(rows) < 2:
        return None
    absolute = Curve("Absolute error", _points(rows, "sem"))
    relative = Curve("Relative error", _points(rows, "relative"))
    curves = tuple(curve for curve in (absolute, relative) if curve.drawn)
    if not curves:
        return None
    low, high = min(y for _, y in absolute.drawn), max(y for _, y in absolute.drawn)
    label = "Composite" if names.bank else "Mean item score"
    return Block(
        "Error along the score",
        (
            "The absolute error is what the items as a sample leave open about one person; the "
            "relative error leaves out that some items are harder for everybody.",
        ),
        Picture(
            "errors",
            "chart-errors",
            "Standard error of the composite along the score",
            f"The absolute error lies between {_two(low)} and {_two(high)}.",
            {"curves": curves, "x_label": label, "cuts": tuple(_cuts(names.bank, names))},
        ),
        Table(
            "Standard error of the composite along the score",
            (
                Column("Score"),
                Column("Absolute error", "fine"),
                Column("Relative error", "fine"),
                Column("People", "count"),
            ),
            tuple(
                (
                    _two(row["score"]),
                    row["sem"],
                    row["relative"],
                    row["n"],
                )
                for row in rows
                if row["score"] is not None
            ),
        ),
        folded=True,
    )


def _points(rows: Sequence[dict[str, Any]], name: str) -> tuple[tuple[float, float | None], ...]:
    return tuple((row["score"], row[name]) for row in rows if row["score"] is not None)


def _decisions(analysis: Analysis, names: Names) -> Block | None:
    if not len(analysis.decisions):
        return None
    cuts = dict(_cuts(names.bank, names))
    table = Table(
        "Decisions at the cuts, by the method of Livingston and Lewis",
        (
            Column("Scale and cut"),
            Column("Right side", "share"),
            Column("Same side twice", "share"),
            Column("Kappa", "r"),
            Column("Wrongly above", "share"),
            Column("Wrongly below", "share"),
        ),
        tuple(
            (
                f"{names.scale(row['scale'])}: {cuts.get(row['cut'], 'from')} {_two(row['cut'])}",
                row["accuracy"],
                row["consistency"],
                row["kappa"],
                row["wrongly_above"],
                row["wrongly_below"],
            )
            for row in records(analysis.decisions)
        ),
    )
    sentence = (
        "If a score alone were read against a cut, this is how often it would fall on the side "
        "where the person's true score lies, and on the same side in a second sitting."
    )
    return Block("Decisions at the cuts", (sentence,), table=table)
