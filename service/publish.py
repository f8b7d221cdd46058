"""Publishing: bank files become rows that sittings point to by version and hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.errors import SettingsError
from service.storage import Store
from service.storage.records import BankRecord
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

__all__ = ["Published", "publish_banks"]

_CHANGED = (
    "The files of {bank} have changed, but this version is published and stays in use as it was, "
    "without the change. Give the changed bank a new version in bank.yaml, or undo the change."
)


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a bank's files, in a sentence; `kept` if a change was not taken up."""

    sentence: str
    kept: bool = False


def publish_banks(store: Store, folder: Path, *, replace: bool) -> tuple[Published, ...]:
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
    tuple of Published
        Empty when nothing has changed.

    Raises
    ------
    BankError
        If a file cannot be used, or changed under its version and `replace` is false.
    SettingsError
        If the folder holds no bank.
    """
    paths = sorted(folder.glob("*/bank.yaml"))
    if not paths:
        raise SettingsError([f"VBR_BANKS: there is no bank in {folder} (…/BANK/bank.yaml)."])
    found = (_publish(store, read_bank(path.parent), replace=replace) for path in paths)
    return tuple(one for one in found if one is not None)


def _publish(store: Store, bank: Bank, *, replace: bool) -> Published | None:
    with store.read() as unit:
        known = unit.banks.get(bank.id, bank.version)
    if known is not None and known.sha256 == bank.sha256:
        return None
    record = BankRecord(bank.id, bank.version, bank.sha256, str(bank.status), store.clock())
    with store.write() as unit:
        known = unit.banks.get(bank.id, bank.version)
        if known is None:
            unit.banks.publish(record, dump=dump_bank(bank))
            return Published(f"Published {bank.label}.")
        if known.sha256 == bank.sha256:
            return None
        if not replace:
            raise BankError(_CHANGED.format(bank=bank.label))
        if unit.banks.in_use(bank.id, bank.version):
            return Published(_CHANGED.format(bank=bank.label), kept=True)
        unit.banks.replace_unused(record, dump=dump_bank(bank))
    return Published(f"Replaced {bank.label}, which nobody had used.")
