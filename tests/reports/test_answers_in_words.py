from __future__ import annotations

from vbr_engine.bank.model import ResponseFormat
from vbr_engine.reports import answer_lines


def lines(bank, item, codes):
    found = answer_lines(item, bank.text(), dict(zip(item.options, codes, strict=True)))
    return [(line.label, line.text) for line in found]


def first(bank, response_format, length):
    return next(
        item
        for item in bank.items
        if item.format is response_format and len(item.options) == length
    )


def test_ratings_best_first(homecare):
    item = first(homecare, ResponseFormat.RATE, 5)
    words = [homecare.text().items[item.id].options[option] for option in item.options]
    assert lines(homecare, item, [2, 4, 1, 4, 3]) == [
        ("Very good", words[1]),
        ("Very good", words[3]),
        ("Good", words[4]),
        ("Poor", words[0]),
        ("Very poor", words[2]),
    ]


def test_ranks_first_place_first(homecare):
    item = first(homecare, ResponseFormat.RANK, 5)
    words = [homecare.text().items[item.id].options[option] for option in item.options]
    assert lines(homecare, item, [3, 1, 5, 2, 4]) == [
        ("1st", words[1]),
        ("2nd", words[3]),
        ("3rd", words[0]),
        ("4th", words[4]),
        ("5th", words[2]),
    ]


def test_best_and_worst_only(homecare):
    item = first(homecare, ResponseFormat.MOST_LEAST, 5)
    words = [homecare.text().items[item.id].options[option] for option in item.options]
    assert lines(homecare, item, [-1, 0, 0, 1, 0]) == [("Best", words[3]), ("Worst", words[0])]


def test_picks_only(homecare):
    item = first(homecare, ResponseFormat.PICK, 8)
    words = [homecare.text().items[item.id].options[option] for option in item.options]
    assert lines(homecare, item, [0, 1, 0, 0, 1, 0, 0, 1]) == [
        ("Chosen", words[1]),
        ("Chosen", words[4]),
        ("Chosen", words[7]),
    ]


def test_half_an_answer_is_told_as_far_as_it_goes(homecare):
    item = first(homecare, ResponseFormat.RATE, 5)
    words = homecare.text().items[item.id].options
    found = answer_lines(item, homecare.text(), {item.options[0]: 1})
    assert [(line.label, line.text) for line in found] == [("Very poor", words[item.options[0]])]
