"""Signed links of the preference page: who holds one may choose for one contact of one workspace.

A token is the workspace, the contact and the last day as octets, and a MAC of them keyed by the installation:
nothing is stored, nothing can be guessed, and an erased contact's link opens nothing. It is as short as that
allows, because it is read, and paid for, in texts: some 24 characters.
"""

import binascii
import hmac
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple, TypeAlias, final

from chappe.db.keys import InstanceKeys

LASTS: Final = timedelta(days=365)
PATH: Final = "/p/"
_EPOCH: Final = date(2026, 1, 1).toordinal()
_DAY: Final = 2
# 80 bits, tried one request at a time by who wants to guess one (RFC 2104 section 5 allows half of the hash,
# and no less than 80 bits).
_MAC: Final = 10

Addressing: TypeAlias = Callable[[Sequence[int]], Sequence[str]]
"""The addresses of the preference pages of these contacts, in their order."""


class Named(NamedTuple):
    """Whom a token names."""

    workspace_id: int
    contact_id: int


@final
class PreferenceLinks:
    """Built once per process. `base`: the address that people open this installation at, without a path."""

    def __init__(self, keys: InstanceKeys, base: str) -> None:
        self._key = keys.sub("preference links")
        self.base = base

    def address(self, workspace_id: int, contact_id: int, now: datetime, lasts: timedelta = LASTS) -> str:
        """The link that is given to one person."""
        return self.addressing(workspace_id, now, lasts)([contact_id])[0]

    def addressing(self, workspace_id: int, now: datetime, lasts: timedelta = LASTS) -> Addressing:
        """What makes the links of many: all of one workspace, until one day."""
        before, prefix = _octets(workspace_id), self.base + PATH
        last = (last_day(now, lasts).toordinal() - _EPOCH).to_bytes(_DAY)
        key = self._key

        def addresses(contact_ids: Sequence[int]) -> list[str]:
            # In the planner's loop: 2 µs each, half of it the MAC.
            bodies = [before + _octets(each) + last for each in contact_ids]
            texts = [urlsafe_b64encode(body + hmac.digest(key, body, "sha256")[:_MAC]) for body in bodies]
            return [prefix + text.rstrip(b"=").decode() for text in texts]

        return addresses

    def read(self, token: str, now: datetime) -> Named | None:
        """None for what is no token of ours, or is over."""
        try:
            whole = b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, mac = whole[:-_MAC], whole[-_MAC:]
        # One spelling only: the last character may hold bits that say nothing.
        if _text(whole) != token or not hmac.compare_digest(mac, self._mac(body)):
            return None
        end = 1 + body[0]
        workspace_id, contact_id = body[1:end], body[end + 1 : -_DAY]
        if date.fromordinal(_EPOCH + int.from_bytes(body[-_DAY:])) < now.astimezone(UTC).date():
            return None
        return Named(int.from_bytes(workspace_id), int.from_bytes(contact_id))

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC]


def last_day(now: datetime, lasts: timedelta = LASTS) -> date:
    """Until when, this UTC day included, a link holds that is given now."""
    return now.astimezone(UTC).date() + lasts


def _octets(number: int) -> bytes:
    """How many octets, then the octets."""
    length = (number.bit_length() + 7) >> 3
    return bytes((length,)) + number.to_bytes(length)


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
