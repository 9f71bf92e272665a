"""The worker's part: mails that are due are given to the server, at most once each as far as can be known."""

import asyncio
import ssl
from datetime import timedelta

import structlog

from chappe.accounts.mails import repo
from chappe.accounts.mails.model import Letter
from chappe.accounts.mails.outbox import Outbox
from chappe.accounts.mails.smtp import AnswerLost, Carrier, NotTaken, SmtpServer
from chappe.config.settings import Settings
from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.backoff import full_jitter
from chappe.kit.clock import Clock

log = structlog.get_logger(__name__)

_INTERVAL = 1.0
# Longer than a server may take for all phases: a mail in sending past it has lost its sender.
_LEASE = timedelta(minutes=10)
# The waits double from a minute: the last try is some hours after the first.
_MOST_TRIES = 10
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 7200.0


def outbox_of(settings: Settings, keys: InstanceKeys) -> Outbox:
    return Outbox(keys, settings.base_url, sends=settings.smtp_url is not None)


def server_of(settings: Settings) -> SmtpServer | None:
    """The configured server, None when there is none."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpServer(settings.smtp_url, settings.mail_from, ssl.create_default_context())


async def send_mails(db: Database, outbox: Outbox, server: Carrier | None, clock: Clock) -> None:
    """For ever. Any number of workers may; each mail is claimed by one."""
    while True:
        try:
            while await send_next(db, outbox, server, clock):
                pass
        except ServerGone as problem:
            log.warning("mails_wait", reason=problem.detail)
        except Exception as error:
            # The worker has other work; the mail it was settles as unknown when its lease is over.
            log.error("mail_job_failed", error=str(error), exc_info=error)
        await asyncio.sleep(_INTERVAL)


async def send_next(db: Database, outbox: Outbox, server: Carrier | None, clock: Clock) -> bool:
    """One mail; whether there was one."""
    now = clock.now()
    async with db.engine_transaction() as conn:
        await repo.settle_abandoned(conn, now)
        if server is None:
            await repo.keep_all(conn)
            return False
        claimed = await repo.claim(conn, now, _LEASE)
    if claimed is None:
        return False
    letter = Letter(
        claimed.id,
        claimed.recipient,
        claimed.subject,
        outbox.opened(claimed.id, claimed.body),
        claimed.attempts,
    )
    await _give_over(db, server, clock, letter)
    return True


async def _give_over(db: Database, server: Carrier, clock: Clock, letter: Letter) -> None:
    try:
        await server.send(letter, clock.now())
    except NotTaken as refusal:
        log.warning("mail_not_taken", mail=str(letter.id), why=str(refusal), attempts=letter.attempts)
        async with db.engine_transaction() as conn:
            if refusal.for_good or letter.attempts >= _MOST_TRIES:
                await repo.failed(conn, letter.id, str(refusal))
            else:
                wait = _FIRST_WAIT + full_jitter(letter.attempts, base=_FIRST_WAIT, cap=_LONGEST_WAIT)
                await repo.later(conn, letter.id, clock.now() + timedelta(seconds=wait), str(refusal))
        return
    except AnswerLost as silence:
        log.warning("mail_unknown", mail=str(letter.id), why=str(silence))
        async with db.engine_transaction() as conn:
            await repo.unknown(conn, letter.id, str(silence))
        return
    async with db.engine_transaction() as conn:
        await repo.sent(conn, letter.id, clock.now())
