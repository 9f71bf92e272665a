"""What people change of their own account. The password is asked for again before what opens the account."""

import re
from uuid import UUID

from chappe.accounts import audit
from chappe.accounts.errors import BadEmail, BadName, EmailTaken, UnknownUser, WrongPassword
from chappe.accounts.mails import Outbox
from chappe.accounts.passwords import Passwords
from chappe.accounts.security import repo
from chappe.accounts.security.model import Person
from chappe.db.pool import Connection, Database
from chappe.kit.crypto import new_token, sha256
from chappe.kit.origin import Origin

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LONGEST = 200


class Account:
    """Of one person, in one request: who it is, in which workspace, from where, with which session."""

    def __init__(
        self, db: Database, passwords: Passwords, outbox: Outbox, *, user_id: UUID, workspace_id: int,
        token: str, origin: Origin,
    ) -> None:  # fmt: skip
        self._db = db
        self._passwords = passwords
        self._outbox = outbox
        self._user_id = user_id
        self._workspace_id = workspace_id
        self._token = token
        self._origin = origin

    async def person(self) -> Person:
        """UnknownUser when they were removed a moment ago."""
        async with self._db.engine_transaction() as conn:
            person = await repo.person(conn, self._user_id)
        if person is None:
            raise UnknownUser("This account is gone.")
        return person

    async def proved(self, password: str) -> Person:
        """The person, who has just typed the right password. WrongPassword."""
        person = await self.person()
        if not await self._passwords.verify(person.password_hash, password):
            raise WrongPassword("Type the password that you log in with.", field="current")
        return person

    async def change_profile(self, name: str, language: str | None) -> None:
        """BadName."""
        name = check_name(name)
        before = await self.person()
        async with self._db.engine_transaction() as conn:
            await repo.set_profile(conn, self._user_id, name, language)
            await self.record(
                conn,
                "account.changed",
                {"name": before.name, "language": before.language},
                {"name": name, "language": language},
            )

    async def change_password(self, current: str, password: str) -> str:
        """The new token of this session; all others end. WrongPassword, WeakPassword."""
        person = await self.proved(current)
        hashed = await self._passwords.hash(password, person.words)
        async with self._db.engine_transaction() as conn:
            if not await repo.change_password(conn, person.id, person.password_hash, hashed):
                raise WrongPassword("The password was changed a moment ago.", field="current")
            await repo.end_others(conn, person.id, sha256(self._token))
            await self.record(conn, "account.password_changed")
            await self.tell(conn, person, "password_changed", link="/password/forgot")
            return await self.renewed(conn)

    async def change_email(self, current: str, email: str) -> str:
        """The new token of this session; the old address is told. WrongPassword, BadEmail, EmailTaken."""
        email = check_email(email)
        person = await self.proved(current)
        async with self._db.engine_transaction() as conn:
            if not await repo.change_email(conn, person.id, email):
                raise EmailTaken("Somebody else logs in with this e-mail.", field="email")
            await self.record(conn, "account.email_changed", {"email": person.email}, {"email": email})
            await self.tell(conn, person, "email_changed", email=email)
            return await self.renewed(conn)

    async def renewed(self, conn: Connection) -> str:
        """The session goes on under another token, since what it may do has changed."""
        fresh = new_token()
        await repo.renew_session(conn, sha256(self._token), sha256(fresh))
        return fresh

    async def record(
        self,
        conn: Connection,
        action: str,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
    ) -> None:
        await audit.record(
            conn,
            workspace_id=self._workspace_id,
            actor=audit.Person(self._user_id),
            action=action,
            before=before,
            after=after,
            address=self._origin,
        )

    async def tell(
        self, conn: Connection, person: Person, kind: str, *, link: str = "", email: str = ""
    ) -> None:
        """A mail to the person about what was just done in their name."""
        await self._outbox.post(
            conn,
            kind,
            to=person.email,
            language=person.language,
            user_id=person.id,
            link=link,
            name=person.name,
            email=email,
        )


def check_email(email: str) -> str:
    """In the form that is kept. BadEmail."""
    email = email.strip().lower()
    if len(email) > _LONGEST or _EMAIL.fullmatch(email) is None:
        raise BadEmail("Write it as name@example.com.", field="email")
    return email


def check_name(name: str) -> str:
    """BadName."""
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST:
        raise BadName(f"Write a name of 1 to {_LONGEST} characters.", field="name")
    return name
