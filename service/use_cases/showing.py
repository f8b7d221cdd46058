"""What a candidate, or a colleague who enters the answers, is shown of a sitting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from service.errors import NotFound
from service.storage import Store, Unit
from service.use_cases.candidate import Sat, gather
from service.use_cases.views import Invitation, Question, Review, ReviewEntry, ShownItem, ShownText
from service.words import gettext as _
from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.reports import answer_lines

__all__ = ["entered", "invitation_of", "question_of", "review_of"]


def invitation_of(
    store: Store, unit: Unit, sitting_id: str, *, expires_at: datetime | None
) -> Invitation:
    """Return what stands behind an invitation.

    Raises
    ------
    NotFound
    """
    sat = gather(store, unit, unit.doors.sitting(sitting_id))
    provider = unit.providers.get(sat.sitting.provider_id)
    vacancy = unit.at(sat.sitting.provider_id).vacancies.get(sat.sitting.vacancy_id)
    if provider is None or vacancy is None:
        raise NotFound(_("There is no such vacancy."))
    text = sat.text
    return Invitation(
        sitting_id=sitting_id,
        provider_name=provider.name,
        contact=vacancy.contact or provider.contact,
        vacancy_title=vacancy.title,
        bank_title=text.title,
        bank_summary=text.summary,
        bank_status=text.status_note,
        value_names=tuple(text.values[value.id].name for value in sat.bank.values),
        minutes=sat.bank.blueprint.minutes,
        n_items=len(sat.items),
        n_answered=sat.n_answered,
        next_number=sat.missing[0] if sat.missing else None,
        state=sat.progress.state,
        in_words=sat.progress.in_words,
        simulated=sat.sitting.simulated,
        language=text.language,
        expires_at=expires_at,
    )


def question_of(sat: Sat, number: int) -> Question:
    """Return one scenario of a sitting as a candidate may see it."""
    item, text = sat.items[number - 1], sat.text
    order = sat.sitting.form.options[number - 1]
    words = text.items[item.id]
    given = sat.progress.answers.get(item.id)
    return Question(
        sitting_id=sat.sitting.id,
        number=number,
        total=len(sat.items),
        item=_shown(item, order),
        text=ShownText(words.title, words.scenario, words.question, dict(words.options)),
        instruction=text.instructions[item.format],
        scale_labels=tuple(text.scales[item.scale]) if item.scale else (),
        options=tuple((option, words.options[option]) for option in order),
        answer=given.answer if given else None,
        revision=sat.progress.revision(item.id),
        n_answered=sat.n_answered,
        next_number=sat.missing[0] if sat.missing else None,
        submitted=sat.progress.submitted_at is not None,
        language=text.language,
        in_words=sat.progress.in_words,
    )


def review_of(sat: Sat, said: Mapping[str, str]) -> Review:
    """Return all answers for checking; `said` are the ones in own words, by item."""
    entry = partial(_written_entry, said=said) if sat.progress.in_words else _entry
    return Review(
        sitting_id=sat.sitting.id,
        entries=tuple(entry(sat, number) for number in range(1, len(sat.items) + 1)),
        n_answered=sat.n_answered,
        total=len(sat.items),
        submitted=sat.progress.submitted_at is not None,
        language=sat.text.language,
        in_words=sat.progress.in_words,
    )


def entered(how: str | None) -> dict[str, Mapping[str, str]]:
    """Return what an event says when a colleague did it for the candidate."""
    return {"entered": {"how": how}} if how else {}


def _shown(item: Item, order: tuple[str, ...]) -> ShownItem:
    picks = item.picks if item.format is ResponseFormat.PICK else None
    return ShownItem(item.id, item.format, order, item.scale, picks)


def _entry(sat: Sat, number: int) -> ReviewEntry:
    item = sat.items[number - 1]
    given = sat.progress.answers.get(item.id)
    lines = answer_lines(item, sat.text, given.answer) if given else ()
    picked = item.format is ResponseFormat.PICK
    return ReviewEntry(
        number=number,
        title=sat.text.items[item.id].title,
        answered=given is not None,
        answer_lines=tuple(line.text if picked else f"{line.label}: {line.text}" for line in lines),
    )


def _written_entry(sat: Sat, number: int, *, said: Mapping[str, str]) -> ReviewEntry:
    item = sat.items[number - 1].id
    title, text = sat.text.items[item].title, said.get(item, "")
    return ReviewEntry(number, title, bool(text), (text,) if text else ())
