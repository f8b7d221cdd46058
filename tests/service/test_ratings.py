"""Rating: blind, by two or three people, never by whoever wrote or has a view; then the profile."""

from __future__ import annotations

import pytest

from service.errors import InvalidForm, NotFound
from service.use_cases import (
    accounts,
    adjustments,
    agreement,
    entry,
    ratings,
    reports,
    sittings,
    words,
)
from service.use_cases.happenings import happen
from service.use_cases.ledger import verify
from service.use_cases.tasks import list_tasks
from service.use_cases.views import Account
from service.use_cases.wordings import usual
from vbr_engine.scoring import Rating, score_ratings


def colleague(house, name, role="recruiter"):
    email = f"{name.lower()}@meadow.example"
    account_id = accounts.add_account(
        house.store,
        house.provider_id,
        name=name,
        email=email,
        password=house.password,
        now=house.clock(),
    )
    return Account(account_id, house.provider_id, "Meadow Care", name, email, role)


def sent(house, n=2, *, way="typed", by=None):
    """Make a sitting with the first n scenarios answered in own words, and sent."""
    sitting_id = house.started().sitting_id
    adjustments.adjust(
        house.store,
        house.provider_id,
        sitting_id,
        account=by or house.account,
        way=way,
        note="",
        now=house.clock(),
    )
    for number in range(1, n + 1):
        words.save_words(
            house.store,
            sitting_id,
            number,
            f"Said {number}",
            revision=0,
            now=house.clock.forward(minutes=1),
            by=by.id if by else None,
            how="phone" if by else None,
        )
    sittings.submit_sitting(house.store, sitting_id, now=house.clock(), allow_incomplete=True)
    return sitting_id


def rate_all(house, account, level):
    """Rate everything that waits for an account; `level` is a level or a function of the answer."""
    outcomes = []
    while code := ratings.next_to_rate(house.store, account):
        shown = ratings.show_to_rate(house.store, account, code)
        given = level(shown) if callable(level) else level
        outcomes.append(
            ratings.rate(house.store, account, code, level=given, note="", now=house.clock())
        )
    return outcomes


def profile(house, sitting_id):
    with house.store.read() as unit:
        return unit.at(house.provider_id).profiles.get(sitting_id)


@pytest.fixture
def raters(house):
    return [house.account, colleague(house, "Bea"), colleague(house, "Cai")]


def test_two_who_agree_make_a_profile(house, raters, bank):
    sitting_id = sent(house)
    assert rate_all(house, raters[0], "3") == ["rated", "rated"]
    assert profile(house, sitting_id) is None
    assert rate_all(house, raters[1], "4") == ["rated", "last"]
    assert ratings.next_to_rate(house.store, raters[2]) is None
    with house.store.read() as unit:
        form = unit.at(house.provider_id).sittings.get(sitting_id).form
    items = form.items[:2]
    given = [
        Rating(i, r.id, level) for i in items for r, level in zip(raters[:2], (3, 4), strict=True)
    ]
    expected = score_ratings(bank, form.items, given, sitting=sitting_id).to_dict()
    assert profile(house, sitting_id) == expected
    assert profile(house, sitting_id)["mode"] == "own-words"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_candidate_is_told_once_that_the_feedback_is_there(house, raters, language):
    sitting_id = sent(house)

    def messages():
        with house.store.read() as unit:
            found = unit.at(house.provider_id).messages.of((sitting_id,))
        return [one for one in found if one.kind == "feedback-ready"]

    rate_all(house, raters[0], "3")
    assert messages() == []
    rate_all(house, raters[1], "4")
    (message,) = messages()
    assert (message.state, message.channel) == ("ready", "email")
    for channel in ("email", "sms"):
        assert "{link}" in usual("feedback-ready", language, channel).body


def test_the_whole_way_with_a_third(house, raters):
    sitting_id = sent(house)
    rate_all(house, raters[0], "0")
    rate_all(house, raters[1], lambda shown: "4" if shown.said == "Said 1" else "1")
    (task,) = list_tasks(house.store, house.account)
    assert (task.task.kind, task.task.sitting_id) == ("third-rating", sitting_id)
    assert rate_all(house, raters[2], "3") == ["last"]  # only the one they are far apart on
    assert list_tasks(house.store, house.account) == ()
    first = sittings.show_question(house.store, sitting_id, 1).item.id
    second = sittings.show_question(house.store, sitting_id, 2).item.id
    items = profile(house, sitting_id)["items"]
    assert (items[first], items[second]) == (0.75, 0.125)
    assert sittings.candidate_feedback_for(house.store, sitting_id).title
    reports.record_first_view(
        house.store,
        house.provider_id,
        sitting_id,
        account=house.account,
        view="promising",
        note="",
        now=house.clock(),
    )
    report = reports.open_report(
        house.store, house.provider_id, sitting_id, account=house.account, now=house.clock()
    )
    assert "Said 1" in str(report.to_dict())
    assert "own words" in str(report.to_dict())
    assert verify(house.store).is_sound
    with house.store.read() as unit:
        events = unit.at(house.provider_id).events.of(sitting_id)
        chained = {e.event_number for e in unit.at(house.provider_id).ledger.entries()}
    rated = [event for event in events if event.kind == "rated"]
    assert len(rated) == 5
    assert {event.number for event in rated} <= chained


def test_ratings_are_blind(house, raters):
    sitting_id = sent(house)
    rate_all(house, raters[0], "2")
    code = ratings.next_to_rate(house.store, raters[1])
    shown = ratings.show_to_rate(house.store, raters[1], code)
    for hidden in ("Beispiel", sitting_id, raters[0].id, "Rae", "level=2, note"):
        assert hidden not in str(shown)
    assert sitting_id[:6] not in code


def test_every_rater_has_an_order_of_their_own_item_by_item(house, raters):
    people = [sent(house, 4) for _ in range(4)]
    assert len(people) == 4
    orders = []
    for rater in raters:
        order = []
        while code := ratings.next_to_rate(house.store, rater):
            order.append(ratings.show_to_rate(house.store, rater, code).guide.item)
            ratings.rate(house.store, rater, code, level="2", note="", now=house.clock())
        orders.append(order)
        runs = [item for at, item in enumerate(order) if at == 0 or order[at - 1] != item]
        assert len(runs) == len(set(order))  # one item after the other
    assert len({tuple(dict.fromkeys(order)) for order in orders[:2]}) == 2
    assert orders[2] == []


def test_nobody_rates_twice_or_what_is_settled(house, raters):
    sent(house, 1)
    code = ratings.next_to_rate(house.store, raters[0])
    other = ratings.next_to_rate(house.store, raters[1])
    third = ratings.next_to_rate(house.store, raters[2])
    assert len({code, other, third}) == 3
    give = {"level": "2", "note": "", "now": house.clock()}
    assert ratings.rate(house.store, raters[0], code, **give) == "rated"
    assert ratings.rate(house.store, raters[0], code, **give) == "gone"
    assert ratings.rate(house.store, raters[0], other, **give) == "gone"  # another's code
    assert ratings.rate(house.store, raters[1], other, **give) == "last"
    assert ratings.rate(house.store, raters[2], third, **give) == "gone"
    with pytest.raises(NotFound):
        ratings.show_to_rate(house.store, raters[2], third)


@pytest.mark.parametrize("level", ["", "5", "-1", "2.0", "two", "None"])
def test_only_levels_of_the_rubric_are_taken(house, raters, level):
    sent(house, 1)
    code = ratings.next_to_rate(house.store, raters[0])
    with pytest.raises(InvalidForm) as caught:
        ratings.rate(house.store, raters[0], code, level=level, note="", now=house.clock())
    assert set(caught.value.fields) == {"level"}


def test_whoever_wrote_it_down_does_not_rate_it_and_is_told_why(house, raters):
    sitting_id = sent(house, way="spoken", by=house.account)
    queue = ratings.queue_of(house.store, house.account)
    assert (queue.n_waiting, queue.n_others) == (0, 2)
    assert queue.reasons == ("You wrote down what the candidate said.",)
    assert not queue.short
    rate_all(house, raters[1], "2")
    rate_all(house, raters[2], "2")
    assert profile(house, sitting_id) is not None


def test_whoever_sent_it_for_the_candidate_does_not_rate_it(house, raters):
    sitting_id = sent(house, 1, way="spoken", by=raters[1])
    assert ratings.next_to_rate(house.store, raters[1]) is None
    assert ratings.next_to_rate(house.store, raters[0]) is not None
    assert entry.enters(house.store, house.provider_id, sitting_id) == "spoken"


@pytest.mark.parametrize("kind", ["first-view", "report-opened", "decided"])
def test_whoever_has_a_view_of_the_candidate_does_not_rate_and_is_told_why(house, raters, kind):
    sitting_id = sent(house, 1)
    with house.store.write() as unit:
        happen(unit.at(house.provider_id), sitting_id, kind, at=house.clock(), by=house.account.id)
    queue = ratings.queue_of(house.store, house.account)
    assert (queue.n_waiting, queue.n_others) == (0, 1)
    assert queue.reasons == ("You have recorded a view of the candidate already.",)
    assert ratings.next_to_rate(house.store, house.account) is None
    assert ratings.queue_of(house.store, raters[1]).n_waiting == 1


@pytest.mark.parametrize("kind", ["withdrawn", "erased"])
def test_nobody_rates_a_candidate_who_withdrew_or_is_erased(house, raters, kind):
    sitting_id = sent(house, 1)
    code = ratings.next_to_rate(house.store, raters[0])
    with house.store.write() as unit:
        happen(unit.at(house.provider_id), sitting_id, kind, at=house.clock())
    queue = ratings.queue_of(house.store, raters[0])
    assert (queue.n_waiting, queue.n_people, queue.n_others) == (0, 0, 0)
    with pytest.raises(NotFound):
        ratings.show_to_rate(house.store, raters[0], code)
    give = {"level": "2", "note": "", "now": house.clock()}
    assert ratings.rate(house.store, raters[0], code, **give) == "gone"


def test_a_small_provider_is_told_that_people_are_missing(house):
    sent(house, 1)
    assert ratings.queue_of(house.store, house.account).short
    bea = colleague(house, "Bea")
    assert not ratings.queue_of(house.store, house.account).short
    rate_all(house, house.account, "0")
    rate_all(house, bea, "4")
    queue = ratings.queue_of(house.store, house.account)
    assert (queue.n_waiting, queue.n_others, queue.short) == (0, 1, True)


def test_two_who_cannot_rate_leave_the_item_out(house, raters):
    sitting_id = sent(house)
    for rater in raters[:2]:
        rate_all(house, rater, lambda shown: "cannot" if shown.said == "Said 1" else "3")
    first = sittings.show_question(house.store, sitting_id, 1).item.id
    assert profile(house, sitting_id)["items"][first] is None


def test_another_provider_rates_nothing(house, raters, make_house):
    sent(house, 1)
    other = make_house("Other Care")
    assert ratings.queue_of(other.store, other.account).n_people == 0
    code = ratings.next_to_rate(house.store, raters[0])
    with pytest.raises(NotFound):
        ratings.show_to_rate(other.store, other.account, code)
    gone = ratings.rate(other.store, other.account, code, level="2", note="", now=house.clock())
    assert gone == "gone"


def test_agreement_is_shown_when_there_is_enough(house, raters, bank):
    n = len(bank.items)
    rounds = -(-agreement.LEAST // min(4, n))
    for _ in range(rounds):
        sent(house, 4)
    found = agreement.agreement_of(house.store, house.provider_id)
    assert (found.compared, found.enough, found.exact) == (0, False, None)
    rate_all(house, raters[0], "2")
    rate_all(house, raters[1], "3")
    found = agreement.agreement_of(house.store, house.provider_id)
    assert found.enough
    assert (found.compared, found.exact, found.adjacent, found.third) == (4 * rounds, 0, 1, 0)
    assert {(one.name, one.bias) for one in found.raters} == {("Rae", -1.0), ("Bea", 1.0)}
