"""What is found in partitions is what is found in memory."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.bulk import (
    BankReader,
    OneMachine,
    calibrate_partitions,
    find_partitions,
    table_reader,
)
from vbr_engine.bulk.source import PartitionedAnswers
from vbr_engine.bulk.survey import PartSurvey, survey_of
from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
    Rasch,
)

FAMILIES = [GradedResponseModel, GeneralizedPartialCreditModel, NominalResponseModel, Rasch]


def in_parts(model, folder, *, crew=None, weight=None, **options):
    table = find_partitions(folder)
    reader = table_reader(table, weight=weight, words=isinstance(model, NominalResponseModel))
    return calibrate_partitions(model, table, reader, crew=crew, **options)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_ends_where_it_ends_in_memory(family, answers, written):
    whole = family(standard_errors="observed").fit(answers.set_index("sitting"))
    found = in_parts(family(standard_errors="observed"), written(answers))
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)
    assert found.model.converged_
    assert found.model.categories_.labels == whole.categories_.labels
    assert found.model.n_parameters_ == whole.n_parameters_
    assert found.model.bic_ == pytest.approx(whole.bic_, abs=1e-5)
    numbers = whole.parameters_.drop(columns="model").to_numpy(dtype=float)
    ours = found.model.parameters_.drop(columns="model").to_numpy(dtype=float)
    np.testing.assert_allclose(ours, numbers, atol=2e-4)


def test_threads_and_memory_do_not_change_a_bit(answers, written):
    folder = written(answers)
    kept = [OneMachine(threads=1), OneMachine(threads=3), OneMachine(memory=0)]
    fits = [in_parts(GradedResponseModel(), folder, crew=crew).model for crew in kept]
    for crew in kept:
        crew.close()
    assert len({fit.log_likelihood_ for fit in fits}) == 1
    assert all(np.array_equal(fit.items_.slopes, fits[0].items_.slopes) for fit in fits)


def test_thinned_stages_end_at_the_same_top(written):
    """With 25,000 sittings the search starts on a few of them, in memory and in parts."""
    rng = np.random.default_rng(3)
    theta = rng.standard_normal((25_000, 1))
    X = pd.DataFrame((theta + rng.logistic(size=(25_000, 12)) > 0).astype("int8"))
    X.columns = [f"i{j}" for j in range(12)]
    whole = GradedResponseModel().fit(X)
    found = in_parts(GradedResponseModel(), written(X, cuts=(0, 4_000, 17_000, 25_000)))
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)
    assert found.model.n_iter_ < 8


def test_weights_count_as_in_memory(answers, written):
    rng = np.random.default_rng(2)
    weights = rng.integers(0, 4, len(answers)).astype(float)
    items = answers.set_index("sitting")
    whole = GradedResponseModel().fit(items, sample_weight=weights)
    folder = written(answers.assign(times=weights))
    found = in_parts(GradedResponseModel(), folder, weight="times")
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)
    assert found.model.bic_ == pytest.approx(whole.bic_, abs=1e-5)


def test_categories_that_one_part_lacks_are_found(answers, written):
    """Sorted by an item, each part has its own categories, in its own order."""
    ordered = answers.sort_values("item1", ascending=False)
    whole = GradedResponseModel().fit(ordered.set_index("sitting"))
    found = in_parts(GradedResponseModel(), written(ordered))
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)
    assert found.answered.tolist() == answers.drop(columns="sitting").notna().sum().tolist()


def test_words_are_categories_of_nominal_items(answers, written):
    words = answers.drop(columns="sitting").apply(lambda one: one.map(dict(enumerate("dcba"))))
    words = words.astype(object).where(words.notna(), None)
    whole = NominalResponseModel(n_starts=2).fit(words)
    found = in_parts(NominalResponseModel(n_starts=2), written(words))
    assert found.model.categories_.labels == whole.categories_.labels
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-5)


def test_one_file_is_read_by_its_row_groups(answers, tmp_path):
    answers.to_parquet(tmp_path / "all.parquet", row_group_size=130, index=False)
    table = find_partitions(tmp_path / "all.parquet", rows=300)
    assert [part.rows for part in table.partitions] == [390] * 5 + [50]
    assert [part.first_row for part in table.partitions] == [0, 390, 780, 1170, 1560, 1950]
    whole = GradedResponseModel().fit(answers.set_index("sitting"))
    found = calibrate_partitions(GradedResponseModel(), table, table_reader(table))
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)


def test_everybodys_theta_is_that_of_the_model(answers, written, tmp_path):
    found = in_parts(GradedResponseModel(), written(answers), scores=tmp_path / "theta")
    people = pd.read_parquet(tmp_path / "theta")
    expected = found.model.transform(answers.set_index("sitting"))
    assert people["sitting"].tolist() == answers["sitting"].tolist()
    np.testing.assert_allclose(people[["theta", "se"]].to_numpy(), expected, atol=1e-12)


def test_an_empty_part_is_said_and_changes_nothing(answers, written):
    folder = written(answers)
    answers[:0].to_parquet(folder / "part-empty.parquet", index=False)
    found = in_parts(GradedResponseModel(), folder)
    assert found.n == 2000
    assert found.notes == (f"{folder / 'part-empty.parquet'} holds no rows.",)


def test_advice_comes_from_all_partitions(answers, written):
    rare = answers.copy()
    rare.loc[[5, 1999], "item3"] = 7
    found = in_parts(GradedResponseModel(), written(rare))
    assert any("item3: only 2 chose 7" in told for told in found.model.advice_)


def test_a_bank_is_cut_into_the_same_levels(bank_in_parts):
    bank, whole, starts, folder = bank_in_parts
    table = find_partitions(folder)
    reader = BankReader(bank, "kind")
    found = calibrate_partitions(GradedResponseModel(), table, reader)
    assert found.starts == starts
    assert found.model.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)


def test_a_search_starts_from_what_categories_weigh(answers, written):
    """By pandas' sums over all rows, where parts hold their categories in their own order."""
    rng = np.random.default_rng(5)
    ordered = answers.sort_values("item1", ascending=False)
    ordered["times"] = rng.choice([0.0, 0.25, 1.0, 3.5], len(ordered))
    table = find_partitions(written(ordered))
    reader = table_reader(table, weight="times")
    parts = [PartSurvey.of(reader.read(part)) for part in table.partitions]
    found = survey_of(parts, reader.items)
    started = PartitionedAnswers(None, found).category_counts()
    for row, item in zip(started, found.items, strict=True):
        wanted = ordered.groupby(item, observed=True)["times"].sum()
        assert row == pytest.approx(wanted.sort_index().to_numpy(float))
        assert wanted.sort_index().index.tolist() == [0, 1, 2, 3]
    assert found.total_weight == pytest.approx(ordered["times"].sum())
    assert not np.allclose(started, found.counts)


def test_levels_that_are_joined_weigh_together():
    """Two parts by hand: 0 and 1 are one category, and 9 weighs nothing, so it is none."""
    labels, rows = ((1, 9, 2, 0),), np.array([3, 1, 4, 2])
    first = PartSurvey(10, 5.5, labels, [(rows, np.array([1.5, 0.0, 3.0, 1.0]))])
    other = PartSurvey(2, 4.0, ((2, 1),), [(np.array([1, 1]), np.array([3.5, 0.5]))])
    found = survey_of([first, other], ["tea"], lambda j, n: ([(0, 1), (2,)], ""))
    assert found.weighted.tolist() == [[1.5 + 1.0 + 0.5, 3.0 + 3.5]]
    assert found.counts.tolist() == [[3 + 2 + 1, 4 + 1]]
