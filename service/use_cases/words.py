"""Answering in own words: the scenario, the text as it stands, saving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store
from service.use_cases.candidate import Sat, gather
from service.use_cases.forms import Form
from service.use_cases.happenings import happen
from service.use_cases.showing import entered
from service.use_cases.views import Saved
from service.use_cases.written import words_of
from service.words import gettext as _
from vbr_engine.scoring import rubric_text

__all__ = ["LONGEST", "WordsQuestion", "save_words", "show_words"]

LONGEST = 6000


@dataclass(frozen=True, slots=True)
class WordsQuestion:
    """One scenario to answer in own words.

    Parameters
    ----------
    number, total : int
        From 1.
    prompt : str
        What is asked, in place of the item's question and options.
    said : str
        The text that is saved.
    revision : int
        How often it was saved.
    in_words : bool
        Whether this candidate answers in own words at all.
    """

    sitting_id: str
    number: int
    total: int
    title: str
    scenario: str
    prompt: str
    said: str
    revision: int
    n_answered: int
    next_number: int | None
    submitted: bool
    language: str
    in_words: bool


def show_words(store: Store, sitting_id: str, number: int) -> WordsQuestion:
    """Show one scenario with the text as it stands.

    Raises
    ------
    NotFound
        If the sitting has no such scenario, or was not started.
    """
    with store.read() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        said = words_of(unit.at(sat.sitting.provider_id), sat.progress)
    item = _item(sat, number)
    written, text = sat.progress.words.get(item), sat.text
    return WordsQuestion(
        sitting_id=sitting_id,
        number=number,
        total=len(sat.items),
        title=text.items[item].title,
        scenario=text.items[item].scenario,
        prompt=rubric_text(sat.bank, text.language).prompt,
        said=said.get(item, ""),
        revision=written.revision if written else 0,
        n_answered=sat.n_answered,
        next_number=sat.missing[0] if sat.missing else None,
        submitted=sat.progress.submitted_at is not None,
        language=text.language,
        in_words=sat.progress.in_words,
    )


def save_words(
    store: Store,
    sitting_id: str,
    number: int,
    text: str,
    *,
    revision: int,
    now: datetime,
    by: str | None = None,
    how: str | None = None,
) -> Saved:
    """Save one answer in own words; it is durable when this returns.

    The same text again changes nothing; the last different text holds.

    Parameters
    ----------
    revision : int
        The revision that the page showed.
    by, how : str, optional
        The account that writes it for the candidate, and how they were in touch.

    Returns
    -------
    Saved
        As `service.use_cases.sittings.save_answer`.

    Raises
    ------
    InvalidForm
        With a sentence for ``words``.
    NotFound
    """
    form = Form()
    text = form.text("words", text, missing=_("Write what you would do, and why."), longest=LONGEST)
    form.done()
    with store.write() as unit:
        sat = gather(store, unit, unit.doors.sitting(sitting_id))
        item = _item(sat, number)
        tenant = unit.at(sat.sitting.provider_id)
        written = sat.progress.words.get(item)
        known = written.revision if written else 0
        if sat.progress.submitted_at is not None:
            return Saved("already-submitted", known)
        if not sat.progress.in_words:
            return Saved("other-way", known)
        if words_of(tenant, sat.progress).get(item) == text:
            return Saved("unchanged", known)
        body = {"revision": known + 1, "shown-revision": revision} | entered(how)
        happen(tenant, sitting_id, "written", at=now, by=by, item_id=item, body=body, text=text)
    return Saved("saved" if revision == known else "replaced-other", known + 1)


def _item(sat: Sat, number: int) -> str:
    if sat.progress.started_at is None:
        raise NotFound(_("Open your link and choose “Start” first."))
    if not 1 <= number <= len(sat.items):
        raise NotFound(_("There is no scenario %(number)s.", number=number))
    return sat.items[number - 1].id
