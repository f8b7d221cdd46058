"""The manual's sections on evidence: panel, sample, precision, structure, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure, interval
from vbr_engine.reports.manual.studies import Studies

__all__ = ["Evidence", "calibration", "panel_section", "precision", "sample", "structure"]


@dataclass(frozen=True)
class Evidence:
    """What is known about a bank beside its files.

    Parameters
    ----------
    analyses : sequence of Analysis
        Of this version; those of simulated sittings are told and not used.
    panel : PanelStatistics or None
    panel_simulated : bool
        Whether the panel's ratings were made up.
    """

    analyses: Sequence[Analysis] = ()
    panel: PanelStatistics | None = None
    panel_simulated: bool = False

    @property
    def real(self) -> tuple[Analysis, ...]:
        """Analyses of people's sittings."""
        return tuple(held for held in self.analyses if not held.about.get("simulated"))

    @property
    def simulated(self) -> tuple[Analysis, ...]:
        """Analyses of sittings that a computer made up."""
        return tuple(held for held in self.analyses if held.about.get("simulated"))

    @property
    def experts(self) -> PanelStatistics | None:
        """A panel of people."""
        return None if self.panel_simulated else self.panel

    def parts(
        self, make: Callable[[Analysis], ManualPart | None], gap: str, study: str, title: str = ""
    ) -> tuple[ManualPart, ...]:
        """One part for each analysis that has the figures, or else the gap."""
        found = []
        for number, held in enumerate(self.real, start=1):
            made = make(held)
            if made is not None:
                head = f"{title} (analysis {number})" if len(self.real) > 1 else title
                found.append(replace(made, title=head.strip()))
        return tuple(found) or (ManualPart(title, gap=gap, study=study),)


def names_of(bank: Bank, catalogue: Catalogue) -> dict[str, str]:
    """Names of scales: value id -> name, and the composite."""
    named = {value.id: catalogue.values[value.id].name for value in bank.values}
    return {"composite": "All items (composite)", **named}


def panel_section(evidence: Evidence, catalogue: Catalogue, studies: Studies) -> ManualSection:
    """Describe the panel, or say that there is none."""
    found = evidence.experts
    if found is None:
        made_up = evidence.panel is not None
        told = ("The ratings given were made up by a computer: they are no evidence.",)
        parts = [
            ManualPart(
                sentences=told if made_up else (),
                gap="what experts hold, and how far they agree",
                study=studies.panel,
            )
        ]
    else:
        parts = [_panel(found, catalogue)]
    return ManualSection("panel", "Expert panel", tuple(parts))


def _panel(panel: PanelStatistics, catalogue: Catalogue) -> ManualPart:
    """Figures by item only: means of options would give the key away."""
    grouped = panel.options.groupby("item", sort=False)
    agreement = {str(name): float(mean) for name, mean in grouped["r_wg"].mean().items()}
    rows = []
    for row in panel.items.itertuples(index=False):
        rows.append(
            (
                catalogue.items[str(row.item)].title,
                str(row.n),
                figure(agreement[str(row.item)]),
                _if_any(row, "icc_average"),
                _if_any(row, "kendall_w"),
                str(row.drops),
            )
        )
    scales = tuple(_scale(row) for row in panel.scales.itertuples(index=False))
    columns = ("Item", "Experts", "r_wg, mean", "ICC(2,k)", "Kendall's W", "Options to drop")
    return ManualPart(
        sentences=(
            f"{panel.experts} experts sat the bank. Agreement by item: r_wg compares the spread of "
            "ratings with that of answers at random; ICC(2,k) is for rated items only, Kendall's W "
            "for ranked ones only.",
            *scales,
            *panel.notes,
        ),
        tables=(ManualTable("Agreement of the panel", columns, tuple(rows)),),
    )


def _scale(row: Any) -> str:
    return (
        f"Over the {row.options} options rated on a scale of {row.scale}, by the {row.n} experts "
        f"who rated all: ICC(2,1) {figure(row.icc_single)}, ICC(2,k) {figure(row.icc_average)} "
        f"(95% interval {figure(row.icc_average_low)} to {figure(row.icc_average_high)})."
    )


def _if_any(row: Any, name: str) -> str:
    value = float(getattr(row, name, float("nan")))
    return figure(value) if value == value else "–"


def sample(evidence: Evidence, studies: Studies) -> ManualSection:
    """Say which sittings the evidence rests on, and which are none."""
    parts = []
    for held in evidence.simulated:
        parts.append(
            ManualPart(
                sentences=(
                    f"An analysis of {held.about.get('sittings', 0):,} simulated sittings was "
                    "given. Answers that a computer made up are no evidence about people or items: "
                    "none of its figures is used in this manual.",
                )
            )
        )
    if evidence.real:
        rows = tuple(
            (
                str(number),
                f"{held.about.get('sittings', 0):,}",
                str(held.about.get("items", "")),
                str(held.about.get("made") or "not known"),
                str(held.about.get("policy") or "not known"),
                str(held.about.get("engine", "")),
            )
            for number, held in enumerate(evidence.real, start=1)
        )
        columns = ("Analysis", "Sittings", "Items", "Made", "Policy", "Engine")
        most = max(int(held.about.get("sittings", 0)) for held in evidence.real)
        few = most < studies.item_sittings
        parts.append(
            ManualPart(
                sentences=(
                    "All figures below rest on these sittings of this version.",
                    *(note for held in evidence.real for note in held.notes),
                ),
                tables=(ManualTable("Analyses", columns, rows),),
                gap=f"item statistics with enough sittings: {most:,} are few" if few else "",
                study=studies.sample if few else "",
            )
        )
        parts.append(
            ManualPart(
                "Who they were",
                gap="how these people were recruited, and whom they stand for",
                study="A description by those who ran the study: providers, dates, how candidates "
                "were found, how many were asked and how many took part.",
            )
        )
        parts += _quality(evidence)
    else:
        parts.append(
            ManualPart(
                gap="how candidates answer: no sittings of people were analysed",
                study=studies.sample,
            )
        )
    return ManualSection("sample", "Evidence: sittings", tuple(parts))


def _quality(evidence: Evidence) -> tuple[ManualPart, ...]:
    def make(held: Analysis) -> ManualPart | None:
        if held.persons.empty:
            return None
        rows = tuple(
            (str(row.words), f"{row.n:,}", f"{row.share:.1%}")
            for row in held.persons.itertuples(index=False)
        )
        table = ManualTable("Sittings to read with care", ("Sign", "Sittings", "Share"), rows)
        return ManualPart(tables=(table,))

    return evidence.parts(
        make,
        "how many sittings are careless or odd",
        "The same pilot.",
        "Quality of the answers",
    )


def precision(
    evidence: Evidence, studies: Studies, names: dict[str, str]
) -> tuple[ManualSection, ...]:
    """Reliability, errors of measurement, decisions, and stability."""
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
                lambda held: _errors(held, names),
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
        tables=(
            ManualTable(
                "Reliability",
                ("Scale", "Items", "Sittings", "Alpha (95% interval)", "Omega", "Split-half, mean"),
                rows,
            ),
        ),
    )


def _errors(held: Analysis, names: dict[str, str]) -> ManualPart | None:
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


def structure(
    evidence: Evidence, bank: Bank, catalogue: Catalogue, studies: Studies
) -> tuple[ManualSection, ...]:
    """Item statistics and dimensionality."""
    return (
        ManualSection(
            "items",
            "Item statistics",
            evidence.parts(
                lambda held: _items(held, catalogue),
                "how hard each item is, and how it goes with the others",
                studies.sample,
            ),
        ),
        ManualSection(
            "dimensionality",
            "Dimensionality",
            evidence.parts(
                _dimensions,
                "whether the values are one thing or seven"
                if len(bank.values) == 7
                else "how many things the items measure",
                studies.dimensionality,
            ),
        ),
    )


def _items(held: Analysis, catalogue: Catalogue) -> ManualPart | None:
    if held.items.empty:
        return None
    rows = tuple(
        (
            catalogue.items[row.item].title if row.item in catalogue.items else str(row.item),
            f"{row.n:,}",
            figure(row.facility),
            figure(row.sd),
            interval(row.item_rest_r, row.item_rest_low, row.item_rest_high),
        )
        for row in held.items.itertuples(index=False)
    )
    columns = ("Item", "Answers", "Facility", "Spread", "Item-rest r (95% interval)")
    return ManualPart(
        sentences=("Facility is the mean chance-corrected score: 0 is guessing, 1 is the key.",),
        tables=(ManualTable("Items", columns, rows),),
    )


def _dimensions(held: Analysis) -> ManualPart | None:
    if held.dimensionality.empty:
        return None
    first = held.dimensionality.head(6)
    rows = tuple(
        (
            str(row.component),
            figure(row.eigenvalue),
            figure(row.parallel_95),
            "yes" if row.retained else "no",
        )
        for row in first.itertuples(index=False)
    )
    told = held.factor
    sentences = []
    if "n_factors" in told:
        sentences.append(
            f"Parallel analysis keeps {told['n_factors']:g} of {len(held.dimensionality)} "
            "components."
        )
    if told.get("explained") is not None:
        sentences.append(
            f"One factor explains {told['explained']:.0%} of the variance and leaves residual "
            f"correlations of {figure(told.get('rmsr'), 3)} (root mean square)."
        )
    columns = ("Component", "Eigenvalue", "95th percentile by chance", "Stands out")
    return ManualPart(
        sentences=tuple(sentences), tables=(ManualTable("First components", columns, rows),)
    )


def calibration(evidence: Evidence, studies: Studies) -> ManualSection:
    """Describe the item response model."""
    return ManualSection(
        "calibration",
        "Calibration",
        evidence.parts(
            _calibration, "item parameters: the bank is not calibrated", studies.calibration
        ),
    )


def _calibration(held: Analysis) -> ManualPart | None:
    told = held.calibration
    if not told or held.parameters.empty:
        return None
    rows = (
        ("Model", str(told.get("model", ""))),
        ("Sittings", f"{told.get('sittings', 0):,}"),
        ("Parameters", str(told.get("n_parameters", ""))),
        ("Log-likelihood", figure(told.get("log_likelihood"))),
        ("AIC", figure(told.get("aic"), 1)),
        ("BIC", figure(told.get("bic"), 1)),
        ("Converged", "yes" if told.get("converged") else "no"),
        ("Reliability of EAP scores", figure(told.get("reliability"))),
        ("Items that fit badly (S-X2)", _flagged(held.item_fit)),
        ("Pairs that share more than the trait (Q3)", str(len(held.dependence))),
    )
    tables = [ManualTable("The model", ("What", "Figure"), rows)]
    test = held.information[held.information["item"] == "test"]
    nodes = test[test["theta"].isin([-3, -2, -1, 0, 1, 2, 3])]
    if len(nodes):
        along = tuple(
            (figure(row.theta, 0), figure(row.information), figure(row.se))
            for row in nodes.itertuples(index=False)
        )
        columns = ("Theta", "Information", "Standard error")
        tables.append(ManualTable("What the whole bank tells about theta", columns, along))
    warning = () if told.get("converged") else ("The search did not converge: use nothing of it.",)
    return ManualPart(sentences=warning, tables=tuple(tables))


def _flagged(fit: pd.DataFrame) -> str:
    return f"{int(fit['flagged'].sum())} of {len(fit)}" if len(fit) else "not known"
