"""The models of one training on disk: a folder of JSON, each file known by its hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbr_engine._version import __version__
from vbr_engine.errors import CareersError, FileError, Problem
from vbr_engine.files.drafts import read_json
from vbr_engine.files.whole import cannot, shown, write_bytes, write_text
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.stored import dump, parse

__all__ = [
    "EVALUATION",
    "MANIFEST",
    "SWITCHED_OFF",
    "StoredModels",
    "check_model_folder",
    "read_evaluation",
    "read_models",
    "switched_off",
    "write_evaluation",
    "write_models",
]

SCHEMA = 1
KIND = "drop-out risk models"
MANIFEST = "training.json"
EVALUATION = "evaluation.json"
EVALUATION_KIND = "evaluation of drop-out risk models"
# Anybody who may write to the folder can stop a model: this file, whatever stands in it.
SWITCHED_OFF = "switched-off.txt"


@dataclass(frozen=True, eq=False)
class StoredModels:
    """Models of one training, by outcome, and what is known of it.

    Parameters
    ----------
    models : dict of str to DropOutModel
    about : dict
        What they were trained on, and when.
    sha256 : str
        Of the manifest, which holds the hashes of the models.
    """

    models: dict[str, DropOutModel]
    about: dict[str, Any]
    sha256: str


def check_model_folder(path: str | os.PathLike[str]) -> None:
    """Raise FileError if no model could be written there; ask before long work, not after it.

    Parameters
    ----------
    path : path-like
        A folder that is empty, holds models, or can be made.
    """
    place = Path(path)
    above = place.absolute().parent
    reason = ""
    if place.exists() and not place.is_dir():
        reason = "it is a file: give the name of a folder"
    elif not place.exists() and not above.is_dir():
        reason = f"there is no folder {shown(above)}"
    elif not os.access(place if place.exists() else above, os.W_OK | os.X_OK):
        reason = "you may not write there"
    elif place.exists() and any(place.iterdir()) and not (place / MANIFEST).exists():
        reason = f"the folder holds other files, and no {MANIFEST}: give one that is new or empty"
    if reason:
        raise _wrong(place, f"cannot write models there: {reason}")


def write_models(
    models: Mapping[str, DropOutModel], path: str | os.PathLike[str], *, about: Mapping[str, Any]
) -> StoredModels:
    """Write models of outcomes to a folder, the manifest last.

    Parameters
    ----------
    models : mapping of str to DropOutModel
        By outcome.
    path : path-like
        The folder, which is made if it is not there. What an earlier training left is replaced.
    about : mapping
        What they were trained on, and when.

    Returns
    -------
    StoredModels

    Raises
    ------
    FileError
        If the folder cannot be written to, or holds something else.
    """
    check_model_folder(path)
    place = Path(path)
    files = {}
    for outcome, model in models.items():
        _make_room(place)
        content = dump(model)
        write_bytes(content, place / _file_of(outcome))
        files[outcome] = {"file": _file_of(outcome), "sha256": _hash(content)}
    held = {
        "kind": KIND,
        "schema": SCHEMA,
        "engine": __version__,
        "about": dict(about),
        "outcomes": files,
    }
    sha256 = _hash(_canonical(held))
    text = json.dumps({**held, "sha256": sha256}, ensure_ascii=False, indent=2, sort_keys=True)
    write_text(text + "\n", place / MANIFEST)
    for stale in (EVALUATION, *(_file_of(name) for name in OUTCOMES if name not in models)):
        (place / stale).unlink(missing_ok=True)
    return StoredModels(dict(models), dict(about), sha256)


def read_models(path: str | os.PathLike[str]) -> StoredModels:
    """Read models from a folder, and check that nobody has changed them.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    StoredModels

    Raises
    ------
    FileError
        If it is no such folder, is damaged or edited, or of another schema.
    """
    place = Path(path)
    held = _manifest(place)
    models: dict[str, DropOutModel] = {}
    problems: list[Problem] = []
    for outcome in (name for name in OUTCOMES if name in held["outcomes"]):
        try:
            models[outcome] = _model(place, held["outcomes"][outcome])
        except FileError as error:
            problems += error.problems
    if problems:
        raise FileError(problems)
    return StoredModels(models, held["about"], held["sha256"])


def write_evaluation(
    found: Mapping[str, Any], path: str | os.PathLike[str], stored: StoredModels
) -> None:
    """Keep an evaluation beside the models that it is about.

    Parameters
    ----------
    found : mapping
        ``about`` and ``outcomes``, as plain data.
    path : path-like
        The folder.
    stored : StoredModels

    Raises
    ------
    FileError
        If the folder cannot be written to.
    """
    held = {"kind": EVALUATION_KIND, "schema": SCHEMA, "models": stored.sha256, **found}
    signed = {**held, "sha256": _hash(_canonical(held))}
    text = json.dumps(signed, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(text + "\n", Path(path) / EVALUATION)


def read_evaluation(
    path: str | os.PathLike[str], stored: StoredModels
) -> tuple[dict[str, Any] | None, str]:
    """Read what is known of the models in a folder from their evaluation.

    Parameters
    ----------
    path : path-like
        The folder.
    stored : StoredModels

    Returns
    -------
    evaluation : dict or None
        ``about`` and ``outcomes``; None where there is none that can be used.
    why_not : str
        Why one that is there cannot be used.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    source = Path(path) / EVALUATION
    if not source.exists():
        return None, ""
    held = read_json(source)
    if not isinstance(held, dict) or held.get("kind") != EVALUATION_KIND:
        return None, f"{shown(source)}: it is not an evaluation of models, so it is left out"
    body = {name: value for name, value in held.items() if name != "sha256"}
    if held.get("schema") != SCHEMA or held.get("sha256") != _hash(_canonical(body)):
        return None, f"{shown(source)}: it was changed after it was written, so it is left out"
    if held.get("models") != stored.sha256:
        return None, f"{shown(source)}: it is about other models, so it is left out"
    return held, ""


def switched_off(path: str | os.PathLike[str]) -> str | None:
    """Say why a model was switched off, None if it was not.

    Parameters
    ----------
    path : path-like
        Its folder.

    Returns
    -------
    str or None
        What stands in ``switched-off.txt``, on one line.
    """
    source = Path(path) / SWITCHED_OFF
    try:
        text = source.read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot("read", source, error) from error
    return shown(" ".join(text.split())) or "no reason was given"


def _file_of(outcome: str) -> str:
    return f"{outcome}.json"


def _make_room(place: Path) -> None:
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot("write", place, error) from error


def _manifest(place: Path) -> dict[str, Any]:
    if not place.is_dir():
        what = "it is a file, not the folder of a model" if place.exists() else "there is no folder"
        raise _wrong(place, f"cannot read models: {what}")
    source = place / MANIFEST
    if not source.exists():
        raise _wrong(place, f"there is no {MANIFEST} in it: is it a folder from `vbr risk train`?")
    held = read_json(source)
    if not isinstance(held, dict) or held.get("kind") != KIND:
        raise _wrong(source, "it is not the record of a training")
    if held.get("schema") != SCHEMA:
        got = held.get("schema")
        raise _wrong(source, f"expected schema {SCHEMA}, got {got!r}: train the models again")
    body = {name: value for name, value in held.items() if name != "sha256"}
    if held.get("sha256") != _hash(_canonical(body)):
        raise _wrong(
            source, "it was changed or damaged after it was written: train the models again"
        )
    return held


def _model(place: Path, entry: Mapping[str, str]) -> DropOutModel:
    source = place / entry["file"]
    if not source.exists():
        raise _wrong(source, "the file is missing")
    try:
        content = source.read_bytes()
    except OSError as error:
        raise cannot("read", source, error) from error
    if _hash(content) != entry["sha256"]:
        raise _wrong(
            source, "it was changed or damaged after it was written: train the models again"
        )
    try:
        return DropOutModel.from_dict(parse(content))
    except CareersError as error:
        raise _wrong(source, str(error)) from error


def _wrong(place: Path, message: str) -> FileError:
    return FileError([Problem(file=shown(place), message=message)])


def _canonical(held: Mapping[str, Any]) -> bytes:
    told = json.dumps(
        held, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return told.encode("utf-8")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
