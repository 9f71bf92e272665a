"""Keys of the installation, all derived from the one secret key (HKDF, RFC 5869), each for one use."""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chappe.db.errors import WrongSecretKey
from chappe.kit.crypto import sha256
from chappe.kit.ids import IdCipher

_FORMAT = b"\x01"
_KEY_ID = 4
_NONCE = 12  # NIST SP 800-38D section 8.2: 96 bits, at random
_HEADER = len(_FORMAT) + _KEY_ID + _NONCE


@dataclass(frozen=True, slots=True, repr=False)
class InstanceKeys:
    """`ids` hides bigint keys; `fingerprint` (16 bytes) names the secret in the `instance` row, and tells
    nothing.
    """

    ids: IdCipher
    fingerprint: bytes
    _secret: bytes
    _sealing: AESGCM
    _key_id: bytes

    @classmethod
    def derive(cls, secret: bytes) -> "InstanceKeys":
        """From the 32 bytes of `config.secret.secret_key`."""
        if len(secret) != 32:
            raise ValueError("the secret key has 32 bytes")
        sealing = _expand(secret, "seal", 32)
        return cls(
            ids=IdCipher(_expand(secret, "ids", 16)),
            fingerprint=_expand(secret, "fingerprint", 16),
            _secret=secret,
            _sealing=AESGCM(sealing),
            _key_id=sha256(b"key id" + sealing)[:_KEY_ID],
        )

    def sub(self, use: str) -> bytes:
        """32 bytes for one more use, named by the caller (`cookie`, `csrf`, …)."""
        return _expand(self._secret, f"sub {use}", 32)

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt and authenticate. `context` (a column, and the row where it matters) must be given to
        unseal: a sealed value copied to another place does not open there.
        """
        nonce = os.urandom(_NONCE)
        return _FORMAT + self._key_id + nonce + self._sealing.encrypt(nonce, plain, context.encode())

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """The plain bytes. WrongSecretKey when another key sealed them, or they were altered or moved."""
        if len(sealed) < _HEADER or sealed[:1] != _FORMAT:
            raise WrongSecretKey("A stored credential is damaged. Enter it again.")
        if sealed[1 : 1 + _KEY_ID] != self._key_id:
            raise WrongSecretKey(
                "A stored credential was sealed with another secret key. Put that secret.key back into the "
                "data folder, or enter the credential again."
            )
        nonce, body = sealed[1 + _KEY_ID : _HEADER], sealed[_HEADER:]
        try:
            return self._sealing.decrypt(nonce, body, context.encode())
        except InvalidTag:
            raise WrongSecretKey("A stored credential is damaged. Enter it again.") from None

    def __repr__(self) -> str:
        return "InstanceKeys(…)"


def _expand(secret: bytes, use: str, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"chappe v1 " + use.encode()).derive(
        secret
    )
