"""The fields of an algorithmic transparency record, filled where they are known."""

from __future__ import annotations

from vbr_engine.reports.card.data import Known
from vbr_engine.reports.manual.data import UNKNOWN, ManualPart, ManualSection, ManualTable, count
from vbr_engine.reports.words import listed
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["record", "record_fields"]

_OWNER = f"{UNKNOWN}: for the publishing organisation"


def record_fields(known: Known) -> tuple[tuple[str, str, str], ...]:
    """List the fields of the record: section, field, what stands in it.

    Parameters
    ----------
    known : Known

    Returns
    -------
    tuple of (str, str, str)
    """
    about = known.about
    outcomes = listed([OUTCOME_WORDS[name].name.lower() for name in known.models])
    levels = "; ".join(
        f"{OUTCOME_WORDS[name].name.lower()}: level {model.evidence().level.code}"
        for name, model in known.models.items()
    )
    tier1, owner, why = "Tier 1", "Owner and responsibility", "Description and rationale"
    context, tool, risks = "Deployment context", "Tool specification", "Risks and mitigations"
    return (
        (tier1, "Name", "VBR Engine drop-out risk"),
        (
            tier1,
            "Description",
            f"Says how likely {outcomes} is, given the travel, hours and shifts on offer, so that "
            "an employer can change them; gives no figure where the evidence does not carry it.",
        ),
        (tier1, "Website", _OWNER),
        (tier1, "Contact", _OWNER),
        (owner, "Organisation", _OWNER),
        (owner, "Team", _OWNER),
        (owner, "Senior responsible owner", _OWNER),
        (owner, "Third parties", "none for the model itself: the engine is open source"),
        (why, "Scope", "see What it is for"),
        (why, "Benefit", f"{UNKNOWN}: no trial shows that acting on a figure keeps people"),
        (why, "Earlier process", _OWNER),
        (why, "Alternatives", "a rate for each provider, which the model falls back to"),
        (context, "Place in the process", "beside the application, to be shown after a first view"),
        (context, "Human evaluation", "the engine decides nothing: a person does, with a reason"),
        (context, "Frequency and scale", _OWNER),
        (context, "Training of users", _OWNER),
        (
            context,
            "Appeals and review",
            "owed to candidates, see What it is for; how: " + _OWNER.lower(),
        ),
        (tool, "Phase", "simulated data only" if known.simulated else _OWNER),
        (tool, "Model", "discrete-time hazard logistic with published priors, one per outcome"),
        (tool, "Input", "see the effects of each outcome"),
        (tool, "Output", "a risk with interval and reasons, or a sentence why not"),
        (
            tool,
            "Data",
            f"{count(about.get('applications'))} applications to {count(about.get('providers'))} "
            f"providers up to {about.get('cut', 'a day not known')}",
        ),
        (tool, "Sensitive attributes", "none enters; monitoring data are kept apart"),
        (tool, "Performance", f"{levels}; see How well it does"),
        (tool, "Maintenance", f"review by {known.review_by}; from then on it says nothing"),
        (risks, "Impact assessments", _OWNER),
        (
            risks,
            "Known risks",
            "a figure read as a verdict, small numbers read as facts, facts that stand in for a "
            "protected characteristic; see Limits and Fairness",
        ),
    )


def record(known: Known) -> ManualSection:
    """Fill the record."""
    table = ManualTable("Fields", ("Section", "Field", "Here"), record_fields(known))
    part = ManualPart(
        sentences=(
            "The fields of the UK Algorithmic Transparency Recording Standard, to copy into the "
            "published record once the organisation has added what only it knows.",
        ),
        tables=(table,),
    )
    return ManualSection("record", "Algorithmic transparency record", (part,))
