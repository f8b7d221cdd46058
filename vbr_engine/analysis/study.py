"""`analyse`: sittings in, every statistic of them and what they propose to change out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from vbr_engine._version import __version__
from vbr_engine.analysis.answers import Answers, answers_of_bank, answers_of_table
from vbr_engine.analysis.calibration import Calibration, calibrate
from vbr_engine.analysis.fairness import fairness_tables, large_groups
from vbr_engine.analysis.items import item_table, option_tables
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.proposals import Evidence, propose
from vbr_engine.analysis.result import Analysis
from vbr_engine.analysis.rivals import rival_tables
from vbr_engine.analysis.scales import Scales, scale_tables, scales_of
from vbr_engine.analysis.structure import structure_tables
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.bank.model import Bank
from vbr_engine.psychometrics.joined import outcome_numbers
from vbr_engine.psychometrics.panel import panel_statistics
from vbr_engine.psychometrics.scored_items import item_scores
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.quality import FLAGS

__all__ = ["STEPS", "analyse", "analyse_table"]

STEPS = 7  # that `on_step` is told of

_WORDS = {
    "straight-lining": "nearly all ratings are the same",
    "many-unanswered": "more than a quarter of the default form is missing",
}

Groups = Mapping[str, "pd.Series[Any]"]
OnStep = Callable[[int], None]


def analyse(
    responses: ResponseMatrix,
    bank: Bank,
    *,
    groups: Groups | None = None,
    outcome: pd.Series[Any] | None = None,
    retest: ResponseMatrix | None = None,
    panel: ResponseMatrix | None = None,
    made: str | None = None,
    on_step: OnStep | None = None,
) -> Analysis:
    """Work out every statistic of sittings of a bank, and what they propose to change in it.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    groups : mapping of str to Series, optional
        Group columns by name, each a label by sitting. Written out are labels and figures by
        label, those of fewer than 20 sittings without their count.
    outcome : Series, optional
        A number by sitting, higher is better.
    retest : ResponseMatrix, optional
        Second sittings of the same people, under the same names.
    panel : ResponseMatrix, optional
        Experts who sat the bank like candidates.
    made : str, optional
        The date, for the report.
    on_step : callable, optional
        Told how many of `STEPS` parts are done.

    Returns
    -------
    Analysis
        Parts that the data do not allow are empty, and its notes say why.

    Raises
    ------
    ResponsesError
        If responses, outcome, retest or panel do not belong to the bank.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> found = analyse(vbr_engine.simulate_responses(bank, 60, seed=1), bank)
    >>> len(found.items), found.values["scale"].tolist()[0], found.calibration["converged"]
    (28, 'composite', True)
    """
    if outcome is not None:
        outcome_numbers(outcome, responses)
    with threadpool_limits(limits=1, user_api="blas"):
        return _study(
            answers_of_bank(responses, bank),
            {
                "bank": bank.label,
                "sha256": bank.sha256,
                "status": str(bank.status),
                "policy": bank.policy.id,
                "simulated": all(name.startswith("simulated-") for name in responses.sittings),
                "made": made,
            },
            groups=groups or {},
            outcome=outcome,
            retest=None if retest is None else item_scores(retest, bank),
            panel=None if panel is None else panel_statistics(panel, bank),
            on_step=on_step or _silent,
        )


def analyse_table(
    frame: pd.DataFrame,
    *,
    key: Mapping[str, Any] | Sequence[Any] | None = None,
    reverse: Sequence[str] = (),
    groups: Groups | None = None,
    retest: pd.DataFrame | None = None,
    made: str | None = None,
    on_step: OnStep | None = None,
) -> Analysis:
    """Work out every statistic of a plain table of answers, with no bank behind it.

    Parameters
    ----------
    frame : DataFrame
        A row for each sitting, named by the index; a column for each item; missing for no answer.
        Numbers count as they are; with a key, options may be words.
    key : mapping of str to option, or sequence, optional
        The right option of each item: an answer is then right (1) or wrong (0).
    reverse : sequence of str
        Items whose numbers count the other way round.
    groups : mapping of str to Series, optional
        As in `analyse`.
    retest : DataFrame, optional
        A second table of the same items and sittings.
    made : str, optional
        The date, for the report.
    on_step : callable, optional
        Told how many of `STEPS` parts are done.

    Returns
    -------
    Analysis
        Without what needs a bank: values, bands, keys, proposals.

    Raises
    ------
    ResponsesError
        With every cell that is not a number, or what is wrong with the key.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> trait = rng.normal(size=(200, 1))
    >>> answers = pd.DataFrame((trait + rng.normal(size=(200, 5)) > 0).astype(int))
    >>> analyse_table(answers).items["item"].tolist()
    ['0', '1', '2', '3', '4']
    """
    answers = answers_of_table(frame, key=key, reverse=reverse)
    again = None if retest is None else answers_of_table(retest, key=key, reverse=reverse).scores
    about = dict.fromkeys(("bank", "sha256", "status", "policy"))
    with threadpool_limits(limits=1, user_api="blas"):
        return _study(
            answers,
            about | {"simulated": False, "made": made},
            groups=groups or {},
            outcome=None,
            retest=again,
            panel=None,
            on_step=on_step or _silent,
        )


def _silent(done: int) -> None:
    """Tell nobody."""


def _study(
    answers: Answers,
    about: dict[str, Any],
    *,
    groups: Groups,
    outcome: pd.Series[Any] | None,
    retest: pd.DataFrame | None,
    panel: Any,
    on_step: OnStep,
) -> Analysis:
    notes = Notes()
    notes.add(*answers.notes)
    scales = scales_of(answers)
    tables = {"items": item_table(answers, notes)}
    tables["options"], tables["traces"] = option_tables(answers)
    on_step(1)
    tables |= scale_tables(answers, scales, retest, notes)
    on_step(2)
    structure, factor = structure_tables(answers, notes)
    on_step(3)
    calibration = calibrate(answers, notes)
    on_step(4)
    tables |= structure | calibration.tables | _people(scales, calibration)
    tables["distribution"] = typed(
        "distribution", pd.concat([tables["distribution"], calibration.theta], ignore_index=True)
    )
    tables |= fairness_tables(answers, scales.composite, groups, notes)
    on_step(5)
    group = next((large_groups(labels, answers) for labels in groups.values()), None)
    tables |= rival_tables(answers, panel=panel, outcome=outcome, group=group, notes=notes)
    on_step(6)
    proposals = propose(Evidence(answers, tables, panel), notes)
    on_step(STEPS)
    return Analysis(
        about=about
        | {"sittings": len(answers), "items": len(answers.items), "engine": __version__},
        factor=factor,
        calibration=calibration.figures,
        notes=notes.sentences,
        proposals=proposals,
        **tables,
    )


def _people(scales: Scales, calibration: Calibration) -> dict[str, pd.DataFrame]:
    """Count sittings that look careless, and those that the model finds odd."""
    rows = []
    if scales.scores is not None and len(scales.scores):
        for bit, flag in enumerate(FLAGS):
            if flag in _WORDS:
                n = int((scales.scores.flags >> bit & 1).sum())
                share = n / len(scales.scores)
                rows.append({"measure": flag, "words": _WORDS[flag], "n": n, "share": share})
    flags = pd.DataFrame(rows, columns=list(empty("persons")))
    parts = [part for part in (flags, calibration.persons) if len(part)]
    found = pd.concat(parts, ignore_index=True) if parts else flags
    return {"persons": typed("persons", found)}
