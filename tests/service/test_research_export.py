"""What leaves for research: of who agreed, under new names, as the engine reads it."""

from __future__ import annotations

import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from service.errors import InvalidForm, NotFound
from service.outbox.running import Runner
from service.storage import Store
from service.use_cases import accounts, asking, research_export
from service.use_cases.coarsening import coarsened
from service.use_cases.happenings import happen
from service.use_cases.views import Account
from vbr_engine.bank.model import Bank
from vbr_engine.files import read_responses

from .conftest import House


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


def agreed(house: House, n: int, *, research: bool = True) -> list[str]:
    made = []
    for _number in range(n):
        sitting_id = house.submitted().sitting_id
        asking.consent(house.store, sitting_id, research=research, now=house.clock())
        made.append(sitting_id)
    return made


def exported(house: House, account: Account, **more: Any) -> Any:
    given = {"bank_id": "tiny", "version": "0.1.0", "simulated": False, **more}
    made = research_export.start_export(house.store, account, now=house.clock(), **given)
    runner = Runner(house.store, owner="test", stop=threading.Event())
    while runner.run_one():
        pass
    return research_export.export_view(house.store, account, made)


def table(house: House, account: Account, line: Any, part: str) -> pd.DataFrame:
    content = research_export.export_file(house.store, account, line.job.id, part)
    return pd.read_parquet(io.BytesIO(content))


def place_of(store: Store, line: Any, part: str = "responses") -> Path:
    return store.path.parent / "exports" / f"{line.job.id}-{part}.parquet"


def in_order(answers: Any) -> str:
    return json.dumps(answers, sort_keys=True, default=int)


def test_only_who_agreed_is_in_it_and_the_engine_reads_it(
    store: Store, house: House, researcher: Account, bank: Bank
) -> None:
    ids = agreed(house, 11)
    agreed(house, 1, research=False)
    house.submitted()
    asking.consent(store, ids[0], research=False, now=house.clock())
    (gone,) = agreed(house, 1)
    with store.write() as unit:
        tenant = unit.at(house.provider_id)
        happen(tenant, gone, "erased", at=house.clock(), body={"why": "asked"})
    line = exported(house, researcher)
    assert (line.job.state, line.job.result["rows"], line.by) == ("done", 10, "Ravi Sample")
    made = read_responses(place_of(store, line), bank)
    assert len(made) == 10
    with store.read() as unit:
        events = {kept: unit.at(house.provider_id).events.of(kept) for kept in ids[1:]}
    given = [
        {e.item_id: dict(e.body["answer"]) for e in theirs if e.kind == "answered"}
        for theirs in events.values()
    ]
    # Each answered in the order the options were shown to them, and rows come in no known order.
    read = [made.answers(sitting) for sitting in made.sittings]
    assert sorted(read, key=in_order) == sorted(given, key=in_order)


def test_no_name_id_or_time_is_in_it_and_nobody_else_can_read_the_files(
    store: Store, house: House, researcher: Account
) -> None:
    ids = agreed(house, 10)
    line = exported(house, researcher)
    for part in research_export.FILES:
        place = place_of(store, line, part)
        assert os.stat(place).st_mode & 0o777 == 0o600
        assert os.stat(place.parent).st_mode & 0o777 == 0o700
        content = place.read_bytes()
        found = table(house, researcher, line, part)
        text = found.to_csv()
        for secret in (*ids, house.provider_id, house.vacancy_id, "Ana", "Meadow", "example.org"):
            assert secret.encode() not in content
            assert secret not in text
    facets = table(house, researcher, line, "facets")
    assert list(facets.columns) == ["sitting", "language", "mode", "month", "provider"]
    assert set(facets["month"]) == {"2026-11"}
    assert facets["sitting"].is_monotonic_increasing


def test_every_release_has_its_own_names(store: Store, house: House, researcher: Account) -> None:
    agreed(house, 10)
    names = [
        set(table(house, researcher, exported(house, researcher), "facets")[column])
        for column in ("sitting", "sitting", "provider", "provider")
    ]
    assert not names[0] & names[1]
    assert not names[2] & names[3]


def test_fewer_than_ten_are_refused(store: Store, house: House, researcher: Account) -> None:
    agreed(house, 9)
    line = exported(house, researcher)
    assert line.job.result == {"refused": "few"}
    assert not place_of(store, line).exists()
    with pytest.raises(NotFound):
        research_export.export_file(store, researcher, line.job.id, "responses")
    with pytest.raises(InvalidForm):
        exported(house, researcher, version="9.9.9")


def test_simulated_people_only_when_asked_for_and_called_so(
    store: Store, house: House, researcher: Account
) -> None:
    ids = agreed(house, 10)
    with store.write() as unit:
        unit.connection.exec_driver_sql("UPDATE sittings SET simulated = 1")
    assert exported(house, researcher).job.result == {"refused": "few"}
    line = exported(house, researcher, simulated=True)
    names = table(house, researcher, line, "responses")["sitting"]
    assert len(names) == len(ids)
    assert names.str.startswith("simulated-").all()


def test_providers_are_told_apart_only_where_each_has_ten(
    store: Store, make_house: Any, researcher: Account, house: House
) -> None:
    other = make_house("Harbour Care")
    agreed(house, 10)
    agreed(other, 2)
    facets = table(house, researcher, exported(house, researcher), "facets")
    assert "provider" not in facets
    agreed(other, 8)
    facets = table(house, researcher, exported(house, researcher), "facets")
    assert sorted(facets["provider"].value_counts()) == [10, 10]


def test_files_are_deleted_after_seven_days(
    store: Store, house: House, researcher: Account
) -> None:
    agreed(house, 10)
    line = exported(house, researcher)
    made_at = place_of(store, line).stat().st_mtime
    now = house.clock()
    for part in research_export.FILES:
        os.utime(place_of(store, line, part), (now.timestamp(), now.timestamp()))
    assert made_at
    house.clock.forward(days=6)
    assert research_export.delete_old(store, now=house.clock()) == 0
    house.clock.forward(days=2)
    assert research_export.delete_old(store, now=house.clock()) == 2
    (again,) = research_export.list_exports(store, researcher)
    assert again.until is None
    with pytest.raises(NotFound, match="7 days"):
        research_export.export_file(store, researcher, line.job.id, "responses")


def test_another_organisations_people_find_no_export(
    store: Store, house: House, researcher: Account
) -> None:
    agreed(house, 10)
    line = exported(house, researcher)
    with pytest.raises(NotFound):
        research_export.export_file(store, house.account, line.job.id, "responses")


def test_no_combination_of_facets_has_fewer_than_ten_people() -> None:
    people = pd.DataFrame(
        [("en", "self", "10")] * 25
        + [("en", "self", "11")] * 9
        + [("cy", "self", "10")] * 12
        + [("cy", "entered", "11")] * 3,
        columns=["language", "mode", "month"],
    )
    coarse = coarsened(people)
    assert smallest(coarse) >= 10
    assert coarse["language"].notna().sum() >= 37
    for n in range(1, 60):
        made = pd.DataFrame(
            [(("en", "cy")[i % 3 == 0], str(i % 4), str(i % 7)) for i in range(n)],
            columns=["language", "mode", "month"],
        )
        found = coarsened(made)
        assert len(found) == n
        assert smallest(found) >= min(n, 10)
        kept = found.notna()
        assert (found.where(kept, "") == made.where(kept, "")).all(axis=None)


def test_an_export_tells_no_combination_of_facets_of_fewer_than_ten(
    house: House, researcher: Account
) -> None:
    agreed(house, 11)
    house.clock.forward(days=40)
    agreed(house, 3)
    facets = table(house, researcher, exported(house, researcher), "facets")
    assert len(facets) == 14
    assert smallest(facets.drop(columns="sitting")) >= 10


def smallest(facets: pd.DataFrame) -> int:
    return int(facets.fillna("").value_counts().min())
