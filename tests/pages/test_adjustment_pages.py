"""Another way to answer, on the pages: choosing it, entering, paper, own words, rating."""

from __future__ import annotations

import html

import pytest

from service.use_cases import accounts, adjustments, asking, entry, sittings
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.files import read_bank
from vbr_engine.scoring import rubric_text

EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"
BANK = "question_banks/homecare-values"
SAID = "I would sit down with her.\nWe talk about Jan, because she is worried <b>now</b>."


@pytest.fixture
def staff(page_client):
    return sign_in(page_client, EMAIL)


def sign_in(client, email):
    client.submit(client.get("/sign-in"), email=email, password=PASSWORD)
    return client


def adjust(house, way):
    adjustments.adjust(
        house.store,
        house.account.provider_id,
        house.sitting_id,
        account=house.account,
        way=way,
        note="",
        now=house.store.clock(),
    )


def colleague(house, client_of, email, name):
    accounts.add_account(
        house.store,
        house.account.provider_id,
        name=name,
        email=email,
        password=PASSWORD,
        now=house.store.clock(),
    )
    return sign_in(client_of(house), email)


@pytest.fixture
def client_of(page_client):
    """Make one more browser, with the same checks."""
    return lambda house: type(page_client)(house.app.test_client(), page_client._secrets)


def test_the_way_is_chosen_from_the_page_of_the_candidate(house, staff):
    page = staff.get(f"/candidates/{house.sitting_id}")
    assert "How they answer" in page.reads
    form = staff.get(f"/candidates/{house.sitting_id}/adjustment")
    assert form.heading == "How does Alex Example answer?"
    assert len([e for e in form.all("input") if e.get("type") == "radio"]) == 4
    wrong = staff.submit(form, status=422, way="")
    assert "Choose a way to answer." in wrong.reads
    page = staff.submit(form, way="entered", note="Ring after six.")
    for said in ("The way to answer is saved.", "To a colleague, or on paper", "Ring after six."):
        assert said in page.reads
    hrefs = {a.get("href") for a in page.all("a")}
    assert f"/entry/{house.sitting_id}" in hrefs
    assert f"/candidates/{house.sitting_id}/paper" in hrefs


def test_other_ways_are_never_shown_as_lesser(house, staff):
    for address in ("adjustment", "paper"):
        reads = staff.raw("GET", f"/candidates/{house.sitting_id}/{address}").text.lower()
        for word in ("disab", "impair", "special need", "cannot cope", "easier", "only if"):
            assert word not in reads, (address, word)


def test_entering_by_phone_uses_the_candidates_own_form(house, staff, page_client):
    adjust(house, "entered")
    start = staff.get(f"/entry/{house.sitting_id}")
    assert start.heading == "Enter the answers of Alex Example"
    assert "Choose how the answers reach you." in staff.submit(start, status=422).reads
    page = staff.submit(start, how="phone")
    assert page.heading == "Scenario 1 of 16"
    assert "Entering the answers of Alex Example" in page.reads
    shown = sittings.show_question(house.store, house.sitting_id, 1)
    same = page_client.post(f"/i/{house.token}")
    assert same.heading == page.heading
    assert fields_of(page) == fields_of(same)
    assert len(fields_of(page)) > 2
    wrong = staff.submit(page, status=422, button=("action", "save"))
    assert wrong.by_id("error-summary")
    page = staff.submit(page, button=("action", "save"), **good_answer(shown))
    assert page.heading == "Scenario 2 of 16"
    for number in range(2, 17):
        shown = sittings.show_question(house.store, house.sitting_id, number)
        page = staff.submit(page, button=("action", "save"), **good_answer(shown))
    assert page.heading == "Check the answers of Alex Example"
    asked = staff.submit(page, status=422)
    assert "Ask the candidate first, then tick the box." in asked.reads
    done = staff.submit(page, confirmed="yes")
    assert done.heading == "Alex Example"
    assert "The answers are sent." in done.reads
    again = staff.get(f"/entry/{house.sitting_id}/3")
    assert "already sent" in again.reads


def test_nothing_is_entered_for_who_answers_in_person(house, staff):
    page = staff.get(f"/entry/{house.sitting_id}")
    assert page.heading == "How does Alex Example answer?"
    assert "Choose first that a colleague enters the answers." in page.reads


def test_entering_gives_no_key_away(house, staff):
    adjust(house, "entered")
    page = staff.submit(staff.get(f"/entry/{house.sitting_id}"), how="paper")
    texts = read_bank(BANK).text("en").items.values()
    for number in range(1, 17):
        page = staff.get(f"/entry/{house.sitting_id}/{number}?how=paper")
        assert not [t for t in texts if t.rationale in page.reads or t.discuss in page.reads]


@pytest.mark.parametrize("way", ["entered", "spoken"])
def test_the_paper_form_is_complete_and_nameless(house, staff, way):
    adjust(house, way)
    text = staff.raw("GET", f"/candidates/{house.sitting_id}/paper").text
    large = staff.raw("GET", f"/candidates/{house.sitting_id}/paper?large=yes").text
    assert text.count('class="scene"') == 16
    assert adjustments.reference(house.sitting_id) in text
    assert "Alex Example" not in text
    assert "Ring Rhona" in text
    assert 'class="paper paper--large"' in large
    assert 'class="paper paper--large"' not in text
    assert (rubric_text(read_bank(BANK)).prompt in text) == (way == "spoken")
    assert "style=" not in text
    assert "draft translation" not in text


def test_a_paper_form_in_welsh_says_that_its_words_are_a_draft(house, staff, client_of):
    asking.choose_language(house.store, house.token, "cy", now=house.store.clock())
    adjust(house, "entered")
    text = staff.raw("GET", f"/candidates/{house.sitting_id}/paper").text
    assert 'lang="cy"' in text
    assert text.count("The words of these pages are a draft translation") == 1
    assert '<span lang="en-GB">The words of these pages are a draft' in text


def test_a_paper_form_is_found_by_its_reference(house, staff):
    adjust(house, "entered")
    code = adjustments.reference(house.sitting_id)
    assert staff.get(f"/entry?reference={code}").heading == "Enter the answers of Alex Example"
    wrong = staff.get("/entry?reference=0000-0000", status=422)
    assert "There is no such reference." in wrong.reads


def test_own_words_from_the_link_to_waiting(house, page_client):
    adjust(house, "typed")
    page = page_client.post(f"/i/{house.token}")
    assert page.heading == "Scenario 1 of 16"
    assert page.by_id("words").name == "textarea"
    assert rubric_text(read_bank(BANK)).prompt in page.reads
    assert not [e for e in page.all("input") if e.get("type") == "radio"]
    empty = page_client.submit(page, status=422, button=("action", "save"), words=" ")
    assert "Write what you would do, and why." in empty.reads
    page = page_client.submit(page, button=("action", "save"), words=SAID)
    assert page.heading == "Scenario 2 of 16"
    assert "1 of 16 answered" in page.reads
    again = page_client.get(f"/sitting/{house.sitting_id}/question/1")
    assert again.by_id("words").text.split() == SAID.split()  # escaped, kept as it is
    page = page_client.submit(page, button=("action", "leave"), words="")
    assert page.heading == "Scenario 3 of 16"
    check = page_client.get(f"/sitting/{house.sitting_id}/check")
    assert "15 scenarios have no answer yet" in check.reads
    asked = page_client.submit(check, status=422)
    waiting = page_client.submit(asked, **{"send__incomplete": "yes"})
    assert waiting.heading == "Your answers are with us"
    assert "as soon as they have finished" in waiting.reads
    assert page_client.post(f"/i/{house.token}").heading == waiting.heading


def test_own_words_written_by_a_colleague(house, staff):
    adjust(house, "spoken")
    page = staff.submit(staff.get(f"/entry/{house.sitting_id}"), how="in-person")
    assert page.by_id("words").name == "textarea"
    assert page.address == f"/entry/{house.sitting_id}/words/1"
    assert staff.submit(page, button=("action", "save"), words=SAID).heading == "Scenario 2 of 16"


def test_rating_shows_neither_name_nor_other_ratings(house, staff, page_client, client_of):
    adjust(house, "typed")
    write(house, page_client, 2)
    second = colleague(house, client_of, "bea@meadow.example", "Bea Example")
    index = staff.get("/ratings")
    assert "2 answers wait for you." in index.reads
    page = staff.get(next_address(index))
    assert "I would sit down with her." in page.reads
    assert "Signs of it" in page.reads
    wrong = staff.submit(page, status=422)
    assert "Choose a level." in wrong.reads
    page = staff.submit(page, level="4", note="Warm, and honest.")
    page = staff.submit(page, level="4")
    assert page.heading == "Answers to rate"
    assert "Nothing waits for you." in page.reads
    page = second.get(next_address(second.get("/ratings")))
    for hidden in ("Alex", "Rhona", "Warm, and honest", house.sitting_id, house.sitting_id[:8]):
        assert hidden not in page.reads
        assert hidden not in [a.get("href") for a in page.all("a")]
    assert house.sitting_id not in page.source
    second.submit(page, level="3")
    for address in (f"/candidates/{house.sitting_id}", f"/candidates/{house.sitting_id}/record"):
        assert "Warm, and honest" not in second.raw("GET", address, follow_redirects=True).text


def test_whole_way_to_the_report(house, staff, page_client, client_of):
    adjust(house, "typed")
    write(house, page_client, 1)
    report = f"/candidates/{house.sitting_id}/report"
    assert "Two people rate" in staff.get(f"/candidates/{house.sitting_id}").reads
    early = staff.get(f"/candidates/{house.sitting_id}/first-view")
    assert "There is no report yet: the answers are being rated." in early.reads
    assert "Two colleagues rate the answers first." in early.reads
    clients = [
        staff,
        colleague(house, client_of, "bea@meadow.example", "Bea Example"),
        colleague(house, client_of, "cai@meadow.example", "Cai Example"),
    ]
    for client, level in zip(clients, "140", strict=True):
        index = client.get("/ratings")
        client.submit(client.get(next_address(index)), level=level)
    assert page_client.get(f"/sitting/{house.sitting_id}/feedback").heading == "Your feedback"
    form = staff.get(f"/candidates/{house.sitting_id}/first-view")
    page = staff.submit(form, view="unsure", note="")
    assert page.address == report
    assert "in their own words" in page.reads
    assert "I would sit down with her." in page.reads


def test_agreement_says_when_it_is_too_early(house, staff):
    page = staff.get("/ratings/agreement")
    assert "Not enough yet: two people have rated 0 answers" in page.reads


def write(house, client, n):
    page = client.post(f"/i/{house.token}")
    for _number in range(n):
        page = client.submit(page, button=("action", "save"), words=SAID)
    check = client.get(f"/sitting/{house.sitting_id}/check")
    client.submit(client.submit(check, status=422), **{"send__incomplete": "yes"})


def fields_of(page):
    main = page.all("main")[0]
    found = [e for e in page.all("input", "select", "button") if main in e.parents]
    return [(e.get("name"), e.get("id"), e.get("value")) for e in found if not_own(e)]


def not_own(field):
    return field.get("name") not in ("how", "csrf_token")


def next_address(page):
    (found,) = [a.get("href") for a in page.all("a") if "/ratings/answer/" in a.get("href")]
    return found


def good_answer(question):
    options = [option for option, _text in question.options]
    if question.item.format is ResponseFormat.RATE:
        return {f"option-{o}": str(1 + n % question.item.scale) for n, o in enumerate(options)}
    if question.item.format is ResponseFormat.RANK:
        return {f"option-{o}": str(place) for place, o in enumerate(options, start=1)}
    if question.item.format is ResponseFormat.MOST_LEAST:
        return {"most": options[0], "least": options[1]}
    return {"pick": options[: question.item.picks]}


def test_what_was_rated_and_what_is_not_there(house, staff, page_client):
    adjust(house, "typed")
    write(house, page_client, 1)
    page = staff.get(next_address(staff.get("/ratings")))
    staff.submit(page, level="2")
    again = staff.submit(page, level="4")
    assert "This answer was rated already, so nothing was changed." in again.reads
    assert staff.get(page.address).heading == "Answers to rate"
    staff.get("/ratings/answer/0123456789abcdef01234567", status=404)
    with house.store.read() as unit:
        (rated,) = unit.at(house.account.provider_id).answering.ratings()
    assert rated.body["level"] == 2


def test_the_paper_form_speaks_the_language_of_the_sitting(house, staff):
    with house.store.write() as unit:
        unit.at(house.account.provider_id).sittings.speak(house.sitting_id, "cy")
    adjust(house, "entered")
    text = staff.raw("GET", f"/candidates/{house.sitting_id}/paper").text
    assert '<html lang="cy"' in text
    catalogue = read_bank(BANK).text("cy")
    assert catalogue.language == "cy"
    first = entry.paper_form(house.store, house.account.provider_id, house.sitting_id).questions[0]
    assert catalogue.items[first.item.id].scenario[:40] in html.unescape(text)
    assert staff.get(f"/candidates/{house.sitting_id}").all("html")[0].get("lang") == "en-GB"
