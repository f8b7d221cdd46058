"""Lets the made-up candidates and their recruiters act, through the use cases of real work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.demonstration.people import Asked, Done, Person
from service.storage import Store
from service.use_cases import adjustments, asking, invitations, reports, sittings, words
from service.use_cases.happenings import happen
from service.use_cases.steps import record_step
from service.use_cases.views import Account, Invited
from vbr_engine.bank.model import Bank
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

__all__ = ["Stage", "simulated_answers"]

SEED = 7
POOL = 60
_NOTE = "Warm on the telephone; has looked after a grandparent."
_REASON = "Evidence is mixed on two values; the interview will ask about both."
_OWN_WORDS = (
    "I would sit down first and ask what worries them. Then I would do what we agree on, and tell "
    "the office what took longer.",
    "I would stay calm, make sure nobody is in danger, and write down what I saw for the next "
    "person.",
    "I would ask before I do anything, because it is their home. If I was not sure I would ring "
    "my manager.",
)
Answers = Mapping[str, Mapping[str, int]]


def simulated_answers(bank: Bank) -> Mapping[str, Answers]:
    """Return answers of a strong, a middling, a weaker and a careless made-up candidate."""
    pool = simulate_responses(bank, POOL, seed=SEED, form="default")
    scores = score(pool, bank)
    ordered = sorted(pool.sittings, key=lambda s: scores.profile(s).composite.score or 0.0)
    careless = simulate_responses(bank, POOL, seed=SEED, form="default", careless=1.0)
    flags = score(careless, bank)
    flagged = max(careless.sittings, key=lambda s: len(flags.profile(s).flags))
    return {
        "weak": pool.answers(ordered[POOL // 8]),
        "mixed": pool.answers(ordered[POOL // 2]),
        "strong": pool.answers(ordered[-2]),
        "careless": careless.answers(flagged),
    }


@dataclass(frozen=True)
class Stage:
    """A vacancy on which people act; `recruiter` is who looks after them."""

    store: Store
    vacancy_id: str
    recruiter: Account
    answers: Mapping[str, Answers]
    now: datetime

    def act(self, person: Person) -> str:
        """Let one person go through everything; return the sitting's id."""
        at = self.now - person.invited
        invited = self._invite(person, at)
        if person.answers or person.own_words:
            self._sit(person, invited, at)
        for done in person.steps:
            self._step(invited.sitting_id, done)
        for asked in person.asks:
            if not person.own_words:
                self._ask(invited.sitting_id, asked)
        return invited.sitting_id

    def _invite(self, person: Person, at: datetime) -> Invited:
        invited = invitations.invite(
            self.store,
            self.recruiter.provider_id,
            self.vacancy_id,
            name=person.name,
            email=f"{person.name.split()[0].lower()}@example.org",
            by=self.recruiter,
            now=at,
            simulated=True,
            language=person.language,
            facts=person.facts,
        )
        if person.bounced:
            with self.store.write() as unit:
                body = {"kind": "invitation", "channel": "email", "reason": "refused"}
                tenant = unit.at(self.recruiter.provider_id)
                soon = at + timedelta(minutes=2)
                happen(tenant, invited.sitting_id, "bounced", at=soon, body=body)
        return invited

    def _sit(self, person: Person, invited: Invited, at: datetime) -> None:
        clock = _ticking(at + timedelta(minutes=40), timedelta(seconds=person.seconds))
        if person.own_words:
            self._say(person, invited, clock)
            return
        sittings.start_sitting(self.store, invited.token, now=next(clock))
        self._answer(invited.sitting_id, person, clock)
        if not person.submitted:
            return
        sittings.submit_sitting(
            self.store, invited.sitting_id, now=next(clock), allow_incomplete=True
        )
        self._look(person, invited.sitting_id)

    def _answer(self, sitting_id: str, person: Person, clock: Iterator[datetime]) -> None:
        """Save the first answers, in the order in which the form presents its items: at once."""
        with self.store.write() as unit:
            tenant = unit.at(self.recruiter.provider_id)
            sitting = tenant.sittings.get(sitting_id)
            assert sitting is not None
            held = self.answers[person.answers]
            given = [item for item in sitting.form.items if item in held][: person.n_answers]
            for item in given:
                body = {"answer": dict(held[item]), "revision": 1, "shown-revision": 0}
                happen(tenant, sitting_id, "answered", at=next(clock), item_id=item, body=body)

    def _say(self, person: Person, invited: Invited, clock: Iterator[datetime]) -> None:
        """Ask for the other form, get it, and answer in own words."""
        sitting_id = invited.sitting_id
        for asked in person.asks:
            self._ask(sitting_id, asked)
        agreed = self.now - timedelta(days=person.asks[-1].ago - 0.2)
        adjustments.adjust(
            self.store,
            self.recruiter.provider_id,
            sitting_id,
            account=self.recruiter,
            way="typed",
            note="Of course. The link shows the same scenarios with room for your own words.",
            now=agreed,
        )
        clock = _ticking(agreed + timedelta(hours=2), timedelta(minutes=3))
        sittings.start_sitting(self.store, invited.token, now=next(clock))
        total = words.show_words(self.store, sitting_id, 1).total
        for number in range(1, total + 1):
            text = _OWN_WORDS[number % len(_OWN_WORDS)]
            words.save_words(self.store, sitting_id, number, text, revision=0, now=next(clock))
        sittings.submit_sitting(self.store, sitting_id, now=next(clock), allow_incomplete=True)

    def _look(self, person: Person, sitting_id: str) -> None:
        provider_id, now = self.recruiter.provider_id, self.now - person.viewed
        if person.first_view:
            reports.record_first_view(
                self.store,
                provider_id,
                sitting_id,
                account=self.recruiter,
                view=person.first_view,
                note=_NOTE,
                now=now,
            )
        if person.decision:
            later = now + timedelta(minutes=9)
            reports.open_report(
                self.store, provider_id, sitting_id, account=self.recruiter, now=later
            )
            reports.record_decision(
                self.store,
                provider_id,
                sitting_id,
                account=self.recruiter,
                decision=person.decision,
                reason=_REASON,
                now=later + timedelta(minutes=4),
            )

    def _step(self, sitting_id: str, done: Done) -> None:
        day = (self.now + timedelta(days=done.on)).date().isoformat() if done.on is not None else ""
        record_step(
            self.store,
            self.recruiter.provider_id,
            sitting_id,
            done.step,
            account=self.recruiter,
            now=self.now - timedelta(days=done.ago),
            on=day,
            at_time=done.time,
            reason=done.reason,
            ended_by=done.ended_by,
            outcome=done.outcome,
            text=done.text,
        )

    def _ask(self, sitting_id: str, asked: Asked) -> None:
        store, now = self.store, self.now - timedelta(days=asked.ago)
        if asked.what == "adjustment":
            asking.ask_adjustment(
                store, sitting_id, ways=asked.ways, text=asked.text, reach="", now=now
            )
        elif asked.what == "person":
            asking.ask_person(store, sitting_id, text=asked.text, reach="", now=now)
        elif asked.what == "contest":
            asking.contest(store, sitting_id, text=asked.text, now=now)
        else:
            asking.withdraw(store, sitting_id, reason=asked.text, now=now)


def _ticking(start: datetime, step: timedelta) -> Iterator[datetime]:
    while True:
        yield start
        start += step
