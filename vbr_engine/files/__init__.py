"""The one door to disk: banks, tables, and files that are written whole or not at all."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vbr_engine.files.banks import check_bank, read_bank, read_source
    from vbr_engine.files.careers import read_candidates, read_careers
    from vbr_engine.files.drafts import read_changelog, read_proposals, write_draft
    from vbr_engine.files.matrices import read_matrix
    from vbr_engine.files.policies import read_policy
    from vbr_engine.files.published import check_pins, publish_bank
    from vbr_engine.files.response_tables import read_responses
    from vbr_engine.files.risk_models import read_effects, read_risk_model, write_risk_model
    from vbr_engine.files.sheet_writing import people_template, write_sheet
    from vbr_engine.files.sheets import read_sheet
    from vbr_engine.files.tables import check_writable, read_table, write_table
    from vbr_engine.files.whole import write_bytes, write_text

__all__ = [
    "check_bank",
    "check_pins",
    "check_writable",
    "people_template",
    "publish_bank",
    "read_bank",
    "read_candidates",
    "read_careers",
    "read_changelog",
    "read_effects",
    "read_matrix",
    "read_policy",
    "read_proposals",
    "read_responses",
    "read_risk_model",
    "read_sheet",
    "read_source",
    "read_table",
    "write_bytes",
    "write_draft",
    "write_risk_model",
    "write_sheet",
    "write_table",
    "write_text",
]

# Loaded on first use: who reads a bank does not wait for pandas.
_HOME = {
    "check_bank": "banks",
    "check_pins": "published",
    "check_writable": "tables",
    "people_template": "sheet_writing",
    "publish_bank": "published",
    "read_bank": "banks",
    "read_candidates": "careers",
    "read_careers": "careers",
    "read_changelog": "drafts",
    "read_effects": "risk_models",
    "read_matrix": "matrices",
    "read_policy": "policies",
    "read_proposals": "drafts",
    "read_responses": "response_tables",
    "read_risk_model": "risk_models",
    "read_sheet": "sheets",
    "read_source": "banks",
    "read_table": "tables",
    "write_bytes": "whole",
    "write_draft": "drafts",
    "write_risk_model": "risk_models",
    "write_sheet": "sheet_writing",
    "write_table": "tables",
    "write_text": "whole",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vbr_engine.files' has no attribute {name!r}")
    return getattr(import_module(f"vbr_engine.files.{_HOME[name]}"), name)
