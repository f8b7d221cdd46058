"""Pages that invite one candidate, and that show links as cards with a QR code."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import InvalidForm, NotFound
from service.languages import page_language
from service.pages import batches, fresh_links
from service.pages.fact_words import LABELS, YES_OR_NO, sources
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.pages.qr import qr_picture
from service.use_cases import handing_over, invitations
from service.use_cases.application import candidate_page
from service.use_cases.facts import FACTS
from service.use_cases.handing_over import Batch, Card
from service.use_cases.known_people import AlreadyHere, Same
from service.use_cases.vacancies import vacancy_of
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("invite", __name__)
blueprint.context_processor(frame)

FIELDS = ("name", "email", "phone", "language", "send")
CARDS_ON_PAGE = 24
LINKS_ON_PAGE = 100


@blueprint.get("/vacancies/<vacancy_id>/invite")
@requires("recruiter")
def person(vacancy_id: str) -> str:
    """Show the form for an invitation."""
    given = {"language": page_language().code, "send": ""}
    return _form(vacancy_id, {}, given)


@blueprint.post("/vacancies/<vacancy_id>/invite")
@requires("recruiter")
def send(vacancy_id: str) -> Response | tuple[str, int]:
    """Invite somebody: send the message, or make the link and go to the page that shows it."""
    given, facts = given_fields(*FIELDS), given_fields(*FACTS)
    account, now = recruiter(), clock()
    try:
        if given["send"] not in ("message", "link"):
            raise InvalidForm({"send": _("Choose how they get their link.")})
        invited = invitations.invite(
            store(),
            account.provider_id,
            vacancy_id,
            name=given["name"],
            email=given["email"],
            phone=given["phone"],
            language=given["language"],
            facts=facts,
            send=given["send"] == "message",
            anyway=request.form.get("anyway") == "yes",
            by=account,
            now=now,
            request_id=request_id(),
        )
    except InvalidForm as error:
        return _form(vacancy_id, error.fields, given | facts), 422
    except AlreadyHere as error:
        return _form(vacancy_id, {}, given | facts, same=error.same), 409
    if not invited.token:
        flash(_("The invitation to %(name)s is on its way.", name=given["name"]))
        return redirect(url_for("candidates.candidate", sitting_id=invited.sitting_id), 303)
    fresh_links.remember(invited.sitting_id, invited.token, now=now)
    return redirect(url_for("candidates.link", sitting_id=invited.sitting_id), 303)


@blueprint.route("/candidates/<sitting_id>/qr", methods=["GET", "POST"])
@requires("recruiter")
def qr(sitting_id: str) -> Response | str:
    """Make one more link and show it as a card to print, in this browser only."""
    account, now = recruiter(), clock()
    page = candidate_page(store(), account.provider_id, sitting_id, now=now)
    if page.state == "completed" or page.standing.ended or page.standing.erased:
        flash(_("This candidate needs no link any more."), "note")
        return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)
    if request.method == "POST":
        token = invitations.another_link(
            store(), account.provider_id, sitting_id, by=account, now=now
        )
        fresh_links.remember(sitting_id, token, now=now)
        return redirect(url_for(".qr", sitting_id=sitting_id), 303)
    fresh = fresh_links.recall(sitting_id, now=now)
    if fresh is None:
        return render_template("invite/ask_qr.html", page=page, errors={})
    batch = handing_over.card_of(store(), account.provider_id, sitting_id, token=fresh)
    return render_template(
        "invite/card.html",
        page=page,
        batch=batch,
        card=_shown(batch, batch.cards[0]),
        minutes_kept=_minutes_kept(),
        errors={},
    )


@blueprint.post("/vacancies/<vacancy_id>/cards")
@requires("recruiter")
def make_cards(vacancy_id: str) -> Response:
    """Make links for several candidates, for a sheet of cards."""
    account, now = recruiter(), clock()
    with store().read() as unit:  # another provider's vacancy is not there, whatever was chosen
        vacancy_of(store(), unit, account.provider_id, vacancy_id)
    chosen = request.form.getlist("sitting") or request.form.getlist("who")
    secret = handing_over.new_secret()
    if len(chosen) > batches.MOST:
        flash(_("Choose up to %(most)s people for cards.", most=batches.MOST), "note")
        return redirect(url_for("recruiter.vacancy", vacancy_id=vacancy_id), 303)
    try:
        made = handing_over.hand_over(
            store(), account.provider_id, vacancy_id, chosen, secret=secret, by=account, now=now
        )
    except InvalidForm as error:
        flash(str(error), "note")
        return redirect(url_for("recruiter.vacancy", vacancy_id=vacancy_id), 303)
    batches.remember(secret, now=now, sitting_ids=made)
    return redirect(url_for(".cards"), 303)


@blueprint.post("/imports/<import_id>/cards")
@requires("recruiter")
def make_import_cards(import_id: str) -> Response:
    """Make links for the people of an import, for a list or a sheet of cards."""
    account, now = recruiter(), clock()
    part, secret = request.form.get("part", "1"), handing_over.new_secret()
    try:
        handing_over.hand_over_import(
            store(),
            account.provider_id,
            import_id,
            part=int(part) if part.isdecimal() else 0,
            secret=secret,
            by=account,
            now=now,
        )
    except InvalidForm as error:
        flash(str(error), "note")
        return redirect(url_for("imports.show", import_id=import_id), 303)
    batches.remember(secret, now=now, import_id=import_id)
    return redirect(url_for(".links"), 303)


@blueprint.get("/cards")
@requires("recruiter")
def cards() -> Response | str:
    """Show cards to print, two dozen at a time."""
    batch = _batch()
    if batch is None:
        return _gone()
    shown, pages = _page_of(batch.cards, CARDS_ON_PAGE)
    return render_template(
        "invite/cards.html",
        batch=batch,
        cards=[_shown(batch, card) for card in shown],
        pages=pages,
        minutes_kept=_minutes_kept(),
        errors={},
    )


@blueprint.get("/cards/list")
@requires("recruiter")
def links() -> Response | str:
    """Show links to copy."""
    batch = _batch()
    if batch is None:
        return _gone()
    shown, pages = _page_of(batch.cards, LINKS_ON_PAGE)
    return render_template(
        "invite/links.html",
        batch=batch,
        cards=[(card, _address(card.token)) for card in shown],
        pages=pages,
        minutes_kept=_minutes_kept(),
        errors={},
    )


def _batch() -> Batch | None:
    now = clock()
    kept = batches.recall(now=now)
    if kept is None:
        return None
    try:
        return handing_over.cards_of(
            store(),
            recruiter().provider_id,
            secret=kept.secret,
            import_id=kept.import_id,
            sitting_ids=kept.sitting_ids,
            now=now,
        )
    except NotFound:
        return None


def _gone() -> Response:
    flash(_("These links cannot be shown again. Make new ones if you still need them."), "note")
    return redirect(url_for("recruiter.vacancies"), 303)


def _shown(batch: Batch, card: Card) -> dict[str, Any]:
    address = _address(card.token)
    return {
        "name": card.name,
        "address": address,
        "address_words": address.partition("://")[2],
        "picture": qr_picture(address, label=_("QR code of the link for %(name)s", name=card.name)),
        "language": "cy" if card.language == "cy" else "en-GB",
        "words": _card_words(batch, card),
    }


def _card_words(batch: Batch, card: Card) -> dict[str, str]:
    """Return what the candidate reads, in the language of the sitting."""
    with force_locale("cy" if card.language == "cy" else "en_GB"):
        return {
            "for": _("For %(name)s", name=card.name),
            "scan": _("Point the camera of your phone at the square, or type the address:"),
            "minutes": _("It takes about %(minutes)s minutes.", minutes=batch.minutes),
            "stop": _("You can stop at any time and go on later, with this same card."),
            "alone": _("This link is yours alone: please do not pass the card on."),
            "ask": _("A question, or another way to answer? %(contact)s", contact=batch.contact),
        }


def _page_of(
    several: tuple[Card, ...], size: int
) -> tuple[tuple[Card, ...], list[tuple[int, bool]]]:
    """Return a page of cards, and the pages that there are with which one it is."""
    last = max(1, -(-len(several) // size))
    wanted = request.args.get("page", "1")
    number = min(max(int(wanted) if wanted.isdecimal() else 1, 1), last)
    pages = [(one, one == number) for one in range(1, last + 1)] if last > 1 else []
    return several[(number - 1) * size : number * size], pages


def _address(token: str) -> str:
    """Return a link as it is handed over: under the public address, if one is set."""
    path, public = url_for("candidate.landing", token=token), settings().public_url
    return public + path if public else urljoin(request.host_url, path)


def _minutes_kept() -> int:
    return int(fresh_links.KEPT.total_seconds() // 60)


def _form(
    vacancy_id: str,
    errors: dict[str, str],
    given: dict[str, str],
    same: tuple[Same, ...] = (),
) -> str:
    provider_id = recruiter().provider_id
    with store().read() as unit:
        vacancy = vacancy_of(store(), unit, provider_id, vacancy_id)
        paused = unit.at(provider_id).provider.paused_at is not None
    return render_template(
        "invite/person.html",
        vacancy=vacancy,
        paused=paused,
        errors=errors,
        given=given,
        same=same,
        labels=LABELS,
        sources=sources(),
        yes_or_no=[(code, str(words)) for code, words in YES_OR_NO.items()],
        request_id=request_id(),
    )
