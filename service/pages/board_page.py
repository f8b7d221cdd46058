"""The page of a vacancy's board: its filters in the address, its rows, what can be done at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict

from service.access import clock, store
from service.pages import board as words
from service.pages.fact_words import sources
from service.pages.forms import request_id
from service.pages.frame import recruiter
from service.use_cases.board import SHOWS, Filters, vacancy_board
from service.use_cases.funnel_words import outcome_words, stage_title, step_words
from service.use_cases.happenings import LOCAL
from service.use_cases.views import Board
from vbr_engine.funnel import CALL_OUTCOMES

__all__ = ["Given", "board_page", "filters_given"]


SENDING = {
    "send:reminder": lazy_gettext("Send a reminder"),
    "send:invitation": lazy_gettext("Send the invitation again"),
}


@dataclass(frozen=True)
class Given:
    """The filters of an address, and the address of other ones."""

    filters: Filters

    @property
    def query(self) -> dict[str, Any]:
        """What stands in the address: only what is not usual."""
        held = self.filters
        usual = "all" if held.q else "going"
        found = {
            "q": held.q,
            "show": "" if held.show == usual else held.show,
            "stage": held.stage,
            "source": held.source,
            "page": "" if held.page == 1 else held.page,
        }
        return {name: value for name, value in found.items() if value}

    def other(self, **changed: Any) -> dict[str, Any]:
        """Return the query with other filters, from the first page on unless it is named."""
        held = self.filters
        whole = {"q": held.q, "show": held.show, "stage": held.stage, "source": held.source}
        return Given(Filters(**{**whole, **changed})).query


def filters_given() -> Given:
    """Read the filters of the address."""
    args = request.args
    page = args.get("page", "1")
    return Given(
        Filters(
            q=args.get("q", ""),
            show=args.get("show", ""),
            stage=args.get("stage", ""),
            source=args.get("source", "") if args.get("source") in dict(sources()) else "",
            page=int(page) if page.isdecimal() and len(page) < 6 else 1,
        )
    )


def board_page(
    vacancy_id: str,
    errors: dict[str, str] | None = None,
    *,
    given: MultiDict[str, str] | None = None,
) -> str:
    """Render the board of a vacancy; after an error, with what was chosen."""
    asked, now = filters_given(), clock()
    board = vacancy_board(store(), recruiter().provider_id, vacancy_id, asked.filters, now=now)
    chosen = set(given.getlist("who")) if given else set[str]()
    if request.args.get("choose") == "all":
        chosen = {row.sitting_id for row in board.rows}

    def address(**changed: Any) -> str:
        return url_for("recruiter.vacancy", vacancy_id=vacancy_id, **asked.other(**changed))

    return render_template(
        "recruiter/vacancy.html",
        board=board,
        filters=asked.filters,
        query=asked.query,
        address=address,
        shows=_shows(board),
        stages=[(stage, stage_title(stage), number) for stage, number in board.stages],
        sources=sources(),
        groups=_groups(board),
        steps=_step_choices(board),
        chosen=chosen,
        words=words,
        stage_title=stage_title,
        errors=errors or {},
        given=given or {},
        now=now,
        today=now.astimezone(LOCAL).date(),
        request_id=request_id(),
    )


def _shows(board: Board) -> list[tuple[str, str, int]]:
    return [(show, str(words.SHOWN[show]), board.shows[show]) for show in SHOWS]


def _groups(board: Board) -> list[tuple[str, str, list[Any]]]:
    found = [
        (group, str(title), [row for row in board.rows if words.group_of(row) == group])
        for group, title in words.TITLES.items()
    ]
    return [group for group in found if group[2]]


def _step_choices(board: Board) -> list[tuple[str, str]]:
    choices = []
    for code in board.steps:
        if code == "called":
            choices += [
                (f"called:{outcome}", f"{step_words(code)}: {outcome_words(outcome)}")
                for outcome in CALL_OUTCOMES
            ]
        else:
            choices.append((code, step_words(code)))
    if any(row.state != "completed" and not row.standing.ended for row in board.rows):
        choices += [(code, str(said)) for code, said in SENDING.items()]
    return choices
