"""A rival scoring policy that says nothing of a rubric keeps the bank's own."""

from dataclasses import replace

import yaml

from vbr_engine.bank import dump_bank
from vbr_engine.bank.parse import rehashed
from vbr_engine.bank.rubric import DEFAULT_RUBRIC, DEFAULT_RUBRIC_TEXTS
from vbr_engine.files import read_bank, read_policy


def test_the_banks_rubric_stays(tmp_path):
    tiny = read_bank("tests/banks/tiny")
    texts = {"en": replace(tiny.text(), rubric=DEFAULT_RUBRIC_TEXTS["en"])}
    rubric = replace(DEFAULT_RUBRIC, limit=2)
    bank = rehashed(replace(tiny, policy=replace(tiny.policy, rubric=rubric), catalogues=texts))
    policy = dump_bank(tiny)["bank"]["policy"] | {"id": "rival-1", "interval": 0.9}
    (tmp_path / "rival.yaml").write_text(yaml.safe_dump(policy))
    rival = read_policy(tmp_path / "rival.yaml", bank)
    assert rival.policy == replace(bank.policy, id="rival-1", interval=0.9)
    (tmp_path / "rival.yaml").write_text(
        yaml.safe_dump(policy | {"rubric": rubric.to_plain() | {"limit": 0}})
    )
    assert read_policy(tmp_path / "rival.yaml", bank).policy.rubric.limit == 0
