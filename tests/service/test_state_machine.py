"""Anything in any order: two providers, their candidates and colleagues, against a plain model.

Hypothesis plays invitations, answers, decisions, steps, contests and erasures in whatever order
it likes, also what is not allowed. The model beside it is a list of what happened to each
candidate and a few lines that say what follows. After every step: what the board shows is what the
model says and what the events fold to, every acknowledged answer is there, and nothing of the
provider that did not act has changed. At the end of each play the ledger verifies.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.errors import (
    AnotherPersonNeeded,
    FirstViewNeeded,
    InvalidForm,
    NotFound,
    NotSubmitted,
    ServiceError,
    UnknownLink,
)
from service.publish import publish_banks
from service.storage import Store, Tenant
from service.storage.ledger import LEDGER_KINDS
from service.storage.standings import standing_from
from service.storage.tables import metadata
from service.use_cases import (
    accounts,
    asking,
    invitations,
    ledger,
    reports,
    sittings,
    vacancies,
)
from service.use_cases.adjustments import adjust
from service.use_cases.answering import answer_task
from service.use_cases.board import Filters, vacancy_board
from service.use_cases.erasing import ASKED, RETENTION, erase
from service.use_cases.first_views import ONLY_READ
from service.use_cases.progress import progress_of
from service.use_cases.steps import record_step
from service.use_cases.undoing import undo_step
from service.use_cases.views import Account
from vbr_engine.bank.model import Item, ResponseFormat

pytestmark = pytest.mark.endurance

BANKS = Path(__file__).parent.parent / "banks"
SECRET = "a secret for tests, 32 characters"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUNS, STEPS_IN_A_RUN = 42, 35
STAGES = ("invited", "started", "completed", "interviewed", "offered", "accepted", "started_work")
STEPS = {
    "attended": "interviewed",
    "offered": "offered",
    "accepted": "accepted",
    "started-work": "started_work",
}
ENDS = {"not-appointed": "not-appointed", "left": "left", "withdrawn": "withdrawn"}
REASONS = {"not-appointed": "interview", "left": "hours"}
n_steps: Counter[str] = Counter()


@dataclass
class Did:
    """Something that counts for the stage: started, submitted, withdrawn, or the code of a step.

    What the candidate did, `own`, is not for others to take back.
    """

    what: str
    number: int = 0
    void: bool = False
    own: bool = False


@dataclass
class Candidate:
    """What the model knows of one application."""

    side: int
    id: str
    token: str
    items: tuple[str, ...]
    did: list[Did] = field(default_factory=list)
    answers: dict[str, dict[str, int]] = field(default_factory=dict)
    way: str = "self"
    viewed: set[int] = field(default_factory=set)
    only_read: set[int] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    decided: list[tuple[int, Did]] = field(default_factory=list)
    last: str = "invited"
    contests: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    erased: bool = False

    def has(self, what: str) -> bool:
        return any(one.what == what for one in self.did)

    @property
    def stands(self) -> tuple[str, str | None]:
        """The stage and how it ended, from the list of what was done."""
        stage, ended, waiting = 0, None, 0
        for one in self.did:
            if one.void:
                continue
            to = STEPS.get(one.what, {"submitted": "completed"}.get(one.what, one.what))
            if one.what == "reopened":
                ended, stage = None, max(stage, waiting)
            elif one.what in ENDS:
                ended = ended or ENDS[one.what]
            elif to in STAGES and to in ("started", "completed"):
                waiting = max(waiting, STAGES.index(to))
                stage = stage if ended else max(stage, waiting)
            elif to in STAGES and not ended:
                stage = max(stage, STAGES.index(to))
        return STAGES[stage], ended

    @property
    def hired(self) -> bool:
        return self.stands[0] == "started_work"

    def may(self, step: str) -> bool:
        """Whether a step can be recorded."""
        stage, ended = self.stands
        here = STAGES.index(stage)
        if step == "called":
            return True
        if step == "reopened" or ended:
            return step == "reopened" and ended is not None
        if step in ENDS:
            return self.hired == (step == "left")
        return here < STAGES.index(STEPS[step])

    @property
    def settled(self) -> bool:
        """Whether the report may be read without a first view: decided, and nobody asks again."""
        decided = any(not one.void for _, one in self.decided)
        return decided and {task for task, _ in self.contests} <= self.answered

    def needs_view(self, who: int) -> bool:
        return who not in self.viewed | self.opened

    def leaves_it(self, who: int, but: frozenset[int] = frozenset()) -> bool:
        """Whether somebody who only reads has a colleague who can judge."""
        return who in self.only_read and 1 - who not in self.only_read | but

    def deciders(self) -> frozenset[int]:
        """Who recorded the last decision, and the last that counts of decisions and ends."""
        plain = [who for who, one in self.decided if one.what == "decided"][-1:]
        held = [who for who, one in self.decided if not one.void][-1:]
        return frozenset(plain + held)


@dataclass(frozen=True)
class Side:
    """A provider: two recruiters and a vacancy."""

    provider_id: str
    people: tuple[Account, ...]
    vacancy_id: str


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Side, ...]]:
    """A database with two providers, to be copied for each run."""
    folder = tmp_path_factory.mktemp("template")
    store = Store(folder / "vbr.sqlite3", secret=SECRET, clock=lambda: BEGIN)
    publish_banks(store, BANKS, replace=True)
    with store.read() as unit:
        bank = next(one.id for one in unit.banks.list())
    sides = tuple(_side(store, name, bank) for name in ("Ash Care", "Birch Care"))
    store.close()
    return folder, sides


def _side(store: Store, name: str, bank: str) -> Side:
    provider_id = accounts.add_provider(store, name=name, contact="Ask Sam.", now=BEGIN)
    people = []
    for who in ("rae", "rob"):
        email = f"{who}@{name.split()[0].lower()}.example"
        account_id = accounts.add_account(
            store, provider_id, name=who, email=email, password="correct horse battery", now=BEGIN
        )
        people.append(Account(account_id, provider_id, name, who, email, "recruiter"))
    vacancy_id = vacancies.create_vacancy(
        store, provider_id, title="Care worker", bank_id=bank, contact="Ask Sam.", now=BEGIN
    )
    return Side(provider_id, tuple(people), vacancy_id)


def an_answer(item: Item, turn: int) -> dict[str, int]:
    """Return one valid answer; another turn, another answer."""
    options = list(item.options)
    turned = [*options[turn % len(options) :], *options[: turn % len(options)]]
    if item.format is ResponseFormat.RATE:
        return {option: 1 + (at + turn) % (item.scale or 1) for at, option in enumerate(options)}
    if item.format is ResponseFormat.RANK:
        return {option: rank for rank, option in enumerate(turned, start=1)}
    if item.format is ResponseFormat.MOST_LEAST:
        return {o: 1 if o == turned[0] else -1 if o == turned[1] else 0 for o in options}
    return {option: int(option in turned[: item.picks or 0]) for option in options}


class Pilot(RuleBasedStateMachine):
    """Two providers and everybody in them."""

    template: tuple[Path, tuple[Side, ...]]
    candidates = Bundle("candidates")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "data"
        shutil.copytree(self.template[0], path)
        self.now = BEGIN
        self.store = Store(path / "vbr.sqlite3", secret=SECRET, clock=lambda: self.now)
        self.sides = self.template[1]
        self.all: list[Candidate] = []
        self.n_chained = self.since_verified = 0

    def teardown(self) -> None:
        try:
            self.verify()
        finally:
            self.store.close()
            self.folder.cleanup()

    # How things are done

    @contextmanager
    def acting(self, side: int, name: str) -> Iterator[Side]:
        """Let time pass, and see that nothing of the other provider changes."""
        n_steps[name] += 1
        self.since_verified += 1
        self.now += timedelta(minutes=7)
        before = self.rows_of(1 - side)
        yield self.sides[side]
        assert self.rows_of(1 - side) == before, f"{name} changed something of another provider"

    def rows_of(self, side: int) -> str:
        """Hash every row of a provider."""
        found = hashlib.sha256()
        with self.store.read() as unit:
            for table in metadata.sorted_tables:
                if "provider_id" in table.c:
                    mine = table.c.provider_id == self.sides[side].provider_id
                    rows = unit.connection.execute(sa.select(table).where(mine)).all()
                    found.update(repr(sorted(map(repr, rows))).encode())
        return found.hexdigest()

    def expect(self, error: type[ServiceError] | None, act: Callable[[], object]) -> object:
        """Do something that goes well, or raises `error`."""
        if error is None:
            return act()
        with pytest.raises(error):
            act()
        return None

    def number(self, one: Candidate) -> int:
        """Return the number of the last event of a candidate."""
        with self.store.read() as unit:
            return unit.at(self.sides[one.side].provider_id).events.of(one.id)[-1].number

    # What candidates do

    @initialize(target=candidates)
    def first(self) -> Candidate:
        return self._invited(0)

    @initialize(target=candidates)
    def second(self) -> Candidate:
        return self._invited(1)

    @rule(target=candidates, side=st.integers(0, 1))
    def invite(self, side: int) -> Candidate:
        return self._invited(side)

    @rule(target=candidates, side=st.integers(0, 1), reported=st.booleans())
    def somebody_who_has_finished(self, side: int, reported: bool) -> Candidate:
        """The usual way, so that what comes after it is played often."""
        one = self._invited(side)
        self.start(one)
        for place in range(len(one.items)):
            self.answer(one, place, turn=place % 3)
        self.answer(one, 0, turn=1)
        self.submit(one, incomplete=False)
        if reported:
            self.first_view(one, who=0)
            self.open_report(one, who=0)
        return one

    @rule(target=candidates, side=st.integers(0, 1), who=st.integers(0, 1))
    def somebody_who_disagrees(self, side: int, who: int) -> Candidate:
        one = self.somebody_who_has_finished(side, reported=True)
        self.decide(one, who=0, yes=False)
        self.contest(one)
        self.answer_contest(one, who=who, which=0)
        return one

    @rule(target=candidates, side=st.integers(0, 1), back=st.booleans())
    def somebody_who_withdraws(self, side: int, back: bool) -> Candidate:
        one = self._invited(side)
        self.start(one)
        self.withdraw(one)
        if back:
            self.come_back(one)
        return one

    @rule(target=candidates, side=st.integers(0, 1), taken_back=st.booleans())
    def somebody_who_starts_work(self, side: int, taken_back: bool) -> Candidate:
        one = self._invited(side)
        for step in STEPS:
            self.step(one, who=1, step=step)
        if taken_back:
            self.undo(one, back=1)
            self.undo(one, back=0)
        return one

    def _invited(self, side: int) -> Candidate:
        with self.acting(side, "invite") as there:
            made = invitations.invite(
                self.store, there.provider_id, there.vacancy_id,
                name=f"Person {len(self.all)}", email=f"p{len(self.all)}@people.example",
                by=there.people[0], now=self.now,
            )  # fmt: skip
            with self.store.read() as unit:
                sitting = unit.doors.sitting(made.sitting_id)
        assert sitting is not None
        one = Candidate(side, made.sitting_id, made.token, tuple(sitting.form.items))
        self.all.append(one)
        return one

    @rule(one=candidates)
    def start(self, one: Candidate) -> None:
        with self.acting(one.side, "start"):
            self.expect(
                UnknownLink if one.erased else None,
                lambda: sittings.start_sitting(self.store, one.token, now=self.now),
            )
        if not one.erased and not one.has("started"):
            one.did.append(Did("started"))
            one.last = "started"

    @rule(one=candidates, place=st.integers(0, 5), turn=st.integers(0, 2))
    def answer(self, one: Candidate, place: int, turn: int) -> None:
        item_id = one.items[place % len(one.items)]
        item = self._item(one, item_id)
        given = an_answer(item, turn)
        with self.acting(one.side, "change" if item_id in one.answers else "answer"):
            said = self.expect(
                None if one.has("started") else NotFound,
                lambda: (
                    sittings.save_answer(
                        self.store, one.id, item_id, given, revision=0, now=self.now
                    ).outcome
                ),
            )
        wanted = self._outcome(one, item_id, given)
        assert said == wanted or (wanted == "saved" and said == "replaced-other")
        if wanted == "saved":
            one.answers[item_id] = given
            one.last = "answered"

    def _outcome(self, one: Candidate, item_id: str, given: dict[str, int]) -> str | None:
        if not one.has("started"):
            return None
        if one.has("submitted"):
            return "already-submitted"
        if one.way == "typed":
            return "other-way"
        return "unchanged" if one.answers.get(item_id) == given else "saved"

    def _item(self, one: Candidate, item_id: str) -> Item:
        with self.store.read() as unit:
            sitting = unit.doors.sitting(one.id)
            assert sitting is not None
            bank = self.store.bank(unit, sitting.bank_id, sitting.bank_version, sitting.bank_sha256)
        return bank.item_by_id[item_id]

    @rule(one=candidates, incomplete=st.booleans())
    def submit(self, one: Candidate, incomplete: bool) -> None:
        with self.acting(one.side, "submit"):
            said = self.expect(
                None if one.has("started") else NotFound,
                lambda: (
                    sittings.submit_sitting(
                        self.store, one.id, now=self.now, allow_incomplete=incomplete
                    ).outcome
                ),
            )
        if said == "submitted":
            assert not one.has("submitted")
            assert incomplete or len(one.answers) == len(one.items)
            one.did.append(Did("submitted"))
            one.last = "submitted"
        elif said == "incomplete":
            assert not incomplete

    @rule(one=candidates)
    def withdraw(self, one: Candidate) -> None:
        open_still = one.stands[1] is None and not one.hired
        with self.acting(one.side, "withdraw"):
            said = asking.withdraw(self.store, one.id, reason="", now=self.now)
        assert said == open_still
        if said:
            one.did.append(Did("withdrawn"))
            one.last = "withdrawn"
            self.n_chained += 1

    @rule(one=candidates)
    def come_back(self, one: Candidate) -> None:
        with self.acting(one.side, "come back"):
            said = asking.take_back_withdrawal(self.store, one.id, now=self.now)
        assert said == (one.last == "withdrawn")
        if said:
            self._stepped(one, "reopened")
            one.did[-1].own = True

    @rule(one=candidates, way=st.sampled_from(["self", "entered", "typed"]))
    def adjust(self, one: Candidate, way: str) -> None:
        with self.acting(one.side, "adjust") as there:
            said = adjust(
                self.store, there.provider_id, one.id,
                account=there.people[0], way=way, note="", now=self.now,
            )  # fmt: skip
        assert said == (not one.has("submitted"))
        if said and way != one.way:
            one.way, one.last = way, "adjusted"
            self.n_chained += 1

    # What recruiters do

    @rule(one=candidates, who=st.integers(0, 1))
    def first_view(self, one: Candidate, who: int) -> None:
        """Note a first view: one each, before the report."""
        with self.acting(one.side, "first view") as there:
            self.expect(
                None if one.has("submitted") else NotSubmitted,
                lambda: reports.record_first_view(
                    self.store, there.provider_id, one.id,
                    account=there.people[who], view="unsure", note="", now=self.now,
                ),
            )  # fmt: skip
        if one.has("submitted") and one.needs_view(who):
            one.viewed.add(who)
            one.last = "first-view"
            self.n_chained += 1

    @rule(one=candidates, who=st.integers(0, 1))
    def only_read(self, one: Candidate, who: int) -> None:
        wrong = InvalidForm if one.has("submitted") else NotSubmitted
        with self.acting(one.side, "only read") as there:
            self.expect(
                None if one.settled and one.has("submitted") else wrong,
                lambda: reports.record_first_view(
                    self.store, there.provider_id, one.id,
                    account=there.people[who], view=ONLY_READ, note="", now=self.now,
                ),
            )  # fmt: skip
        if one.settled and one.has("submitted") and one.needs_view(who):
            one.opened.add(who)
            one.only_read.add(who)
            one.last = "report-opened"
            self.n_chained += 1

    @rule(one=candidates, who=st.integers(0, 1))
    def open_report(self, one: Candidate, who: int) -> None:
        needed = FirstViewNeeded if one.has("submitted") else NotSubmitted
        with self.acting(one.side, "open report") as there:
            self.expect(
                None if one.has("submitted") and not one.needs_view(who) else needed,
                lambda: reports.open_report(
                    self.store, there.provider_id, one.id, account=there.people[who], now=self.now
                ),
            )
        if who in one.viewed and who not in one.opened:
            one.opened.add(who)
            one.last = "report-opened"
            self.n_chained += 1

    @rule(one=candidates, who=st.integers(0, 1), yes=st.booleans())
    def decide(self, one: Candidate, who: int, yes: bool) -> None:
        needed = InvalidForm if one.has("submitted") else NotSubmitted
        with self.acting(one.side, "decide") as there:
            self.expect(
                None if who in one.opened and not one.leaves_it(who) else needed,
                lambda: reports.record_decision(
                    self.store, there.provider_id, one.id,
                    account=there.people[who], decision="hold" if yes else "not-now",
                    reason=f"Reason {self.now}", now=self.now,
                ),
            )  # fmt: skip
        if who in one.opened and not one.leaves_it(who):
            one.decided.append((who, Did("decided")))
            one.last = "decided"
            self.n_chained += 2  # how long it was read, and the decision

    @rule(
        one=candidates,
        who=st.integers(0, 1),
        step=st.sampled_from([*STEPS, "called", "not-appointed", "left", "reopened"]),
    )
    def step(self, one: Candidate, who: int, step: str) -> None:
        allowed = one.may(step)
        with self.acting(one.side, "step") as there:
            self.expect(
                None if allowed else InvalidForm,
                lambda: record_step(
                    self.store, there.provider_id, one.id, step,
                    account=there.people[who], now=self.now,
                    outcome="reached" if step == "called" else "",
                    reason=REASONS.get(step, ""),
                    ended_by="candidate" if step == "left" else "",
                    text="A reason to say." if step == "not-appointed" else "",
                ),
            )  # fmt: skip
        if allowed:
            self._stepped(one, step, who)

    def _stepped(self, one: Candidate, step: str, who: int | None = None) -> None:
        done = Did(step, self.number(one))
        one.did.append(done)
        one.last = "step"
        self.n_chained += 1
        if step == "not-appointed" and who is not None:
            one.decided.append((who, done))

    @rule(one=candidates, back=st.integers(0, 2))
    def undo(self, one: Candidate, back: int) -> None:
        taken = [done for done in one.did if done.number]
        counting = [done for done in taken if not done.void]
        if not taken:
            return
        wanted = taken[-1 - back % len(taken)]
        fits = wanted.void or (wanted is counting[-1] and not wanted.own)
        with self.acting(one.side, "undo") as there:
            self.expect(
                None if fits else NotFound if wanted.own else InvalidForm,
                lambda: undo_step(
                    self.store, there.provider_id, one.id,
                    account=there.people[0], now=self.now, number=wanted.number,
                ),
            )  # fmt: skip
        if fits and not wanted.void:
            wanted.void, one.last = True, "undone"
            self.n_chained += 1

    @rule(one=candidates)
    def contest(self, one: Candidate) -> None:
        request = f"contest {self.now}"
        with self.acting(one.side, "contest") as there:
            asking.contest(self.store, one.id, text="No.", now=self.now, request_id=request)
            with self.store.read() as unit:
                tasks = unit.at(there.provider_id).tasks.of(one.id)
        known = {task for task, _ in one.contests}
        [new] = [task.id for task in tasks if task.kind == "contest" and task.id not in known]
        one.contests.append((new, one.deciders()))
        one.last = "contested"
        self.n_chained += 1

    @rule(one=candidates, who=st.integers(0, 1), which=st.integers(0, 3))
    def answer_contest(self, one: Candidate, who: int, which: int) -> None:
        if not one.contests:
            return
        place = which % len(one.contests)
        task, deciders = one.contests[place]
        with self.store.read() as unit:
            held = unit.at(self.sides[one.side].provider_id).tasks.get(task)
        assert held is not None
        open_still = held.closed_at is None
        barred = who in deciders or one.leaves_it(who, deciders)
        early = open_still and one.has("submitted") and one.needs_view(who)
        with self.acting(one.side, "answer contest") as there:
            self.expect(
                AnotherPersonNeeded if barred else FirstViewNeeded if early else None,
                lambda: answer_task(
                    self.store, there.people[who], task,
                    outcome="stands", text="We looked again.", now=self.now,
                ),
            )  # fmt: skip
        if open_still and not barred and not early:
            one.answered.add(task)
            one.last = "contest-answered"
            self.n_chained += 1

    @rule(one=consumes(candidates), asked=st.booleans())
    def erase(self, one: Candidate, asked: bool) -> None:
        why = ASKED if asked else RETENTION
        with self.acting(one.side, "erase") as there:
            for first_time in (True, False):
                said = erase(self.store, there.provider_id, one.id, now=self.now, why=why)
                assert said == first_time
        self.n_chained += 1
        if asked and one.stands[1] is None and not one.hired:
            one.did.append(Did("withdrawn"))
            self.n_chained += 1
        one.erased, one.last = True, "erased"
        assert not sittings.candidate_may(self.store, one.id, one.token)

    @rule(one=candidates)
    def reach_for_another(self, one: Candidate) -> None:
        """Somebody of the other provider tries everything with this candidate's id."""
        with self.acting(1 - one.side, "reach for another") as there:
            mine = self.rows_of(one.side)
            of = {"account": there.people[0], "now": self.now}
            where = (self.store, there.provider_id, one.id)
            tries: tuple[Callable[[], object], ...] = (
                lambda: record_step(*where, "called", outcome="reached", **of),
                lambda: undo_step(*where, number=1, **of),
                lambda: reports.record_first_view(*where, view="unsure", note="", **of),
                lambda: reports.open_report(*where, **of),
                lambda: reports.record_decision(*where, decision="hold", reason="No.", **of),
                lambda: adjust(*where, way="typed", note="", **of),
                lambda: erase(*where, now=self.now),
            )
            for act in tries:
                self.expect(NotFound, act)
            assert self.rows_of(one.side) == mine

    @precondition(lambda self: self.since_verified >= 8)
    @rule()
    def verify(self) -> None:
        n_steps["verify"] += 1
        self.since_verified = 0
        found = ledger.verify(self.store)
        assert found.is_sound, found.findings
        assert found.entries == self.n_chained

    # What always holds

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        with self.store.read() as unit:
            for one in self.all:
                self._check(unit.at(self.sides[one.side].provider_id), one)

    def _check(self, tenant: Tenant, one: Candidate) -> None:
        events, kept = tenant.events.of(one.id), tenant.standings.get(one.id)
        assert kept == standing_from(events, total=len(one.items))
        assert (kept.stage, kept.ended) == one.stands
        answers = {item: dict(held.answer) for item, held in progress_of(events).answers.items()}
        assert answers == one.answers
        assert (tenant.identities.get(one.id) is None) == one.erased
        assert tenant.remarks.of(one.id) == {} or not one.erased

    @invariant()
    def the_board_counts_what_the_model_counts(self) -> None:
        for side, there in enumerate(self.sides):
            stand = [one.stands for one in self.all if one.side == side]
            board = vacancy_board(
                self.store, there.provider_id, there.vacancy_id, Filters(show="all"), now=self.now
            )
            assert dict(board.stages) == Counter(stage for stage, _ in stand)
            assert board.shows["all"] == len(stand)
            assert board.shows["ended"] == sum(ended is not None for _, ended in stand)
            assert board.shows["going"] == sum(ended is None for _, ended in stand)


def test_two_providers_against_a_model(template: tuple[Path, tuple[Side, ...]]) -> None:
    n_steps.clear()
    machine = type("Pilot", (Pilot,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS_IN_A_RUN,
            derandomize=True,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(n_steps.values()) >= 2000, n_steps
    assert min(n_steps.values()) >= 10, n_steps
    assert set(LEDGER_KINDS) >= {"decided", "step", "undone", "withdrawn", "erased"}
