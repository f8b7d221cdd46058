"""A candidate's way through the pages, by plain requests: no browser, no JavaScript."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service.use_cases import invitations, sittings
from service.use_cases.views import Question
from vbr_engine.bank.model import ResponseFormat


def test_landing_says_who_what_how_long_and_changes_nothing(house, page_client):
    page = page_client.get(f"/i/{house.token}")
    for said in (
        "Meadow & Larch Care",
        "Care worker, evenings",
        "about 15 minutes",
        "no time limit",
        "Rhona on 01632 960 001",
        "No panel of experts has agreed it",
        "Your link works until 22 December 2026",
        "Kind, compassionate and empathetic",
        "Proud and positive",
    ):
        assert said in page.reads
    assert sittings.view_invitation(house.store, house.token).state == "invited"
    assert "Set-Cookie" not in page_client.raw("GET", f"/i/{house.token}").headers


def test_simulated_person_is_marked_on_every_page(house, page_client):
    invited = invitations.invite(
        house.store,
        house.account.provider_id,
        house.vacancy_id,
        name="Sim Example",
        email="sim@home.example",
        by=house.account,
        now=house.store.clock(),
        simulated=True,
    )
    landing = page_client.get(f"/i/{invited.token}")
    for page in (landing, page_client.submit(landing)):
        assert "Simulated data" in page.reads
    assert "Simulated data" not in page_client.get(f"/i/{house.token}").reads


def test_practice_is_explained_only_after_trying_and_is_kept_nowhere(house, page_client):
    address = f"/i/{house.token}/practice"
    page = page_client.get(address)
    explanation = sittings.practice(house.store, house.token).practice.explanation
    assert explanation not in page.source
    tried = page_client.post(address, {"option-0": "2"})
    assert explanation in tried.reads
    assert "checked" in tried.by_id("option-0-2").attributes
    assert sittings.view_invitation(house.store, house.token).n_answered == 0


def test_whole_way_from_link_to_feedback(house, page_client):
    page = start(house, page_client)
    for number in range(1, 17):
        assert page.heading == f"Scenario {number} of 16"
        page = page_client.submit(page, **good_answer(shown(house, number)))
    assert page.heading == "Check your answers"
    assert "No answer yet" not in page.reads
    page = page_client.submit(page)
    assert page.heading == "Your feedback"
    assert "Your answers are sent" in page.reads
    assert "Rhona on 01632 960 001" in page.reads
    assert page_client.get(f"/i/{house.token}").heading == "You have sent your answers"


def test_feedback_has_no_figure(house, page_client):
    page = finish(house, page_client)
    main = page.by_id("main-content").text.replace("01632 960 001", "")
    assert not any(character.isdigit() for character in main)
    assert "%" not in main


def test_link_resumes_at_the_first_open_scenario_on_another_device(house, page_client):
    page = start(house, page_client)
    for number in (1, 2, 3):
        page = page_client.submit(page, **good_answer(shown(house, number)))
    from_elsewhere = type(page_client)(house.app.test_client(), page_client._secrets)
    landing = from_elsewhere.get(f"/i/{house.token}")
    assert landing.heading == "Welcome back"
    assert "You have answered 3 of 16" in landing.reads
    assert from_elsewhere.submit(landing).heading == "Scenario 4 of 16"


def test_answer_is_shown_again_when_one_goes_back(house, page_client):
    page = start(house, page_client)
    question = shown(house, 1)
    page_client.submit(page, **good_answer(question))
    again = page_client.get(f"/sitting/{house.sitting_id}/question/1")
    marked = [e for e in again.elements if "checked" in e.attributes or "selected" in e.attributes]
    expected = {"rate": len(question.options), "rank": len(question.options), "most-least": 2}
    assert len(marked) == expected.get(question.item.format, question.item.picks)


@pytest.mark.parametrize("response_format", list(ResponseFormat))
def test_empty_answer_is_named_part_by_part(house, page_client, response_format):
    start(house, page_client)
    question = first_of(house, response_format)
    page = page_client.get(address_of(question))
    page = page_client.submit(page, status=422)
    summary = page.by_id("error-summary")
    links = [e for e in page.all("a") if summary in e.parents]
    expected = {"rate": len(question.options), "rank": len(question.options), "most-least": 2}
    assert len(links) == expected.get(response_format, 1)
    assert page.heading == f"Scenario {question.number} of 16"


def test_repeated_place_is_named_and_every_place_is_kept(house, page_client):
    start(house, page_client)
    question = first_of(house, ResponseFormat.RANK)
    options = question.item.options
    places = {f"option__{option}": str(n) for n, option in enumerate(options, start=1)}
    places[f"option__{options[1]}"] = "1"
    page = page_client.get(address_of(question))
    page = page_client.submit(page, status=422, **places)
    assert "Place 1 is used for" in page.reads
    assert page.source.count("is used more than once") == 2
    selected = [e.get("value") for e in page.all("option") if "selected" in e.attributes]
    assert selected == ["1", "1", *[str(n) for n in range(3, len(options) + 1)]]


def test_same_option_for_best_and_worst(house, page_client):
    start(house, page_client)
    question = first_of(house, ResponseFormat.MOST_LEAST)
    option = question.item.options[0]
    page = page_client.get(address_of(question))
    page = page_client.submit(page, status=422, most=option, least=option)
    assert "the same answer for “Best” and “Worst”" in page.reads
    assert "checked" in page.by_id(f"most-{option}").attributes
    assert "checked" in page.by_id(f"least-{option}").attributes


@pytest.mark.parametrize(("more", "said"), [(-1, "Choose"), (1, "Untick 1")])
def test_too_few_or_too_many_picked(house, page_client, more, said):
    start(house, page_client)
    question = first_of(house, ResponseFormat.PICK)
    picked = list(question.item.options[: question.item.picks + more])
    page = page_client.get(address_of(question))
    page = page_client.submit(page, status=422, pick=picked)
    assert said in page.by_id("error-summary").text
    assert {e.get("value") for e in page.all("input") if "checked" in e.attributes} == set(picked)


def test_leaving_one_goes_on_and_says_what_was_not_kept(house, page_client):
    page = start(house, page_client)
    page = page_client.submit(page, button=("action", "leave"))
    assert page.heading == "Scenario 2 of 16"
    assert "Please note" not in page.reads
    question = first_of(house, ResponseFormat.MOST_LEAST)
    page = page_client.get(address_of(question))
    option = question.item.options[0]
    page = page_client.submit(page, button=("action", "leave"), most=option)
    assert f"You left scenario {question.number} before it was complete" in page.reads


def test_leaving_a_complete_answer_saves_it(house, page_client):
    page = start(house, page_client)
    page_client.submit(page, button=("action", "leave"), **good_answer(shown(house, 1)))
    assert shown(house, 1).answer is not None


def test_expired_form_keeps_the_answer_and_saves_on_the_second_try(house, page_client):
    start(house, page_client)
    question = shown(house, 1)
    entered = {k.replace("__", "-"): v for k, v in good_answer(question).items()}
    page = page_client.post(address_of(question), {**entered, "csrf_token": "old"}, status=400)
    assert "Your answer is still here" in page.reads
    assert shown(house, 1).answer is None
    page = page_client.submit(page, **good_answer(question))
    assert page.heading == "Scenario 2 of 16"
    assert shown(house, 1).answer is not None


def test_double_click_ends_in_one_answer_and_a_sentence(house, page_client):
    page = start(house, page_client)
    answer = good_answer(shown(house, 1))
    page_client.submit(page, **answer)
    second = page_client.submit(page, **answer)
    assert second.heading == "Scenario 2 of 16"
    assert "Scenario 1 is saved, with the same answer" in second.reads
    assert shown(house, 1).revision == 1


def test_stale_tab_wins_and_is_told(house, page_client):
    start(house, page_client)
    question = first_of(house, ResponseFormat.MOST_LEAST)
    first, second, third = question.item.options[:3]
    page = page_client.get(address_of(question))
    page_client.submit(page, most=first, least=second)
    told = page_client.submit(page, most=third, least=second)
    assert "in another window" in told.reads
    assert shown(house, question.number).answer[third] == 1


def test_change_from_the_check_page_comes_back_there(house, page_client):
    start(house, page_client)
    check = page_client.get(f"/sitting/{house.sitting_id}/check")
    link = next(e for e in check.all("a") if "question/3" in e.get("href"))
    page = page_client.get(link.get("href"))
    assert "Back to your answers" in page.reads
    page = page_client.submit(page, **good_answer(shown(house, 3)))
    assert page.heading == "Check your answers"


def test_an_error_on_the_way_from_the_check_page_does_not_lose_the_way_back(house, page_client):
    start(house, page_client)
    page = page_client.get(f"/sitting/{house.sitting_id}/question/3?from=check")
    page = page_client.submit(page, status=422)
    page = page_client.submit(page, **good_answer(shown(house, 3)))
    assert page.heading == "Check your answers"


def test_nobody_is_trapped_by_an_open_scenario(house, page_client):
    start(house, page_client)
    page = page_client.get(f"/sitting/{house.sitting_id}/check")
    page = page_client.submit(page, status=422)
    assert "16 scenarios have no answer" in page.by_id("error-summary").text
    page = page_client.submit(page, send__incomplete="yes")
    assert page.heading == "Your feedback"


def test_everything_after_sending_leads_to_the_feedback_with_a_sentence(house, page_client):
    page = start(house, page_client)
    finish(house, page_client)
    addresses = [f"/sitting/{house.sitting_id}/{end}" for end in ("question/1", "check")]
    late = [page_client.get(address) for address in addresses]
    late.append(page_client.submit(page, **good_answer(shown(house, 1))))
    for page in late:
        assert page.heading == "Your feedback"
        assert "already sent" in page.reads


def test_sending_twice_is_told(house, page_client):
    start(house, page_client)
    check = page_client.get(f"/sitting/{house.sitting_id}/check")
    page_client.submit(check, send__incomplete="yes")
    assert "already sent" in page_client.submit(check, send__incomplete="yes").reads


def test_feedback_before_sending_leads_to_the_answers_with_a_sentence(house, page_client):
    start(house, page_client)
    page = page_client.get(f"/sitting/{house.sitting_id}/feedback")
    assert page.heading == "Check your answers"
    assert "as soon as you have sent your answers" in page.reads


def test_the_address_of_sending_leads_back_when_it_is_loaded_again(house, page_client):
    start(house, page_client)
    page = page_client.get(f"/sitting/{house.sitting_id}/submit")
    assert page.heading == "Check your answers"


def test_without_its_cookie_a_sitting_asks_for_the_link(house, page_client):
    page = page_client.get(f"/sitting/{house.sitting_id}/question/1", status=403)
    assert page.heading == "Open your link again"
    assert "allow cookies" in page.reads


def test_a_slash_at_the_end_of_the_link_does_no_harm(house, page_client):
    assert page_client.get(f"/i/{house.token}/").heading == "Answer some questions about care work"


def test_the_cookie_opens_no_other_sitting(house, page_client):
    other, token = house.invite("Bo Example")
    sittings.start_sitting(house.store, token, now=house.store.clock())
    start(house, page_client)
    # A client that keeps cookies of its own would leave this one out.
    client, cookie = house.app.test_client(use_cookies=False), f"vbr_sitting={house.token}"
    for sitting, status in ((house.sitting_id, 200), (other, 403)):
        for end in ("question/1", "check", "your-data"):
            answer = client.get(f"/sitting/{sitting}/{end}", headers={"Cookie": cookie})
            assert answer.status_code == status, (sitting, end)


@pytest.mark.parametrize("address", ["/i/nobody-has-this", "/i/nobody-has-this/practice"])
def test_unknown_link(page_client, address):
    assert page_client.get(address, status=404).heading == "This link does not work"


def test_question_that_is_not_there(house, page_client):
    start(house, page_client)
    page_client.get(f"/sitting/{house.sitting_id}/question/17", status=404)
    page_client.get(f"/sitting/{house.sitting_id}/question/0", status=404)


@pytest.mark.parametrize("address", ["/about", "/privacy", "/accessibility"])
def test_public_pages(page_client, address):
    page_client.get(address)


def test_a_sitting_reads_the_same_when_the_key_is_turned_round(house, page_client, monkeypatch):
    """Nothing of an option's HTML depends on the key: turn every key round and compare."""
    start(house, page_client)
    before = walk(house, page_client)
    bank_of = type(house.store).bank
    monkeypatch.setattr(type(house.store), "bank", lambda *a: turned_round(bank_of(*a)))
    assert walk(house, page_client) == before


def start(house, page_client) -> Any:
    return page_client.submit(page_client.get(f"/i/{house.token}"))


def finish(house, page_client) -> Any:
    start(house, page_client)
    for number in range(1, 17):
        page = page_client.get(f"/sitting/{house.sitting_id}/question/{number}")
        page_client.submit(page, **good_answer(shown(house, number)))
    return page_client.submit(page_client.get(f"/sitting/{house.sitting_id}/check"))


def shown(house, number: int) -> Question:
    return sittings.show_question(house.store, house.sitting_id, number)


def first_of(house, response_format: ResponseFormat) -> Question:
    questions = (shown(house, number) for number in range(1, 17))
    return next(q for q in questions if q.item.format is response_format)


def address_of(question: Question) -> str:
    return f"/sitting/{question.sitting_id}/question/{question.number}"


def good_answer(question: Question) -> dict[str, Any]:
    options = question.item.options
    match question.item.format:
        case ResponseFormat.RATE:
            return {f"option__{option}": "2" for option in options}
        case ResponseFormat.RANK:
            return {f"option__{option}": str(n) for n, option in enumerate(options, start=1)}
        case ResponseFormat.MOST_LEAST:
            return {"most": options[0], "least": options[-1]}
    return {"pick": list(options[: question.item.picks])}


def walk(house, page_client) -> list[list[tuple[str, str]]]:
    """Every page of the sitting as its elements and words, without the form's own token."""
    pages = [
        page_client.get(f"/sitting/{house.sitting_id}/question/{number}") for number in range(1, 17)
    ]
    pages.append(page_client.get(f"/sitting/{house.sitting_id}/check"))
    return [
        [
            (str({k: v for k, v in e.attributes.items() if k != "value"}), e.text)
            if e.get("name") == "csrf_token"
            else (str(e.attributes), e.text)
            for e in page.elements
        ]
        for page in pages
    ]


def turned_round(bank):
    def turned(item):
        return replace(item, key=tuple(reversed(item.key)))

    return replace(bank, items=tuple(turned(item) for item in bank.items))
