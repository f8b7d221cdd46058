"""What a library user meets first says what goes in, what comes out, and shows it."""

import inspect

import pytest
from numpydoc.validate import validate

import vbr_engine

WANTED = {
    "GL08": "no docstring",
    "PR01": "a parameter is not described",
    "PR02": "a parameter is described that is not there",
    "RT01": "what is returned is not described",
    "EX01": "no example",
}


def _public():
    for name in vbr_engine.__all__:
        thing = getattr(vbr_engine, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield f"{thing.__module__}.{thing.__qualname__}"


@pytest.mark.parametrize("name", sorted(_public()))
def test_a_public_name_is_described_with_an_example(name):
    found = {code for code, _ in validate(name)["errors"]} & set(WANTED)
    assert not found, [WANTED[code] for code in found]
