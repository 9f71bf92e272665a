"""Codes of pictures: what nobody guesses, signed, so that a guess is refused before anything is looked up."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final, final

from chappe.db.keys import InstanceKeys
from chappe.kit.crypto import tokens_equal

_RANDOM: Final = 12  # octets: 16 characters
_SIGNED: Final = 9  # octets of HMAC-SHA256: 12 characters
_UNSIGNED: Final = 22
"""Characters of codes that were given before codes were signed: 128 random bits."""


@final
class MediaCodes:
    """Those of one installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, keys: InstanceKeys) -> "MediaCodes":
        return cls(keys.sub("picture codes"))

    def new(self) -> str:
        """28 characters: 96 random bits, and what signs them."""
        made = secrets.token_urlsafe(_RANDOM)
        return made + self._signature(made)

    def may_be(self, code: str) -> bool:
        """Whether this installation has given the code, as far as the code alone can tell."""
        made, signature = code[:-12], code[-12:]
        return len(code) == _UNSIGNED or tokens_equal(self._signature(made), signature)

    def _signature(self, made: str) -> str:
        digest = hmac.digest(self._key, made.encode(), sha256)
        return urlsafe_b64encode(digest[:_SIGNED]).decode()
