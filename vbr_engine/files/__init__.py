"""The one door to disk: banks, tables, and files that are written whole or not at all."""

from vbr_engine.files.banks import check_bank, read_bank
from vbr_engine.files.response_tables import read_responses
from vbr_engine.files.tables import read_table, write_table
from vbr_engine.files.whole import write_bytes, write_text

__all__ = [
    "check_bank",
    "read_bank",
    "read_responses",
    "read_table",
    "write_bytes",
    "write_table",
    "write_text",
]
