"""The card beside TRIPOD+AI and PROBAST+AI: what is told where, and what is open."""

from __future__ import annotations

from vbr_engine.reports.card.data import Known
from vbr_engine.reports.manual.data import UNKNOWN, ManualPart, ManualSection, ManualTable
from vbr_engine.reports.words import listed
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["standards"]

_ORGANISATION = f"{UNKNOWN}: for the organisation that uses the model to say"


def standards(known: Known) -> ManualSection:
    """Fill the items of the two standards as far as they can be."""
    tripod = ManualPart(
        title="TRIPOD+AI",
        sentences=(
            "What a report of a prediction model should tell (Collins and others, 2024), item by "
            "item, in our words.",
        ),
        tables=(ManualTable("TRIPOD+AI", ("Item", "About", "Here"), _tripod(known)),),
    )
    probast = ManualPart(
        title="PROBAST+AI",
        sentences=(
            "How a model's quality and risk of bias are judged (Moons and others, 2025), by "
            "domain. The judgement belongs to somebody who did not make the model; here is what "
            "they need.",
        ),
        tables=(ManualTable("PROBAST+AI", ("Domain", "Facts", "Judgement"), _probast(known)),),
    )
    return ManualSection("standards", "Reporting standards", (tripod, probast))


def _tripod(known: Known) -> tuple[tuple[str, ...], ...]:
    outcomes = listed([OUTCOME_WORDS[name].name.lower() for name in known.models])
    evaluated = "see How well it does" if known.evaluations else UNKNOWN
    fair = "see Fairness" if known.by_group else UNKNOWN.lower()
    return (
        ("1", "Title", f"Development of discrete-time hazard models of {outcomes} in homecare"),
        ("2", "Abstract", "see In short"),
        ("3a", "Context", "see What it is for"),
        ("3b", "People and purpose", "see What it is for"),
        ("3c", "Known inequalities", _ORGANISATION),
        ("4", "Objectives", "development; evaluation where How well it does holds figures"),
        ("5a", "Source of data", "see The data; why these providers: " + _ORGANISATION.lower()),
        ("5b", "Dates", "see The data"),
        ("6a", "Setting", "homecare providers in England; see The data"),
        ("6b", "Who is in", "see The data, Who counts"),
        ("6c", "What was done meanwhile", f"{UNKNOWN}: support that people had is not recorded"),
        ("7", "Preparing data", "see The data and Record of the training"),
        ("8a", "Outcome", "see The data, Who counts"),
        ("8b", "Who assessed it", "the provider's own record of who ended it"),
        ("8c", "Blinding", f"{UNKNOWN}: whether those who recorded the outcome had seen a figure"),
        ("9a", "Choice of predictors", "declared beforehand from published work; see the effects"),
        ("9b", "Predictors", "see the effects: unit, source"),
        ("9c", "Who assessed them", _ORGANISATION),
        ("10", "Sample size", "see the evidence of each outcome"),
        ("11", "Missing data", "set to the usual value; see The data"),
        ("12a", "Use of the data", "all for fitting; providers left out in turn to check"),
        ("12b", "Form of predictors", "see the effects: linear in the unit named"),
        ("12c", "Kind of model", "logistic hazard by interval, Gaussian priors, provider effects"),
        ("12d", "Differences between places", "see Providers under each outcome"),
        ("12e", "Measures", "see How well it does"),
        ("12f", "Updating", "no; a new training is a new model"),
        ("12g", "How risks are worked out", "see the effects and Record of the training"),
        ("13", "Rare events", "no resampling and no weights: risks stay on their own scale"),
        ("14", "Fairness", f"no protected fact enters; {fair}"),
        ("15", "What comes out", "a risk with its interval, or a sentence why there is none"),
        ("16", "Training and use differ", _ORGANISATION),
        ("17", "Ethics approval", _ORGANISATION),
        ("18a", "Funding", _ORGANISATION),
        ("18b", "Conflicts of interest", _ORGANISATION),
        ("18c", "Protocol", _ORGANISATION),
        ("18d", "Registration", _ORGANISATION),
        ("18e", "Sharing of data", _ORGANISATION),
        ("18f", "Sharing of code", "the engine is open source, Apache-2.0; the model is text"),
        ("19", "Involvement of the public", _ORGANISATION),
        ("20a", "Flow of people", "see The data"),
        ("20b", "Characteristics", "see The data, What is missing"),
        ("20c", "Training against evaluation", evaluated),
        ("21", "People and events in each analysis", "see the evidence of each outcome"),
        ("22", "The model in full", "see the effects; the files hold every figure"),
        ("23a", "Performance with intervals", evaluated),
        ("23b", "Differences between places", evaluated),
        ("24", "Results of updating", "does not apply"),
        ("25", "Interpretation", "see In short and Fairness"),
        ("26", "Limits", "see Limits"),
        ("27a", "Poor or missing input", "no figure where over 30% is missing"),
        ("27b", "Who uses it, with what skill", "see What it is for"),
        ("27c", "Next steps", "see what is not yet established"),
    )


def _probast(known: Known) -> tuple[tuple[str, ...], ...]:
    checked = (
        "figures on people left out, see How well it does"
        if known.evaluations
        else "no figures on people whom the model has not seen"
    )
    return (
        (
            "People and sources of data",
            "all applications of the providers in the table, no one chosen by outcome; censoring "
            "and competing ends kept apart; near-duplicates looked for",
            UNKNOWN,
        ),
        (
            "Predictors",
            "known before the outcome, declared beforehand, the same for everybody; fields from "
            "after the event are refused",
            UNKNOWN,
        ),
        (
            "Outcome",
            "a dated end that the candidate decided on, as the provider recorded it; no predictor "
            "is part of it",
            UNKNOWN,
        ),
        (
            "Analysis",
            "published priors in place of selection or tuning; intervals from the posterior with "
            f"the provider's uncertainty; {checked}",
            UNKNOWN,
        ),
    )
