"""Whatever a form holds, an answer read from it has errors or is one that the engine accepts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from service.pages.answers import field_name, given_from_answer, read_answer
from service.use_cases.views import Question, ShownItem, ShownText
from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.errors import ResponsesError
from vbr_engine.files import read_bank
from vbr_engine.responses import check_answer

BANK = Path(__file__).parents[2] / "question_banks" / "homecare-values"
ENTERED = st.sampled_from(["1", "2", "3", "4", "5", "6", "a", "b", "c", "0", "-1", "99", "², ", ""])
ITEMS = ["rate", "rank", "most-least", "pick"]


@pytest.mark.parametrize("kind", ITEMS)
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_read_answer_agrees_with_the_engine(kind, data):
    item, question = first(kind)
    names = [field_name(option) for option in item.options] + ["most", "least", "pick", "option-zz"]
    either = st.one_of(ENTERED, st.sampled_from(item.options))
    form = MultiDict(data.draw(st.lists(st.tuples(st.sampled_from(names), either), max_size=20)))
    read = read_answer(question, form)
    if read.errors:
        with pytest.raises(ResponsesError):
            check_answer(item, read.answer)
    else:
        assert check_answer(item, read.answer) == dict(read.answer)


@pytest.mark.parametrize("kind", ITEMS)
def test_a_complete_form_is_read_as_it_was_filled_in(kind):
    item, question = first(kind)
    last, first_option = item.options[-1], item.options[0]
    forms = {
        "rate": [(field_name(option), "3") for option in item.options],
        "rank": [(field_name(o), str(n)) for n, o in enumerate(reversed(item.options), start=1)],
        "most-least": [("most", last), ("least", first_option)],
        "pick": [("pick", option) for option in item.options[: item.picks]],
    }
    expected = {
        "rate": dict.fromkeys(item.options, 3),
        "rank": {o: n for n, o in enumerate(reversed(item.options), start=1)},
        "most-least": {o: (o == last) - (o == first_option) for o in item.options},
        "pick": {o: int(o in item.options[: item.picks]) for o in item.options},
    }
    read = read_answer(question, MultiDict(forms[kind]))
    assert not read.errors
    assert dict(read.answer) == expected[kind]
    again = given_from_answer(question.item, read.answer)
    assert (again.most, again.least) == (read.most, read.least)


@lru_cache
def first(kind: str) -> tuple[Item, Question]:
    bank = read_bank(BANK)
    item = next(item for item in bank.items if item.format == ResponseFormat(kind))
    text = bank.text("en")
    words = text.items[item.id]
    shown = ShownItem(
        item.id, item.format, item.options, item.scale, item.picks if kind == "pick" else None
    )
    return item, Question(
        sitting_id="s",
        number=1,
        total=16,
        item=shown,
        text=ShownText(words.title, words.scenario, words.question, dict(words.options)),
        instruction="",
        scale_labels=tuple(text.scales[item.scale]) if item.scale else (),
        options=tuple((option, words.options[option]) for option in item.options),
        answer=None,
        revision=0,
        n_answered=0,
        next_number=1,
        submitted=False,
        language="en",
    )
