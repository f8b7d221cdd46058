"""Everything about a question bank: what it is, reading it, checking it, drawing a form."""

from vbr_engine.bank.form import Form, draw_form, draw_items
from vbr_engine.bank.lint import lint_bank
from vbr_engine.bank.model import Bank, BankStatus, Catalogue, Item, ResponseFormat, ScoringPolicy
from vbr_engine.bank.parse import dump_bank, load_bank, parse_bank

__all__ = [
    "Bank",
    "BankStatus",
    "Catalogue",
    "Form",
    "Item",
    "ResponseFormat",
    "ScoringPolicy",
    "draw_form",
    "draw_items",
    "dump_bank",
    "lint_bank",
    "load_bank",
    "parse_bank",
]
