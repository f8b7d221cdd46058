"""Options that go against the rest of the bank: another key, or out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.option_relations import Answered, Relation, answered_items
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.bank.proposals import Proposal
from vbr_engine.scoring.rules import FIRST_CODE, points_table

__all__ = ["by_option"]

LEVEL = 0.05  # chance of one false alarm or more among all options, each direction by itself
BEST = 2 / 3  # whoever is above this quantile of the rest is among those who do best
NO_RELATION = 0.05  # an option whose correlation with the rest is surely below it tells nothing
SAME_ANSWER = 0.98  # share of people who give one answer, from which an option tells nothing
NOBODY = 0.01  # share who choose an option, surely below which it does no work


def by_option(answers: Answers, bank: Bank, least: int) -> Iterator[Proposal]:
    """Propose other keys for options that go against the rest, or to drop them.

    Parameters
    ----------
    answers : Answers
    bank : Bank
    least : int
        Whole answers to an item that a proposal needs.

    Yields
    ------
    Proposal
    """
    looked = sum(len(item.options) for item in bank.items)
    # Each direction has its own share of the false alarms, and each is a one-sided question.
    coverage = 1 - 2 * LEVEL / looked
    for told in answered_items(answers, bank, coverage):
        if len(told.codes) < least or not np.ptp(told.rest) > 0:
            continue
        if told.item.format is ResponseFormat.RATE:
            yield from _of_ratings(told, bank)
        elif told.item.format is ResponseFormat.RANK:
            yield from _of_ranks(told, bank)
        elif told.item.format is ResponseFormat.PICK:
            yield from _of_picks(told)
        else:
            yield from _of_most_and_least(told)


def _of_ratings(told: Answered, bank: Bank) -> Iterator[Proposal]:
    item = told.item
    if not (told.codes != told.codes[0]).any():
        reason = "Everybody answers it in the same way, so it tells nobody apart"
        evidence = {"n": len(told.codes)}
        yield Proposal(f"items.{item.id}", "retire-item", reason, evidence=evidence)
        return
    for place, option in enumerate(item.options):
        given = told.codes[:, place]
        ratings, counts = np.unique(given, return_counts=True)
        path = f"items.{item.id}.options.{option}"
        if counts.max() >= SAME_ANSWER * len(given):
            yield _same_answer(path, int(ratings[counts.argmax()]), counts.max() / len(given), told)
            continue
        now = told.option(place, None, bank)
        best, found = _best_rating(told, place, bank)
        if now.high < NO_RELATION and found.rises:
            yield _rekeyed(told, f"key.{option}", best, now, found, int(item.key[place]))
        elif now.high < NO_RELATION:
            yield _dropped(path, now, told)
        else:
            yield from _preferred(told, place, now, bank)


def _preferred(told: Answered, place: int, now: Relation, bank: Bank) -> Iterator[Proposal]:
    """Another rating than the keyed one that the best third surely prefer.

    Yields
    ------
    Proposal
    """
    item, key = told.item, int(told.item.key[place])
    given = told.codes[told.rest >= np.quantile(told.rest, BEST), place]
    shares = {rating: float((given == rating).mean()) for rating in range(1, (item.scale or 1) + 1)}
    modal = max(shares, key=lambda rating: shares[rating])
    margin = shares[modal] - shares[key]
    error = np.sqrt((shares[modal] + shares[key] - margin**2) / len(given))
    if modal == key or margin <= NormalDist().inv_cdf(0.5 + told.coverage / 2) * error:
        return
    found = _rekeyed_relation(told, place, modal, bank)
    if found.r <= now.r or not found.rises:
        return
    yield Proposal(
        path=f"items.{item.id}.key.{item.options[place]}",
        change="rekey",
        to=modal,
        reason=(
            f"Of the third who do best on the other items, {shares[modal]:.0%} give it {modal} and "
            f"{shares[key]:.0%} the keyed {key}: a panel must confirm it before anybody is scored "
            "so"
        ),
        evidence={"share": round(shares[modal], 4), "share of key": round(shares[key], 4)}
        | _figures("r", now)
        | _figures("r rekeyed", found)
        | {"n": len(told.codes), "n best": len(given)},
    )


def _best_rating(told: Answered, place: int, bank: Bank) -> tuple[int, Relation]:
    ratings = range(1, (told.item.scale or 1) + 1)
    found = {rating: _rekeyed_relation(told, place, rating, bank) for rating in ratings}
    best = max(found, key=lambda rating: found[rating].r)
    return best, found[best]


def _rekeyed_relation(told: Answered, place: int, rating: int, bank: Bank) -> Relation:
    """The option's points with the rest if it were keyed so."""
    key = tuple(float(rating) if at == place else k for at, k in enumerate(told.item.key))
    return told.option(place, replace(told.item, key=key), bank)


def _rekeyed(
    told: Answered, part: str, to: Any, now: Relation, then: Relation, key: Any
) -> Proposal:
    return Proposal(
        path=f"items.{told.item.id}.{part}",
        change="rekey",
        to=to,
        reason=(
            f"Keyed {key}, it earns more the worse people do on the other items (r {now.r:.2f}); "
            f"keyed {to} it would go with them (r {then.r:.2f}): a panel must confirm it before "
            "anybody is scored so"
        ),
        evidence=_figures("r", now) | _figures("r rekeyed", then) | {"n": len(told.codes)},
    )


def _figures(name: str, found: Relation) -> dict[str, float]:
    return {
        name: round(found.r, 4),
        f"{name} low": round(found.low, 4),
        f"{name} high": round(found.high, 4),
    }


def _dropped(path: str, now: Relation, told: Answered) -> Proposal:
    way = "goes against" if now.high < 0 else "has nothing to do with"
    return Proposal(
        path=path,
        change="drop-option",
        reason=(
            f"What people earn on it {way} how they do on the other items (r {now.r:.2f}, at most "
            f"{now.high:.2f}), and no other key would mend it"
        ),
        evidence=_figures("r", now) | {"n": len(told.codes)},
    )


def _same_answer(path: str, answer: int, share: float, told: Answered) -> Proposal:
    return Proposal(
        path=path,
        change="drop-option",
        reason=f"{share:.1%} of people give it {answer}, so it tells nobody apart",
        evidence={"answer": answer, "share": round(float(share), 4), "n": len(told.codes)},
    )


def _of_ranks(told: Answered, bank: Bank) -> Iterator[Proposal]:
    item = told.item
    now = [told.option(place, None, bank) for place in range(len(item.options))]
    wrong = [place for place, found in enumerate(now) if found.high < 0]
    if not wrong:
        return
    best, found, pair = _best_swap(told, bank)
    if found.rises and set(pair) & set(wrong):
        to = {option: int(rank) for option, rank in zip(item.options, best.key, strict=True)}
        names = " and ".join(item.options[place] for place in pair)
        worst = min((now[place] for place in wrong), key=lambda one: one.r)
        reason = (
            f"The rank keyed for {item.options[wrong[0]]} goes against the other items (r "
            f"{worst.r:.2f}); with {names} the other way round the item goes with them (r "
            f"{found.r:.2f}): a panel must confirm it before anybody is scored so"
        )
        evidence = _figures("r", worst) | _figures("r rekeyed", found) | {"n": len(told.codes)}
        yield Proposal(f"items.{item.id}.key", "rekey", reason, to=to, evidence=evidence)
        return
    for place in wrong:
        yield _dropped(f"items.{item.id}.options.{item.options[place]}", now[place], told)


def _best_swap(told: Answered, bank: Bank) -> tuple[Item, Relation, tuple[int, int]]:
    """The two ranks that had better be exchanged, and how the whole item then does."""
    item, found = told.item, []
    for one, two in combinations(range(len(item.options)), 2):
        key = list(item.key)
        key[one], key[two] = key[two], key[one]
        other = replace(item, key=tuple(key))
        table = points_table(other, bank.policy)
        places = np.arange(len(key))
        earned = table[places, told.codes - FIRST_CODE[item.format]].sum(axis=1)
        found.append((other, told.relation(earned), (one, two)))
    return max(found, key=lambda held: held[1].r)


def _of_picks(told: Answered) -> Iterator[Proposal]:
    item = told.item
    held = [told.chosen(place, 1) for place in range(len(item.options))]
    keyed = [place for place, key in enumerate(item.key) if key == 1]
    others = [place for place in range(len(item.options)) if place not in keyed]
    wrong = [place for place in keyed if held[place].high < 0]
    right = [place for place in others if held[place].low > 0]
    out = min(keyed, key=lambda place: held[place].r)
    into = max(others, key=lambda place: held[place].r, default=out)
    if _changes_places(held[out], held[into]):
        to = [item.options[p] for p in sorted({*keyed, into} - {out})]
        reason = (
            f"People who do well elsewhere pick {item.options[into]} (r {held[into].r:.2f}) rather "
            f"than the keyed {item.options[out]} (r {held[out].r:.2f}): a panel must confirm it "
            "before anybody is scored so"
        )
        evidence = _figures("r keyed", held[out]) | _figures("r other", held[into])
        evidence |= {"n": len(told.codes)}
        yield Proposal(f"items.{item.id}.key", "rekey", reason, to=to, evidence=evidence)
        return
    for place in wrong:
        yield _attracted(told, place, held[place], "keyed, but people who do badly pick it")
    for place in right:
        yield _attracted(told, place, held[place], "not keyed, but people who do well pick it")
    yield from _idle(told, others)


def _of_most_and_least(told: Answered) -> Iterator[Proposal]:
    item = told.item
    for part, code in (("most", 1), ("least", -1)):
        own = next(place for place, key in enumerate(item.key) if key == code)
        other = next(place for place, key in enumerate(item.key) if key == -code)
        now = told.chosen(own, code)
        others = [place for place in range(len(item.options)) if place not in (own, other)]
        found = {place: told.chosen(place, code) for place in others}
        best = max(found, key=lambda place: found[place].r, default=None)
        if best is not None and _changes_places(now, found[best]):
            to, key = item.options[best], item.options[own]
            yield _rekeyed(told, f"key.{part}", to, now, found[best], key)
        elif now.high < 0:
            yield _attracted(told, own, now, f"keyed {part}, but people who do badly say so")
    yield from _idle(told, [place for place, key in enumerate(item.key) if key == 0])


def _changes_places(now: Relation, other: Relation) -> bool:
    return (now.high < 0 and other.rises) or (other.low > 0 and now.falls)


def _attracted(told: Answered, place: int, found: Relation, what: str) -> Proposal:
    return Proposal(
        path=f"items.{told.item.id}.options.{told.item.options[place]}",
        change="reword",
        reason=f"It is {what} (r {found.r:.2f}): ask people what they take it to mean",
        evidence=_figures("r", found) | {"n": len(told.codes)},
    )


def _idle(told: Answered, places: list[int]) -> Iterator[Proposal]:
    """Options without a key that nobody chooses."""
    n = len(told.codes)
    for place in places:
        share = float((told.codes[:, place] != 0).mean())
        # Upper limit of a share by Wilson's score, two-sided 95%.
        z = 1.96
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        width = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        if centre + width < NOBODY:
            yield Proposal(
                path=f"items.{told.item.id}.options.{told.item.options[place]}",
                change="drop-option",
                reason=f"Hardly anybody chooses it ({share:.1%}): it costs reading, no more",
                evidence={"share": round(share, 4), "n": n},
            )
