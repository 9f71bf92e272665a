"""Digests and tokens. Keys and sessions are stored as digests only; encryption is in `chappe.db.keys`."""

import hashlib
import hmac
import secrets


def sha256(value: str | bytes) -> bytes:
    """32 bytes. Enough for tokens made by `new_token` (256 random bits); passwords need argon2."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).digest()


def new_token(nbytes: int = 32) -> str:
    """A random token, URL-safe base64 without padding (32 bytes give 43 characters)."""
    return secrets.token_urlsafe(nbytes)


def tokens_equal(left: str | bytes, right: str | bytes) -> bool:
    """Compare in constant time, so that the answer's delay does not tell how many bytes were right."""
    return hmac.compare_digest(
        left.encode() if isinstance(left, str) else left, right.encode() if isinstance(right, str) else right
    )
