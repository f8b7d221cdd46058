"""What study would establish what is not yet known, and how big: by the planning verbs."""

from __future__ import annotations

import math
from functools import cache

from vbr_engine.bank.model import Bank
from vbr_engine.psychometrics.planning import plan_precision
from vbr_engine.psychometrics.planning_dif import plan_dif
from vbr_engine.psychometrics.planning_items import plan_items
from vbr_engine.psychometrics.planning_retention import plan_retention
from vbr_engine.psychometrics.planning_validity import plan_validity

__all__ = ["Studies"]


class Studies:
    """Sentences that say which study is needed for `bank`, with its size.

    Parameters
    ----------
    bank : Bank

    Examples
    --------
    >>> import vbr_engine
    >>> studies = Studies(vbr_engine.read_bank("question_banks/homecare-values"))
    >>> studies.panel.split(":")[0]
    'A panel of about 14'
    """

    def __init__(self, bank: Bank) -> None:
        self.items = len(bank.items)
        self.length = bank.blueprint.length

    @property
    def panel(self) -> str:
        """Experts."""
        size = plan_items(reliability=0.4, items=1, target=0.9).size
        return (
            f"A panel of about {size}: people who draw on care, care workers and managers, each "
            "rating every option alone. If the ratings of two experts go together at 0.40, the "
            f"mean of {size} has a reliability of 0.90 (Spearman and Brown)."
        )

    @property
    def item_sittings(self) -> int:
        """Sittings for item statistics."""
        return _size("facility", sd=0.4, standard_error=0.03)

    @property
    def sample(self) -> str:
        """Candidates."""
        return (
            f"A pilot with about {self.item_sittings} candidates who answer every item, so that an "
            "item's facility is known to within a standard error of 0.03. They should come from "
            "many providers and be described by how they were recruited."
        )

    @property
    def reliability_sittings(self) -> int:
        """Sittings for alpha."""
        return _size("alpha", expected=0.6, items=max(2, min(60, self.items)), width=0.1)

    @property
    def reliability(self) -> str:
        """Internal consistency."""
        return (
            f"The pilot, with about {self.reliability_sittings} sittings: if alpha is 0.60, its "
            "95% interval is then no wider than 0.10 (Feldt)."
        )

    @property
    def errors(self) -> str:
        """Errors of measurement and decisions."""
        return (
            f"The same {self.reliability_sittings} sittings, analysed at each stretch of the "
            "score and at the lowest score of each band."
        )

    @property
    def dimensionality(self) -> str:
        """Correlations between items."""
        size = _size("correlation", expected=0.2, standard_error=0.05)
        return (
            f"About {size} complete sittings, so that a correlation of 0.20 between two items is "
            "known to within a standard error of 0.05; then parallel analysis and one factor."
        )

    @property
    def calibration_sittings(self) -> int:
        """Sittings for a calibration."""
        return _size("slope", items=max(3, min(60, self.items)), categories=4, standard_error=0.15)

    @property
    def calibration(self) -> str:
        """Item response model."""
        return (
            f"About {self.calibration_sittings} sittings that answer every item: slopes near 1 of "
            f"{self.items} graded items are then known to within a standard error of 0.15."
        )

    @property
    def dif_people(self) -> int:
        """People in the smaller group."""
        return plan_dif(1.5, tests=self.items).size or 0

    @property
    def dif(self) -> str:
        """Items that work differently."""
        return (
            f"About {self.dif_people} sittings in each group that is compared (with as many in the "
            f"other), to see an ETS delta of 1.5 in four cases of five when {self.items} items are "
            "tested at once. Group membership is asked voluntarily and kept apart."
        )

    @property
    def fairness(self) -> str:
        """Group differences."""
        size = _size("mean", standard_error=0.1 / math.sqrt(2))
        return (
            f"About {size} sittings in each group, so that a difference of means is known to "
            "within a standard error of 0.10 standard deviations, pooled over providers; then the "
            "rates of interview and offer, with intervals."
        )

    @property
    def norms(self) -> str:
        """A norm group."""
        size = _size("percentile", percentile=0.1, standard_error=0.1)
        clustered = _size(
            "percentile", percentile=0.1, standard_error=0.1, cluster_size=10, icc=0.05
        )
        return (
            f"About {size} candidates, so that the score below which one in ten lies is known to "
            f"within 0.10 standard deviations; {clustered} if they come ten to a provider and "
            "those of one provider are alike (intraclass correlation 0.05)."
        )

    @property
    def validity(self) -> str:
        """Prediction of an outcome."""
        plain, rated = plan_validity(0.2).size, plan_validity(0.2, criterion_reliability=0.6).size
        return (
            f"At least {plain} people hired without regard to the score, with an outcome a year "
            "later, to see a correlation of 0.20 in four cases of five; "
            f"{rated} if the outcome is a supervisor's rating with a reliability of 0.60."
        )

    @property
    def retention(self) -> str:
        """Retention under values-based recruitment."""
        return (
            f"About {plan_retention(0.30, 0.056).size} hires with the assessment and as many "
            "without it, to see 24.4% instead of 30% leave within a year; more where whole "
            "providers take part. One county cannot do that in one year: pool, roll out in steps, "
            "and compare how long people stay."
        )

    @property
    def retest(self) -> str:
        """Stability."""
        size = _size("correlation", expected=0.75, standard_error=0.05)
        return (
            f"About {size} people who sit the same form twice, two to four weeks apart: a "
            "correlation of 0.75 is then known to within a standard error of 0.05."
        )

    @property
    def faking(self) -> str:
        """Looking good, and help."""
        size = _size("mean", standard_error=0.15 / math.sqrt(2))
        return (
            f"Two groups of about {size}, drawn by lot: one answers as usual, one is told to look "
            "as good as it can, or has been coached, or may use a chatbot. The difference is then "
            "known to within 0.15 standard deviations."
        )

    @property
    def timing(self) -> str:
        """Minutes."""
        size = _size("mean", standard_error=0.1)
        return (
            f"Times of about {size} candidates: their mean is then known to within a tenth of "
            "their spread. Report the slowest tenth as well."
        )

    @property
    def alternative(self) -> str:
        """Another way to answer."""
        size = _size("correlation", expected=0.8, standard_error=0.05)
        return (
            f"About {size} people who answer in both ways, the written or spoken answers scored by "
            "two raters who do not see each other's marks: a correlation of 0.80 is then known to "
            "within a standard error of 0.05."
        )

    @property
    def languages(self) -> str:
        """Translations."""
        return (
            "Forward and back translation, interviews with readers until they bring nothing new, "
            f"then about {self.dif_people} sittings in each language to look for items that work "
            "differently."
        )


@cache
def _size(measure: str, **asked: float) -> int:
    return plan_precision(measure, **asked).size or 0  # type: ignore[arg-type]
