"""Lists of people: checked, kept as a draft, imported whole or not at all, taken back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidForm, NotFound, ProviderPaused, TooManyAttempts
from service.outbox.running import JobTaken, Runner
from service.storage import Store
from service.storage.standings import stand_all_anew
from service.storage.tables import events, identities, messages, sittings, standings
from service.use_cases import (
    importing,
    imports,
    invitations,
    inviting_many,
    take_back,
    vacancies,
)
from service.use_cases.happenings import What, happen, happen_several, stand_anew
from service.use_cases.import_lists import Choice, ImportPage
from service.use_cases.inviting_many import AT_ONCE
from vbr_engine.files import people_template, read_sheet

LIST = """Name,Email,Mobile,Language,How they found us,Travel minutes,Religion
Ana Beispiel,ana@example.org,07700 900123,Welsh,Job board,25,x
Ben Muster,ben@example.org,,,,,
Cai Enghraifft,,07700 900124,,Friend,,
Dee Enghraifft,not an address,,,,,
Ana Beispiel,ana@example.org,,,,,
Eva Muster,,,,,,
"""


def drafted(house: Any, content: Any = LIST, **more: Any) -> str:
    return imports.draft(
        house.store,
        house.provider_id,
        house.vacancy_id,
        content=content,
        name=more.pop("name", "people.csv"),
        by=house.account,
        now=house.clock(),
        **more,
    )


def started(house: Any, import_id: str, **choice: Any) -> None:
    importing.start_import(
        house.store,
        house.provider_id,
        import_id,
        choice=Choice(**{"send": True, **choice}),
        by=house.account,
        now=house.clock(),
    )


def page_of(house: Any, import_id: str) -> ImportPage:
    return imports.import_page(house.store, house.provider_id, import_id)


def many(number: int, *, at: int = 0) -> str:
    lines = (f"Person {n},person{n}@example.org,+4477009{n:05d}" for n in range(at, at + number))
    return "\n".join(("Name,Email,Mobile", *lines))


def counted(store: Store, table: Any) -> int:
    with store.read() as unit:
        return len(unit.connection.execute(table.select()).all())


def run_jobs(store: Store) -> None:
    runner = Runner(store, owner="test", stop=threading.Event())
    while runner.run_one():
        pass


def test_a_draft_tells_every_row_and_invites_nobody(house: Any) -> None:
    page = page_of(house, drafted(house))
    assert [row.name for row in page.ready] == [
        "Ana Beispiel",
        "Ben Muster",
        "Cai Enghraifft",
        "Eva Muster",
    ]
    assert [(row.row, row.certain) for row in page.repeated] == [(6, True)]
    assert [row.row for row in page.stopped] == [5]
    assert any("Religion" in words for _severity, words in page.problems)
    assert page.ready[0].language == "cy"
    assert page.ready[0].facts == {"travel_minutes": 25}
    assert counted(house.store, sittings) == 0


def test_what_was_uploaded_is_sealed_and_goes_with_the_import(house: Any, tmp_path: Path) -> None:
    import_id = drafted(house, LIST.replace("Ben Muster", "Zaphod Quixote"))
    started(house, import_id)
    for file in tmp_path.iterdir():
        assert b"Zaphod" not in file.read_bytes(), file
    assert page_of(house, import_id).rows == ()
    other = drafted(house, "Name\nOne Person")
    imports.discard(house.store, house.provider_id, other, now=house.clock())
    with pytest.raises(NotFound):
        page_of(house, other)


def test_everybody_is_invited_with_language_facts_messages_and_reminders(house: Any) -> None:
    import_id = drafted(house)
    started(house, import_id)
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        made = tenant.sittings.of_vacancy(house.vacancy_id)
        people = {tenant.identities.get(one.id).name: one for one in made}
        ana, eva = people["Ana Beispiel"], people["Eva Muster"]
        kinds = [event.kind for event in tenant.events.of(ana.id)]
        facts = tenant.events.of(ana.id)[1].body
        sent = sorted(m.kind for m in tenant.messages.of((ana.id,)))
        by_text = {m.channel for m in tenant.messages.of((people["Cai Enghraifft"].id,))}
        assert tenant.messages.of((eva.id,)) == ()
        assert {one.import_id for one in made} == {import_id}
        assert tenant.identities.get(ana.id).phone == "+447700900123"
    assert len(people) == 4
    assert ana.language == "cy"
    assert eva.language == "en"
    assert kinds == ["invited", "facts"]
    assert facts["travel_minutes"] == 25
    assert facts["by"] == house.account.id
    assert sent == ["invitation", "reminder", "reminder"]
    assert by_text == {"sms"}
    summary = page_of(house, import_id).record.summary
    assert (summary["invited"], summary["messages"], summary["by_hand"]) == (4, 3, 1)
    assert (summary["stopped"], summary["repeated"]) == (1, 1)


def test_what_an_import_writes_is_what_one_invitation_writes(house: Any) -> None:
    started(house, drafted(house, "Name,Email\nAna Beispiel,ana@example.org"))
    one = invitations.invite(
        house.store,
        house.provider_id,
        house.vacancy_id,
        name="Ana Beispiel",
        email="ana@example.org",
        by=house.account,
        now=house.clock(),
        send=True,
    ).sitting_id
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        other = next(s.id for s in tenant.sittings.of_vacancy(house.vacancy_id) if s.import_id)
        assert other != one
        for table in (events, standings, messages):
            rows = {}
            for sitting_id in (one, other):
                found = unit.connection.execute(
                    table.select().where(table.c.sitting_id == sitting_id)
                ).mappings()
                rows[sitting_id] = sorted(
                    str({k: v for k, v in row.items() if k not in ("sitting_id", "id", "key")})
                    for row in found
                )
            assert rows[one] == rows[other], table.name
        keys = {m.key.replace(other, one) for m in tenant.messages.of((other,))}
        assert keys == {m.key for m in tenant.messages.of((one,))}
        identity = tenant.bulk.matches(emails=(tenant.cipher.mark("ana@example.org"),))
        assert {match.sitting_id for match in identity} == {one, other}


def test_the_same_form_twice_imports_once(house: Any) -> None:
    import_id = drafted(house, request_id="form-1")
    assert drafted(house, request_id="form-1") == import_id
    started(house, import_id)
    started(house, import_id, all_repeated=True)
    assert counted(house.store, sittings) == 4


def test_the_same_list_in_two_tabs_invites_nobody_twice(house: Any) -> None:
    first, second = drafted(house), drafted(house)
    house.clock.forward(seconds=5)
    started(house, first)
    house.clock.forward(seconds=5)
    started(house, second)
    # Eva has neither address nor number: two people may have one name.
    assert counted(house.store, sittings) == 5
    assert page_of(house, second).record.summary["late"] == 3


def test_duplicates_are_told_and_invited_only_if_ticked(house: Any) -> None:
    house.invite("Ana Beispiel")
    page = page_of(house, drafted(house))
    assert [(row.row, row.certain) for row in page.repeated] == [(2, True), (6, True)]
    assert "2 November 2026" in page.repeated[0].same
    started(house, page.record.id, also=frozenset({2}))
    assert counted(house.store, sittings) == 1 + 4


def test_names_alike_are_told_as_perhaps(house: Any) -> None:
    house.invite("Bén  Muster")
    page = page_of(house, drafted(house))
    assert [(row.row, row.certain) for row in page.repeated if row.name == "Ben Muster"] == [
        (3, False)
    ]


def test_another_providers_people_are_nobodys_duplicates(
    house: Any, make_house: Callable[..., Any]
) -> None:
    other = make_house("Harbour Care")
    other.invite("Ana Beispiel")
    import_id = drafted(house)
    assert [row.row for row in page_of(house, import_id).repeated] == [6]
    for ask in (
        lambda: page_of(other, import_id),
        lambda: started(other, import_id),
        lambda: imports.discard(other.store, other.provider_id, import_id, now=other.clock()),
        lambda: imports.problem_list(other.store, other.provider_id, import_id, format="csv"),
        lambda: take_back.undoing(other.store, other.provider_id, import_id),
    ):
        with pytest.raises(NotFound):
            ask()
    assert page_of(house, import_id).record.state == "draft"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "xlsx"),
        (b"a,b\n1,2\n", "No column"),
        (b"x" * (imports.LIMITS.bytes + 1), "10"),
        (many(10_001).encode(), "10,000"),
    ],
)
def test_what_is_no_list_of_people_is_told_beside_the_form(
    house: Any, content: bytes, words: str
) -> None:
    with pytest.raises(InvalidForm) as told:
        drafted(house, content)
    assert words in told.value.fields["file"]
    assert counted(house.store, sittings) == 0


def test_a_pasted_list_is_told_beside_its_own_field(house: Any) -> None:
    with pytest.raises(InvalidForm) as told:
        drafted(house, " \n ")
    assert "pasted" in told.value.fields
    page = page_of(
        house, drafted(house, "Ana Beispiel <ana@example.org>\nBen Muster <ben@example.org>")
    )
    assert page.rows[0].email == "ana@example.org"


def test_the_template_imports_nobody_until_it_is_filled_in(house: Any) -> None:
    for format in ("csv", "xlsx"):
        for language in ("en", "cy"):
            with pytest.raises(InvalidForm):
                drafted(house, people_template(format, language))


def test_closed_and_paused_refuse_with_a_sentence(house: Any) -> None:
    import_id = drafted(house)
    vacancies.close_vacancy(
        house.store, house.provider_id, house.vacancy_id, closed=True, now=house.clock()
    )
    with pytest.raises(InvalidForm, match="closed"):
        started(house, import_id)
    vacancies.close_vacancy(
        house.store, house.provider_id, house.vacancy_id, closed=False, now=house.clock()
    )
    with house.store.write() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE providers SET paused_at = made FROM (SELECT "
            "'2026-11-02T09:00:00.000000Z' AS made)"
        )
    with pytest.raises(ProviderPaused):
        started(house, import_id)
    with pytest.raises(ProviderPaused):
        drafted(house)
    assert counted(house.store, sittings) == 0


def test_uploads_of_an_account_are_limited(house: Any) -> None:
    for _number in range(imports.UPLOADS):
        imports.count_upload(house.store, house.account, now=house.clock())
    with pytest.raises(TooManyAttempts):
        imports.count_upload(house.store, house.account, now=house.clock())
    house.clock.forward(minutes=16)
    imports.count_upload(house.store, house.account, now=house.clock())


def test_the_problem_list_can_be_put_right_and_sent_again(house: Any) -> None:
    import_id = drafted(house, LIST.replace("Dee Enghraifft", "=HYPERLINK(1)"))
    for format in ("csv", "xlsx"):
        table = imports.problem_list(house.store, house.provider_id, import_id, format=format)
        sheet = read_sheet(table, name=f"problems.{format}")
        rows = {row.cells[0]: row.cells for row in sheet.rows}
        assert set(rows) >= {"5", "6"}
        assert "not an email address" in rows["5"][-1]
        if format == "csv":
            assert b'"=HYPERLINK' not in table


def test_drafts_are_put_away_after_a_day(house: Any) -> None:
    old = drafted(house)
    house.clock.forward(hours=25)
    drafted(house)
    with pytest.raises(NotFound):
        page_of(house, old)


def test_a_long_list_is_imported_in_the_background(house: Any) -> None:
    import_id = drafted(house, many(AT_ONCE + 1))
    started(house, import_id)
    assert page_of(house, import_id).record.state == "running"
    assert counted(house.store, sittings) == 0
    run_jobs(house.store)
    page = page_of(house, import_id)
    assert (page.record.state, page.record.summary["invited"]) == ("done", AT_ONCE + 1)
    assert counted(house.store, sittings) == AT_ONCE + 1
    with house.store.read() as unit:
        job = unit.jobs.get(house.provider_id, page.record.job_id or "")
    assert job is not None
    assert (job.state, job.done, job.total) == ("done", job.total, AT_ONCE + 1)


def test_a_job_that_cannot_finish_goes_back_to_a_draft_and_again(house: Any) -> None:
    import_id = drafted(house, many(AT_ONCE + 1))
    started(house, import_id)
    close = {"store": house.store, "provider_id": house.provider_id, "now": house.clock()}
    vacancies.close_vacancy(vacancy_id=house.vacancy_id, closed=True, **close)
    run_jobs(house.store)
    assert counted(house.store, sittings) == 0
    vacancies.close_vacancy(vacancy_id=house.vacancy_id, closed=False, **close)
    importing.to_draft(house.store, house.provider_id, import_id)
    assert page_of(house, import_id).record.state == "draft"
    started(house, import_id)
    run_jobs(house.store)
    assert counted(house.store, sittings) == AT_ONCE + 1


def test_taking_back_forgets_those_not_started_and_not_written_to(house: Any) -> None:
    import_id = drafted(house)
    started(house, import_id)
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        ids = {tenant.identities.get(one).name: one for one in tenant.bulk.imported(import_id)}
        happen(tenant, ids["Ana Beispiel"], "started", at=house.clock())
        unit.connection.execute(
            messages.update()
            .where(messages.c.key == f"invitation:{ids['Ben Muster']}")
            .values(state="sent")
        )
    told = take_back.undoing(house.store, house.provider_id, import_id)
    assert (len(told.can), told.started, told.written) == (2, 1, 1)
    for _twice in range(2):
        take_back.take_back(
            house.store, house.provider_id, import_id, by=house.account, now=house.clock()
        )
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        assert tenant.identities.get(ids["Ana Beispiel"]) is not None
        assert tenant.identities.get(ids["Ben Muster"]) is not None
        for name in ("Cai Enghraifft", "Eva Muster"):
            assert tenant.identities.get(ids[name]) is None
            kinds = [event.kind for event in tenant.events.of(ids[name])]
            assert kinds[-2:] == ["step", "erased"]
            assert len(kinds) <= 4
            assert {m.state for m in tenant.messages.of((ids[name],))} <= {"cancelled"}
            standing = tenant.standings.get(ids[name])
            assert standing is not None
            assert standing.ended == "not-appointed"
            assert standing == stand_anew(tenant, tenant.sittings.get(ids[name]))
    summary = page_of(house, import_id).record.summary
    assert summary["taken_back"] == 2
    assert (summary["kept_started"], summary["kept_written"]) == (1, 1)


def test_nothing_is_taken_back_after_an_hour(house: Any) -> None:
    import_id = drafted(house)
    started(house, import_id)
    take_back.take_back(
        house.store,
        house.provider_id,
        import_id,
        by=house.account,
        now=house.clock.forward(minutes=61),
    )
    assert "taken_back" not in page_of(house, import_id).record.summary


def test_several_happenings_are_what_one_after_another_would_be(house: Any) -> None:
    one, two = house.submitted().sitting_id, house.submitted().sitting_id
    now = house.clock()
    things: list[tuple[str, dict[str, Any], str | None]] = [
        ("first-view", {"view": "unsure"}, "A note"),
        ("report-opened", {}, None),
        ("step", {"step": "called", "outcome": "reached"}, None),
        ("step", {"step": "offered"}, ""),
        ("undone", {"number": 0}, None),
    ]
    with house.store.write() as unit:
        tenant = unit.at(house.provider_id)
        last = {
            one: tenant.bulk.last_numbers((one,))[one],
            two: tenant.bulk.last_numbers((two,))[two],
        }
        things[-1][1]["number"] = last[one] + 4
        for kind, body, text in things:
            happen(tenant, one, kind, at=now, by="b", body=body, text=text)
        happen_several(
            tenant,
            [What(two, kind, body, text=text) for kind, body, text in things],
            at=now,
            by="b",
        )
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        told = {}
        for sitting in (one, two):
            told[sitting] = [
                (e.number, e.kind, {k: v for k, v in e.body.items() if k != "remark"})
                for e in tenant.events.of(sitting)
                if e.number > last[sitting]
            ]
        assert told[one] == told[two]
        assert tenant.remarks.of(one).values() != ()
        assert sorted(tenant.remarks.of(one).values()) == sorted(tenant.remarks.of(two).values())
        stood = [tenant.standings.get(sitting).to_dict() for sitting in (one, two)]
        assert stood[0]["stage"] == stood[1]["stage"] == "completed"
        for sitting, body in zip((one, two), stood, strict=True):
            assert stand_anew(tenant, tenant.sittings.get(sitting)).to_dict() == body


@pytest.fixture
def interrupted(house: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A long list whose job was stopped when the first of its people were written ahead."""
    import_id = drafted(house, many(inviting_many.BLOCK + 1))
    started(house, import_id)

    def died(*_: Any) -> None:
        raise JobTaken

    with monkeypatch.context() as patched:
        patched.setattr(Runner, "_report_of", lambda *_: died)
        run_jobs(house.store)
    assert counted(house.store, sittings) == inviting_many.BLOCK
    return import_id


def test_nobody_is_shown_before_everybody_is_there(house: Any, interrupted: str) -> None:
    for table in (events, standings, messages):
        assert counted(house.store, table) == 0
    again = page_of(house, drafted(house, many(2)))
    assert [row.same for row in again.rows] == ["", ""], "nobody is here already"
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        assert tenant.bulk.imported(interrupted) == ()
        assert tenant.bulk.namesakes(house.vacancy_id) == []
        assert list(tenant.boards.people(house.vacancy_id)) == []
        assert tenant.boards.tally() == {}
    with house.store.write() as unit:
        stand_all_anew(unit.connection)
    assert counted(house.store, standings) == 0, "it does not make anybody appear"


def test_an_interrupted_import_goes_on_when_its_lease_is_over(house: Any, interrupted: str) -> None:
    house.clock.forward(minutes=2)
    run_jobs(house.store)
    assert page_of(house, interrupted).record.state == "done"
    everybody = inviting_many.BLOCK + 1
    for table, each in ((sittings, 1), (identities, 1), (events, 1), (standings, 1), (messages, 3)):
        assert counted(house.store, table) == each * everybody


def test_what_was_written_ahead_goes_when_nobody_goes_on(house: Any, interrupted: str) -> None:
    with house.store.write() as unit:
        record = unit.at(house.provider_id).imports.get(interrupted)
        unit.jobs.cancel(record.job_id, now=house.clock())
    house.clock.forward(hours=23)
    importing.put_away_abandoned(house.store, now=house.clock())
    assert page_of(house, interrupted).record.state == "running", "somebody may still go on"
    house.clock.forward(hours=2)
    importing.put_away_abandoned(house.store, now=house.clock())
    assert counted(house.store, sittings) == counted(house.store, identities) == 0
    with pytest.raises(NotFound):
        page_of(house, interrupted)


def test_a_list_that_is_brought_back_leaves_nothing_behind(house: Any, interrupted: str) -> None:
    importing.to_draft(house.store, house.provider_id, interrupted)
    assert page_of(house, interrupted).record.state == "running", "its job may still go on"
    with house.store.write() as unit:
        record = unit.at(house.provider_id).imports.get(interrupted)
        unit.jobs.cancel(record.job_id, now=house.clock())
    importing.to_draft(house.store, house.provider_id, interrupted)
    assert page_of(house, interrupted).record.state == "draft"
    assert counted(house.store, sittings) == counted(house.store, identities) == 0


def test_long_lists_of_the_same_people_invite_nobody_twice(house: Any) -> None:
    first = drafted(house, many(AT_ONCE + 1))
    second = drafted(house, many(AT_ONCE + 3))
    for import_id in (first, second):
        house.clock.forward(seconds=5)
        started(house, import_id)
    house.clock.forward(seconds=5)
    run_jobs(house.store)
    told = [page_of(house, one).record.summary for one in (first, second)]
    assert sorted((one["invited"], one["late"]) for one in told) in (
        [(2, AT_ONCE + 1), (AT_ONCE + 1, 0)],
        [(0, AT_ONCE + 1), (AT_ONCE + 3, 0)],
    )
    for table, each in ((sittings, 1), (identities, 1), (standings, 1), (messages, 3)):
        assert counted(house.store, table) == each * (AT_ONCE + 3)


@pytest.mark.slow
def test_ten_thousand_people_keep_nobody_waiting(house: Any) -> None:
    import_id = drafted(house, many(10_000).encode())
    started(house, import_id)
    waits, over = [], threading.Event()

    def write() -> None:
        while not over.is_set():
            began = time.monotonic()
            with house.store.write() as unit:
                unit.attempts.count("somebody", window=1)
            waits.append(time.monotonic() - began)
            time.sleep(0.005)

    other = threading.Thread(target=write)
    other.start()
    began = time.monotonic()
    run_jobs(house.store)
    took = time.monotonic() - began
    over.set()
    other.join()
    assert page_of(house, import_id).record.summary["invited"] == 10_000
    print(f"10,000 people in {took:.1f} s; longest wait of another writer {max(waits):.2f} s")
    assert max(waits) < 10  # well under half a second on an idle machine
