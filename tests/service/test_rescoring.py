"""Sittings are scored again by another policy: looked at first, applied in whole batches."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidForm
from service.outbox.running import Runner
from service.storage import Store
from service.storage.records import JobRecord
from service.use_cases import accounts, reports, rescoring, rescoring_jobs, sittings
from service.use_cases.ledger import verify
from service.use_cases.rescoring_preview import compared
from service.use_cases.views import Account
from vbr_engine.bank.model import Bank
from vbr_engine.files import read_policy
from vbr_engine.scoring import score
from vbr_engine.scoring.rivals import band_changes
from vbr_engine.simulate import simulate_responses

from .conftest import House, a_valid_answer

TINY = Path(__file__).parent.parent / "banks" / "tiny" / "bank.yaml"
WHY = "The panel asked for whole points only."


@pytest.fixture
def researcher(store: Store, house: House) -> Account:
    place = accounts.house(store, now=house.clock())
    account_id = accounts.add_account(
        store,
        place,
        name="Ravi Sample",
        email="ravi@research.example",
        password="a long password for tests",
        now=house.clock(),
        role="researcher",
    )
    return Account(account_id, place, "House", "Ravi Sample", "ravi@research.example", "researcher")


def policy(id: str = "distance-1", **replaced: str) -> bytes:
    """The policy of the tiny bank, by how far a rating lies from the key."""
    text = TINY.read_text(encoding="utf-8")
    text = text[text.index("policy:") :]
    end = next(n for n, line in enumerate(text.splitlines()[1:], 1) if line and line[0] != " ")
    text = "\n".join(text.splitlines()[:end]) + "\n"
    text = text.replace("id: near-miss-1", f"id: {id}")
    assert "rate: near-miss, rank: near-miss" in text
    text = text.replace("rate: near-miss, rank: near-miss", "rate: distance, rank: near-miss")
    return text.replace("minimum: 0.65", "minimum: 0.8").encode()


def answered(house: House, *, turn: int) -> str:
    """Let somebody answer in one of several ways and send it."""
    sitting_id = house.started().sitting_id
    total = sittings.show_question(house.store, sitting_id, 1).total
    for number in range(1, total + 1):
        item = sittings.show_question(house.store, sitting_id, number).item
        given = a_valid_answer(item.format, item.options, item.scale, item.picks, turn + number)
        now = house.clock.forward(seconds=40)
        sittings.save_answer(house.store, sitting_id, item.id, given, revision=0, now=now)
    sittings.submit_sitting(house.store, sitting_id, now=house.clock())
    return str(sitting_id)


def looked_at(house: House, account: Account, **more: Any) -> str:
    given = {"bank_id": "tiny", "version": "0.1.0", "policy": "", "content": policy(), **more}
    made = rescoring.look_at(house.store, account, now=house.clock(), **given)
    work(house)
    return made


def applied(house: House, account: Account, rescoring_id: str) -> None:
    house.clock.forward(minutes=1)
    rescoring.apply(house.store, account, rescoring_id, reason=WHY, now=house.clock())
    work(house)


def work(house: House) -> None:
    runner = Runner(house.store, owner="test", stop=threading.Event())
    while runner.run_one():
        pass


def profiles(house: House, ids: list[str]) -> list[str]:
    with house.store.read() as unit:
        held = [unit.at(house.provider_id).profiles.get(one) for one in ids]
    return [one["policy"] for one in held if one]


def test_what_would_change_is_told_as_the_engine_counts_it(bank: Bank, tmp_path: Path) -> None:
    place = tmp_path / "policy.yaml"
    place.write_bytes(policy())
    rival = read_policy(place, bank)
    made = simulate_responses(bank, 400, seed=4)
    answers = {one: made.answers(one) for one in made.sittings}
    told = compared(answers, bank, rival)
    by_engine = band_changes(score(made, bank), score(made, rival))
    assert told["sittings"] == {"kind": "number", "number": 400}
    assert [one["score"] for one in told["scores"]] == list(by_engine["score"])
    for one, row in zip(told["scores"], by_engine.to_dict("records"), strict=True):
        assert one["measured"]["number"] == 400
        if one["changed"]["kind"] == "number":
            assert one["changed"]["number"] == sum(
                row[part] for part in ("changed", "gained", "lost")
            )
        assert all(cell["kind"] != "number" or cell["number"] >= 5 for *_w, cell in one["moves"])
    assert any(one["changed"]["kind"] == "number" for one in told["scores"])
    same = compared(answers, bank, bank)
    assert {one["changed"]["number"] for one in same["scores"]} == {0}
    assert {one["agreement"] for one in same["scores"]} == {1.0}


@pytest.mark.parametrize(("n", "told_as"), [(9, 9), (5, 5), (4, None), (1, None)])
def test_fewer_than_ten_sittings_are_not_compared(bank: Bank, n: int, told_as: int | None) -> None:
    made = simulate_responses(bank, n, seed=4)
    told = compared({one: made.answers(one) for one in made.sittings}, bank, bank)
    assert (told["scores"], told["sittings"]["number"]) == ([], told_as)


def test_small_moves_are_never_told(bank: Bank, tmp_path: Path) -> None:
    place = tmp_path / "policy.yaml"
    place.write_bytes(policy())
    rival = read_policy(place, bank)
    for n in range(10, 60, 7):
        made = simulate_responses(bank, n, seed=n)
        told = compared({one: made.answers(one) for one in made.sittings}, bank, rival)
        for one in told["scores"]:
            numbers = [cell["number"] for *_words, cell in one["moves"]]
            assert all(number is None or number >= 5 for number in numbers)
            # With the total and all moves but one shown, that one would be known.
            if one["changed"]["number"] is not None:
                assert numbers.count(None) != 1


def test_applying_adds_profiles_and_events_and_decisions_keep_what_they_saw(
    house: House, researcher: Account
) -> None:
    ids = [answered(house, turn=turn) for turn in range(12)]
    decide(house, ids[0])
    made = looked_at(house, researcher)
    seen = rescoring.show_rescoring(house.store, researcher, made)
    assert seen.record.preview["sittings"] == {"kind": "number", "number": 12}
    assert seen.record.preview["before"] == "near-miss-1"
    assert set(profiles(house, ids)) == {"near-miss-1"}
    with pytest.raises(InvalidForm):
        rescoring.apply(house.store, researcher, made, reason="", now=house.clock())
    applied(house, researcher, made)
    assert set(profiles(house, ids)) == {"distance-1"}
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        for sitting_id in ids:
            (event,) = [e for e in tenant.events.of(sitting_id) if e.kind == "rescored"]
            assert event.body == {"policy": "distance-1", "rescoring": made}
        (decided,) = [e for e in tenant.events.of(ids[0]) if e.kind == "decided"]
    assert decided.body["suggested"]["policy"] == "near-miss-1"
    assert verify(house.store).is_sound
    report = opened(house, ids[0])
    assert report.header.policy == "distance-1"
    assert rescoring.show_rescoring(house.store, researcher, made).holds


def test_who_finishes_later_is_scored_by_the_policy_that_holds(
    house: House, researcher: Account
) -> None:
    first = [answered(house, turn=turn) for turn in range(2)]
    made = looked_at(house, researcher)
    applied(house, researcher, made)
    later = answered(house, turn=1)
    assert profiles(house, [*first, later]) == ["distance-1"] * 3
    with house.store.read() as unit:
        kinds = [event.kind for event in unit.at(house.provider_id).events.of(later)]
    assert "rescored" not in kinds


def test_the_banks_own_policy_is_applied_again_the_same_way(
    house: House, researcher: Account
) -> None:
    ids = [answered(house, turn=turn) for turn in range(3)]
    with pytest.raises(InvalidForm, match="holds already"):
        looked_at(house, researcher, policy=rescoring.OWN)
    first = looked_at(house, researcher)
    applied(house, researcher, first)
    back = looked_at(house, researcher, policy=rescoring.OWN)
    applied(house, researcher, back)
    assert set(profiles(house, ids)) == {"near-miss-1"}
    assert not rescoring.show_rescoring(house.store, researcher, first).holds
    ((again, name), *_rest) = rescoring.policies_of(house.store, "tiny", "0.1.0")
    assert (again, name) == (first, "distance-1")
    third = looked_at(house, researcher, policy=first)
    applied(house, researcher, third)
    assert set(profiles(house, ids)) == {"distance-1"}


def test_a_job_that_dies_goes_on_and_scores_nobody_twice(
    house: House, researcher: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring_jobs, "BATCH", 2)
    ids = [answered(house, turn=turn) for turn in range(5)]
    made = looked_at(house, researcher)
    rescoring.apply(house.store, researcher, made, reason=WHY, now=house.clock())
    with house.store.read() as unit:
        job = unit.jobs.find(f"rescoring-{made}")
    assert job is not None

    def dying(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescoring_jobs.apply_job(house.store, job, dying)
    assert sorted(profiles(house, ids)) == ["distance-1"] * 4 + ["near-miss-1"]
    result = rescoring_jobs.apply_job(house.store, job, lambda _done, _total: None)
    assert result == {"scored": 1, "left": 0, "same": 4}
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        events = [e.kind for one in ids for e in tenant.events.of(one)]
    assert events.count("rescored") == 5


def test_a_job_stops_where_another_policy_was_applied_meanwhile(
    house: House, researcher: Account
) -> None:
    ids = [answered(house, turn=turn) for turn in range(2)]
    first = looked_at(house, researcher)
    stale = looked_at(house, researcher, content=policy("distance-2"))
    rescoring.apply(house.store, researcher, first, reason=WHY, now=house.clock())
    with pytest.raises(InvalidForm, match="Look again"):
        rescoring.apply(house.store, researcher, stale, reason=WHY, now=house.clock())
    second = rescoring.look_at(
        house.store,
        researcher,
        bank_id="tiny",
        version="0.1.0",
        policy=stale,
        content=b"",
        now=house.clock.forward(seconds=1),
    )
    with house.store.read() as unit:
        looking = unit.jobs.find(f"rescoring-preview-{second}")
    assert looking is not None
    rescoring_jobs.preview_job(house.store, looking, lambda _d, _t: None)
    rescoring.apply(house.store, researcher, second, reason=WHY, now=house.clock())
    jobs: list[JobRecord] = []
    with house.store.read() as unit:
        jobs += [j for one in (first, second) if (j := unit.jobs.find(f"rescoring-{one}"))]
    assert rescoring_jobs.apply_job(house.store, jobs[1], lambda _d, _t: None)["scored"] == 2
    assert rescoring_jobs.apply_job(house.store, jobs[0], lambda _d, _t: None)["overtaken"] is True
    assert set(profiles(house, ids)) == {"distance-2"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file"),
        (b"x" * 1_100_000, "too large"),
        (policy("near-miss-1"), "policy.yaml:2: policy.id: near-miss-1 is the name"),
        (policy().replace(b"rate: distance", b"rate: guess"), "policy.yaml:4"),
    ],
)
def test_a_policy_that_cannot_be_used_is_told_by_line(
    house: House, researcher: Account, content: bytes, words: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        looked_at(house, researcher, content=content)
    assert words in refused.value.fields["policy_file"]
    assert rescoring.list_rescorings(house.store) == ()


def test_one_that_was_only_looked_at_is_put_away(house: House, researcher: Account) -> None:
    made = looked_at(house, researcher)
    assert rescoring.discard(house.store, made)
    with pytest.raises(InvalidForm):
        applied(house, researcher, made)


def decide(house: House, sitting_id: str) -> None:
    about = {"account": house.account, "now": house.clock.forward(minutes=1)}
    place = (house.store, house.provider_id, sitting_id)
    reports.record_first_view(*place, view="unsure", note="", **about)
    reports.open_report(*place, **about)
    reports.record_decision(*place, decision="hold", reason="To think about.", **about)


def opened(house: House, sitting_id: str) -> Any:
    return reports.open_report(
        house.store, house.provider_id, sitting_id, account=house.account, now=house.clock()
    )
