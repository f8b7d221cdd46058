"""The manual's sections on sittings, items, structure and calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.reports.manual.data import (
    ManualPart,
    ManualSection,
    ManualTable,
    count,
    figure,
    interval,
)
from vbr_engine.reports.manual.pictures import information_picture
from vbr_engine.reports.manual.studies import Studies

__all__ = ["Evidence", "calibration", "sample", "structure"]


def sittings_of(held: Analysis) -> int:
    """How many sittings an analysis rests on; 0 where it does not say."""
    number = held.about.get("sittings")
    return number if isinstance(number, int) else 0


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

    @property
    def sittings(self) -> int:
        """How many sittings of people were analysed."""
        return sum(sittings_of(held) for held in self.real)

    def parts(
        self, make: Callable[[Analysis], ManualPart | None], gap: str, study: str, title: str = ""
    ) -> tuple[ManualPart, ...]:
        """One part for each analysis that has the figures, or else the gap."""
        found = []
        for number, held in enumerate(self.real, start=1):
            made = make(held)
            if made is not None:
                several = len(self.real) > 1
                head = f"{title} (analysis {number})" if several and title else title
                head = head or (f"Analysis {number}" if several else "")
                pictures = tuple(replace(one, id=f"{one.id}-{number}") for one in made.pictures)
                found.append(replace(made, title=head, pictures=pictures))
        return tuple(found) or (ManualPart(title, gap=gap, study=study),)


def sample(evidence: Evidence, studies: Studies) -> ManualSection:
    """Say which sittings the evidence rests on, and which are none."""
    parts = []
    for held in evidence.simulated:
        parts.append(
            ManualPart(
                sentences=(
                    f"An analysis of {sittings_of(held):,} simulated sittings was "
                    "given. Answers that a computer made up are no evidence about people or items: "
                    "none of its figures is used in this manual.",
                )
            )
        )
    if evidence.real:
        rows = tuple(
            (
                str(number),
                f"{sittings_of(held):,}",
                str(held.about.get("items", "")),
                str(held.about.get("made") or "not known"),
                str(held.about.get("policy") or "not known"),
                str(held.about.get("engine", "")),
            )
            for number, held in enumerate(evidence.real, start=1)
        )
        columns = ("Analysis", "Sittings", "Items", "Made", "Policy", "Engine")
        most = max(sittings_of(held) for held in evidence.real)
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
            f"Parallel analysis keeps {figure(told['n_factors'], 0)} of {len(held.dimensionality)} "
            "components."
        )
    explained = told.get("explained")
    if isinstance(explained, float) and explained == explained:
        sentences.append(
            f"One factor explains {explained:.0%} of the variance and leaves residual "
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
        ("Sittings", count(told.get("sittings"))),
        ("Parameters", count(told.get("n_parameters"))),
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
    picture = information_picture(held)
    return ManualPart(
        sentences=warning,
        pictures=() if picture is None else (picture,),
        tables=tuple(tables),
    )


def _flagged(fit: pd.DataFrame) -> str:
    return f"{int(fit['flagged'].sum())} of {len(fit)}" if len(fit) else "not known"
