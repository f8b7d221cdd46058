"""Encryption of names and addresses, marks for finding them, hashes of tokens, links of a chain."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["Cipher", "sha256"]


def sha256(token: str) -> str:
    """Hash a random token for keeping: 256 bits of chance need no slow hash.

    Examples
    --------
    >>> sha256("abc")[:8]
    'ba7816bf'
    """
    return hashlib.sha256(token.encode()).hexdigest()


class Cipher:
    """Three keys derived from the service's secret: one encrypts, one marks, one chains.

    Examples
    --------
    >>> cipher = Cipher("a secret of at least 32 characters")
    >>> cipher.open(cipher.seal("Ana"))
    'Ana'
    >>> cipher.mark(" Ana@Example.org") == cipher.mark("ana@example.org")
    True
    """

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, b"identity")))
        self._mark_key = _derive(secret, b"mark")
        self._chain_key = _derive(secret, b"chain")

    def seal(self, text: str) -> bytes:
        """Encrypt."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt; say so when another secret sealed it."""
        found = self.read(sealed)
        return "(not readable with the present secret key)" if found is None else found

    def read(self, sealed: bytes) -> str | None:
        """Decrypt, or return None when another secret sealed it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def opens(self, sealed: bytes) -> bool:
        """Whether this secret sealed it."""
        try:
            self._fernet.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def mark(self, text: str) -> str:
        """Return a keyed mark by which an address is found without being readable."""
        normal = text.strip().casefold().encode()
        return hmac.new(self._mark_key, normal, hashlib.sha256).hexdigest()

    def link(self, previous: str, text: str) -> str:
        """Return the code that ties a text to everything before it (HMAC-SHA256)."""
        return hmac.new(self._chain_key, f"{previous}\n{text}".encode(), hashlib.sha256).hexdigest()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"vbr-service", info=purpose).derive(secret.encode())
