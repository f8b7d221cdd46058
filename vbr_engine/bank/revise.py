"""The draft of a bank's next version: proposals carried out, each with its reason.

What cannot be carried out, or should not be without a person, is kept in a list with why.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vbr_engine.bank.compare import BankDifference, compare_banks, required_version, shown
from vbr_engine.bank.model import Bank, KeyKind
from vbr_engine.bank.parse import parse_bank
from vbr_engine.bank.proposals import Proposal
from vbr_engine.errors import BankError

__all__ = ["Applied", "Draft", "Undecided", "revise_bank"]

Plain = dict[str, Any]

_MOST_TOLD = 3  # problems of one proposal


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that was made, as an entry of the changelog: what, and why."""

    path: str
    what: str
    reason: str
    scoring: bool = True

    def __str__(self) -> str:
        mark = "**scoring** " if self.scoring else ""
        return f"{mark}`{self.path}`: {self.what}. {self.reason}"


@dataclass(frozen=True, slots=True)
class Undecided:
    """Something that waits for a person, and why."""

    path: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"`{self.path}`: {self.what}. {self.why}"


@dataclass(frozen=True)
class Draft:
    """The draft of a next version.

    Parameters
    ----------
    document : dict
        What its ``bank.yaml`` is to hold.
    catalogues : mapping of str to dict
        What each catalogue is to hold, by language.
    bank : Bank
        The same as a bank.
    applied : tuple of Applied
    undecided : tuple of Undecided
    difference : BankDifference
        From the version that it was made of.
    """

    document: Plain
    catalogues: Mapping[str, Plain]
    bank: Bank
    applied: tuple[Applied, ...]
    undecided: tuple[Undecided, ...]
    difference: BankDifference


def revise_bank(
    document: Mapping[str, Any], catalogues: Mapping[str, Any], proposals: Iterable[Proposal]
) -> Draft:
    """Carry out proposals on a bank's documents; they themselves stay as they are.

    Each proposal is tried on its own. One after which the bank would not be sound, such as an item
    that the default form needs, is left undone and listed with the reason.

    Parameters
    ----------
    document : mapping
        What ``bank.yaml`` holds, or the part ``bank`` of `dump_bank`.
    catalogues : mapping of str to mapping
        What each catalogue holds, by language.
    proposals : iterable of Proposal

    Returns
    -------
    Draft
        With the least version number that its changes may have.

    Raises
    ------
    BankError
        If the documents are no sound bank to begin with.

    Examples
    --------
    >>> import vbr_engine
    >>> from vbr_engine.bank import dump_bank
    >>> dump = dump_bank(vbr_engine.read_bank("question_banks/homecare-values"))
    >>> proposal = Proposal("items.the-cream.key.a", "rekey", "The panel gave 1.", to=1)
    >>> draft = revise_bank(dump["bank"], dump["catalogues"], [proposal])
    >>> draft.bank.version, str(draft.applied[0])
    ('0.3.0', '**scoring** `items.the-cream.key.a`: 2 -> 1. The panel gave 1.')
    """
    old = parse_bank(document, catalogues)
    revision = _Revision(copy.deepcopy(dict(document)), copy.deepcopy(dict(catalogues)), [], [])
    for proposal in proposals:
        revision.take(proposal)
    revision.rename_policy(document)
    difference = compare_banks(old, revision.bank())
    version = required_version(old, difference)
    if version != old.version:
        revision.document["version"] = version
    revision.point_out(old)
    return Draft(
        document=revision.document,
        catalogues=revision.catalogues,
        bank=revision.bank(),
        applied=tuple(revision.applied),
        undecided=tuple(revision.undecided),
        difference=replace(difference, new=version),
    )


class _CannotApply(Exception):
    """A proposal cannot be carried out; the message says why."""


@dataclass
class _Revision:
    """Documents in revision, and what was done to them."""

    document: Plain
    catalogues: dict[str, Any]
    applied: list[Applied]
    undecided: list[Undecided]

    def bank(self) -> Bank:
        return parse_bank(self.document, self.catalogues)

    def take(self, proposal: Proposal) -> None:
        """Carry out a proposal if the bank stays sound, or say why not."""
        trial = _Trial(copy.deepcopy(self.document), copy.deepcopy(self.catalogues))
        why = self._taken_already(proposal.path)
        what = ""
        try:
            if not why:
                what = trial.apply(proposal)
                parse_bank(trial.document, trial.catalogues)
        except _CannotApply as error:
            why = str(error)
        except BankError as error:
            told = "; ".join(str(problem) for problem in error.problems[:_MOST_TOLD])
            why = f"The bank would not be sound: {told}."
        if why:
            self.undecided.append(Undecided(proposal.path, _wish(proposal), why))
            return
        self.document, self.catalogues = trial.document, trial.catalogues
        self.applied.append(Applied(proposal.path, what, _reason(proposal)))

    def _taken_already(self, path: str) -> str:
        for done in self.applied:
            first, second = sorted((done.path, path), key=len)
            if f"{second}.".startswith(f"{first}."):
                return f"Another proposal has changed `{done.path}` already."
        return ""

    def rename_policy(self, document: Mapping[str, Any]) -> None:
        """Give a policy that has changed a name of its own: scores are stamped with it."""
        policy, before = self.document["policy"], document["policy"]
        if policy == before or policy["id"] != before["id"]:
            return
        policy["id"] = _next_name(before["id"])
        what = f"{before['id']} -> {policy['id']}"
        self.applied.append(
            Applied("policy.id", what, "The name follows the content.", scoring=False)
        )

    def point_out(self, old: Bank) -> None:
        """List what no analysis can know, but a new key makes untrue."""
        rekeyed = any(".key" in done.path for done in self.applied)
        if rekeyed and self.document["policy"]["key"] == KeyKind.AUTHORS:
            why = (
                "Keys have changed: say where they come from now, here and in `provenance.method`."
            )
            self.undecided.append(Undecided("policy.key", f"stays {KeyKind.AUTHORS}", why))


@dataclass
class _Trial:
    """Copies of the documents, to try one proposal on."""

    document: Plain
    catalogues: dict[str, Any]

    def apply(self, proposal: Proposal) -> str:
        """Carry out a proposal and say what was done."""
        steps = proposal.path.split(".")
        if proposal.change == "reword":
            raise _CannotApply("Words are a person's work.")
        if proposal.change == "change-policy":
            return self._policy(steps, proposal.to)
        item = self._item(steps[1])
        if proposal.change == "retire-item":
            return self._retire(item)
        if proposal.change == "drop-option":
            return self._drop(item, steps[3])
        return _rekey(item, steps[3:], proposal.to)

    def _item(self, name: str) -> Plain:
        for item in self.document["items"]:
            if item["id"] == name:
                return item  # type: ignore[no-any-return]
        raise _CannotApply(f"There is no item {name}.")

    def _retire(self, item: Plain) -> str:
        self.document["items"].remove(item)
        for texts in self.catalogues.values():
            del texts["items"][item["id"]]
        return "retired"

    def _drop(self, item: Plain, option: str) -> str:
        if option not in item["options"]:
            raise _CannotApply(f"There is no option {option} in {item['id']}.")
        item["options"].remove(option)
        _without_key(item, option)
        item.get("agreement", {}).pop(option, None)
        for texts in self.catalogues.values():
            del texts["items"][item["id"]]["options"][option]
        return "dropped"

    def _policy(self, steps: list[str], to: Any) -> str:
        held: Any = self.document
        for step in steps[:-1]:
            held = _inside(held, step)
        old = _inside(held, steps[-1])
        _check_new(old, to)
        if isinstance(held, list):
            held[held.index(old)] = to
        else:
            held[steps[-1]] = to
        return f"{shown(old)} -> {shown(to)}"


def _rekey(item: Plain, part: list[str], to: Any) -> str:
    held, name = (item["key"], part[0]) if part else (item, "key")
    if not isinstance(held, dict) or name not in held:
        raise _CannotApply(f"The key of {item['id']} has no part {name}: give the whole key.")
    old = held[name]
    _check_new(old, to)
    held[name] = to
    return f"{shown(old)} -> {shown(to)}"


def _without_key(item: Plain, option: str) -> None:
    """Take an option out of an item's key; only one that is not keyed, where few are."""
    key = item["key"]
    if item["format"] in {"rate", "rank"}:
        rank = key.pop(option)
        if item["format"] == "rank":
            item["key"] = {name: held - (held > rank) for name, held in key.items()}
    elif option in (key if isinstance(key, list) else key.values()):
        raise _CannotApply(f"Option {option} is keyed: give the item another key first.")


def _check_new(old: Any, new: Any) -> None:
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        raise _CannotApply("It is so already.")


def _inside(held: Any, step: str) -> Any:
    if isinstance(held, list):
        held = {one["id"]: one for one in held if isinstance(one, dict) and "id" in one}
    if not isinstance(held, dict) or step not in held:
        raise _CannotApply(f"There is no {step} there.")
    return held[step]


def _next_name(name: str) -> str:
    found = re.fullmatch(r"(.*-)([0-9]{1,9})", name)
    return f"{found[1]}{int(found[2]) + 1}" if found else f"{name}-2"


def _reason(proposal: Proposal) -> str:
    reason = " ".join(proposal.reason.split())
    full = reason if reason.endswith((".", "?", "!")) else f"{reason}."
    return f"{full} Evidence: {proposal.figures}." if proposal.evidence else full


def _wish(proposal: Proposal) -> str:
    to = "" if proposal.to is None else f" to {shown(proposal.to)}"
    return f"{proposal.change}{to}. {_reason(proposal)}".rstrip(".")
