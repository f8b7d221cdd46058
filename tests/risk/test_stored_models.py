"""A model on disk: the same figures when it comes back, and no model that somebody edited."""

from __future__ import annotations

import copy
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from vbr_engine.errors import CareersError, FileError
from vbr_engine.files import read_risk_model, write_risk_model
from vbr_engine.risk import Careers, DropOutModel, default_effects, simulate_careers
from vbr_engine.risk.stored import dump, parse


@pytest.fixture(scope="module", params=["leaving", "withdrawal"])
def made_and_model(request):
    made = simulate_careers(600, seed=3, providers=12)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    return made, DropOutModel(request.param).fit(careers)


def test_same_figures_after_a_round_trip(made_and_model):
    made, model = made_and_model
    back = DropOutModel.from_dict(parse(dump(model)))
    pd.testing.assert_frame_equal(
        back.predict_risk(made.frame, today=made.cut),
        model.predict_risk(made.frame, today=made.cut),
    )
    pd.testing.assert_frame_equal(back.risks(made.frame), model.risks(made.frame))
    pd.testing.assert_frame_equal(back.coef_, model.coef_)
    assert back.get_params() == model.get_params()
    assert (back.evidence_, back.checks_, back.conflict_) == (
        model.evidence_,
        model.checks_,
        model.conflict_,
    )
    assert dump(back) == dump(model)


def test_same_careers_give_the_same_bytes(made_and_model):
    made, model = made_and_model
    again = DropOutModel(model.outcome).fit(Careers.from_frame(made.frame, cut=made.cut))
    assert dump(again) == dump(model)


def test_document_is_plain_json_that_can_be_read_line_by_line(made_and_model):
    _made, model = made_and_model
    text = dump(model).decode("utf-8")
    document = json.loads(text)
    assert document == model.to_dict()
    assert [line.split('"')[1] for line in text.splitlines()[1:-1]] == sorted(document)
    assert "NaN" not in text


def paths(value, path=()):
    """Every figure, word and list of a document."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from paths(held, (*path, name))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from paths(held, (*path, place))
    else:
        yield path


def test_any_edit_is_refused(made_and_model):
    _made, model = made_and_model
    document = model.to_dict()
    everywhere = [path for path in paths(document) if path[0] not in ("sha256", "kind", "format")]
    rng = np.random.default_rng(1)
    for place in rng.choice(len(everywhere), 40, replace=False):
        edited = copy.deepcopy(document)
        *path, last = everywhere[place]
        inner = edited
        for name in path:
            inner = inner[name]
        inner[last] = "other"
        with pytest.raises(CareersError, match="changed or damaged"):
            DropOutModel.from_dict(edited)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda held: held.pop("posterior"), "changed or damaged"),
        (lambda held: held.update(extra=1), "changed or damaged"),
        (lambda held: held.update(format=2), "expected format 1, got 2"),
        (lambda held: held.update(kind="bank"), "it is not a drop-out risk model"),
        (lambda held: held.pop("sha256"), "changed or damaged"),
    ],
)
def test_other_documents_are_refused(made_and_model, edit, said):
    document = made_and_model[1].to_dict()
    edit(document)
    with pytest.raises(CareersError, match=said):
        DropOutModel.from_dict(document)


def test_half_a_file_is_refused(made_and_model):
    content = dump(made_and_model[1])
    with pytest.raises(CareersError, match="not JSON, or not all of it"):
        parse(content[: len(content) // 2])


def test_model_of_a_small_table_and_own_effects_comes_back():
    """NaN of a conflict that could not be tested, no checks, bounds that are open."""
    made = simulate_careers(60, seed=5, providers=3, starters_only=True)
    effects = [effect for effect in default_effects("leaving") if effect.published is None]
    careers = Careers.from_frame(made.frame, cut=made.cut)
    model = DropOutModel(effects=effects, provider_effects=False, interval=0.8).fit(careers)
    back = DropOutModel.from_dict(parse(dump(model)))
    assert back.effects_ == model.effects_
    assert np.isnan(back.conflict_.slope)
    assert back.checks_ is None
    assert back.evidence_.level.code == "L0"
    pd.testing.assert_frame_equal(back.risks(made.frame), model.risks(made.frame))


def test_manifest_says_what_it_was_trained_on(made_and_model):
    made, model = made_and_model
    manifest = model.manifest_
    rows = manifest["rows"]
    assert rows["applications"] == 600
    assert rows["applications"] == rows["used"] + sum(
        count for name, count in rows.items() if name.startswith("left out")
    )
    endings = ("ended by the candidate", "ended otherwise", "not ended at the cut")
    assert rows["used"] == sum(rows[name] for name in endings)
    assert rows["ended by the candidate"] == model.n_events_
    assert manifest["cut"] == made.cut.date().isoformat()
    assert manifest["simulated"] is True
    assert {entry["effect"] for entry in manifest["priors"]["table"]} == {
        effect.name for effect in model.effects_
    }
    assert all(entry["source"] for entry in manifest["priors"]["table"] if entry["published"])


def test_folder(tmp_path, made_and_model):
    made, model = made_and_model
    folder = tmp_path / "model"
    assert write_risk_model(model, folder) == folder / "model.json"
    for place in (folder, folder / "model.json"):
        back = read_risk_model(place)
        pd.testing.assert_frame_equal(back.risks(made.frame), model.risks(made.frame))
    assert [held.name for held in folder.iterdir()] == ["model.json"]


def test_edited_file_is_refused_by_name(tmp_path, made_and_model):
    write_risk_model(made_and_model[1], tmp_path)
    place = tmp_path / "model.json"
    place.write_bytes(place.read_bytes().replace(b'"n_people": ', b'"n_people": 1'))
    with pytest.raises(FileError, match=r"model\.json.*check sum"):
        read_risk_model(tmp_path)


def test_folder_without_a_model(tmp_path):
    with pytest.raises(FileError, match="cannot read"):
        read_risk_model(tmp_path)


def test_model_is_made_and_copied_as_scikit_learn_does():
    made = simulate_careers(120, seed=6, starters_only=True)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    model = DropOutModel("leaving", interval=0.8, review_months=6)
    copied = clone(model)
    assert copied is not model
    assert copied.get_params() == model.get_params()
    assert copied.fit(careers) is copied
    assert not hasattr(model, "posterior_")
    assert model.set_params(interval=0.95).interval == 0.95
    with pytest.raises(CareersError, match="has no speed"):
        model.set_params(speed=1)


def test_outcomes_that_are_not_known_and_tables_without_starters_are_refused():
    made = simulate_careers(50, seed=6)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    with pytest.raises(CareersError, match="expected one of"):
        DropOutModel("promotion").fit(careers)
    nobody = made.frame[made.frame["started_work"].isna()]
    with pytest.raises(CareersError, match="nobody in the table started work"):
        DropOutModel().fit(Careers.from_frame(nobody, cut=made.cut))
