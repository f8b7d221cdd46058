"""A store with a published bank, a provider, a recruiter and a vacancy; a clock that obeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from service.publish import publish_banks
from service.storage import Store
from service.use_cases import accounts, invitations, sittings, vacancies
from service.use_cases.views import Account, Invited
from vbr_engine.bank.model import Bank, Item, ResponseFormat

BANKS = Path(__file__).parent.parent / "banks"
PASSWORD = "correct horse battery"


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class House:
    """One provider with what belongs to it."""

    store: Store
    clock: Clock
    account: Account
    vacancy_id: str
    password: str = PASSWORD
    people: list[str] = field(default_factory=list)

    @property
    def provider_id(self) -> str:
        return self.account.provider_id

    def invite(self, name: str = "Ana Beispiel") -> Invited:
        return invitations.invite(
            self.store,
            self.provider_id,
            self.vacancy_id,
            name=name,
            email="ana@example.org",
            by=self.account,
            now=self.clock(),
        )

    def started(self) -> Invited:
        invited = self.invite()
        sittings.start_sitting(self.store, invited.token, now=self.clock())
        return invited

    def answer_all(self, sitting_id: str, *, skip: int = 0) -> None:
        total = sittings.show_question(self.store, sitting_id, 1).total
        for number in range(1, total + 1 - skip):
            item = sittings.show_question(self.store, sitting_id, number).item
            given = a_valid_answer(item.format, item.options, item.scale, item.picks)
            sittings.save_answer(
                self.store,
                sitting_id,
                item.id,
                given,
                revision=0,
                now=self.clock.forward(seconds=40),
            )

    def submitted(self) -> Invited:
        invited = self.started()
        self.answer_all(invited.sitting_id)
        sittings.submit_sitting(self.store, invited.sitting_id, now=self.clock())
        return invited


def a_valid_answer(
    format: ResponseFormat,
    options: tuple[str, ...],
    scale: int | None,
    picks: int | None,
    turn: int = 0,
) -> dict[str, int]:
    """Return one valid answer; another `turn`, another answer."""
    turned = [*options[turn % len(options) :], *options[: turn % len(options)]]
    if format is ResponseFormat.RATE:
        return {option: 1 + (place + turn) % (scale or 1) for place, option in enumerate(options)}
    if format is ResponseFormat.RANK:
        return {option: rank for rank, option in enumerate(turned, start=1)}
    if format is ResponseFormat.MOST_LEAST:
        return {o: 1 if o == turned[0] else -1 if o == turned[1] else 0 for o in options}
    return {option: int(option in turned[: picks or 0]) for option in options}


@pytest.fixture
def all_logged() -> Iterator[None]:
    """Let every line through, whatever another test has set."""
    kept = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**kept)


@pytest.fixture
def valid_answer() -> Callable[..., dict[str, int]]:
    def answer(item: Item, turn: int = 0) -> dict[str, int]:
        picks = item.picks
        return a_valid_answer(item.format, tuple(item.options), item.scale, picks, turn)

    return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(tmp_path / "vbr.sqlite3", secret="a secret for tests, 32 characters", clock=clock)
    publish_banks(store, BANKS, replace=True)
    yield store
    store.close()


@pytest.fixture
def bank(store: Store) -> Bank:
    with store.read() as unit:
        record = next(r for r in unit.banks.list() if r.id == _tiny_id())
        return store.bank(unit, record.id, record.version, record.sha256)


@pytest.fixture
def make_house(store: Store, clock: Clock) -> Callable[..., House]:
    def make(name: str = "Meadow Care") -> House:
        provider_id = accounts.add_provider(store, name=name, contact="Ask Sam.", now=clock())
        email = f"{name.split()[0].lower()}@example.org"
        account_id = accounts.add_account(
            store, provider_id, name="Rae", email=email, password=PASSWORD, now=clock()
        )
        vacancy_id = vacancies.create_vacancy(
            store,
            provider_id,
            title="Care worker",
            bank_id=_tiny_id(),
            contact="Ask Sam.",
            now=clock(),
        )
        account = Account(account_id, provider_id, name, "Rae", email, "recruiter")
        return House(store, clock, account, vacancy_id)

    return make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


def _tiny_id() -> str:
    for line in (BANKS / "tiny" / "bank.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("id:"):
            return line.split(":", 1)[1].strip()
    raise AssertionError("tests/banks/tiny/bank.yaml has no id")
