"""The manual's sections on fairness, norms and validity."""

from __future__ import annotations

from vbr_engine.analysis import Analysis
from vbr_engine.bank.model import Bank, BankStatus
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure, interval
from vbr_engine.reports.manual.evidence import Evidence
from vbr_engine.reports.manual.studies import Studies

__all__ = ["fairness", "norms", "validity"]


def fairness(evidence: Evidence, studies: Studies) -> tuple[ManualSection, ...]:
    """Items that work differently for groups, and groups that score differently."""
    return (
        ManualSection(
            "dif",
            "Items that work differently for groups",
            evidence.parts(
                _dif, "whether any item works differently for a group of people", studies.dif
            ),
        ),
        ManualSection(
            "fairness",
            "Fairness",
            (
                *evidence.parts(
                    _groups,
                    "how groups differ in their scores",
                    studies.fairness,
                    "Differences between groups",
                ),
                ManualPart(
                    "Rates of interview and offer",
                    gap="whether using the report changes who is invited and hired",
                    study="Counts of invited, interviewed and hired by group, given voluntarily, "
                    "pooled over providers and with small groups suppressed; reviewed every year.",
                ),
                ManualPart(
                    "What is done by design",
                    points=(
                        "Protected characteristics never enter a score. Groups are read from "
                        "a file of their own, for analysis only, and small ones are not shown.",
                        "No question touches health, sickness, pregnancy or disability: the bank's "
                        "check stops such wording (Equality Act 2010, section 60).",
                        "Short sentences and everyday words, because reading load is a "
                        "known reason for differences between groups in tests of this kind "
                        "(Whetzel and others, 2008).",
                        "No pass mark and no time limit.",
                    ),
                ),
            ),
        ),
    )


def _dif(held: Analysis) -> ManualPart | None:
    if held.differential.empty:
        return None
    rows, sentences = [], []
    for (column, reference, focal), found in held.differential.groupby(
        ["column", "reference", "focal"], sort=False
    ):
        tested = found[found["p"].notna()]
        flagged = tested[tested["flagged"]]
        rows.append(
            (
                str(column),
                f"{focal} against {reference}",
                str(tested["item"].nunique()),
                str(flagged["item"].nunique()),
                ", ".join(sorted(found["method"].unique())),
            )
        )
        sentences += [str(told) for told in flagged["sentence"]]
    columns = ("Group", "Comparison", "Items tested", "Flagged", "Method")
    return ManualPart(
        sentences=(
            "People with the same score are compared. An item that is flagged is looked at by "
            "people before anything is changed; a difference is not yet unfairness.",
        ),
        points=tuple(sentences),
        tables=(ManualTable("Items that differ at the same score", columns, tuple(rows)),),
    )


def _groups(held: Analysis) -> ManualPart | None:
    if held.groups.empty:
        return None
    rows = tuple(
        (
            str(row.column),
            str(row.group),
            "too few to show" if row.n != row.n else f"{row.n:,.0f}",
            _difference(row.role, row.d, row.d_low, row.d_high),
        )
        for row in held.groups.itertuples(index=False)
    )
    columns = ("Group column", "Group", "Sittings", "Difference in sd (95% interval)")
    return ManualPart(
        sentences=(
            "Below 0 is lower than the largest group. A difference is a reason to look at items, "
            "access and recruitment, not a finding about people.",
        ),
        tables=(ManualTable("Composite by group", columns, rows),),
    )


def _difference(role: object, d: float, low: float, high: float) -> str:
    if d != d:
        return "compared with" if str(role) == "reference" else "not known"
    return interval(d, low, high)


def norms(bank: Bank, studies: Studies) -> ManualSection:
    """Say that there are none, as long as there are none."""
    if bank.status is BankStatus.NORMED:
        part = ManualPart(
            sentences=(
                "The bank's status says that there are norms. They are not part of its files: ask "
                "the authors for the norm group, its size and date before you compare anybody.",
            )
        )
    else:
        part = ManualPart(
            gap="how candidates in general answer: there are no norms", study=studies.norms
        )
    return ManualSection("norms", "Norms", (part,))


def validity(evidence: Evidence, studies: Studies) -> tuple[ManualSection, ...]:
    """Validity, and whether scores can be lifted."""
    return (
        ManualSection(
            "validity",
            "Validity",
            (
                *evidence.parts(
                    _validity,
                    "whether the score goes with how people do the job or how long they stay",
                    studies.validity,
                    "Prediction of an outcome",
                ),
                ManualPart(
                    "Retention",
                    gap="whether fewer people leave where this is used",
                    study=studies.retention,
                ),
                ManualPart(
                    "Content",
                    gap="whether the scenarios stand for the work, say those who know it",
                    study="The panel, asked for each item whether it is realistic, important, and "
                    "about the value it is meant for.",
                ),
                ManualPart(
                    "What is known about tests of this kind",
                    points=(
                        "Situational judgement tests in general correlate with job performance at "
                        "about 0.26; structured interviews at about 0.42 (Sackett and others, "
                        "2022). That is no figure of this bank.",
                        "In healthcare the mean correlation with interpersonal performance was "
                        "0.32, with studies far apart (Webster and others, 2020). It does not "
                        "carry over to leaving.",
                    ),
                ),
            ),
        ),
        ManualSection(
            "faking",
            "Faking, coaching and help",
            (
                ManualPart(
                    sentences=(
                        "Candidates can try to look good, be coached, or ask a chatbot. Chatbots "
                        "did better than people on a test of this kind (Mittelstädt and others, "
                        "2024). The bank's files, key included, are open "
                        "source. The interview is where reasons are tested.",
                    ),
                    gap="by how much scores rise with the wish to look good, coaching or help",
                    study=studies.faking,
                ),
            ),
        ),
    )


def _validity(held: Analysis) -> ManualPart | None:
    told = held.keys[held.keys["key"] == "current"] if len(held.keys) else held.keys
    told = told[told["validity"].notna()] if len(told) else told
    if not len(told):
        return None
    row = told.iloc[0]
    return ManualPart(
        sentences=(
            f"Among {int(row['outcomes']):,} people with an outcome the composite correlated with "
            f"it at {figure(row['validity'])} (95% interval {figure(row['validity_low'])} to "
            f"{figure(row['validity_high'])}). What the outcome was is not part of the analysis: "
            "those who ran the study must say so.",
        )
    )
