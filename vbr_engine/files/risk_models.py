"""A drop-out model on disk: a folder with ``model.json``, read only as it was written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import yaml

from vbr_engine.errors import CareersError, FileError, Problem
from vbr_engine.files.whole import cannot, shown, write_bytes
from vbr_engine.risk.features import Effect
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.priors import effects_of
from vbr_engine.risk.stored import dump, parse

__all__ = ["MODEL_FILE", "read_effects", "read_risk_model", "write_risk_model"]

MODEL_FILE = "model.json"


def write_risk_model(model: DropOutModel, folder: str | os.PathLike[str]) -> Path:
    """Write a model into a folder, whole or not at all.

    Parameters
    ----------
    model : DropOutModel
    folder : path-like
        Made where it is not there.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    FileError
        If the place cannot be written to.
    """
    place = Path(folder)
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot("write", place, error) from error
    target = place / MODEL_FILE
    write_bytes(dump(model), target)
    return target


def read_risk_model(path: str | os.PathLike[str]) -> DropOutModel:
    """Read a model.

    Parameters
    ----------
    path : path-like
        The folder, or the file in it.

    Returns
    -------
    DropOutModel

    Raises
    ------
    FileError
        If it cannot be read, is no such model, or was changed after it was written.
    """
    place = Path(path)
    if place.is_dir():
        place = place / MODEL_FILE
    try:
        content = place.read_bytes()
    except OSError as error:
        raise cannot("read", place, error) from error
    try:
        return DropOutModel.from_dict(parse(content))
    except CareersError as error:
        raise FileError([_at(problem, place) for problem in error.problems]) from error


def read_effects(path: str | os.PathLike[str], outcome: str) -> tuple[Effect, ...]:
    """Read declared effects from an operator's own table of priors.

    Parameters
    ----------
    path : path-like
        YAML, in the form of the table that comes with the package.
    outcome : {"withdrawal", "leaving"}

    Returns
    -------
    tuple of Effect

    Raises
    ------
    FileError
        With everything in it that cannot be.
    """
    place = Path(path)
    try:
        held = yaml.safe_load(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise cannot("read", place, error) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileError([Problem(file=shown(place), message=f"it is not YAML: {error}")]) from error
    if not isinstance(held, dict):
        message = "expected a table of priors: format, dated, shrink, sd and effects"
        raise FileError([Problem(file=shown(place), message=message)])
    try:
        return effects_of(held, outcome)
    except CareersError as error:
        raise FileError([_at(problem, place) for problem in error.problems]) from error


def _at(problem: Problem, place: Path) -> Problem:
    return replace(problem, file=shown(place))
