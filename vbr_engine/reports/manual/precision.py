"""The manual's sections on precision: reliability, errors, decisions, stability."""

from __future__ import annotations

from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure, interval
from vbr_engine.reports.manual.evidence import Evidence
from vbr_engine.reports.manual.pictures import error_picture, reliability_picture
from vbr_engine.reports.manual.studies import Studies

__all__ = ["precision"]


def names_of(bank: Bank, catalogue: Catalogue) -> dict[str, str]:
    """Names of scales: value id -> name, and the composite."""
    named = {value.id: catalogue.values[value.id].name for value in bank.values}
    return {"composite": "All items (composite)", **named}


def precision(
    evidence: Evidence, bank: Bank, catalogue: Catalogue, studies: Studies
) -> tuple[ManualSection, ...]:
    """Reliability, errors of measurement, decisions, and stability."""
    names = names_of(bank, catalogue)
    return (
        ManualSection(
            "reliability",
            "Reliability",
            evidence.parts(
                lambda held: _reliability(held, names, studies),
                "how reliable the scores are",
                studies.reliability,
            ),
        ),
        ManualSection(
            "errors",
            "Standard error of measurement",
            evidence.parts(
                lambda held: _errors(held, names, error_picture(held, bank, catalogue)),
                "the standard error of measurement, and how it changes along the score",
                studies.errors,
            ),
        ),
        ManualSection(
            "decisions",
            "Consistency of the bands",
            evidence.parts(
                lambda held: _decisions(held, names),
                "how often a candidate would be given the same band again",
                studies.errors,
            ),
        ),
        ManualSection(
            "retest",
            "Test-retest",
            evidence.parts(
                lambda held: _retest(held, names), "whether scores are stable", studies.retest
            ),
        ),
    )


def _reliability(held: Analysis, names: dict[str, str], studies: Studies) -> ManualPart | None:
    told = held.values[held.values["alpha"].notna()]
    if told.empty:
        return None
    rows = tuple(
        (
            names.get(str(row.scale), str(row.scale)),
            str(row.items),
            f"{row.n:,}",
            interval(row.alpha, row.alpha_low, row.alpha_high),
            figure(row.omega_total if row.omega_total == row.omega_total else row.omega),
            figure(row.split_half_mean),
        )
        for row in told.itertuples(index=False)
    )
    whole = told.iloc[0]
    n = int(whole["n"])
    few = (
        f"{n:,} sittings are fewer than the {studies.reliability_sittings} that an interval no "
        "wider than 0.10 asks for: read the intervals, not the figures.",
    )
    hierarchical = whole["omega_hierarchical"]
    return ManualPart(
        sentences=(
            "Scenario questions usually have a low internal consistency, because a scenario calls "
            "on more than one thing. Alpha is a lower bound here, not the stability of the score.",
            *(few if n < studies.reliability_sittings else ()),
            *(
                (f"Omega hierarchical of the composite is {figure(hierarchical)}.",)
                if hierarchical == hierarchical
                else ()
            ),
            "A value with few items has a score for conversation, not for decisions.",
        ),
        pictures=(reliability_picture(held, names),),
        tables=(
            ManualTable(
                "Reliability",
                ("Scale", "Items", "Sittings", "Alpha (95% interval)", "Omega", "Split-half, mean"),
                rows,
            ),
        ),
    )


def _errors(held: Analysis, names: dict[str, str], picture: Picture | None) -> ManualPart | None:
    told = held.values[held.values["sem"].notna()]
    if told.empty:
        return None
    overall = tuple(
        (
            names.get(str(row.scale), str(row.scale)),
            figure(row.mean),
            figure(row.sd),
            figure(row.sem, 3),
        )
        for row in told.itertuples(index=False)
    )
    tables = [
        ManualTable(
            "Score and its standard error by alpha",
            ("Scale", "Mean", "Spread (sd)", "SEM"),
            overall,
        )
    ]
    along = held.conditional_errors[held.conditional_errors["scale"] == "composite"]
    if len(along):
        rows = tuple(
            (figure(row.score), f"{row.n:,}", figure(row.sem, 3), figure(row.relative, 3))
            for row in along.itertuples(index=False)
        )
        columns = ("Score near", "Sittings", "SEM, absolute", "SEM, relative")
        tables.append(ManualTable("Conditional standard error of the composite", columns, rows))
    return ManualPart(
        sentences=("On the chance-corrected scale: 0 is guessing, 1 is the key.",),
        pictures=() if picture is None else (picture,),
        tables=tuple(tables),
    )


def _decisions(held: Analysis, names: dict[str, str]) -> ManualPart | None:
    if held.decisions.empty:
        return None
    rows = tuple(
        (
            names.get(str(row.scale), str(row.scale)),
            figure(row.cut),
            f"{row.accuracy:.0%}",
            f"{row.consistency:.0%}",
            figure(row.kappa),
        )
        for row in held.decisions.itertuples(index=False)
        if row.accuracy == row.accuracy
    )
    columns = ("Scale", "Cut", "Right side", "Same side twice", "Kappa")
    return ManualPart(
        sentences=(
            "Estimated from one sitting (Livingston and Lewis, 1995), for a candidate put on "
            "one side of a band's lower limit. The report does not do that where the interval "
            "reaches over two bands.",
        ),
        tables=(ManualTable("Decisions at the limits of the bands", columns, rows),),
    )


def _retest(held: Analysis, names: dict[str, str]) -> ManualPart | None:
    told = held.values[held.values["retest"].notna()]
    if told.empty:
        return None
    rows = tuple(
        (
            names.get(str(row.scale), str(row.scale)),
            f"{row.retest_n:,}",
            interval(row.retest, row.retest_low, row.retest_high),
        )
        for row in told.itertuples(index=False)
    )
    columns = ("Scale", "People", "Correlation (95% interval)")
    return ManualPart(tables=(ManualTable("Two sittings of the same people", columns, rows),))
