"""Sections on dimensions and on the item response model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbr_engine.analysis.result import Analysis
from vbr_engine.charts import Curve
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import (
    Block,
    Cell,
    Column,
    Interval,
    Picture,
    Section,
    Table,
    figure,
    records,
)
from vbr_engine.reports.analysis.scales import NOTHING

__all__ = ["dimension_section", "model_section"]

MOST = 20


def dimension_section(analysis: Analysis, names: Names) -> Section:
    """Say how many things the items measure."""
    blocks = [_scree(analysis), _loadings(analysis, names), _residuals(analysis, names)]
    kept = tuple(block for block in blocks if block)
    return Section("dimensions", "Dimensions: one thing or several?", kept or (NOTHING,))


def _scree(analysis: Analysis) -> Block | None:
    rows = list(records(analysis.dimensionality))
    if not rows:
        return None
    shown = rows[:MOST]
    found = Curve("These answers", tuple((row["component"], row["eigenvalue"]) for row in shown))
    chance = Curve(
        "Chance, 95th percentile", tuple((row["component"], row["parallel_95"]) for row in shown)
    )
    kept = sum(row["retained"] for row in rows)
    picture = Picture(
        "scree",
        "chart-scree",
        "Eigenvalues of the correlations, and what chance would give",
        f"{kept} of {len(rows)} components stand out from shuffled answers.",
        {"found": found, "chance": chance},
    )
    table = Table(
        "Eigenvalues",
        (
            Column("Component"),
            Column("Eigenvalue", "r"),
            Column("Chance, mean", "r"),
            Column("Chance, 95th percentile", "r"),
            Column("Stands out"),
        ),
        tuple(
            (
                str(row["component"]),
                row["eigenvalue"],
                row["random_mean"],
                row["parallel_95"],
                "yes" if row["retained"] else "no",
            )
            for row in shown
        ),
    )
    return Block("How many components", _told_factor(analysis.factor, kept), picture, table, True)


def _told_factor(factor: Mapping[str, Any], kept: int) -> tuple[str, ...]:
    sentences = [
        "Parallel analysis holds the eigenvalues against those of answers that are shuffled, which "
        f"share nothing: {kept} {'stands' if kept == 1 else 'stand'} out."
    ]
    explained, rmsr = figure(factor.get("explained")), figure(factor.get("rmsr"))
    if explained is not None:
        sentences.append(f"One factor explains {explained:.0%} of the variance of the items.")
    if rmsr is not None:
        sentences.append(
            f"What it leaves of the correlations is {rmsr:.3f} in root mean square (RMSR; under "
            "0.05 is little)."
        )
    return tuple(sentences)


def _loadings(analysis: Analysis, names: Names) -> Block | None:
    rows = sorted(records(analysis.loadings), key=lambda row: row["loading"] or 0.0)
    if not rows:
        return None
    table = Table(
        "Loadings on one factor, the lowest first",
        (Column("Item"), Column("Loading", "r"), Column("Communality", "r")),
        tuple((names.item(row["item"]), row["loading"], row["communality"]) for row in rows),
    )
    return Block("One factor", table=table, folded=len(rows) > MOST)


def _residuals(analysis: Analysis, names: Names) -> Block | None:
    rows = list(records(analysis.residuals))
    if not rows:
        return None
    table = Table(
        "Pairs of items that one factor explains least",
        (Column("Item"), Column("Other item"), Column("Residual correlation", "r")),
        tuple((names.item(r["item"]), names.item(r["other"]), r["residual"]) for r in rows),
    )
    return Block(table=table)


def model_section(analysis: Analysis, names: Names) -> Section:
    """Say what the item response model finds, and how well it fits."""
    blocks = [
        _calibration(analysis),
        _information(analysis),
        _parameters(analysis, names),
        _categories(analysis, names),
        _fit(analysis, names),
        _dependence(analysis, names),
    ]
    kept = tuple(block for block in blocks if block)
    return Section("model", "Item response model", kept or (NOTHING,))


_FIGURES = (
    ("model", "Model"),
    ("sittings", "Sittings"),
    ("n_parameters", "Parameters"),
    ("log_likelihood", "Log-likelihood"),
    ("aic", "AIC"),
    ("bic", "BIC"),
    ("iterations", "Steps of the search"),
    ("converged", "Search reached its end"),
    ("reliability", "Reliability of the trait scores (EAP)"),
)


def _calibration(analysis: Analysis) -> Block | None:
    held = analysis.calibration
    if not held:
        return None
    rows = tuple(
        (words, _written(held[name]))
        for name, words in _FIGURES
        if name in held and held[name] is not None and held[name] == held[name]
    )
    sentences = () if held.get("converged", True) else (
        "The search for the parameters did not reach its end: do not use them.",
    )  # fmt: skip
    table = Table("The model as fitted", (Column("What"), Column("Figure")), rows)
    return Block("The model", sentences, table=table)


def _written(held: Any) -> str:
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, int):
        return f"{held:,}"
    if isinstance(held, float):
        return f"{held:,.2f}".replace("-", "−")
    return str(held)


def _information(analysis: Analysis) -> Block | None:
    frame = analysis.information
    rows = list(records(frame[frame["item"] == "test"]))
    if len(rows) < 2:
        return None
    top = max(rows, key=lambda row: row["information"] or 0.0)
    step = max(1, len(rows) // 16)
    shown = rows[::step]
    picture = Picture(
        "information",
        "chart-information",
        "Information of all items along the trait, with the standard error",
        f"Highest, {top['information']:.1f}, at theta {_theta(top['theta'])}.",
        {
            "information": _curve("Information (left axis)", rows, "information"),
            "errors": _curve("Standard error (right axis)", rows, "se"),
        },
    )
    table = Table(
        "Information, standard error and expected score along the trait",
        (
            Column("Theta"),
            Column("Information", "r"),
            Column("Standard error", "r"),
            Column("Expected score", "share"),
        ),
        tuple((_theta(r["theta"]), r["information"], r["se"], r["expected"]) for r in shown),
    )
    sentence = (
        "Information says where along the trait the items tell people apart; the standard error is "
        "one over its square root. The trait has mean 0 and standard deviation 1 here."
    )
    return Block("Where the items measure", (sentence,), picture, table, folded=True)


def _curve(label: str, rows: list[dict[str, Any]], name: str) -> Curve:
    return Curve(label, tuple((row["theta"], row[name]) for row in rows))


def _theta(value: float) -> str:
    return f"{value + 0.0:.1f}".replace("-0.0", "0.0").replace("-", "−")


def _parameters(analysis: Analysis, names: Names) -> Block | None:
    held: dict[str, dict[str, Interval | None]] = {}
    for row in records(analysis.parameters):
        held.setdefault(row["item"], {})[row["parameter"]] = _with_error(row)
    if not held:
        return None
    kinds = list(dict.fromkeys(name for found in held.values() for name in found))
    kinds.sort(key=lambda name: (name != "a", len(name), name))
    peaks = _peaks(analysis)
    table = Table(
        "Parameters (95% interval): slope a, intercepts d; and where the item informs most",
        (
            Column("Item"),
            *(Column(name.replace("_", " "), "r") for name in kinds),
            Column("Most information", "r"),
            Column("At theta", "r"),
        ),
        tuple(
            (
                names.item(item),
                *(found.get(name, "") for name in kinds),
                *peaks.get(item, (None, None)),
            )
            for item, found in held.items()
        ),
    )
    sentence = (
        "Graded response model (Samejima 1969): the chance to reach category k or more is "
        "logistic(a θ + d k). A steeper slope tells people apart better; a negative one runs the "
        "wrong way."
    )
    return Block("Parameters of the items", (sentence,), table=table, folded=len(held) > MOST)


def _categories(analysis: Analysis, names: Names) -> Block | None:
    held: dict[str, list[str]] = {}
    for row in records(analysis.categories):
        held.setdefault(row["item"], []).append(f"{_short(row['lowest'])} ({row['n']:,})")
    if not held:
        return None
    most = max(len(found) for found in held.values())
    what = "From which score each category of the model begins" if names.bank else "Categories"
    table = Table(
        f"{what}, with the number of sittings",
        (Column("Item"), *(Column(f"Category {k}") for k in range(most))),
        tuple(
            (names.item(item), *found, *[""] * (most - len(found))) for item, found in held.items()
        ),
    )
    return Block(table=table, folded=True)


def _short(label: str) -> str:
    """Shorten a label that is a number with many digits; leave any other."""
    try:
        return f"{float(label):.4g}"
    except ValueError:
        return label


def _with_error(row: Mapping[str, Any]) -> Interval | None:
    estimate, se = row["estimate"], row["se"]
    if estimate is None:
        return None
    if se is None:
        return Interval(estimate)
    return Interval(estimate, estimate - 1.96 * se, estimate + 1.96 * se)


def _peaks(analysis: Analysis) -> dict[str, tuple[Cell, Cell]]:
    best: dict[str, tuple[float, float]] = {}
    for row in records(analysis.information):
        height = row["information"]
        if height is not None and height > best.get(row["item"], (-1.0, 0.0))[0]:
            best[row["item"]] = (height, row["theta"])
    return dict(best)


def _fit(analysis: Analysis, names: Names) -> Block | None:
    rows = sorted(
        records(analysis.item_fit),
        key=lambda row: (not row["flagged"], row["p"] if row["p"] is not None else 2.0),
    )
    if not rows:
        return None
    flagged = sum(row["flagged"] for row in rows)
    table = Table(
        "Fit of each item, the worst first",
        (
            Column("Item"),
            Column("S-X2", "figure"),
            Column("df", "count"),
            Column("p", "p"),
            Column("Adjusted p", "p"),
            Column("RMSEA", "r"),
            Column("Infit", "r"),
            Column("Outfit", "r"),
            Column("Sign"),
        ),
        tuple(
            (
                names.item(row["item"]),
                row["s_x2"],
                row["df"],
                row["p"],
                row["p_adjusted"],
                row["rmsea"],
                row["infit"],
                row["outfit"],
                "does not follow the model" if row["flagged"] else "",
            )
            for row in rows
        ),
    )
    sentence = (
        f"{flagged or 'None'} of {len(rows)} items {'departs' if flagged == 1 else 'depart'} from "
        "the model by more than chance (adjusted p under 0.05) and by an amount that matters "
        "(RMSEA from 0.05)."
    )
    return Block("How well the items fit", (sentence,), table=table, folded=len(rows) > MOST)


def _dependence(analysis: Analysis, names: Names) -> Block | None:
    if not len(analysis.item_fit) and not len(analysis.dependence):
        return None
    rows = sorted(records(analysis.dependence), key=lambda row: -(row["excess"] or 0.0))
    if not rows:
        return Block("Local dependence", ("No pair of items shares much beyond the trait (Q3).",))
    table = Table(
        "Pairs that share more than the trait",
        (Column("Item"), Column("Other item"), Column("Q3", "r"), Column("Above the mean", "r")),
        tuple((names.item(r["item"]), names.item(r["other"]), r["q3"], r["excess"]) for r in rows),
    )
    sentence = (
        "Q3 is the correlation of what the model leaves of two items' scores. Pairs 0.2 above the "
        "mean of all are listed; read what they have in common."
    )
    return Block("Local dependence", (sentence,), table=table)
