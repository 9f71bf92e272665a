"""The second factor of a person: set up, asked for, given up. Never commits."""

from collections.abc import Sequence
from uuid import UUID

from chappe.accounts.errors import BadCode, FactorRequired
from chappe.accounts.security import codes, repo
from chappe.accounts.security.model import FactorState
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.clock import Clock


class SecondFactors:
    """One per process. Secrets are sealed, recovery codes kept as keyed digests."""

    def __init__(self, keys: InstanceKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._recovery_key = keys.sub("recovery codes")

    async def state(self, conn: Connection, user_id: UUID) -> FactorState:
        return await repo.factor_state(conn, user_id)

    async def begin(self, conn: Connection, user_id: UUID) -> str | None:
        """The secret to put into an app, the same until a code confirms it; None when that has happened."""
        sealed = await repo.unconfirmed_secret(conn, user_id)
        if sealed is None:
            fresh = codes.new_secret().encode()
            await repo.begin_factor(conn, user_id, self._keys.seal(fresh, context=_context(user_id)))
            sealed = await repo.unconfirmed_secret(conn, user_id)
        return None if sealed is None else self._opened(user_id, sealed)

    async def confirm(self, conn: Connection, user_id: UUID, code: str) -> list[str]:
        """The app's first code turns it on; the recovery codes are shown this once. BadCode."""
        sealed = await repo.unconfirmed_secret(conn, user_id)
        now = self._clock.now()
        step = None if sealed is None else codes.step_of(self._opened(user_id, sealed), code, now)
        if step is None or not await repo.confirm_factor(conn, user_id, now, step):
            raise BadCode("Type the six digits that your app shows now.", field="code")
        return await self.new_recovery_codes(conn, user_id)

    async def new_recovery_codes(self, conn: Connection, user_id: UUID) -> list[str]:
        """Ten new ones; the old ones open nothing any more."""
        fresh = codes.new_recovery_codes()
        await repo.replace_recovery(conn, user_id, self._digests(fresh))
        return fresh

    async def are_codes_of(self, conn: Connection, user_id: UUID, shown: Sequence[str]) -> bool:
        """Whether these are a person's recovery codes, all of them."""
        return bool(shown) and await repo.known_recovery(conn, user_id, self._digests(shown)) == len(shown)

    async def accept(self, conn: Connection, user_id: UUID, code: str) -> str | None:
        """How a code opens the door: "app" or "recovery", each code once; None when it does not."""
        sealed = await repo.secret(conn, user_id)
        now = self._clock.now()
        step = None if sealed is None else codes.step_of(self._opened(user_id, sealed), code, now)
        if step is not None:
            return "app" if await repo.use_step(conn, user_id, step) else None
        digest = codes.recovery_digest(self._recovery_key, code)
        return "recovery" if await repo.use_recovery(conn, user_id, digest, now) else None

    async def turn_off(self, conn: Connection, user_id: UUID) -> None:
        """Secret and codes are gone. FactorRequired while a workspace of the person's insists on them."""
        if (await repo.factor_state(conn, user_id)).required:
            raise FactorRequired("A workspace that you belong to requires codes at login.")
        await repo.drop_factor(conn, user_id)

    def _opened(self, user_id: UUID, sealed: bytes) -> str:
        return self._keys.unseal(sealed, context=_context(user_id)).decode()

    def _digests(self, shown: Sequence[str]) -> list[bytes]:
        return [codes.recovery_digest(self._recovery_key, code) for code in shown]


def _context(user_id: UUID) -> str:
    return f"second_factor {user_id}"
