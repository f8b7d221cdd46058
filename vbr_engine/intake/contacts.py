"""Email addresses and phone numbers: whether they can be, and one way of writing each."""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "email_guess",
    "looks_like_email",
    "looks_like_phone",
    "normal_email",
    "normal_phone",
    "phones_in",
]

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL_LIKE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE_LIKE = re.compile(r"(?:tel:)?\s*[+(]?[\d\s().+-]{9,24}", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s*\d{1,6}\s*$", re.IGNORECASE)
# Domains that are nearly those of large providers.
_SLIPS = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmail.co": "gmail.com",
    "gmail.con": "gmail.com", "gamil.com": "gmail.com", "gnail.com": "gmail.com",
    "gmail.co.uk": "gmail.com", "googlemail.co.uk": "googlemail.com",
    "hotmial.com": "hotmail.com", "hotmail.con": "hotmail.com", "hotmai.com": "hotmail.com",
    "hotmal.com": "hotmail.com", "hotmail.co": "hotmail.com", "homail.com": "hotmail.com",
    "hotmail.cok": "hotmail.co.uk", "outlok.com": "outlook.com", "outlook.con": "outlook.com",
    "outloo.com": "outlook.com", "yaho.com": "yahoo.com", "yahoo.con": "yahoo.com",
    "yahoo.co": "yahoo.co.uk", "yahooo.com": "yahoo.com", "icloud.con": "icloud.com",
    "iclod.com": "icloud.com", "icoud.com": "icloud.com", "btinternet.con": "btinternet.com",
    "live.con": "live.com", "live.co": "live.co.uk",
}  # fmt: skip


def looks_like_email(text: str) -> bool:
    """Say whether a cell is meant as an email address."""
    return len(text) <= 320 and _EMAIL_LIKE.search(text) is not None


def looks_like_phone(text: str) -> bool:
    """Say whether a cell is meant as a phone number."""
    return _PHONE_LIKE.fullmatch(text) is not None and 9 <= sum(map(str.isdigit, text)) <= 15


def normal_email(text: str) -> str:
    """Write an email address as it is stored: its domain in small letters.

    Domains may have letters beyond ASCII; the part before @ may not, because few servers deliver
    to those.

    Parameters
    ----------
    text : str
        With or without ``mailto:`` and a name around it.

    Returns
    -------
    str
        Nothing if it is no address.

    Examples
    --------
    >>> normal_email(" Ana Beispiel <Ana@Example.ORG> "), normal_email("ana@bücher.example")
    ('Ana@example.org', 'ana@bücher.example')
    >>> normal_email("ana@example"), normal_email("ana..b@example.org")
    ('', '')
    """
    address = unicodedata.normalize("NFC", text.strip())
    inside = re.fullmatch(r"[^<>]*<\s*([^<>\s]+)\s*>[;,.]?", address)
    address = (inside[1] if inside else address).removeprefix("mailto:").rstrip(".,;").strip()
    local, at, domain = address.rpartition("@")
    domain = domain.lower()
    if not (at and len(local) <= 64 and _LOCAL.fullmatch(local) and _can_be(ascii_domain(domain))):
        return ""
    return f"{local}@{domain}" if len(address) <= 254 else ""


def ascii_domain(domain: str) -> str:
    """Write a domain in the letters that servers use; nothing if it cannot be.

    Examples
    --------
    >>> ascii_domain("bücher.example")
    'xn--bcher-kva.example'
    """
    if len(domain) > 253:
        return ""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _can_be(domain: str) -> bool:
    labels = domain.split(".")
    whole = len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
    return whole and not labels[-1].isdigit() and len(labels[-1]) >= 2 and len(domain) <= 253


def email_guess(address: str) -> str:
    """Write the address that was probably meant, for a slip in a well-known domain.

    Parameters
    ----------
    address : str

    Returns
    -------
    str
        Nothing if there is no guess.

    Examples
    --------
    >>> email_guess("ana@gmial.com"), email_guess("ana@example.org")
    ('ana@gmail.com', '')
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{_SLIPS[domain]}" if domain in _SLIPS else ""


def normal_phone(text: str, *, country: str = "44") -> str:
    """Write a phone number as it is dialled from anywhere (E.164).

    Parameters
    ----------
    text : str
        With spaces, brackets and signs as people write them.
    country : str
        Whose numbers may begin with 0.

    Returns
    -------
    str
        Nothing if it cannot be a phone number.

    Examples
    --------
    >>> normal_phone("07700 900123"), normal_phone("+44 (0)7700 900123"), normal_phone("7700900123")
    ('+447700900123', '+447700900123', '+447700900123')
    >>> normal_phone("00353 1 496 0000"), normal_phone("12345")
    ('+35314960000', '')
    """
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"^tel:\s*", "", plain, flags=re.IGNORECASE).replace("(0)", "")
    digits = re.sub(r"[\s().\-‐-―/]", "", plain)
    if not re.fullmatch(r"\+?[0-9]{7,17}", digits):
        return ""
    number = _international(digits, country)
    return number if number and _has_right_length(number, country) else ""


def _international(digits: str, country: str) -> str:
    if digits.startswith("+"):
        number = digits[1:]
    elif digits.startswith("00"):
        number = digits[2:]
    elif digits.startswith("0"):
        number = country + digits[1:]
    elif digits.startswith(country) and len(digits) >= len(country) + 9:
        number = digits
    elif country == "44" and len(digits) == 10 and digits[0] in "1237":
        number = country + digits  # a spreadsheet dropped the 0
    else:
        return ""
    # +44 07700 900123: the 0 is not dialled from abroad.
    if number.startswith(country + "0"):
        number = country + number[len(country) + 1 :]
    return f"+{number}"


def _has_right_length(number: str, country: str) -> bool:
    if country == "44" and number.startswith("+44"):
        rest = number[3:]
        if rest[:1] == "7":
            return len(rest) == 10
        return rest[:1] in tuple("12389") and len(rest) in (9, 10)
    return 8 <= len(number) - 1 <= 15 and number[1] != "0"


def phones_in(text: str) -> list[str]:
    """Find the phone numbers in a cell, written as `normal_phone` does.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> phones_in("07700 900123 / 01632 960001")
    ['+447700900123', '+441632960001']
    """
    whole = normal_phone(text)
    if whole:
        return [whole]
    parts = re.split(r"\s*(?:/|,|;|\n|&|\bor\b|\band\b|\bneu\b)\s*", text)
    return [number for number in map(normal_phone, parts) if number] if len(parts) > 1 else []
