"""Every public name of a lazy room is reached from its front door, whatever was imported before."""

import importlib
from importlib.util import find_spec

import pytest

ROOMS = (
    "vbr_engine.analysis",
    "vbr_engine.fairness",
    "vbr_engine.psychometrics",
    "vbr_engine.risk",
)
NAMES = [(room, name) for room in ROOMS for name in importlib.import_module(room).__all__]


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_a_public_name_is_there_and_no_module_hides_it(room, name):
    front = importlib.import_module(room)
    assert find_spec(f"{room}.{name}") is None
    home = importlib.import_module(f"{room}.{front._HOME[name]}")
    assert getattr(front, name) is getattr(home, name)


@pytest.mark.parametrize("room", ROOMS)
def test_an_unknown_name_is_refused(room):
    with pytest.raises(AttributeError, match=r"no attribute .alfa"):
        getattr(importlib.import_module(room), "alf" + "a")
