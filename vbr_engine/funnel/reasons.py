"""Why an application or a job ended, in a few plain codes.

Nothing here speaks of health, family, belief or any other protected characteristic; what does not
fit is `other`, and the words for it belong into a remark that can be deleted.
"""

from __future__ import annotations

__all__ = ["REASONS", "REASON_WORDS", "reasons_for"]

REASON_WORDS = {
    "another-job": "Took another job",
    "another-care-job": "Took another job in care",
    "another-sector": "Took a job outside care",
    "hours": "The hours or shifts did not suit",
    "travel": "The travel did not suit",
    "pay": "The pay did not suit",
    "not-the-work": "The work was not what they expected",
    "too-slow": "It took too long",
    "support": "Too little support",
    "workload": "Too much work in the time",
    "study": "Went into study or training",
    "moved-away": "Moved away",
    "lost-touch": "Could not be reached any more",
    "circumstances": "Their circumstances changed",
    "not-said": "Gave no reason",
    "interview": "The interview did not show what the work needs",
    "no-round-hours": "No round fits the hours they can work",
    "no-round-travel": "No round is within their reach",
    "checks": "A check that the law requires was not passed",
    "references": "References could not be had, or did not hold",
    "did-not-attend": "Did not come to the interview",
    "post-filled": "The post was filled",
    "post-gone": "The post no longer exists",
    "probation": "Probation was not passed",
    "conduct": "Conduct",
    "other-role": "Moved to another role here",
    "other-service": "Moved with the service to another employer",
    "fixed-term": "The contract came to its end",
    "other": "Another reason",
}

_WITHDRAWN = (
    "another-job",
    "hours",
    "travel",
    "pay",
    "not-the-work",
    "too-slow",
    "lost-touch",
    "circumstances",
    "not-said",
    "other",
)
_LEFT = (
    "another-care-job",
    "another-sector",
    "hours",
    "travel",
    "pay",
    "workload",
    "support",
    "not-the-work",
    "study",
    "moved-away",
    "lost-touch",
    "circumstances",
    "not-said",
    "other",
)
_NOT_APPOINTED = (
    "interview",
    "no-round-hours",
    "no-round-travel",
    "references",
    "checks",
    "did-not-attend",
    "post-filled",
    "post-gone",
    "other",
)

# How it ended, and who ended it -> codes, in the order of a list to choose from.
REASONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("withdrawn", "candidate"): _WITHDRAWN,
    ("not-appointed", "employer"): _NOT_APPOINTED,
    ("left", "candidate"): _LEFT,
    ("left", "employer"): ("probation", "conduct", "post-gone", "other"),
    ("left", "transfer"): ("other-role", "other-service", "other"),
    ("left", "contract-end"): ("fixed-term", "other"),
}


def reasons_for(ended: str, ended_by: str | None = None) -> tuple[str, ...]:
    """List the reasons that an end can have.

    Parameters
    ----------
    ended : {"withdrawn", "not-appointed", "left"}
    ended_by : {"candidate", "employer", "transfer", "contract-end"}, optional
        Whoever it can be, if left out.

    Returns
    -------
    tuple of str
        Codes; their words stand in `REASON_WORDS`.

    Examples
    --------
    >>> reasons_for("left", "contract-end")
    ('fixed-term', 'other')
    >>> reasons_for("withdrawn")[0]
    'another-job'
    """
    lists = [
        codes for (how, who), codes in REASONS.items() if how == ended and ended_by in (None, who)
    ]
    return tuple(dict.fromkeys(code for codes in lists for code in codes))
