"""Codes of the second factor, without I/O: by time (RFC 6238), and those for the day the phone is lost."""

import hmac
import secrets
from datetime import datetime

import pyotp
import segno

ISSUER = "Chappe"
RECOVERY_CODES = 10
_STEP = 30
# RFC 6238 section 5.2: one step back for the time it takes to type, one ahead for a clock that is off.
_AROUND = (0, -1, 1)
# Without what is mistaken for something else on paper; 10 of 31 letters are 49 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 10


def new_secret() -> str:
    """160 bits, as RFC 4226 section 4 recommends, in base32."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """`otpauth://…`, what authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(secret: str, email: str) -> str:
    """The address as a QR code, an SVG in a data address: pages may show it, and it is kept nowhere."""
    code: str = segno.make(address(secret, email), error="m").svg_data_uri(scale=4, border=2, light="#ffffff")
    return code


def in_groups(secret: str) -> str:
    """The secret to type, where there is no camera."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, None when it is none of the present ones."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    present, totp = int(now.timestamp()) // _STEP, pyotp.TOTP(secret)
    for around in _AROUND:
        if hmac.compare_digest(totp.generate_otp(present + around), digits):
            return present + around
    return None


def new_recovery_codes() -> list[str]:
    """Ten, each `xxxxx-xxxxx`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{letters[: _LENGTH // 2]}-{letters[_LENGTH // 2 :]}"


def recovery_digest(key: bytes, code: str) -> bytes:
    """As it is kept; however it was typed."""
    letters = "".join(character for character in code.lower() if character.isalnum())
    return hmac.digest(key, letters.encode(), "sha256")
