"""Which scoring policy holds for a sitting: the bank's own, or one that was applied later."""

from __future__ import annotations

from service.storage import Store, Unit
from service.storage.research import RescoringRecord
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank, parse_bank
from vbr_engine.scoring.profile import Profile

__all__ = ["bank_behind", "holding_bank", "own_bank", "under_policy"]

_KEPT = 16
_read: dict[tuple[str, str], Bank] = {}


def own_bank(store: Store, unit: Unit, bank_id: str, version: str) -> Bank:
    """Return a published bank as it is, under its own policy.

    Raises
    ------
    LookupError
        If it was never published.
    """
    record = unit.banks.get(bank_id, version)
    if record is None:
        raise LookupError(f"{bank_id} {version} is not published")
    return store.bank(unit, record.id, record.version, record.sha256)


def under_policy(bank: Bank, rescoring: RescoringRecord) -> Bank:
    """Return a bank under the policy of a re-scoring; those read last are kept."""
    key = bank.sha256, rescoring.bank_sha256
    if key not in _read:
        dump = dump_bank(bank)
        held = parse_bank({**dump["bank"], "policy": dict(rescoring.policy)}, dump["catalogues"])
        if held.sha256 != rescoring.bank_sha256:
            raise LookupError(f"the policy of {rescoring.id} is not what its hash says")
        while len(_read) >= _KEPT:
            _read.pop(next(iter(_read)), None)
        _read[key] = held
    return _read[key]


def holding_bank(unit: Unit, bank: Bank) -> Bank:
    """Return the bank under the policy by which its sittings are scored now."""
    rescoring = unit.rescorings.holding(bank.id, bank.version)
    return bank if rescoring is None else under_policy(bank, rescoring)


def bank_behind(unit: Unit, bank: Bank, profile: Profile) -> Bank:
    """Return the bank under the policy that made a profile: its bands are in that bank's words."""
    if profile.bank_sha256 == bank.sha256:
        return bank
    rescoring = unit.rescorings.under(bank.id, bank.version, profile.bank_sha256)
    return bank if rescoring is None else under_policy(bank, rescoring)
