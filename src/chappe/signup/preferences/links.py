"""Signed links: who holds one may choose for one contact of one workspace, for a year.

A token is the workspace, the contact and the last day as octets, and a MAC of them keyed by the installation:
nothing is stored, nothing can be guessed, and an erased contact's link opens nothing.
"""

import base64
import binascii
import hmac
import struct
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from chappe.db.keys import InstanceKeys

LASTS: Final = timedelta(days=365)
_BODY: Final = struct.Struct(">QQI")
_MAC: Final = 16


class Named(NamedTuple):
    """Whom a token names."""

    workspace_id: int
    contact_id: int


class Links:
    """Built once per process."""

    def __init__(self, keys: InstanceKeys) -> None:
        self._key = keys.sub("preference links")

    def token(self, workspace_id: int, contact_id: int, now: datetime) -> str:
        """62 letters, digits, - and _."""
        body = _BODY.pack(workspace_id, contact_id, (now.astimezone(UTC).date() + LASTS).toordinal())
        return base64.urlsafe_b64encode(body + self._mac(body)).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> Named | None:
        """None for what is no token of ours, or is over."""
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        body, mac = whole[: _BODY.size], whole[_BODY.size :]
        if len(body) != _BODY.size or not hmac.compare_digest(mac, self._mac(body)):
            return None
        workspace_id, contact_id, last = _BODY.unpack(body)
        if date.fromordinal(last) < now.astimezone(UTC).date():
            return None
        return Named(workspace_id, contact_id)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC]
