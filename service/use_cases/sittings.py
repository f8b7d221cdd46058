"""What a candidate does: open the link, practise, answer, check, submit, read the feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from service.errors import BeingRated, NotFound, NotSubmitted
from service.storage import Store
from service.storage.cipher import sha256
from service.use_cases.candidate import Sat, follow, gather
from service.use_cases.happenings import happen
from service.use_cases.own_values import feedback_in_own_words, own_words
from service.use_cases.pausing import check_not_paused
from service.use_cases.policies import bank_behind, holding_bank
from service.use_cases.scoring import keep_profile, profile_of, score_sitting
from service.use_cases.showing import entered, invitation_of, question_of, review_of
from service.use_cases.views import (
    Invitation,
    PracticeView,
    Question,
    Review,
    Saved,
    Submitted,
)
from service.use_cases.written import words_of
from service.words import gettext as _
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.reports import CandidateFeedback, candidate_feedback
from vbr_engine.responses import check_answer

__all__ = [
    "candidate_feedback_for",
    "candidate_may",
    "describe_sitting",
    "language_of",
    "practice",
    "review_sitting",
    "save_answer",
    "show_question",
    "start_sitting",
    "submit_sitting",
    "view_invitation",
]


def view_invitation(store: Store, token: str) -> Invitation:
    """Show what stands behind an invitation link; changes nothing.

    Raises
    ------
    UnknownLink
    """
    with store.read() as unit:
        link = follow(unit, token, now=store.clock())
        return invitation_of(store, unit, link.sitting_id, expires_at=link.expires_at)


def describe_sitting(store: Store, sitting_id: str) -> Invitation:
    """Show the same as `view_invitation` to a browser that has the sitting's cookie.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        return invitation_of(store, unit, sitting_id, expires_at=None)


def practice(store: Store, token: str) -> PracticeView:
    """Show the practice scenario; nothing about it is saved.

    Raises
    ------
    UnknownLink
    """
    with store.read() as unit:
        link = follow(unit, token, now=store.clock())
        sat = gather(store, unit, unit.at(link.provider_id).sittings.get(link.sitting_id))
    text = sat.text
    scale = max(text.scales)
    return PracticeView(
        practice=text.practice,
        instruction=text.instructions[ResponseFormat.RATE],
        scale_labels=tuple(text.scales[scale]),
        language=text.language,
    )


def start_sitting(store: Store, token: str, *, now: datetime) -> str:
    """Start the sitting, or resume it, and return its id.

    Raises
    ------
    UnknownLink
    ProviderPaused
        If the provider is paused, and the sitting has not started.
    """
    with store.write() as unit:
        link = follow(unit, token, now=now)
        sat = gather(store, unit, unit.at(link.provider_id).sittings.get(link.sitting_id))
        if sat.progress.started_at is None:
            check_not_paused(unit.at(link.provider_id))
            happen(unit.at(link.provider_id), link.sitting_id, "started", at=now)
    return link.sitting_id


def candidate_may(store: Store, sitting_id: str, token: str) -> bool:
    """Whether the token in a browser's cookie belongs to a working link of this sitting."""
    with store.read() as unit:
        link = unit.doors.link(sha256(token))
    return (
        link is not None
        and link.sitting_id == sitting_id
        and link.revoked_at is None
        and link.expires_at > store.clock()
    )


def language_of(store: Store, token: str) -> str | None:
    """Return the language of the sitting behind a link, whether or not the link still works."""
    with store.read() as unit:
        link = unit.doors.link(sha256(token))
        sitting = unit.at(link.provider_id).sittings.get(link.sitting_id) if link else None
    return sitting.language if sitting else None


def show_question(store: Store, sitting_id: str, number: int) -> Question:
    """Show one question, as it stands.

    Raises
    ------
    NotFound
        If the sitting has no such question, or was not started.
    """
    sat = _started(store, sitting_id)
    if not 1 <= number <= len(sat.items):
        raise NotFound(_("There is no scenario %(number)s.", number=number))
    return question_of(sat, number)


def save_answer(
    store: Store,
    sitting_id: str,
    item_id: str,
    answer: Mapping[str, int],
    *,
    revision: int,
    now: datetime,
    by: str | None = None,
    how: str | None = None,
) -> Saved:
    """Save one complete answer; it is durable when this returns.

    Saving the same answer again changes nothing, so a double click or a retry is harmless. The
    last different answer holds, whichever tab it came from.

    Parameters
    ----------
    answer : mapping of str to int
        Per option, in the encoding of the response matrix.
    revision : int
        The revision that the page showed.
    by, how : str, optional
        The account that enters it for the candidate, and from what: phone, paper or in-person.

    Returns
    -------
    Saved
        ``saved``; ``unchanged``; ``replaced-other`` when another page had saved a different
        answer since this one was shown; ``already-submitted`` and ``other-way`` (the candidate
        answers in their own words) when nothing was saved.

    Raises
    ------
    ResponsesError
        If the answer is not complete or not allowed.
    NotFound
        If the sitting has no such item, or was not started.
    """
    with store.write() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        if item_id not in sat.sitting.form.items or sat.progress.started_at is None:
            raise NotFound(_("This scenario is not one of yours."))
        current = sat.progress.answers.get(item_id)
        known = current.revision if current else 0
        if sat.progress.submitted_at is not None:
            return Saved("already-submitted", known)
        if sat.progress.in_words:
            return Saved("other-way", known)
        checked = check_answer(sat.bank.item_by_id[item_id], answer)
        if current is not None and dict(current.answer) == checked:
            return Saved("unchanged", known)
        happen(
            unit.at(sat.sitting.provider_id),
            sitting_id,
            "answered",
            at=now,
            by=by,
            item_id=item_id,
            body={"answer": checked, "revision": known + 1, "shown-revision": revision}
            | entered(how),
        )
    return Saved("saved" if revision == known else "replaced-other", known + 1)


def review_sitting(store: Store, sitting_id: str) -> Review:
    """Gather all answers for checking.

    Raises
    ------
    NotFound
        If there is no such sitting, or it was not started.
    """
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        said = words_of(unit.at(sat.sitting.provider_id), sat.progress)
    if sat.progress.started_at is None:
        raise NotFound(_("Open your link and choose “Start” first."))
    return review_of(sat, said)


def submit_sitting(
    store: Store,
    sitting_id: str,
    *,
    now: datetime,
    allow_incomplete: bool = False,
    by: str | None = None,
    how: str | None = None,
) -> Submitted:
    """Close the sitting and compute its profile, in one transaction.

    Answers in own words have a profile once they are rated: see `service.use_cases.ratings`.

    Parameters
    ----------
    allow_incomplete : bool
        Submit what there is: nobody is kept from finishing.
    by, how : str, optional
        The account that submits it for the candidate, and how they were in touch.

    Returns
    -------
    Submitted
        ``submitted``; ``already-submitted``; or ``incomplete`` with the numbers that are missing.

    Raises
    ------
    NotFound
        If there is no such sitting, or it was not started.
    """
    with store.write() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        if sat.progress.submitted_at is not None:
            return Submitted("already-submitted")
        if sat.progress.started_at is None:
            raise NotFound(_("Open your link and choose “Start” first."))
        if sat.missing and not allow_incomplete:
            return Submitted("incomplete", sat.missing)
        tenant = unit.at(sat.sitting.provider_id)
        happen(tenant, sitting_id, "submitted", at=now, by=by, body=entered(how))
        if not sat.progress.in_words or not sat.progress.words:
            under = replace(sat, bank=holding_bank(unit, sat.bank))
            keep_profile(tenant, score_sitting(under), at=now)
    return Submitted("submitted")


def candidate_feedback_for(store: Store, sitting_id: str) -> CandidateFeedback:
    """Return the candidate's feedback, in words.

    Raises
    ------
    NotSubmitted
    NotFound
    """
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        profile = profile_of(unit, sat)
        bank = sat.bank if profile is None else bank_behind(unit, sat.bank, profile)
        vacancy = unit.at(sat.sitting.provider_id).vacancies.get(sat.sitting.vacancy_id)
        language = sat.sitting.language
        own = own_words(unit, sat.sitting.provider_id, sat.bank.id, language)
    if profile is None and sat.progress.submitted_at is not None:
        raise BeingRated(_("Two people read what you wrote before your feedback is ready."))
    if profile is None:
        raise NotSubmitted(_("Your feedback is here as soon as you have sent your answers."))
    contact = vacancy.contact if vacancy else None
    feedback = candidate_feedback(profile, bank, language=language, contact=contact)
    return feedback_in_own_words(feedback, own)


def _started(store: Store, sitting_id: str) -> Sat:
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
    if sat.progress.started_at is None:
        raise NotFound(_("Open your link and choose “Start” first."))
    return sat
