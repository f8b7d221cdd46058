"""Every public name of the room is reached from its front door, whatever was imported before."""

import importlib
from importlib.util import find_spec

import pytest

import vbr_engine.psychometrics as room


@pytest.mark.parametrize("name", room.__all__)
def test_a_public_name_is_there_and_no_module_hides_it(name):
    assert find_spec(f"vbr_engine.psychometrics.{name}") is None
    home = importlib.import_module(f"vbr_engine.psychometrics.{room._HOME[name]}")
    assert getattr(room, name) is getattr(home, name)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'alfa'"):
        getattr(room, "alf" + "a")
