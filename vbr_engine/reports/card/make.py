"""A model card from stored models and what is known about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from vbr_engine._version import __version__
from vbr_engine.reports.card import effects, groups, origin, performance, record, standards, use
from vbr_engine.reports.card.data import Known, ModelCard
from vbr_engine.reports.card.evaluated import short
from vbr_engine.reports.card.evidence import evidence_figures, level_words
from vbr_engine.reports.manual.data import ManualPart, ManualSection
from vbr_engine.reports.words import listed, number_word, written_date
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["model_card"]

_REFERENCES = (
    "Collins, G. S., and others (2024). TRIPOD+AI statement. BMJ, 385, e078378.",
    "Moons, K. G. M., and others (2025). PROBAST+AI. BMJ, 388, e082505.",
    "Riley, R. D., and others (2019). Minimum sample size for developing a multivariable "
    "prediction model: part II. Statistics in Medicine, 38, 1276-1296.",
    "Van Calster, B., and others (2019). Calibration: the Achilles heel of predictive analytics. "
    "BMC Medicine, 17, 230.",
    "Skills for Care. Retaining more people. Read 2026-11-22.",
)


def model_card(
    models: Mapping[str, DropOutModel],
    *,
    about: Mapping[str, Any],
    sha256: str = "",
    evaluations: Mapping[str, Mapping[str, Any]] | None = None,
    prepared: date | None = None,
) -> ModelCard:
    """Write down what is known about the models of one training, and what is not yet.

    Parameters
    ----------
    models : mapping of str to DropOutModel
        By outcome.
    about : mapping
        What they were trained on, and when.
    sha256 : str
        Of the models' manifest.
    evaluations : mapping of str to mapping, optional
        What an evaluation found, by outcome; by group too, where there were monitoring data.
    prepared : datetime.date, optional
        Day that the card was made.

    Returns
    -------
    ModelCard

    Examples
    --------
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> card = model_card({"leaving": model}, about={"simulated": True})
    >>> card.sections[0].title
    'What it is for'
    """
    known = Known(
        models=models,
        about=about,
        sha256=sha256,
        evaluations=evaluations or {},
        prepared=prepared,
    )
    sections = (
        use.use(known),
        origin.origin(known),
        *(effects.outcome_section(model) for model in models.values()),
        performance.performance(known),
        groups.groups(known),
        use.limits(known),
        standards.standards(known),
        record.record(known),
        origin.manifest(known),
        ManualSection("references", "References", (ManualPart(points=_REFERENCES),)),
    )
    return ModelCard(
        language="en",
        title="Model card: drop-out risk",
        simulated=known.simulated,
        facts=_facts(known),
        summary=_summary(known, sections),
        sections=sections,
        engine=__version__,
        sha256=sha256,
        prepared=written_date(prepared) if prepared else None,
        figures=_figures(known),
    )


def _facts(known: Known) -> tuple[tuple[str, str], ...]:
    outcomes = listed([OUTCOME_WORDS[name].name.lower() for name in known.models])
    facts = [("Outcomes", outcomes.capitalize())]
    for label, name in (("Known up to", "cut"), ("Trained", "trained")):
        if known.about.get(name):
            facts.append((label, written_date(date.fromisoformat(str(known.about[name])))))
    if known.review_by:
        facts.append(("Review by", written_date(known.review_by)))
    if known.prepared:
        facts.append(("Card made", written_date(known.prepared)))
    return tuple(facts)


def _summary(known: Known, sections: tuple[ManualSection, ...]) -> tuple[str, ...]:
    missing = sum(1 for section in sections for part in section.parts if part.gap)
    told = [
        f"{OUTCOME_WORDS[name].name}: {level_words(model)} {model.evidence().level.sentence} "
        f"{model.n_events_:,} of {model.n_people_:,} {OUTCOME_WORDS[name].event}."
        for name, model in known.models.items()
    ]
    told += [
        f"{OUTCOME_WORDS[name].name}, when evaluated: {short(known.evaluations[name])}"
        for name in known.models
        if name in known.evaluations
    ]
    if missing:
        told.append(
            f"{number_word(missing).capitalize()} things are not yet established. Each is named "
            "where it belongs, with what would establish it."
        )
    return tuple(told)


def _figures(known: Known) -> dict[str, Any]:
    return {
        "about": dict(known.about),
        "outcomes": {
            name: {
                "people": model.n_people_,
                "events": model.n_events_,
                "evidence": evidence_figures(model),
                "effects": effects.effect_figures(model),
                "provider_sd": model.posterior_.spread,
            }
            for name, model in known.models.items()
        },
        "evaluations": dict(known.evaluations),
        "record": [
            {"section": section, "field": field, "held": held}
            for section, field, held in record.record_fields(known)
        ],
    }
