"""A forgotten password: asked for by anybody, answered by e-mail, used once within the hour.

The page writes down what was asked and answers at once, the same for everybody; the worker looks whether
there is such a person. So neither the answer nor its delay tells who has an account.
"""

import asyncio

import structlog

from chappe.accounts import audit
from chappe.accounts.errors import ResetOver
from chappe.accounts.mails import Outbox
from chappe.accounts.passwords import Passwords
from chappe.accounts.security import repo
from chappe.accounts.security.model import RESET_LASTS, Person
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin

log = structlog.get_logger(__name__)

_INTERVAL = 1.0


async def ask(conn: Connection, email: str, language: str) -> None:
    """Somebody forgot the password of `email`, and reads `language`."""
    await repo.ask_reset(conn, uuid7(), email.strip().lower(), language)


async def answer_requests(db: Database, outbox: Outbox, clock: Clock) -> None:
    """For ever, in the worker: those who asked and have an account get a link."""
    while True:
        try:
            while await answer_next(db, outbox, clock):
                pass
        except ServerGone as problem:
            log.warning("resets_wait", reason=problem.detail)
        except Exception as error:
            # The worker has other work; who waits for a link asks again.
            log.error("reset_failed", error=str(error), exc_info=error)
        await asyncio.sleep(_INTERVAL)


async def answer_next(db: Database, outbox: Outbox, clock: Clock) -> bool:
    """One of those who asked; whether there was one."""
    async with db.engine_transaction() as conn:
        asked = await repo.take_reset_request(conn)
        if asked is None:
            return False
        email, language = asked
        person = await repo.person_by_email(conn, email)
        if person is not None:
            await _send_link(conn, outbox, clock, person, language)
    return True


async def _send_link(conn: Connection, outbox: Outbox, clock: Clock, person: Person, language: str) -> None:
    token = new_token()
    await repo.replace_reset(conn, sha256(token), person.id, clock.now() + RESET_LASTS)
    await outbox.post(
        conn,
        "reset",
        to=person.email,
        language=person.language or language,
        user_id=person.id,
        link=f"/password/reset/{token}",
        name=person.name,
    )


async def person_of(conn: Connection, clock: Clock, token: str) -> Person:
    """Who a link is for. ResetOver when it was used, is too old, or was never ours."""
    person = await repo.reset_person(conn, sha256(token), clock.now())
    if person is None:
        raise ResetOver("Ask for another link: this one was used, or is older than an hour.")
    return person


async def use(
    db: Database, clock: Clock, passwords: Passwords, token: str, password: str, origin: Origin
) -> None:
    """Set the new password: the link is spent, every session of the person ends. ResetOver, WeakPassword."""
    async with db.engine_transaction() as conn:
        person = await person_of(conn, clock, token)
    hashed = await passwords.hash(password, person.words)
    async with db.engine_transaction() as conn:
        if not await repo.use_reset(conn, sha256(token), clock.now()):
            raise ResetOver("Ask for another link: this one was used just now.")
        await repo.change_password(conn, person.id, person.password_hash, hashed)
        await repo.end_all(conn, person.id)
        for workspace_id in await repo.homes(conn, person.id):
            await audit.record(
                conn,
                workspace_id=workspace_id,
                actor=audit.Person(person.id),
                action="account.password_reset",
                address=origin,
            )
