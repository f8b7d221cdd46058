"""Publishing: bank files become rows that sittings point to by version and hash."""

from __future__ import annotations

from pathlib import Path

from service.storage import Store
from service.storage.records import BankRecord
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

__all__ = ["publish_banks"]

_CHANGED = (
    "The files of {bank} have changed, but this version is published and stays as it was. "
    "Give the changed bank a new version in bank.yaml, or undo the change."
)


def publish_banks(store: Store, folder: Path, *, replace: bool) -> tuple[str, ...]:
    """Publish every bank in a folder that is not published yet.

    Parameters
    ----------
    folder : Path
        With one folder for each bank.
    replace : bool
        While no sitting uses a version, new content may take its place; once one does, the
        published content stays, and this is told. Never in production.

    Returns
    -------
    tuple of str
        A sentence for each thing done.

    Raises
    ------
    BankError
        If a file cannot be used, or changed under its version and `replace` is false.
    """
    lines = []
    for path in sorted(folder.glob("*/bank.yaml")):
        line = _publish(store, read_bank(path.parent), replace=replace)
        lines += [line] if line else []
    return tuple(lines)


def _publish(store: Store, bank: Bank, *, replace: bool) -> str:
    with store.read() as unit:
        known = unit.banks.get(bank.id, bank.version)
    if known is not None and known.sha256 == bank.sha256:
        return ""
    record = BankRecord(bank.id, bank.version, bank.sha256, str(bank.status), store.clock())
    with store.write() as unit:
        known = unit.banks.get(bank.id, bank.version)
        if known is None:
            unit.banks.publish(record, dump=dump_bank(bank))
            return f"Published {bank.label}."
        if known.sha256 == bank.sha256:
            return ""
        if not replace:
            raise BankError(_CHANGED.format(bank=bank.label))
        if unit.banks.in_use(bank.id, bank.version):
            return _CHANGED.format(bank=bank.label)
        unit.banks.replace_unused(record, dump=dump_bank(bank))
    return f"Replaced {bank.label}, which nobody had used."
