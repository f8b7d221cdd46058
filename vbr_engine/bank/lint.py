"""What a bank says, beyond whether it can be used: to be filled."""

from vbr_engine.bank.model import Bank
from vbr_engine.errors import Problem

__all__ = ["lint_bank"]


def lint_bank(bank: Bank) -> list[Problem]:
    """List what a careful reader would want to know of."""
    return []
