"""Colleagues who enter what a candidate answers: by phone, from paper, or sitting together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.errors import InvalidForm
from service.storage import Store
from service.use_cases import sittings
from service.use_cases.adjustments import reference
from service.use_cases.candidate import Sat, gather
from service.use_cases.happenings import happen
from service.use_cases.settings import settings_of
from service.use_cases.showing import entered, question_of
from service.use_cases.views import Account, Question, Submitted
from service.words import gettext as _
from vbr_engine.scoring import rubric_text

__all__ = [
    "BY_STAFF",
    "HOW",
    "Paper",
    "begin",
    "enters",
    "find_by_reference",
    "paper_form",
    "submit_for",
]

CODE = 8
HOW = ("phone", "paper", "in-person")
# Ways of `service.use_cases.progress.WAYS` in which colleagues enter the answers.
BY_STAFF = frozenset({"entered", "spoken"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A sitting's form for print: the scenarios as on the page, in the same order.

    `prompt` is what is asked in place of the questions, for answers in own words.
    """

    reference: str
    provider_name: str
    vacancy_title: str
    contact: str
    questions: tuple[Question, ...]
    prompt: str
    in_words: bool
    language: str


def find_by_reference(store: Store, provider_id: str, given: str) -> str:
    """Find the sitting that a code on paper stands for.

    Raises
    ------
    InvalidForm
        With a sentence for ``reference``.
    """
    code = "".join(letter for letter in given.lower() if letter.isalnum())
    with store.read() as unit:
        found = unit.at(provider_id).answering.starting(code) if len(code) == CODE else ()
    if len(found) != 1:
        words = _("There is no such reference. Check the letters and figures.")
        raise InvalidForm({"reference": words})
    return found[0]


def enters(store: Store, provider_id: str, sitting_id: str) -> str:
    """Return the way that holds for a candidate of this provider.

    Raises
    ------
    NotFound
        Also for another provider's candidate.
    """
    with store.read() as unit:
        return gather(store, unit, unit.at(provider_id).sittings.get(sitting_id)).progress.way


def begin(
    store: Store, provider_id: str, sitting_id: str, *, account: Account, how: str, now: datetime
) -> int | None:
    """Start a sitting for a candidate, or go on, and return the first scenario without an answer.

    Raises
    ------
    InvalidForm
        With a sentence for ``how``.
    NotFound
    """
    if how not in HOW:
        raise InvalidForm({"how": _("Choose how the answers reach you.")})
    with store.write() as unit:
        tenant = unit.at(provider_id)
        sat = gather(store, unit, tenant.sittings.get(sitting_id))
        if sat.progress.started_at is None and sat.progress.way in BY_STAFF:
            happen(tenant, sitting_id, "started", at=now, by=account.id, body=entered(how))
    return sat.missing[0] if sat.missing else None


def submit_for(
    store: Store,
    provider_id: str,
    sitting_id: str,
    *,
    account: Account,
    how: str,
    confirmed: bool,
    allow_incomplete: bool,
    now: datetime,
) -> Submitted:
    """Send the answers for a candidate, who has confirmed that they are theirs.

    Returns
    -------
    Submitted
        As `service.use_cases.sittings.submit_sitting`; or ``other-way`` when the candidate sends
        the answers in person.

    Raises
    ------
    InvalidForm
        With a sentence for ``confirmed``.
    NotFound
    """
    if enters(store, provider_id, sitting_id) not in BY_STAFF:
        return Submitted("other-way")
    if not confirmed:
        words = _("Ask the candidate first, then tick the box.")
        raise InvalidForm({"confirmed": words})
    return sittings.submit_sitting(
        store,
        sitting_id,
        now=now,
        allow_incomplete=allow_incomplete,
        by=account.id,
        how=how if how in HOW else HOW[0],
    )


def paper_form(store: Store, provider_id: str, sitting_id: str) -> Paper:
    """Put a sitting's form on paper; no name stands on it.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sat = gather(store, unit, tenant.sittings.get(sitting_id))
        vacancy = tenant.vacancies.get(sat.sitting.vacancy_id)
        provider = tenant.provider
    set_by_manager = settings_of(provider)
    return Paper(
        reference=reference(sitting_id),
        provider_name=set_by_manager.shown_name or provider.name,
        vacancy_title=vacancy.title if vacancy else "",
        contact=set_by_manager.adjustments or provider.contact,
        questions=_questions(sat),
        prompt=rubric_text(sat.bank, sat.text.language).prompt,
        in_words=sat.progress.in_words,
        language=sat.sitting.language,
    )


def _questions(sat: Sat) -> tuple[Question, ...]:
    return tuple(question_of(sat, number) for number in range(1, len(sat.items) + 1))
