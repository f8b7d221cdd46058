"""What to do next, and how the figures were made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.fairness.wording import MOVED_AWAY, MOVED_TO
from vbr_engine.reports.analysis.parts import Block, Section, records
from vbr_engine.reports.words import listed

__all__ = ["method_section", "next_section"]


def next_section(impact: AdverseImpact) -> Section:
    """Say what to do.

    Parameters
    ----------
    impact : AdverseImpact

    Returns
    -------
    Section
    """
    return Section("next", "What to do", (Block(sentences=tuple(_steps(impact))),))


def _steps(impact: AdverseImpact) -> Iterator[str]:
    rows = list(records(impact.comparisons))
    pooled = [row for row in records(impact.pooled) if not row["note"]]
    verdicts = {row["verdict"] for row in rows}
    moved = [row for row in pooled if row["sentence"].endswith((MOVED_AWAY, MOVED_TO))]
    gone = {_names(row) for row in moved if row["sentence"].endswith(MOVED_AWAY)}
    apart = [row for row in rows if row["verdict"] in ("lower", "higher")]
    apart = [row for row in apart if _names(row) not in gone]
    if moved:
        yield (
            "The groups went to different providers: look first at where people apply and why "
            "(advertising, travel, referral), then at how each provider chooses."
        )
    if apart:
        names = listed([f"{row['group']} ({row['dimension']})" for row in apart])
        yield (
            f"{names}: read the reasons that were recorded for these decisions, and ask of each "
            "step whether the job needs it and whether another way would do as well with less "
            "difference. A difference is no proof of discrimination; take advice before drawing "
            "conclusions."
        )
    if any(row["p_heterogeneity"] is not None and row["p_heterogeneity"] <= 0.05 for row in pooled):
        yield (
            "Providers differ among themselves: talk with single providers about their own "
            "figures, not about a common one."
        )
    if "cannot tell" in verdicts:
        yield (
            "‘Cannot tell’ is not ‘fair’. Keep collecting, and compare again when there are more "
            "decisions: with twice as many people the intervals are about a third narrower."
        )
    if NOT_ENOUGH in verdicts:
        yield (
            "Where there is not enough data, pool more months or more providers, and tell "
            "applicants why they are asked for monitoring information. Do not merge groups only "
            "to reach a number."
        )
    if verdicts <= {"alike"}:
        yield "Nothing stands out. Compare again after the next change to how people are chosen."
    yield (
        "Monitoring information is for this audit alone. It must not reach those who decide about "
        "single people."
    )


def _names(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["dimension"]), str(row["group"])


def method_section(impact: AdverseImpact) -> Section:
    """Say how the figures were made.

    Parameters
    ----------
    impact : AdverseImpact

    Returns
    -------
    Section
    """
    coverage = f"{impact.about['coverage']:.0%}"
    told = (
        f"Ratios and differences have {coverage} score intervals (Miettinen and Nurminen, 1985), "
        f"rates {coverage} intervals of Wilson. An interval holds the true values that the data do "
        "not speak against.",
        "p is from Fisher's exact test: how often chance alone would give a difference as unlikely "
        "as this one. Adjusted p allows for the number of groups compared (Holm, 1979), so that "
        "one false alarm among them all stays as rare as in one test. Intervals are not adjusted.",
        "‘No difference that matters’ means that the whole interval of the ratio lies within 0.80 "
        "to 1.25.",
        "Within providers: the risk ratio of Mantel and Haenszel with the variance of Greenland "
        "and Robins (1985); exact conditional p (above 20,000 people that of Cochran, Mantel and "
        "Haenszel); Cochran's Q around the common ratio. At least three providers have to say "
        "something.",
        "Power and false alarms are added up over every possible outcome where both groups "
        "together have up to 1,000 people.",
        "The figures describe decisions that were made. They do not say why.",
    )
    return Section("method", "How this was worked out", (Block(sentences=told),))
