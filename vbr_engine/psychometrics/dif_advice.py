"""What to know before trusting a table of differing items."""

from __future__ import annotations

from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.dif_groups import Groups
from vbr_engine.psychometrics.dif_tables import Purified

__all__ = ["advice_on_matching", "advice_on_model", "advice_on_people"]


def advice_on_people(groups: Groups, answers: CategoryTable, least: int) -> list[str]:
    """Sentences on who was left out and what was not answered."""
    advice = [
        f"Group {name} has fewer than {least} sittings: it is not compared, nor its number shown."
        for name in groups.small
    ]
    if groups.small:  # a number here would tell how many a small group has
        advice.append("Sittings without a group, or of one too small, were left out.")
    elif groups.n_unknown:
        advice.append(f"{groups.n_unknown:,} sittings without a group were left out.")
    holes = int((answers.codes < 0).any(axis=1).sum())
    if holes:
        advice.append(
            f"{holes:,} sittings have missing answers; a missing answer is not compared, and by "
            "default adds nothing to the total that people are matched on."
        )
    return advice


def advice_on_model(found: Purified, rounds: int) -> list[str]:
    """Sentences on a likelihood ratio."""
    advice = []
    if rounds and not found.settled:
        advice.append("The anchors did not settle: read the flags with care.")
    if not all(result.get("converged", True) for result in found.results):
        advice.append("The search did not converge for some items: do not trust their figures.")
    if any(result.get("fewest", 5) < 5 for result in found.results):
        advice.append(
            "Some categories were chosen by fewer than 5 people of a group (column fewest): their "
            "items' chi-square is too large by chance more often than p says. Join categories."
        )
    return advice + _few_anchors(found, "anchors")


def advice_on_matching(found: Purified, rounds: int) -> list[str]:
    """Sentences on how people were matched."""
    advice = []
    if rounds and not found.settled:
        advice.append(
            "The items left out of the matching score did not settle: read the flags with care."
        )
    if not all(result.get("converged", True) for result in found.results):
        advice.append("The regression did not converge for some items: do not trust their figures.")
    matched = min((result.get("matched", 1.0) for result in found.results), default=1.0)
    if matched < 0.8:
        advice.append(
            f"Down to {matched:.0%} of a focal group have somebody of the reference group at the "
            "same score; match on classes of the score (strata=10) to compare more of them."
        )
    return advice + _few_anchors(found, "matching score")


def _few_anchors(found: Purified, what: str) -> list[str]:
    kept, n = int(found.anchors.sum()), len(found.anchors)
    if kept >= n / 2:
        return []
    return [
        f"Only {kept} of {n} items make up the {what}: when most items differ, no method can tell "
        "which group is favoured."
    ]
