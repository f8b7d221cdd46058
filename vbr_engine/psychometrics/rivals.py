"""The keys and policies that a bank's own is usually held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vbr_engine.bank.model import Bank, ResponseFormat, ScoringPolicy
from vbr_engine.psychometrics.empirical import EmpiricalKey, empirical_key, outcome_shortage
from vbr_engine.psychometrics.fold_sums import METHODS
from vbr_engine.psychometrics.joined import Joined, outcome_numbers
from vbr_engine.psychometrics.keys import consensus_key, panel_key
from vbr_engine.psychometrics.panel import PanelStatistics
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.keys import Key

__all__ = ["Rival", "rival_keys"]

Rival = Bank | ScoringPolicy | Key | EmpiricalKey


def rival_keys(
    responses: ResponseMatrix,
    bank: Bank,
    *,
    panel: PanelStatistics | None = None,
    outcome: Joined | None = None,
) -> dict[str, Rival]:
    """List the keys and policies that a bank's own is usually held against.

    Parameters
    ----------
    responses : ResponseMatrix
        Candidates, for the consensus keys and those from an outcome.
    bank : Bank
    panel : PanelStatistics, optional
    outcome : mapping of str to number, Series by sitting, or one number for each sitting, optional

    Returns
    -------
    dict of str to Bank, ScoringPolicy, Key or EmpiricalKey
        Other rules for ratings, standardisation within person, consensus of candidates; with a
        panel its keys; with an outcome that is enough for them, empirical keys.

    Raises
    ------
    ResponsesError
        If the outcome does not fit the responses.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> list(rival_keys(vbr_engine.simulate_responses(bank, 50, seed=1), bank))
    ['distance', 'within-person', 'consensus-mode', 'consensus-proportion']
    """
    rivals: dict[str, Rival] = dict(_policies(bank))
    found = [consensus_key(responses, bank, rule=rule) for rule in ("mode", "proportion")]
    if panel is not None:
        found += [panel_key(panel, rule=rule) for rule in ("mode", "mean", "proportion")]
        shorter = panel_key(panel, drop=True)
        if shorter.dropped:
            found.append(replace(shorter, id="panel-mode-shorter"))
    rivals |= {key.id: key for key in found}
    if outcome is not None and not outcome_shortage(outcome_numbers(outcome, responses)):
        made = [empirical_key(responses, bank, outcome, method=method) for method in METHODS]
        rivals |= {key.id: key for key in made}
    return rivals


def _policies(bank: Bank) -> Iterator[tuple[str, ScoringPolicy]]:
    own = bank.policy
    if not any(item.format is ResponseFormat.RATE for item in bank.items):
        return
    for rule in ("near-miss", "distance"):
        if rule != own.rate:
            yield rule, replace(own, id=f"{own.id}-{rule}", rate=rule)
    if own.rate != "agreement":
        turned = not own.standardise_within_person
        name = "within-person" if turned else "not-within-person"
        yield name, replace(own, id=f"{own.id}-{name}", standardise_within_person=turned)
