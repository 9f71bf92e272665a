"""What tells programs from people without asking either: a field that nobody sees, and how long it took.

The token is signed and says when the page was made and for which form, so a program has to fetch a page for
every few tries, and to wait.
"""

import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chappe.db.keys import InstanceKeys

# The name looks like a field worth filling in; people never see it.
HONEYPOT: Final = "website"
MADE: Final = "made"
_QUICKEST, _OLDEST = timedelta(seconds=2), timedelta(hours=12)
_DIGITS = 32


class Trap:
    """Of one installation."""

    def __init__(self, keys: InstanceKeys) -> None:
        self._key = keys.sub("sign-up trap")

    def token(self, form_id: UUID, now: datetime) -> str:
        """For a page that is made now."""
        made = str(int(now.timestamp()))
        return f"{made}.{self._sign(form_id, made)}"

    def is_person(self, form_id: UUID, token: str, honeypot: str, now: datetime) -> bool:
        """Whether the page was ours, is not too old, and was not filled in faster than anybody types."""
        made, _, signature = token.partition(".")
        if honeypot or not (made.isascii() and made.isdigit() and len(made) <= 12):
            return False
        if not hmac.compare_digest(signature.encode(), self._sign(form_id, made).encode()):
            return False
        age = now.timestamp() - int(made)
        return _QUICKEST.total_seconds() <= age <= _OLDEST.total_seconds()

    def _sign(self, form_id: UUID, made: str) -> str:
        return hmac.new(self._key, f"{form_id.hex}.{made}".encode(), "sha256").hexdigest()[:_DIGITS]
