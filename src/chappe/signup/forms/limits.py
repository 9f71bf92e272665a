"""How often strangers may try: per network address, per number, per country.

A form on the open web can be made to send texts. So a number hears from us a few times a day at most, whoever
types it; who guesses numbers is stopped by the address; and a country gets no more than a campaign for it
would be noticed by (SMS pumping goes to ranges where somebody is paid for each text).
"""

import hmac
from datetime import datetime, timedelta
from enum import Enum

from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.signup.forms import repo


class Limit(Enum):
    """What is counted, how often it may be, within which time."""

    ADDRESS = ("address", 20, timedelta(hours=1))
    NUMBER = ("number", 3, timedelta(days=1))
    COUNTRY = ("country", 2_000, timedelta(days=1))
    ABROAD = ("abroad", 200, timedelta(days=1))
    LINK = ("link", 120, timedelta(hours=1))
    LINK_SAVED = ("link saved", 30, timedelta(hours=1))
    # A carrier may put a town of phones behind one address.
    ADDRESS_SAVED = ("address saved", 300, timedelta(hours=1))

    @property
    def most(self) -> int:
        return self.value[1]

    @property
    def window(self) -> timedelta:
        return self.value[2]


class Limits:
    """Counts of one installation: what is counted is kept as a keyed hash and forgotten with its window."""

    def __init__(self, keys: InstanceKeys) -> None:
        self._key = keys.sub("sign-up limits")

    async def allows(
        self, conn: Connection, workspace_id: int, limit: Limit, what: str, at: datetime
    ) -> bool:
        """Count one more; False when it is one too many."""
        who = hmac.digest(self._key, f"{limit.value[0]} {what}".encode(), "sha256")
        n = await repo.count_try(conn, workspace_id, who, at, limit.window)
        if n == 1:
            await repo.forget_tries(conn, workspace_id, at)
        return n <= limit.most
