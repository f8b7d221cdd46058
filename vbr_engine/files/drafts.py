"""Drafts of a bank's next version on disk, and the analyses that they are made from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from vbr_engine.bank.changelog import with_section
from vbr_engine.bank.model import Bank
from vbr_engine.bank.proposals import Proposal, dump_proposals, parse_proposals
from vbr_engine.bank.revise import Draft
from vbr_engine.bank.rewrite import rewritten
from vbr_engine.errors import BankError, FileError, Problem
from vbr_engine.files.banks import BankSource, read_bank
from vbr_engine.files.whole import cannot, check_place, shown, write_text

__all__ = ["read_changelog", "read_json", "read_proposals", "write_draft", "write_proposals"]

_MOST_BYTES = 64 * 2**20


def read_proposals(path: str | os.PathLike[str], bank: Bank) -> tuple[Proposal, ...]:
    """Read what an analysis of `bank` proposes.

    Parameters
    ----------
    path : path-like
        The analysis as JSON.
    bank : Bank

    Returns
    -------
    tuple of Proposal

    Raises
    ------
    FileError
        If it cannot be read, or is no JSON.
    BankError
        With every problem, or if it is an analysis of another version.
    """
    try:
        return parse_proposals(read_json(path), bank)
    except BankError as error:
        named = [replace(problem, file=shown(path)) for problem in error.problems]
        raise BankError(named) from None


def write_proposals(
    bank: Bank, proposals: Iterable[Proposal], path: str | os.PathLike[str]
) -> None:
    """Write proposals as JSON that `read_proposals` takes, whole or not at all.

    Parameters
    ----------
    bank : Bank
        The bank that they are about.
    proposals : iterable of Proposal
    path : path-like

    Raises
    ------
    FileError
        If the place cannot be written to.
    """
    text = json.dumps(dump_proposals(bank, proposals), ensure_ascii=False, indent=2)
    write_text(text + "\n", path)


def read_json(path: str | os.PathLike[str]) -> object:
    """Read a JSON file, or say in a sentence why it cannot be read."""
    place = Path(path)
    try:
        if place.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES // 2**20} MB")
        held: object = json.loads(place.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        problem = Problem(message=f"is not JSON: {error.msg}", file=shown(place), line=error.lineno)
        raise FileError([problem]) from error
    except RecursionError as error:
        raise cannot("read", place, ValueError("it is nested too deeply")) from error
    except (OSError, ValueError) as error:
        raise cannot("read", place, error) from error
    return held


def read_changelog(path: str | os.PathLike[str]) -> str:
    """Read the CHANGELOG.md beside a bank; empty if there is none.

    Parameters
    ----------
    path : path-like
        The bank's folder, or its ``bank.yaml``.

    Returns
    -------
    str
    """
    given = Path(path)
    place = (given if given.is_dir() else given.parent) / "CHANGELOG.md"
    try:
        return place.read_text(encoding="utf-8-sig") if place.exists() else ""
    except (OSError, ValueError) as error:
        raise cannot("read", place, error) from error


def write_draft(draft: Draft, source: BankSource, folder: str | os.PathLike[str]) -> None:
    """Write a draft as a bank's folder, whole or not at all.

    Comments and layout of the source's files are kept where they can be; its other files, such as
    README.md, come along. The source itself is never touched.

    Parameters
    ----------
    draft : Draft
    source : BankSource
        What the draft was made from.
    folder : path-like
        A folder that is not there yet, or is empty.

    Raises
    ------
    FileError
        If the folder holds something, lies in the source, or cannot be written.
    """
    place = Path(folder)
    _check_free(place, source.folder)
    with _made_whole(place) as target:
        _copy_the_rest(source.folder, target)
        (target / "catalogues").mkdir()
        write_text(rewritten(source.texts[None], draft.document), target / "bank.yaml")
        for tag, texts in draft.catalogues.items():
            write_text(rewritten(source.texts[tag], texts), target / "catalogues" / f"{tag}.yaml")
        changelog = with_section(
            read_changelog(source.folder),
            draft.bank.version,
            [str(done) for done in draft.applied],
            [str(waiting) for waiting in draft.undecided],
        )
        write_text(changelog, target / "CHANGELOG.md")
        if read_bank(target).sha256 != draft.bank.sha256:
            raise BankError("the files written are not the draft: this is a mistake in vbr_engine")


def _check_free(place: Path, source: Path) -> None:
    here, there = Path(os.path.realpath(place)), Path(os.path.realpath(source))
    reason = ""
    if here == there or there in here.parents:
        reason = "it is the bank's own folder: a version is never changed in place"
    elif place.exists() and not place.is_dir():
        reason = "there is a file of that name: give a folder"
    elif place.is_dir() and any(place.iterdir()):
        reason = "the folder holds something already: give one that is new or empty"
    if reason:
        raise FileError([Problem(file=shown(place), message=f"cannot write it: {reason}")])


@contextmanager
def _made_whole(place: Path) -> Iterator[Path]:
    """Give a folder to fill; it takes its name when the block ends well, else leaves no trace."""
    final = Path(os.path.realpath(place))
    check_place(final / "bank.yaml" if final.is_dir() else final)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{final.name[:100]}.", dir=final.parent))
        try:
            yield made
            mask = os.umask(0)
            os.umask(mask)
            made.chmod(0o777 & ~mask)
            os.replace(made, final)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise cannot("write", place, error) from error


def _copy_the_rest(source: Path, target: Path) -> None:
    for place in source.iterdir():
        told = place.name in {"bank.yaml", "CHANGELOG.md"} or place.name.startswith(".")
        if not told and place.is_file() and place.stat().st_size <= _MOST_BYTES:
            shutil.copyfile(place, target / place.name)
