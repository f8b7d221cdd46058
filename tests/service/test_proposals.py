"""A bank version is proposed by one researcher and published by another, never by the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.errors import AnotherPersonNeeded, InvalidForm, NotFound
from service.storage import Store
from service.use_cases import accounts, bank_files, proposals, vacancies
from service.use_cases.views import Account

TINY = Path(__file__).parent.parent / "banks" / "tiny"
WHY = "The key of one scenario was put right."


@pytest.fixture
def researchers(store: Store, clock: Any) -> tuple[Account, Account]:
    place = accounts.house(store, now=clock())

    def one(name: str) -> Account:
        email = f"{name.lower()}@research.example"
        account_id = accounts.add_account(
            store,
            place,
            name=f"{name} Sample",
            email=email,
            password="a long password for tests",
            now=clock(),
            role="researcher",
        )
        return Account(account_id, place, "House", f"{name} Sample", email, "researcher")

    return one("Ravi"), one("Rita")


def files(version: str = "0.2.0", **replaced: str) -> list[tuple[str, bytes]]:
    """The files of the tiny bank with another key, as a browser sends them."""
    text = (TINY / "bank.yaml").read_text(encoding="utf-8")
    assert "key: {a: 2, b: 4, c: 1, d: 3}" in text
    text = text.replace("key: {a: 2, b: 4, c: 1, d: 3}", "key: {a: 2, b: 3, c: 1, d: 4}", 1)
    text = text.replace("version: 0.1.0", f"version: {version}", 1)
    for old, new in replaced.items():
        text = text.replace(old, new)
    catalogue = (TINY / "catalogues" / "en.yaml").read_bytes()
    return [("bank.yaml", text.encode()), ("en.yaml", catalogue)]


def zipped(content: list[tuple[str, bytes]], *, folder: str = "tiny/") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content:
            place = "" if name == "bank.yaml" else "catalogues/"
            archive.writestr(f"{folder}{place}{name}", data)
    return made.getvalue()


@pytest.fixture
def proposed(store: Store, researchers: tuple[Account, Account], clock: Any) -> str:
    return proposals.propose(store, researchers[0], files=files(), reason=WHY, now=clock())


def test_another_researcher_publishes_and_new_vacancies_use_it(
    store: Store, researchers: tuple[Account, Account], clock: Any, proposed: str, house: Any
) -> None:
    ravi, rita = researchers
    shown = proposals.show_proposal(store, rita, proposed)
    assert (shown.newest, shown.least, shown.record.reason) == ("0.1.0", "0.2.0", WHY)
    assert shown.difference is not None
    assert {change.group for change in shown.difference.changes} == {"key"}
    assert shown.names[shown.record.proposed_by] == "Ravi Sample"
    clock.forward(days=1)
    proposals.publish(store, rita, proposed, note="Read twice.", now=clock())
    proposals.publish(store, rita, proposed, note="Sent twice.", now=clock())
    with store.read() as unit:
        newest = unit.banks.newest("tiny")
        record = unit.proposed_banks.get(proposed)
        old = unit.at(house.provider_id).vacancies.get(house.vacancy_id)
    assert newest is not None
    assert record is not None
    assert old is not None
    assert (newest.version, newest.published_at) == ("0.2.0", clock())
    assert (record.state, record.reviewed_by, record.review) == (
        "published",
        rita.id,
        "Read twice.",
    )
    assert old.bank_version == "0.1.0"
    new_id = vacancies.create_vacancy(
        store, house.provider_id, title="Next", bank_id="tiny", contact="Sam", now=clock()
    )
    with store.read() as unit:
        new = unit.at(house.provider_id).vacancies.get(new_id)
    assert new is not None
    assert new.bank_version == "0.2.0"
    again = proposals.show_proposal(store, ravi, proposed)
    assert again.difference == shown.difference


def test_nobody_publishes_or_returns_their_own_and_nobody_takes_back_anothers(
    store: Store, researchers: tuple[Account, Account], clock: Any, proposed: str
) -> None:
    ravi, rita = researchers
    with pytest.raises(AnotherPersonNeeded, match="Another researcher"):
        proposals.publish(store, ravi, proposed, note="", now=clock())
    with pytest.raises(AnotherPersonNeeded):
        proposals.return_it(store, ravi, proposed, note="No.", now=clock())
    with pytest.raises(AnotherPersonNeeded):
        proposals.take_back(store, rita, proposed, now=clock())
    with store.read() as unit:
        assert unit.banks.get("tiny", "0.2.0") is None
    with pytest.raises(NotFound):
        proposals.publish(store, rita, "no-such", note="", now=clock())


def test_a_proposal_is_returned_with_a_note_or_taken_back_and_then_stays_as_it_is(
    store: Store, researchers: tuple[Account, Account], clock: Any, proposed: str
) -> None:
    ravi, rita = researchers
    with pytest.raises(InvalidForm) as missing:
        proposals.return_it(store, rita, proposed, note=" ", now=clock())
    assert set(missing.value.fields) == {"note"}
    proposals.return_it(store, rita, proposed, note="Say why in the rationale.", now=clock())
    assert not proposals.take_back(store, ravi, proposed, now=clock())
    proposals.publish(store, rita, proposed, note="", now=clock())
    other = proposals.propose(store, ravi, files=files("0.3.0"), reason=WHY, now=clock())
    assert proposals.take_back(store, ravi, other, now=clock())
    states = {one.id: one.state for one in proposals.list_proposals(store)}
    assert states == {proposed: "returned", other: "taken-back"}
    with store.read() as unit:
        assert [one.version for one in unit.banks.list() if one.id == "tiny"] == ["0.1.0"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (files("0.1.0"), "never changes"),
        (files("0.1.1"), "need the version number 0.2.0"),
        ([], "Choose"),
        ([("en.yaml", b"x")], "no bank.yaml"),
        ([*files(), ("run.exe", b"x")], "run.exe is not a file of a bank"),
        ([*files(), ("other/en.yaml", b"x")], "two files called en.yaml"),
        ([("bank.zip", b"not a zip")], "cannot be read"),
    ],
)
def test_what_cannot_be_proposed_is_told_and_nothing_is_kept(
    store: Store,
    researchers: tuple[Account, Account],
    clock: Any,
    given: list[tuple[str, bytes]],
    words: str,
) -> None:
    with pytest.raises(InvalidForm) as refused:
        proposals.propose(store, researchers[0], files=given, reason=WHY, now=clock())
    assert words in refused.value.fields["files"]
    assert proposals.list_proposals(store) == ()


def test_every_fault_is_told_by_file_and_line_and_a_reason_is_needed(
    store: Store, researchers: tuple[Account, Account], clock: Any
) -> None:
    broken = [(name, data.replace(b"d: 4}", b"d: 9}")) for name, data in files()]
    with pytest.raises(bank_files.InvalidBank) as refused:
        proposals.propose(store, researchers[0], files=broken, reason="", now=clock())
    lines = (broken[0][1].decode()).split("\n")
    at = next(n for n, line in enumerate(lines, start=1) if "d: 9}" in line)
    assert set(refused.value.fields) == {"files", "reason"}
    assert any(one.startswith(f"bank.yaml:{at}: ") for one in refused.value.problems)
    assert not any("/tmp" in one for one in refused.value.problems)


def test_one_zip_is_read_like_the_files_and_a_bomb_is_not(
    store: Store, researchers: tuple[Account, Account], clock: Any
) -> None:
    content = [*files(), ("CHANGELOG.md", b"# Changes"), (".DS_Store", b"x")]
    alone = proposals.propose(store, researchers[0], files=files(), reason=WHY, now=clock())
    sent = [("Tiny.ZIP", zipped(content))]
    together = proposals.propose(store, researchers[0], files=sent, reason=WHY, now=clock())
    with store.read() as unit:
        one, two = unit.proposed_banks.get(alone), unit.proposed_banks.get(together)
    assert one is not None
    assert two is not None
    assert one.sha256 == two.sha256
    bomb = zipped([("bank.yaml", b"#" * 60_000_000)])
    assert len(bomb) < 100_000
    with pytest.raises(InvalidForm, match="more than a bank can be"):
        proposals.propose(store, researchers[0], files=[("b.zip", bomb)], reason=WHY, now=clock())


def test_a_zip_that_lies_about_its_sizes_is_cut_off_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch, store: Store, researchers: tuple[Account, Account], clock: Any
) -> None:
    """What the list of contents says is not believed."""
    bomb = zipped([("bank.yaml", b"#" * 60_000_000)])
    real: Callable[..., Any] = zipfile.ZipFile.infolist

    def lying(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        entries = real(archive)
        for entry in entries:
            held = entry.file_size
            entry.file_size = 10
            assert held > 10
        return list(entries)

    monkeypatch.setattr(zipfile.ZipFile, "infolist", lying)
    with pytest.raises(InvalidForm):
        proposals.propose(store, researchers[0], files=[("b.zip", bomb)], reason=WHY, now=clock())


def test_the_same_form_sent_twice_is_one_proposal(
    store: Store, researchers: tuple[Account, Account], clock: Any
) -> None:
    more = {"files": files(), "reason": WHY, "now": clock(), "request_id": "form-1"}
    first = proposals.propose(store, researchers[0], **more)
    assert proposals.propose(store, researchers[0], **more) == first
    assert len(proposals.list_proposals(store)) == 1
