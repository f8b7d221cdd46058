"""VBR Engine: situational-judgement banks for values-based recruitment.

>>> import vbr_engine
>>> bank = vbr_engine.read_bank("question_banks/homecare-values")
>>> responses = vbr_engine.simulate_responses(bank, 3, seed=1)
>>> list(vbr_engine.score(responses, bank).to_frame().columns[:4])
['sitting', 'composite', 'composite_se', 'band']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vbr_engine._version import __version__

if TYPE_CHECKING:
    from vbr_engine.bank.form import draw_form
    from vbr_engine.bank.model import Bank
    from vbr_engine.files import read_bank, read_responses
    from vbr_engine.responses import ResponseMatrix
    from vbr_engine.scoring import score
    from vbr_engine.simulate import simulate_responses

__all__ = [
    "Bank",
    "ResponseMatrix",
    "__version__",
    "draw_form",
    "read_bank",
    "read_responses",
    "score",
    "simulate_responses",
]

# Loaded on first use, so that `vbr --help` does not wait for pandas.
_HOME = {
    "Bank": "vbr_engine.bank.model",
    "ResponseMatrix": "vbr_engine.responses",
    "draw_form": "vbr_engine.bank.form",
    "read_bank": "vbr_engine.files",
    "read_responses": "vbr_engine.files",
    "score": "vbr_engine.scoring",
    "simulate_responses": "vbr_engine.simulate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vbr_engine' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
