"""Pages of lists of people, of one invitation, and of cards with QR codes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page as BrowserPage

from service.pages import uploads
from service.use_cases import imports
from vbr_engine.files import read_sheet
from vbr_engine.intake import SOURCES

LIST = """Name,Email,Mobile,Language,How they found us
Ana Beispiel,ana@example.org,07700 900123,Welsh,Job board
Ben Muster,ben@example.org,,,
Cai Enghraifft,,,,Friend
Dee Enghraifft,not an address,,,
Alex Example,sam@home.example,,,
"""


@pytest.fixture
def signed_in(house: Any, page_client: Any) -> Any:
    page_client.submit(
        page_client.get("/sign-in"), email=house.account.email, password="a long enough pass phrase"
    )
    return page_client


def send(
    client: Any, house: Any, content: bytes | str, *, name: str = "people.csv", status: int = 200
) -> Any:
    """Send a list as a browser does; return the page that comes."""
    address = f"/vacancies/{house.vacancy_id}/import"
    data = {
        e.get("name"): e.get("value").encode()
        for e in client.get(address).all("input")
        if e.get("name") in ("csrf_token", "request_id")
    }
    field = f'file"; filename="{name}' if isinstance(content, bytes) else "pasted"
    data[field] = content if isinstance(content, bytes) else content.encode()
    # Not left to the test client, which puts what is large into files of its own.
    parts = (
        b'--edge\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), value)
        for key, value in data.items()
    )
    answer = client.raw(
        "POST",
        address,
        data=b"".join((*parts, b"--edge--\r\n")),
        content_type="multipart/form-data; boundary=edge",
        follow_redirects=True,
    )
    return client._checked(answer, status)


def invite_all(client: Any, page: Any, *, status: int = 200, **fields: Any) -> Any:
    form = next(f for f in page.all("form") if f.get("action").endswith("/invite"))
    data: dict[str, Any] = {
        e.get("name"): e.get("value")
        for e in page.all("input")
        if e.get("type") == "hidden" and form in e.parents
    }
    return client.post(form.get("action"), data | fields, status=status)


def press(client: Any, page: Any, ending: str) -> Any:
    form = next(f for f in page.all("form") if f.get("action").endswith(ending))
    data = {
        e.get("name"): e.get("value")
        for e in page.all("input")
        if e.get("type") == "hidden" and form in e.parents
    }
    return client.post(form.get("action"), data)


def made(house: Any) -> list[Any]:
    with house.store.read() as unit:
        return list(unit.at(house.account.provider_id).sittings.of_vacancy(house.vacancy_id))


def test_a_list_is_checked_then_everybody_is_invited(signed_in: Any, house: Any) -> None:
    page = send(signed_in, house, LIST.encode())
    assert page.heading == "Check the list"
    assert "There are 5 people in the list: 3 can be invited, 1 may be here already" in page.reads
    assert "1 needs something put right" in page.reads
    assert "not an email address" in page.reads
    assert len(made(house)) == 1
    everybody = signed_in.get(page.address + "?show=all")
    assert "Ben Muster" in everybody.reads
    done = invite_all(signed_in, page, send="message", language="en")
    assert done.heading == "3 people are invited"
    assert "2 invitations are on their way" in done.reads
    assert "1 person gets the link from you" in done.reads
    assert len(made(house)) == 4
    again = invite_all(signed_in, page, send="message", language="en")
    assert again.heading == "3 people are invited"
    assert len(made(house)) == 4


def test_a_ticked_duplicate_is_invited_as_well(signed_in: Any, house: Any) -> None:
    page = send(signed_in, house, LIST)
    tick = next(e for e in page.all("input") if e.get("name") == "also")
    assert "checked" not in tick.attributes
    assert "22 November 2026" in page.reads
    invite_all(signed_in, page, send="links", language="cy", also=tick.get("value"))
    sittings = made(house)
    assert len(sittings) == 5
    assert {one.language for one in sittings if one.import_id} == {"cy"}


@pytest.mark.parametrize("field", ["send", "language"])
def test_how_must_be_chosen(signed_in: Any, house: Any, field: str) -> None:
    page = send(signed_in, house, LIST)
    fields = {"send": "message", "language": "en"}
    del fields[field]
    told = invite_all(signed_in, page, status=422, **fields)
    summary = told.by_id("error-summary")
    assert any(link.get("href") == f"#{field}" for link in told.all("a") if summary in link.parents)
    assert len(made(house)) == 1


def test_a_list_is_put_away(signed_in: Any, house: Any) -> None:
    page = send(signed_in, house, LIST)
    told = press(signed_in, page, "/put-away")
    assert "put away" in told.reads
    signed_in.get(page.address, status=404)


def test_the_problem_list_and_the_templates_come_as_files(signed_in: Any, house: Any) -> None:
    page = send(signed_in, house, LIST)
    for format in ("csv", "xlsx"):
        answer = signed_in.raw("GET", f"{page.address}/to-put-right.{format}")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = read_sheet(answer.data, name=f"x.{format}").rows
        assert [row.cells[0] for row in rows] == ["4", "5", "6"]
        for language in ("en", "cy"):
            answer = signed_in.raw("GET", f"/imports/template-{language}.{format}")
            assert answer.status_code == 200
            assert read_sheet(answer.data, name=f"x.{format}").rows
    assert signed_in.raw("GET", "/imports/template-fr.csv").status_code == 404
    assert signed_in.raw("GET", f"{page.address}/to-put-right.exe").status_code == 404


def test_links_and_cards_are_shown_in_this_browser_and_work(signed_in: Any, house: Any) -> None:
    done = invite_all(signed_in, send(signed_in, house, LIST), send="links", language="en")
    assert "3 people get their links from you" in done.reads
    page = press(signed_in, done, "/cards")
    assert page.heading == "3 links to hand over"
    links = re.findall(r"http://localhost(/i/[a-z2-7]{32})", page.source)
    assert len(links) == 3
    cards = signed_in.get("/cards")
    assert cards.heading == "3 cards to print"
    assert len(cards.all("article")) == len(cards.all("svg")) == 3
    for link in links:
        assert f"localhost{link}" in cards.source
        assert signed_in.raw("GET", link).status_code == 200
    # Ana's card is Welsh, as her sitting is: what is not translated yet stays English.
    assert [one.get("lang") for one in cards.all("article")] == ["cy", "en-GB", "en-GB"]
    other = house.app.test_client()
    assert "/i/" not in other.get("/cards").get_data(as_text=True)
    with house.store.read() as unit:
        text = str(unit.connection.exec_driver_sql("SELECT * FROM links").all())
    assert not any(link.removeprefix("/i/") in text for link in links)


def test_links_made_twice_work_both(signed_in: Any, house: Any) -> None:
    done = invite_all(signed_in, send(signed_in, house, LIST), send="links", language="en")
    found: set[str] = set()
    for _twice in range(2):
        found |= set(re.findall(r"/i/[a-z2-7]{32}", press(signed_in, done, "/cards").source))
    assert len(found) == 6
    assert all(signed_in.raw("GET", link).status_code == 200 for link in found)


def test_an_import_is_taken_back(signed_in: Any, house: Any) -> None:
    done = invite_all(signed_in, send(signed_in, house, LIST), send="message", language="en")
    ask = signed_in.get(done.address + "/take-back")
    assert "3 people can be taken back" in ask.reads
    back = press(signed_in, ask, "/take-back")
    assert back.heading == "This list was taken back"
    assert "the names and addresses of 3 people are erased" in back.reads
    signed_in.get(f"/vacancies/{house.vacancy_id}?show=all")
    page = signed_in.get(done.address + "/take-back")
    assert "cannot be taken back any more" in page.reads


def test_nothing_chosen_is_told(signed_in: Any, house: Any) -> None:
    page = send(signed_in, house, "", status=422)
    assert "Choose a file, or paste the list" in page.by_id("error-summary").text


def test_a_file_under_another_name_is_nothing_chosen(signed_in: Any, house: Any) -> None:
    address = f"/vacancies/{house.vacancy_id}/import"
    form = signed_in.get(address)
    token = next(e for e in form.all("input") if e.get("name") == "csrf_token").get("value")
    data = {"csrf_token": token, "list": (io.BytesIO(LIST.encode()), "people.csv")}
    signed_in.post(address, data, status=422)


def bomb() -> bytes:
    """A workbook whose one sheet is 300 MB of nothing."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _part in range(300):
                sheet.write(b" " * 1_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "people.csv", "empty"),
        (b"%PDF-1.4 x", "people.pdf", "PDF"),
        (b"\xff\xd8\xff\xe0 picture", "people.jpg", ""),
        (b"a,b\n1,2\n", "people.csv", "No column"),
        (b"Name\n", "people.csv", "no row"),
        (b"Name\x00\x00\x00\n" * 50, "../../etc/passwd", ""),
        ("bomb", "people.xlsx", ""),
    ],
)
def test_hostile_files_are_told_beside_the_form(
    signed_in: Any, house: Any, content: Any, name: str, words: str
) -> None:
    page = send(signed_in, house, bomb() if content == "bomb" else content, name=name, status=422)
    told = page.by_id("file-error").text
    assert words in told
    assert len(told) > 15
    assert "Traceback" not in page.source


def test_what_is_too_large_gets_a_sentence_and_is_not_kept(
    signed_in: Any, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda *a, **k: opened.append("spooled"))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda *a, **k: opened.append("file"))
    large = b"Name,Email\n" + b"Ana Beispiel,ana@example.org\n" * 100_000
    assert 2_000_000 < len(large) < uploads.LIMIT
    page = send(signed_in, house, large, status=422)
    assert "10,000" in page.by_id("file-error").text
    page = send(signed_in, house, large * 4, status=413)
    assert "larger than 10 MB" in page.by_id("file-error").text
    page = send(signed_in, house, (large * 4).decode(), status=413)
    assert "larger than 10 MB" in page.by_id("file-error").text
    assert opened == []


def test_the_limit_of_other_pages_stays(signed_in: Any, house: Any) -> None:
    answer = signed_in.raw(
        "POST", f"/vacancies/{house.vacancy_id}/invite", data={"name": "x" * 2_000_000}
    )
    assert answer.status_code == 413


def test_without_the_forms_token_nothing_is_read(signed_in: Any, house: Any) -> None:
    answer = signed_in.raw(
        "POST",
        f"/vacancies/{house.vacancy_id}/import",
        data={"file": (io.BytesIO(LIST.encode()), "people.csv")},
    )
    assert answer.status_code == 400
    stranger = house.app.test_client().post(f"/vacancies/{house.vacancy_id}/import", data=b"x")
    assert stranger.status_code == 303
    assert "/sign-in" in stranger.headers["Location"]


def test_too_many_lists_are_told_beside_the_form(
    signed_in: Any, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "UPLOADS", 2)
    for _number in range(2):
        send(signed_in, house, LIST)
    page = send(signed_in, house, LIST, status=429)
    assert "many lists" in page.by_id("file-error").text


def test_a_long_list_shows_a_hundred_and_stays_small(signed_in: Any, house: Any) -> None:
    rows = "\n".join(f"Person Number {n},person{n}@example,,," for n in range(2000))
    page = send(signed_in, house, f"Name,Email,Mobile,Language,Source\n{rows}")
    assert "the first 100 of 2000" in page.reads
    assert len(page.source.encode()) < 100_000
    twice = "\n".join(f"Person {n % 500},person{n % 500}@example.org,,," for n in range(2000))
    page = send(signed_in, house, f"Name,Email,Mobile,Language,Source\n{twice}")
    assert len(page.source.encode()) < 100_000
    assert "All 1500 of them" in page.reads


def test_one_person_is_invited_by_message(signed_in: Any, house: Any) -> None:
    form = signed_in.get(f"/vacancies/{house.vacancy_id}/invite")
    signed_in.submit(form, status=422, name="Ana Beispiel", send="message", language="cy")
    page = signed_in.submit(
        form,
        name="Ana Beispiel",
        phone="07700 900 123",
        send="message",
        language="cy",
        source=next(iter(SOURCES)),
        travel_minutes="20",
    )
    assert "The invitation to Ana Beispiel is on its way" in page.reads
    with house.store.read() as unit:
        tenant = unit.at(house.account.provider_id)
        sitting = next(s for s in made(house) if s.language == "cy")
        person = tenant.identities.get(sitting.id)
        sent = sorted((m.kind, m.channel) for m in tenant.messages.of((sitting.id,)))
        facts = next(e for e in tenant.events.of(sitting.id) if e.kind == "facts").body
    assert person.phone == "+447700900123"
    assert sent == [("invitation", "sms"), ("reminder", "sms"), ("reminder", "sms")]
    assert facts["travel_minutes"] == 20


def test_somebody_who_is_here_is_told_first(signed_in: Any, house: Any) -> None:
    form = signed_in.get(f"/vacancies/{house.vacancy_id}/invite")
    given = {"name": "Alex E", "email": "SAM@home.example", "send": "link", "language": "en"}
    page = signed_in.submit(form, status=409, **given)
    assert "Alex Example was invited to this vacancy on 22 November 2026" in page.reads
    assert len(made(house)) == 1
    done = signed_in.submit(page, button=("anyway", "yes"), **given)
    assert done.heading == "The link for Alex E"
    assert len(made(house)) == 2


def test_a_qr_card_is_made_and_the_earlier_link_works_on(signed_in: Any, house: Any) -> None:
    address = f"/candidates/{house.sitting_id}/qr"
    ask = signed_in.get(address)
    card = press(signed_in, ask, "/qr")
    assert len(card.all("svg")) == 1
    link = re.search(r"localhost(/i/[\w-]+)", card.source)
    assert link
    assert signed_in.raw("GET", link[1]).status_code == 200
    assert signed_in.raw("GET", f"/i/{house.token}").status_code == 200
    assert "Care worker, evenings" in card.all("article")[0].text
    assert "Rhona on 01632 960 001" in card.all("article")[0].text
    assert "minutes" in card.all("article")[0].text


def test_several_cards_for_chosen_people(signed_in: Any, house: Any) -> None:
    other, _token = house.invite("Zoe Example")
    token = next(
        e
        for e in signed_in.get(f"/vacancies/{house.vacancy_id}/invite").all("input")
        if e.get("name") == "csrf_token"
    ).get("value")
    data = {"csrf_token": token, "sitting": [house.sitting_id, other]}
    page = signed_in.post(f"/vacancies/{house.vacancy_id}/cards", data)
    assert page.heading == "2 cards to print"
    none = signed_in.post(f"/vacancies/{house.vacancy_id}/cards", {"csrf_token": token})
    assert "Choose from 1 to" in none.reads
    data["sitting"] = ["0" * 32]
    signed_in.post(f"/vacancies/{house.vacancy_id}/cards", data, status=404)


def test_another_organisations_lists_do_not_exist(signed_in: Any, house: Any) -> None:
    for ending in ("", "/take-back", "/to-put-right.csv"):
        answer = signed_in.raw("GET", f"/imports/{'a' * 32}{ending}")
        assert answer.status_code == 404, ending
    assert signed_in.raw("GET", f"/vacancies/{'a' * 32}/import").status_code == 404
    assert signed_in.raw("GET", f"/candidates/{'a' * 32}/qr").status_code == 404


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_page_in_a_browser(
    house: Any,
    served: str,
    open_browser: Callable[..., BrowserPage],
    look: Callable[[BrowserPage], None],
    tmp_path: Any,
    width: int,
) -> None:
    window = open_browser(width, javascript=True)
    window.goto(f"{served}/sign-in")
    window.fill("#email", house.account.email)
    window.fill("#password", "a long enough pass phrase")
    window.keyboard.press("Enter")
    window.wait_for_selector("text=Sign out")
    window.goto(f"{served}/vacancies/{house.vacancy_id}/import")
    look(window)
    window.click("text=Check the list")
    look(window)
    window.set_input_files("#file", {"name": "p.csv", "mimeType": "", "buffer": LIST.encode()})
    window.click("text=Check the list")
    look(window)
    shot(window, f"preview-{width}")
    window.click("text=Everybody")
    look(window)
    window.click("button:has-text('Invite 3 people')")
    window.wait_for_selector("#error-summary")
    look(window)
    window.focus("#send-2")
    window.keyboard.press("Space")
    window.keyboard.press("Tab")
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    window.wait_for_selector("text=Take this list back")
    look(window)
    shot(window, f"done-{width}")
    window.click("text=Take this list back")
    look(window)
    window.go_back()
    window.click("button:has-text('Make links')")
    look(window)
    shot(window, f"links-{width}")
    window.click("text=Cards with QR codes")
    look(window)
    shot(window, f"cards-{width}")
    window.goto(f"{served}/candidates/{house.sitting_id}/qr")
    look(window)
    window.click("text=Make the card")
    look(window)
    shot(window, f"card-{width}")
    window.goto(f"{served}/vacancies/{house.vacancy_id}/invite")
    look(window)
    window.fill("#name", "Alex Example")
    window.click("#send-2")
    window.click("button:has-text('Invite')")
    look(window)
    shot(window, f"person-{width}")


def shot(window: BrowserPage, name: str) -> None:
    if SHOTS:
        window.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


SHOTS = ""
