"""The door for people: passwords in, sessions out, guessing slowed down."""

from datetime import datetime, timedelta

import structlog

from chappe.accounts import repo
from chappe.accounts.errors import BadLogin, TooManyLogins
from chappe.accounts.model import SESSION_LASTS, NewSession
from chappe.accounts.passwords import Passwords
from chappe.accounts.repo import KnownUser
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256

log = structlog.get_logger(__name__)

# NIST SP 800-63B-4 section 3.2.2 allows no more than 100 consecutive failures; ours pass.
WINDOW = timedelta(minutes=15)
MOST_BY_ACCOUNT = 10
# An office behind one address may hold many people.
MOST_BY_ADDRESS = 50


class Logins:
    """One per process. Has transactions of its own: a failure is on record though the login is refused."""

    def __init__(self, db: Database, clock: Clock, passwords: Passwords) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords

    async def login(self, email: str, password: str, address: str) -> NewSession:
        """A new session for `email`, asked for from the network address `address`.

        BadLogin, or TooManyLogins before the password is looked at.
        """
        email = email.strip().lower()
        account, origin = f"account {email}", f"address {address}"
        now = self._clock.now()
        async with self._db.engine_transaction() as conn:
            # On record before the password is tried, so that a hundred guesses at once count as a hundred.
            await repo.add_failure(conn, [account, origin], now)
            await self._refuse_guessing(conn, account, origin, now)
            known = await repo.user_by_email(conn, email)
        right = await self._passwords.verify(known.password_hash if known else None, password)
        if known is None or not right:
            log.info("login_failed", address=address)
            raise BadLogin(
                "Check the e-mail and the password. A forgotten one is replaced with: chappe password EMAIL."
            )
        return await self._open(known, password, account, origin, now)

    async def _refuse_guessing(self, conn: Connection, account: str, origin: str, now: datetime) -> None:
        failures = await repo.failures(conn, [account, origin], now - WINDOW)
        for subject, most in ((account, MOST_BY_ACCOUNT), (origin, MOST_BY_ADDRESS)):
            count, oldest = failures.get(subject, (0, now))
            if count > most:
                wait = max(1, int((oldest + WINDOW - now).total_seconds()))
                raise TooManyLogins(
                    f"Try again in {wait // 60 + 1} minutes, or ask the owner to set a new password.",
                    retry_after=wait,
                )

    async def _open(
        self, known: KnownUser, password: str, account: str, origin: str, now: datetime
    ) -> NewSession:
        stronger = None
        if self._passwords.outdated(known.password_hash):
            stronger = await self._passwords.hash(password)
        token, expires_at = new_token(), now + SESSION_LASTS
        async with self._db.engine_transaction() as conn:
            await repo.clear_failures(conn, account, origin, now)
            if stronger is not None:
                await repo.rehash(conn, known.user.id, known.password_hash, stronger)
            await repo.add_session(conn, sha256(token), known.workspace_id, known.user.id, now, expires_at)
        return NewSession(token=token, expires_at=expires_at, user=known.user)
