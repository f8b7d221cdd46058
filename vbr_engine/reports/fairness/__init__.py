"""The report on fairness of decisions: what a council analyst reads in five minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vbr_engine._version import __version__
from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.fairness.wording import CLEARER_WITHIN, MOVED_TO
from vbr_engine.reports.analysis.parts import Finding, Section, records
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.fairness.closing import method_section, next_section
from vbr_engine.reports.fairness.figures import headline, ratio_of
from vbr_engine.reports.fairness.groups import group_sections
from vbr_engine.reports.fairness.providers import provider_section
from vbr_engine.reports.fairness.scores import score_section
from vbr_engine.reports.fairness.sureness import sureness_section
from vbr_engine.reports.words import listed, number_word, written_date

__all__ = ["FairnessReport", "fairness_report"]

MOST_FINDINGS = 8


@dataclass(frozen=True)
class FairnessReport(ReportData):
    """How decisions fall on groups, for a reader with five minutes.

    Parameters
    ----------
    title, language : str
    simulated : bool
    facts : tuple of (str, str)
        What was compared.
    summary : str
        The whole in one sentence.
    findings : tuple of Finding
        The most important first.
    sections : tuple of Section
    made : str
        What it was made with, and when.
    """

    title: str
    language: str
    simulated: bool
    facts: tuple[tuple[str, str], ...]
    summary: str
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...] = field(repr=False)
    made: str = ""


def fairness_report(impact: AdverseImpact, *, prepared: date | None = None) -> FairnessReport:
    """Put a comparison of groups into words, tables and pictures.

    Parameters
    ----------
    impact : AdverseImpact
    prepared : date, optional

    Returns
    -------
    FairnessReport

    Examples
    --------
    >>> import pandas as pd
    >>> from vbr_engine.fairness import adverse_impact
    >>> table = pd.DataFrame({"sex": ["F", "M"] * 50, "offered": ["yes", "no", "no", "yes"] * 25})
    >>> fairness_report(adverse_impact(table, "sex", outcome="offered=yes")).summary
    'Of one comparison, one cannot be told from chance.'
    """
    parts = (
        next_section(impact),
        *group_sections(impact),
        provider_section(impact),
        score_section(impact),
        sureness_section(impact),
        method_section(impact),
    )
    sections = tuple(part for part in parts if part is not None)
    return FairnessReport(
        title="Fairness of decisions",
        language="en",
        simulated=bool(impact.about["simulated"]),
        facts=_facts(impact),
        summary=_summary(impact),
        findings=tuple(_findings(impact))[:MOST_FINDINGS],
        sections=sections,
        made=_made(prepared),
    )


def _facts(impact: AdverseImpact) -> tuple[tuple[str, str], ...]:
    about = impact.about
    facts = [("Selected means", str(about["outcome"])), ("Groups", listed(about["groups"]))]
    if about["counted"] is not None:
        facts.append(("People counted", f"{about['counted']:,}"))
        facts.append(("Of them selected", f"{about['selected']:,}"))
    if about["provider"]:
        facts.append(("Providers", f"column {about['provider']}"))
    return tuple(facts)


def _summary(impact: AdverseImpact) -> str:
    verdicts = impact.comparisons["verdict"]
    told = {
        "shows a difference": int(verdicts.isin(["lower", "higher"]).sum()),
        "cannot be told from chance": int((verdicts == "cannot tell").sum()),
        "shows no difference that matters": int((verdicts == "alike").sum()),
        "has not enough data": int((verdicts == NOT_ENOUGH).sum()),
    }
    if not len(verdicts):
        return "There are no two groups to compare."
    parts = [f"{number_word(n)} {_plural(what, n)}" for what, n in told.items() if n]
    return f"Of {_comparisons(len(verdicts))}, {listed(parts)}."


def _comparisons(n: int) -> str:
    return f"{number_word(n)} comparison{'s' if n > 1 else ''}"


def _plural(what: str, n: int) -> str:
    if n == 1:
        return what
    return what.replace("shows", "show").replace("has not", "have not")


def _findings(impact: AdverseImpact) -> Iterator[Finding]:
    rows = list(records(impact.comparisons))
    names = list(dict.fromkeys(impact.groups["dimension"]))
    home = {name: f"groups-{number}" for number, name in enumerate(names, start=1)}
    pooled = [row for row in records(impact.pooled) if not row["note"]]
    for row in rows:
        if row["verdict"] in ("lower", "higher"):
            yield Finding(headline(row["sentence"]), home[row["dimension"]])
            yield from _within(row, pooled)
    yield from _hidden_by_providers(rows, pooled)
    for verdict, told in _TOGETHER.items():
        alike = [row for row in rows if row["verdict"] == verdict]
        if alike:
            place = "sureness" if verdict == NOT_ENOUGH else home[alike[0]["dimension"]]
            yield Finding(f"{told}: {'; '.join(map(_named, alike))}.", place)


_TOGETHER = {
    "cannot tell": "The data cannot tell whether there is a difference (ratio and interval)",
    "alike": "No difference that matters",
    NOT_ENOUGH: "Not enough data to compare",
}


def _named(row: Mapping[str, Any]) -> str:
    name = f"{row['dimension']} {row['group']}"
    return name if row["verdict"] == NOT_ENOUGH else f"{name} {ratio_of(row)}"


def _within(row: Mapping[str, Any], pooled: list[dict[str, Any]]) -> Iterator[Finding]:
    for own in pooled:
        if (own["dimension"], own["group"]) == (row["dimension"], row["group"]):
            yield Finding(headline(own["sentence"]), "providers")


def _hidden_by_providers(
    rows: list[dict[str, Any]], pooled: list[dict[str, Any]]
) -> Iterator[Finding]:
    """Tell what shows within providers only."""
    for row in rows:
        if row["verdict"] in ("cannot tell", "alike"):
            yield from (found for found in _within(row, pooled) if _tells_more(found.sentence))


def _tells_more(sentence: str) -> bool:
    return sentence.endswith((MOVED_TO, CLEARER_WITHIN))


def _made(prepared: date | None) -> str:
    told = f"Made with VBR Engine {__version__}"
    return f"{told} on {written_date(prepared)}." if prepared else f"{told}."
