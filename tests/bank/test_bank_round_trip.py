"""A bank goes to JSON and back unchanged, whatever is in it, and keeps its hash."""

import contextlib
import copy
import json
import random
import time
from glob import glob

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from vbr_engine.bank import dump_bank, load_bank, parse_bank
from vbr_engine.bank.document import named, read_document
from vbr_engine.bank.json_schema import json_schema, json_schema_text
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

TINY = dump_bank(read_bank("tests/banks/tiny"))


class Quoting(yaml.SafeDumper):
    """Writes text in quotes: PyYAML follows YAML 1.1, in which other words are numbers."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)

words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)


@st.composite
def items(draw, number):
    """An item with any format and any key that is sound, and its words."""
    kind = draw(st.sampled_from(["rate", "rank", "most-least", "pick"]))
    n = draw(st.integers(3, 8))
    options = [f"o{i}" for i in range(n)]
    item = {"id": f"item-{number}", "value": draw(st.sampled_from(["kind", "honest"]))}
    item |= {"format": kind, "options": options, "topics": draw(st.lists(words, max_size=2))}
    if kind == "rate":
        ratings = st.lists(st.integers(1, 5), min_size=n, max_size=n)
        keyed = draw(ratings.filter(lambda row: len(set(row)) > 1))
        item |= {"scale": 5, "key": dict(zip(options, keyed, strict=True))}
    elif kind == "rank":
        item["key"] = dict(zip(options, draw(st.permutations(range(1, n + 1))), strict=True))
    elif kind == "most-least":
        most, least = draw(st.permutations(options))[:2]
        item["key"] = {"most": most, "least": least}
    else:
        right = draw(st.permutations(options))[: n // 2]
        item["key"] = [option for option in options if option in right]
    text = {name: draw(words) for name in ("scenario", "question", "discuss", "rationale")}
    text |= {"title": draw(words), "options": {option: draw(words) for option in options}}
    return item, text


@st.composite
def banks(draw):
    """The tiny bank with other items."""
    dump = copy.deepcopy(TINY)
    made = [draw(items(number)) for number in range(draw(st.integers(2, 5)))]
    made[0][0]["value"], made[1][0]["value"] = "kind", "honest"
    dump["bank"]["items"] = [item for item, _ in made]
    dump["bank"]["form"] |= {"length": len(made), "per-value": {"kind": 1, "honest": 1}}
    dump["bank"]["form"]["per-format"] = {}
    english = dump["catalogues"]["en"]
    english["items"] = {item["id"]: text for item, text in made}
    english["scales"] = {"4": ["a", "b", "c", "d"], "5": ["a", "b", "c", "d", "e"]}
    return dump


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(banks())
def test_any_bank_comes_back_from_json_as_it_was(dump):
    bank = load_bank(dump)
    again = load_bank(json.loads(json.dumps(dump_bank(bank))))
    assert again == bank
    assert again.sha256 == bank.sha256
    assert dump_bank(again) == dump_bank(bank)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(banks())
def test_any_bank_comes_back_from_yaml_as_it_was(dump):
    bank = load_bank(dump)
    plain = dump_bank(bank)
    texts = [plain["bank"], plain["catalogues"]["en"]]
    written = [yaml.dump(text, Dumper=Quoting) for text in texts]
    read = [read_document(text) for text in written]
    assert [document.problems for document in read] == [(), ()]
    assert parse_bank(read[0].data, {"en": read[1].data}) == bank


def shuffled(data, rng):
    """The same mappings in another order; lists keep theirs."""
    if isinstance(data, dict):
        pairs = list(data.items())
        rng.shuffle(pairs)
        return {key: shuffled(value, rng) for key, value in pairs}
    return [shuffled(value, rng) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("seed", range(5))
def test_the_hash_does_not_depend_on_the_order_of_mappings(seed):
    assert load_bank(shuffled(TINY, random.Random(seed))).sha256 == load_bank(TINY).sha256


def test_the_hash_depends_on_every_leaf():
    seen = {load_bank(TINY).sha256}
    changes = [
        lambda dump: dump["bank"]["items"][0]["key"].update(a=1),
        lambda dump: dump["bank"]["items"][0].update(topics=["drinks"]),
        lambda dump: dump["bank"].update(version="0.1.1"),
        lambda dump: dump["bank"]["policy"].update(interval=0.9),
        lambda dump: dump["bank"]["form"].update(seed=2),
        lambda dump: dump["catalogues"]["en"]["items"]["cold-tea"].update(rationale="Other."),
        lambda dump: dump["bank"]["items"].reverse(),
    ]
    for change in changes:
        dump = copy.deepcopy(TINY)
        change(dump)
        seen.add(load_bank(dump).sha256)
    assert len(seen) == len(changes) + 1


def test_layout_and_comments_do_not_change_the_hash(tmp_path):
    (tmp_path / "catalogues").mkdir()
    (tmp_path / "bank.yaml").write_text("# note\n" + yaml.safe_dump(TINY["bank"]))
    (tmp_path / "catalogues/en.yaml").write_text(yaml.safe_dump(TINY["catalogues"]["en"]))
    assert read_bank(tmp_path).sha256 == read_bank("tests/banks/tiny").sha256


@pytest.mark.parametrize("dump", [None, [], {}, {"catalogues": {}}, {"bank": 1, "catalogues": {}}])
def test_what_is_no_dump_is_refused(dump):
    with pytest.raises(BankError):
        load_bank(dump)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | words,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
        max_leaves=10,
    ),
    st.data(),
)
def test_any_junk_anywhere_gives_problems_and_never_a_traceback(junk, data):
    dump = copy.deepcopy(TINY)
    part = data.draw(st.sampled_from([dump["bank"], dump["catalogues"]["en"]]))
    while True:
        step = data.draw(
            st.sampled_from(list(part) if isinstance(part, dict) else range(len(part)))
        )
        inner = part[step]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            part[step] = junk
            break
        part = inner
    with contextlib.suppress(BankError):
        assert load_bank(dump) == load_bank(dump_bank(load_bank(dump)))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_explained(text):
    document = read_document(text)
    assert document.data is not None or document.problems


def test_paths_are_named_by_id():
    document = read_document("items:\n  - id: tea\n    key: [a, b]\nscales:\n  4: [x]\n")
    assert named(("items", 0, "key", 1), document.data) == "items.tea.key.2"
    assert named(("scales", 4, 0), document.data) == "scales.4.1"
    assert document.line(("items", 0, "key", 1)) == 3


@pytest.mark.parametrize("name", ["bank", "catalogue"])
def test_the_committed_schema_is_current(name):
    with open(f"question_banks/{name}.schema.json", encoding="utf-8") as committed:
        assert committed.read() == json_schema_text(name), (
            f"run: vbr check --schema {name} > question_banks/{name}.schema.json"
        )


@pytest.mark.parametrize(
    "bank", ["tests/banks/tiny", *glob("question_banks/**/homecare-*", recursive=True)]
)
def test_editors_accept_the_banks_of_this_project(bank):
    for file in ("bank.yaml", *glob("catalogues/*.yaml", root_dir=bank)):
        name = "bank" if file == "bank.yaml" else "catalogue"
        Draft7Validator.check_schema(json_schema(name))
        with open(f"{bank}/{file}", encoding="utf-8") as opened:
            data = json.loads(json.dumps(read_document(opened.read()).data))
        assert [
            error.message for error in Draft7Validator(json_schema(name)).iter_errors(data)
        ] == []


def test_editors_and_engine_refuse_the_same_slips():
    check = Draft7Validator(json_schema("bank"))
    slips = [
        lambda bank: bank["items"][0].update(scale="four"),
        lambda bank: bank["items"][0].pop("scale"),
        lambda bank: bank["items"][4].update(key={"most": "a"}),
        lambda bank: bank["items"][5].update(key={"a": 1}),
        lambda bank: bank["items"][1].update(scale=4),
        lambda bank: bank["policy"].update(intervall=0.8),
        lambda bank: bank.update(version="1.0"),
        lambda bank: bank["policy"]["points"].update(pick=0),
        lambda bank: bank["form"]["per-format"].update(sort=1),
        lambda bank: bank["values"].append("Kind"),
    ]
    assert not list(check.iter_errors(TINY["bank"]))
    for slip in slips:
        dump = copy.deepcopy(TINY)
        slip(dump["bank"])
        assert list(check.iter_errors(dump["bank"]))
        with pytest.raises(BankError):
            load_bank(dump)


def test_the_homecare_bank_is_read_in_well_under_half_a_second():
    started = time.perf_counter()
    read_bank("question_banks/homecare-values")
    assert time.perf_counter() - started < 0.4
