"""What an analysis proposes to change in a bank: the `proposals` of its JSON.

::

    {
      "format": 1,
      "bank": "homecare-values 0.2.0",
      "sha256": "...",                              of the bank that was analysed
      "proposals": [
        {
          "path": "items.late-call.key.b",
          "change": "rekey",
          "to": 4,
          "reason": "One sentence that a person can judge.",
          "evidence": {"n": 412, "option-total": -0.12}
        }
      ]
    }

Other parts of an analysis may stand beside these and are not looked at here.

============== ==================================== ===========================================
change         path                                 to
============== ==================================== ===========================================
rekey          items.ITEM.key, items.ITEM.key.PART  the new key, or the new part of it
drop-option    items.ITEM.options.OPTION
retire-item    items.ITEM
change-policy  policy.FIELD, deeper by dots         the new content of the field
reword         items.ITEM, items.ITEM.options.OPT   may suggest words; a person decides always
============== ==================================== ===========================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from numbers import Integral, Real
from typing import Any

from marshmallow import ValidationError, validates_schema

from vbr_engine.bank.document import named
from vbr_engine.bank.fields import Choice, Field, JSONSchema, Text, quoted
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import shape_findings
from vbr_engine.bank.shapes import ListOf, MapOf, Part, Shape
from vbr_engine.errors import BankError, Problem

__all__ = [
    "CHANGES",
    "AnalysisSchema",
    "Proposal",
    "ProposalSchema",
    "dump_proposal",
    "dump_proposals",
    "load_proposal",
    "parse_proposals",
]

_ID = r"[a-z0-9-]+"
# Change -> the paths that it may name.
CHANGES = {
    "rekey": rf"items\.{_ID}\.key(\.{_ID})?",
    "drop-option": rf"items\.{_ID}\.options\.{_ID}",
    "retire-item": rf"items\.{_ID}",
    "change-policy": rf"policy(\.{_ID})+",
    "reword": rf"items\.{_ID}(\.options\.{_ID})?",
}
_NEED_TO = frozenset({"rekey", "change-policy"})
_MAY_HAVE_TO = _NEED_TO | {"reword"}


@dataclass(frozen=True)
class Proposal:
    """One change that an analysis proposes.

    Parameters
    ----------
    path : str
        What it is about, such as ``items.late-call.key.b``.
    change : {"rekey", "drop-option", "retire-item", "change-policy", "reword"}
    reason : str
        A sentence that a person can judge.
    to : object
        The new content, for ``rekey`` and ``change-policy``; None otherwise.
    evidence : mapping of str to number, text or truth value
        The figures behind it, by name.

    Examples
    --------
    >>> Proposal("items.tea.key.b", "rekey", "Nobody agrees.", to=4, evidence={"n": 90}).figures
    'n = 90'
    """

    path: str
    change: str
    reason: str
    to: Any = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def figures(self) -> str:
        """The evidence in one line."""
        return ", ".join(f"{name} = {_figure(held)}" for name, held in self.evidence.items())


def dump_proposals(bank: Bank, proposals: Iterable[Proposal]) -> dict[str, Any]:
    """Write proposals as plain data that JSON can carry; `parse_proposals` is the inverse.

    Parameters
    ----------
    bank : Bank
        The bank that was analysed.
    proposals : iterable of Proposal

    Returns
    -------
    dict

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> dump = dump_proposals(bank, [Proposal("items.the-cream", "retire-item", "Too easy.")])
    >>> dump["bank"], dump["proposals"][0]["change"]
    ('homecare-values 0.2.0', 'retire-item')
    """
    return {
        "format": 1,
        "bank": bank.label,
        "sha256": bank.sha256,
        "proposals": [dump_proposal(proposal) for proposal in proposals],
    }


def parse_proposals(document: Any, bank: Bank) -> tuple[Proposal, ...]:
    """Read the proposals of an analysis of `bank`.

    Parameters
    ----------
    document : object
        What the analysis's JSON holds.
    bank : Bank

    Returns
    -------
    tuple of Proposal

    Raises
    ------
    BankError
        With every problem, or if the analysis is of another bank or version.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> proposal = Proposal("items.the-cream", "retire-item", "Too easy.", evidence={"n": 300})
    >>> parse_proposals(dump_proposals(bank, [proposal]), bank) == (proposal,)
    True
    """
    problems = [
        Problem(message=message, path=named(path, document))
        for path, message in shape_findings(AnalysisSchema(), document)
    ]
    if problems:
        raise BankError(problems)
    if document["sha256"] != bank.sha256:
        message = (
            f"the analysis is of {document['bank']} with hash {document['sha256'][:12]}, "
            f"this bank is {bank.label} with hash {bank.sha256[:12]}: analyse it anew"
        )
        raise BankError([Problem(message=message, path="sha256")])
    return tuple(load_proposal(held) for held in AnalysisSchema().load(document)["proposals"])


def load_proposal(held: Mapping[str, Any]) -> Proposal:
    """Build a proposal of what `ProposalSchema` has loaded.

    Parameters
    ----------
    held : mapping

    Returns
    -------
    Proposal

    Examples
    --------
    >>> load_proposal({"path": "items.tea", "change": "reword", "reason": "Unclear."}).change
    'reword'
    """
    return Proposal(
        path=held["path"],
        change=held["change"],
        reason=held["reason"],
        to=held.get("to"),
        evidence=held.get("evidence", {}),
    )


class _Plain(Field):
    """Anything that JSON can carry."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return value

    def _json_schema(self) -> JSONSchema:
        return {}


class _Figure(Field):
    """A number, a text or a truth value; null where there is no figure."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str | int | float):
            raise ValidationError(
                f"expected a number, a text or a truth value, got {quoted(value)}"
            )
        return value

    def _json_schema(self) -> JSONSchema:
        return {"type": ["number", "string", "boolean", "null"]}


class ProposalSchema(Shape):
    """One change that an analysis proposes."""

    path = Text(about="What it is about, such as items.late-call.key.b.")
    change = Choice(tuple(CHANGES), about="What to do.")
    to = _Plain(required=False, nullable=True, about="The new content: rekey and change-policy.")
    reason = Text(about="A sentence that a person can judge.")
    evidence = MapOf(
        Text(longest=80), _Figure(nullable=True), required=False, about="The figures behind it."
    )

    @validates_schema(skip_on_field_errors=True)
    def _whole(self, data: Any, **kwargs: Any) -> None:
        change = data["change"]
        if not re.fullmatch(CHANGES[change], data["path"]):
            wanted = _PATHS[change]
            message = f"expected {wanted} for {change}, got {quoted(data['path'])}"
            raise ValidationError({"path": [message]})
        if change in _NEED_TO and data.get("to") is None:
            raise ValidationError({"to": [f"is missing; {change} needs it"]})
        if change not in _MAY_HAVE_TO and data.get("to") is not None:
            raise ValidationError({"to": [f"has no place in {change}"]})


_PATHS = {
    "rekey": "items.ITEM.key or items.ITEM.key.PART",
    "drop-option": "items.ITEM.options.OPTION",
    "retire-item": "items.ITEM",
    "change-policy": "policy.FIELD",
    "reword": "items.ITEM or items.ITEM.options.OPTION",
}


class AnalysisSchema(Shape):
    """What revision reads of an analysis; its other parts are left alone."""

    format = Choice((1,), about="Version of this format.")
    bank = Text(about="Name and version of the bank that was analysed.")
    sha256 = Text(pattern=r"[0-9a-f]{64}", wants="a SHA-256", about="Hash of that bank.")
    proposals = ListOf(Part(ProposalSchema), about="What to change.")

    @validates_schema(pass_original=True)
    def _known(self, data: Any, original: Any, **kwargs: Any) -> None:
        """Take any other part."""


def dump_proposal(proposal: Proposal) -> dict[str, Any]:
    """Write one proposal as plain data that JSON can carry.

    Parameters
    ----------
    proposal : Proposal

    Returns
    -------
    dict

    Examples
    --------
    >>> dump_proposal(Proposal("items.tea", "retire-item", "Too easy.", evidence={"n": 300}))
    {'path': 'items.tea', 'change': 'retire-item', 'reason': 'Too easy.', 'evidence': {'n': 300}}
    """
    plain: dict[str, Any] = {"path": proposal.path, "change": proposal.change}
    plain |= {} if proposal.to is None else {"to": _carried(proposal.to)}
    plain |= {"reason": proposal.reason}
    evidence = {name: _carried(held) for name, held in proposal.evidence.items()}
    return plain | ({"evidence": evidence} if evidence else {})


def _carried(held: Any) -> Any:
    """Make a number, of numpy too, one that JSON has; null for one that it has not."""
    if isinstance(held, bool) or not isinstance(held, Real):
        return held
    if isinstance(held, Integral):
        return int(held)
    return float(held) if isfinite(held) else None


def _figure(held: Any) -> str:
    if isinstance(held, bool) or held is None:
        return {True: "yes", False: "no", None: "not known"}[held]
    return f"{held:.3g}" if isinstance(held, float) else str(held)
