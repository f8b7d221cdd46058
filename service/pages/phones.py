"""Phone numbers as people read them out."""

from __future__ import annotations

__all__ = ["phone_words"]


def phone_words(number: str) -> str:
    """Write a number as it is dialled here, in groups; one from abroad stays as it is.

    Examples
    --------
    >>> phone_words("+447700900123"), phone_words("+35314960000")
    ('07700 900 123', '+35314960000')
    """
    digits = number.removeprefix("+44")
    if digits == number or not digits.isdecimal() or len(digits) not in (9, 10):
        return number
    return f"0{digits[:4]} {digits[4:7]} {digits[7:]}"
