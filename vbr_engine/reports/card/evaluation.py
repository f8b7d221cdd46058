"""The page of an evaluation: how well the models of one training do on some careers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from vbr_engine._version import __version__
from vbr_engine.reports.card.data import EvaluationReport
from vbr_engine.reports.card.evaluated import evaluation_parts, found_part, short
from vbr_engine.reports.manual.data import ManualPart, ManualSection, count
from vbr_engine.reports.words import written_date
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["evaluation_report"]

_HOW = (
    "Area under the curve: of one who left by then and one who stayed, how often the first had the "
    "higher risk. C: the same over all times. .50 is chance; from what is known before somebody "
    "starts, honest figures lie at .58 to .65, and above .70 look for a leak first.",
    "Slope: 1 means that differences between people are as large as predicted; below 1, they were "
    "overstated. Seen for each predicted: 1 means that the level is right.",
    "Brier score: squared error of a risk; its gain is set against one risk for everybody, and 1 "
    "to 6% is usual.",
    "Who was not seen long enough, or was ended by somebody else, is stood for by those who were "
    "still seen (inverse probability of censoring).",
    "Providers left out: each provider, or group of providers, is predicted by a model that has "
    "not seen it. Only this speaks for a new provider. On its own people a model flatters itself; "
    "less optimism is that, less what refits on redrawn providers say that it flatters itself by.",
)


def evaluation_report(
    evaluations: Mapping[str, Mapping[str, Any]],
    *,
    about: Mapping[str, Any],
    sha256: str = "",
    prepared: date | None = None,
) -> EvaluationReport:
    """Put evaluations of the models of one training into words, pictures and tables.

    Parameters
    ----------
    evaluations : mapping of str to mapping
        `Evaluation.to_dict()` by outcome.
    about : mapping
        The careers: ``applications``, ``providers``, ``cut``, ``simulated``, ``careers``.
    sha256 : str
        Of the models' manifest.
    prepared : datetime.date, optional
        Day that it was made.

    Returns
    -------
    EvaluationReport

    Examples
    --------
    >>> report = evaluation_report({}, about={"applications": 300, "simulated": True})
    >>> [section.title for section in report.sections]
    ['How to read it']
    """
    sections = (
        *(
            ManualSection(
                outcome,
                OUTCOME_WORDS[outcome].name,
                (found_part(held, ""), *evaluation_parts(held)),
            )
            for outcome, held in evaluations.items()
        ),
        ManualSection("reading", "How to read it", (ManualPart(points=_HOW),)),
    )
    return EvaluationReport(
        language="en",
        title="Evaluation of drop-out risk models",
        simulated=bool(about.get("simulated")),
        facts=_facts(about, prepared),
        summary=tuple(
            f"{OUTCOME_WORDS[outcome].name}: {short(held)}" for outcome, held in evaluations.items()
        ),
        sections=sections,
        engine=__version__,
        sha256=sha256,
        prepared=written_date(prepared) if prepared else None,
        figures={"about": dict(about), "outcomes": dict(evaluations)},
    )


def _facts(about: Mapping[str, Any], prepared: date | None) -> tuple[tuple[str, str], ...]:
    facts = [("Careers", str(about.get("careers", "not named")))]
    facts.append(("Applications", count(about.get("applications"))))
    if about.get("providers"):
        facts.append(("Providers", count(about["providers"])))
    if about.get("cut"):
        facts.append(("Known up to", written_date(date.fromisoformat(str(about["cut"])))))
    if prepared:
        facts.append(("Made", written_date(prepared)))
    return tuple(facts)
