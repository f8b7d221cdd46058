"""`vbr score`: score a table of responses."""

from __future__ import annotations

import sys

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from vbr_engine.cli.arguments import (
    bank_argument,
    file_option,
    output_option,
    quiet_option,
    responses_argument,
)
from vbr_engine.cli.in_parts import cluster_option, is_partitioned, partitions_option, scored
from vbr_engine.files import check_writable, read_bank, read_policy, read_responses, write_table
from vbr_engine.scoring import Scores, score
from vbr_engine.scoring.quality import FLAGS
from vbr_engine.scoring.rivals import band_changes

__all__ = ["command"]


@click.command("score")
@bank_argument
@responses_argument
@output_option()
@file_option(
    "--policy", "Score under the policy in this YAML file, and tell how many would change band."
)
@partitions_option
@cluster_option
@quiet_option("the summary")
def command(
    bank: str,
    responses: str,
    output: str,
    policy: str | None,
    partitions: bool,
    cluster: str | None,
    quiet: bool,
) -> None:
    """Score RESPONSES to BANK as the bank's policy declares.

    RESPONSES has a row for each sitting: `sitting`, then a column for each `item.option`; an empty
    cell is not answered. Responses that do not belong to the bank are refused, with every row and
    column that is wrong. A score of 0 is what guessing earns on average, 1 is the key.

    With --policy the scores written are those under that policy, and are stamped with its name;
    whose bands would differ from those under the bank's own policy is counted.

    A folder of Parquet files, a pattern such as 'responses/2026-*.parquet', or with --partitions
    one file, may be larger than memory: each part is scored to a part of its own in the folder that
    -o names. Started again, only parts are scored that are missing or whose responses, bank or
    policy changed.

    \b
    vbr score question_banks/homecare-values responses.csv -o scores.csv
    vbr score question_banks/homecare-values responses/ -o scores/
    vbr score question_banks/homecare-values responses.csv --policy rival.yaml -o rival.csv
    """
    in_parts = partitions or cluster is not None or is_partitioned(responses)
    if not in_parts:
        check_writable(output)
    questions = read_bank(bank)
    rival = questions if policy is None else read_policy(policy, questions)
    if in_parts:
        done = scored(rival, responses, output, cluster=cluster)
        if not quiet:
            print(done, file=sys.stderr)
            if policy is not None:
                print("Changes of band are not counted in parts.", file=sys.stderr)
        return
    table = read_responses(responses, questions)
    scores = score(table, rival)
    write_table(scores.to_frame(), output)
    if not quiet:
        _summarise(scores, output)
    if policy is not None:
        _compare(score(table, questions), scores)


def _summarise(scores: Scores, output: str) -> None:
    console = Console(stderr=True, highlight=False)
    stamps = scores.stamps
    table = Table(box=None, pad_edge=False)
    for heading in ("", "measured", "mean", "sd", "mean error"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row, name in enumerate(scores.names):
        table.add_row(name, *_figures(scores.score[row], scores.se[row]))
    console.print(table)
    for bit, flag in enumerate(FLAGS):
        flagged = int((scores.flags >> bit & 1).sum())
        if flagged:
            console.print(f"{flag}: {flagged:,}", markup=False)
    console.print(
        f"{len(scores):,} sittings of {stamps['bank']}, policy {stamps['policy']}, "
        f"engine {stamps['engine']}, written to {output}",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"The bank's status: {scores.bank.status}.", markup=False)


def _compare(before: Scores, after: Scores) -> None:
    console = Console(highlight=False)
    changes = band_changes(before, after)
    table = Table(box=None, pad_edge=False)
    for heading in changes.columns:
        table.add_column("" if heading == "score" else heading, justify="right")
    table.columns[0].justify = "left"
    for row in changes.itertuples(index=False):
        table.add_row(str(row[0]), *("" if cell is pd.NA else f"{cell:,}" for cell in row[1:]))
    console.print(table)
    whole = changes.iloc[0]
    console.print(
        f"Under {after.bank.policy.id} in place of {before.bank.policy.id}, "
        f"{whole['changed']:,} of {whole['measured']:,} candidates measured both ways would "
        "change band.",
        markup=False,
        soft_wrap=True,
    )


def _figures(score: np.ndarray, se: np.ndarray) -> tuple[str, str, str, str]:
    told = score[score == score]
    if len(told) == 0:
        return "0", "", "", ""
    spread = f"{told.std(ddof=1):.2f}" if len(told) > 1 else ""
    return f"{len(told):,}", f"{told.mean():.2f}", spread, f"{se[se == se].mean():.2f}"
