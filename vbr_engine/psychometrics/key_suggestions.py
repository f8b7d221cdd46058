"""What another key would change in a bank, as proposals that a person can take or leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.bank.proposals import Proposal
from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.keys import panel_key
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.scoring.keys import Key

__all__ = ["key_proposals", "panel_proposals"]

Rows = dict[tuple[str, str], dict[Any, Any]]


def key_proposals(
    bank: Bank, key: Key, *, reason: str, evidence: Mapping[str, Any] | None = None
) -> tuple[Proposal, ...]:
    """Propose every change that makes a bank's key another one.

    Parameters
    ----------
    bank : Bank
    key : Key
        One that a bank can hold as it is, such as that of the mode.
    reason : str
        A sentence that goes with every proposal.
    evidence : mapping, optional
        Figures that go with every proposal.

    Returns
    -------
    tuple of Proposal
        Rated options one by one, other items whole; none where nothing differs.

    Raises
    ------
    InvalidInput
        If the key needs another rule than the bank's, as those of means and shares do.

    Examples
    --------
    >>> import vbr_engine
    >>> from vbr_engine.psychometrics import consensus_key
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> key = consensus_key(vbr_engine.simulate_responses(bank, 300, seed=1), bank)
    >>> {proposal.change for proposal in key_proposals(bank, key, reason="People agree.")}
    {'rekey'}
    """
    if key.rate_rule not in (None, bank.policy.rate):
        raise InvalidInput(
            f"{key.id} is scored by the rule {key.rate_rule}: "
            "only a key of the mode can be proposed"
        )
    proposals = []
    for item in bank.items:
        for part, to in _changed(item, key):
            path = f"items.{item.id}.key" + (f".{part}" if part else "")
            proposals.append(Proposal(path, "rekey", reason, to=to, evidence=dict(evidence or {})))
    return tuple(proposals)


def _changed(item: Item, key: Key) -> Iterator[tuple[str, Any]]:
    keyed = key.keyed.get(item.id, item.key)
    if tuple(keyed) == tuple(item.key):
        return
    pairs = list(zip(item.options, keyed, strict=True))
    if item.format is ResponseFormat.RATE:
        for option, to, was in zip(item.options, keyed, item.key, strict=True):
            if to != was:
                yield option, int(to)
    elif item.format is ResponseFormat.RANK:
        yield "", {option: int(rank) for option, rank in pairs}
    elif item.format is ResponseFormat.MOST_LEAST:
        words = {1: "most", -1: "least"}
        yield "", {words[int(code)]: option for option, code in pairs if int(code) in words}
    else:
        yield "", [option for option, code in pairs if code > 0]


def panel_proposals(statistics: PanelStatistics) -> tuple[Proposal, ...]:
    """Propose what a panel would change: keys that it does not hold, options that it cannot settle.

    Parameters
    ----------
    statistics : PanelStatistics

    Returns
    -------
    tuple of Proposal
        ``rekey`` where the panel's mode is another answer; ``drop-option`` for rated options that
        the statistics name, while two are left; else, and where experts agree on no order,
        ``reword`` for the item.

    Examples
    --------
    >>> import vbr_engine
    >>> from vbr_engine.psychometrics import panel_statistics
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> panel = panel_statistics(vbr_engine.simulate_responses(bank, 30, seed=1), bank)
    >>> panel_proposals(panel)[0].evidence["experts"]
    30
    """
    options: Rows = {
        (row["item"], row["option"]): row for row in statistics.options.to_dict("records")
    }
    held = panel_key(statistics, rule="mode", drop=True)
    wrong = dict(zip(statistics.items["item"], statistics.items["why"], strict=True))
    proposals: list[Proposal] = []
    for item in statistics.bank.items:
        if wrong[item.id]:
            told = {"experts": statistics.experts}
            proposals.append(Proposal(f"items.{item.id}", "reword", wrong[item.id], evidence=told))
            continue
        dropped = held.dropped.get(item.id, ())
        for option in dropped:
            row = options[item.id, option]
            path = f"items.{item.id}.options.{option}"
            proposals.append(
                Proposal(path, "drop-option", str(row["why"]), evidence=_figures(row, statistics))
            )
        for part, to in _changed(item, held):
            if part not in dropped:
                proposals.append(_rekeyed(item, part, to, options, statistics))
    return tuple(proposals)


def _rekeyed(
    item: Item, part: str, to: Any, options: Rows, statistics: PanelStatistics
) -> Proposal:
    experts = statistics.experts
    if not part:
        reason = f"The answer that agrees most with those of {experts} experts is another one."
        n = dict(zip(statistics.items["item"], statistics.items["n"], strict=True))[item.id]
        told: dict[str, Any] = {"experts": experts, "n": int(n)}
        return Proposal(f"items.{item.id}.key", "rekey", reason, to=to, evidence=told)
    row = options[item.id, part]
    reason = (
        f"Of {int(row['n'])} experts {row['share']:.0%} rate it {to}, more than anything else; "
        f"the key says {row['key']:g}."
    )
    evidence = _figures(row, statistics)
    return Proposal(f"items.{item.id}.key.{part}", "rekey", reason, to=to, evidence=evidence)


def _figures(row: Mapping[Any, Any], statistics: PanelStatistics) -> dict[str, Any]:
    figures = {"n": int(row["n"]), "mean": row["mean"], "share": row["share"], "r-wg": row["r_wg"]}
    told = {name: round(float(x), 3) for name, x in figures.items() if x == x and name != "n"}
    return {"experts": statistics.experts, "n": figures["n"], **told}
