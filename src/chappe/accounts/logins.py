"""The door for people: passwords and codes in, sessions out, guessing slowed down."""

from datetime import datetime
from uuid import UUID

import structlog

from chappe.accounts import audit, repo, service
from chappe.accounts.errors import BadCode, BadLogin, LoginOver, NowhereToGo, TooManyLogins
from chappe.accounts.model import WINDOW, AwaitedCode, NewSession, User
from chappe.accounts.passwords import Passwords
from chappe.accounts.security import repo as security
from chappe.accounts.security.model import CODE_TRIES, CODE_WITHIN
from chappe.accounts.security.second_factor import SecondFactors
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256
from chappe.kit.origin import Origin

log = structlog.get_logger(__name__)

# Failures within WINDOW, after which the door stays shut for its rest.
MOST_BY_ACCOUNT = 10
# An office behind one address may hold many people.
MOST_BY_ADDRESS = 50
MOST_RESETS = 3


class Logins:
    """One per process. Has transactions of its own: a failure is on record though the login is refused."""

    def __init__(
        self, db: Database, clock: Clock, passwords: Passwords, second_factors: SecondFactors
    ) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords
        self._second_factors = second_factors

    async def login(self, email: str, password: str, origin: Origin) -> NewSession | AwaitedCode:
        """A new session for `email`; AwaitedCode when the person has a second factor.

        BadLogin, or TooManyLogins before the password is looked at; NowhereToGo after the right one.
        """
        email = email.strip().lower()
        account = f"account {email}"
        now = self._clock.now()
        async with self._db.engine_transaction() as conn:
            # On record before the password is tried, so that a hundred guesses at once count as a hundred.
            await self._count(conn, account, origin, now)
            known = await repo.user_by_email(conn, email)
        right = await self._passwords.verify(known.password_hash if known else None, password)
        if known is None or not right:
            log.info("login_failed", address=origin.address)
            raise BadLogin(
                "Check the e-mail and the password. A forgotten one is replaced with: chappe password EMAIL."
            )
        stronger = None
        if self._passwords.outdated(known.password_hash):
            stronger = await self._passwords.rehash(password)
        async with self._db.engine_transaction() as conn:
            await repo.clear_failures(conn, account, _address(origin), now)
            if stronger is not None:
                await repo.rehash(conn, known.user.id, known.password_hash, stronger)
            if known.workspace_id is not None:
                if known.second_factor:
                    return await self._await_code(conn, known.workspace_id, known.user, now)
                return await service.open_session(conn, self._clock, known.workspace_id, known.user, origin)
        raise NowhereToGo("You were removed from every workspace. Ask an owner for an invitation.")

    async def code(self, token: str, code: str, origin: Origin) -> NewSession:
        """The session, for who typed the right code on the page after the password.

        BadCode; LoginOver after ten minutes or five tries; TooManyLogins.
        """
        now = self._clock.now()
        async with self._db.engine_transaction() as conn:
            pending = await security.try_pending(conn, sha256(token), now, CODE_TRIES)
            if pending is None:
                raise LoginOver("Log in with your password again.")
            user_id, workspace_id = pending
            account = f"code {user_id}"
            await self._count(conn, account, origin, now)
        async with self._db.engine_transaction() as conn:
            person = await security.person(conn, user_id)
            how = await self._second_factors.accept(conn, user_id, code)
            if person is None or how is None:
                refused = True
                await self._record(conn, workspace_id, user_id, "session.refused", origin)
            else:
                refused = False
                await repo.clear_failures(conn, account, _address(origin), now)
                await security.drop_pending(conn, sha256(token))
                if how == "recovery":
                    await self._record(conn, workspace_id, user_id, "account.recovery_code_used", origin)
                user = User(id=person.id, email=person.email, name=person.name, language=person.language)
                session = await service.open_session(conn, self._clock, workspace_id, user, origin)
        if refused:
            raise BadCode("Type the six digits that your app shows now.", field="code")
        return session

    async def awaits_code(self, token: str) -> bool:
        """Whether a code would still be looked at."""
        async with self._db.engine_transaction() as conn:
            return await security.knows_pending(conn, sha256(token), self._clock.now(), CODE_TRIES)

    async def allow_reset(self, email: str, origin: Origin) -> bool:
        """Whether one more reset of `email` may be asked for now; who asks learns nothing of it.
        TooManyLogins for an address that asks for too many.
        """
        account, now = f"reset {email.strip().lower()}", self._clock.now()
        async with self._db.engine_transaction() as conn:
            await repo.add_failure(conn, [account, _address(origin)], now)
            failures = await repo.failures(conn, [account, _address(origin)], now - WINDOW)
            _refuse(failures, _address(origin), MOST_BY_ADDRESS, now)
        return failures.get(account, (0, now))[0] <= MOST_RESETS

    async def _count(self, conn: Connection, account: str, origin: Origin, now: datetime) -> None:
        subjects = [account, _address(origin)]
        await repo.add_failure(conn, subjects, now)
        failures = await repo.failures(conn, subjects, now - WINDOW)
        _refuse(failures, account, MOST_BY_ACCOUNT, now)
        _refuse(failures, _address(origin), MOST_BY_ADDRESS, now)

    async def _await_code(
        self, conn: Connection, workspace_id: int, user: User, now: datetime
    ) -> AwaitedCode:
        token = new_token()
        await security.add_pending(conn, sha256(token), workspace_id, user.id, now + CODE_WITHIN)
        return AwaitedCode(token=token)

    async def _record(
        self, conn: Connection, workspace_id: int, user_id: UUID, action: str, origin: Origin
    ) -> None:
        await audit.record(
            conn,
            workspace_id=workspace_id,
            actor=audit.Person(user_id),
            action=action,
            address=origin,
        )


def _address(origin: Origin) -> str:
    return f"address {origin.address}"


def _refuse(failures: dict[str, tuple[int, datetime]], subject: str, most: int, now: datetime) -> None:
    count, oldest = failures.get(subject, (0, now))
    if count > most:
        wait = max(1, int((oldest + WINDOW - now).total_seconds()))
        raise TooManyLogins(
            f"Try again in {wait // 60 + 1} minutes, or ask the owner to set a new password.",
            retry_after=wait,
        )
