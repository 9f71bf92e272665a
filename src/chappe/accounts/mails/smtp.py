"""One mail to one SMTP server, phase by phase: only the phase tells whether trying again is safe."""

import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from chappe.accounts.mails.model import Letter
from chappe.config.settings import Secret, is_loopback

_PATIENCE = 30.0
_REFUSED_FOR_GOOD = 500


class NotTaken(Exception):
    """The server did not take the mail. `for_good`: it would not take it another time either."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class AnswerLost(Exception):
    """The mail was given over, and then nothing was heard: it may have been taken."""


class Carrier(Protocol):
    """What sends a letter; tests need no server."""

    async def send(self, letter: Letter, now: datetime) -> None:
        """NotTaken, AnswerLost."""
        ...


class SmtpServer(msgspec.Struct, frozen=True):
    """Where mails are given over. `smtps` speaks TLS from the start; `smtp` must be able to STARTTLS, unless
    the server is on this machine. Certificates are verified by `tls`.
    """

    url: Secret
    sender: str
    tls: ssl.SSLContext

    async def send(self, letter: Letter, now: datetime) -> None:
        """NotTaken until the server was given the text; AnswerLost when it falls silent after that."""
        name, address = parseaddr(self.sender)
        message = written(letter, name, address, now)
        client = self._client()
        try:
            await client.connect()
            await client.mail(address)
            await client.rcpt(letter.recipient)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise _not_taken(error) from error
        try:
            await client.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise _not_taken(error) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise AnswerLost(_said(error)) from error
        await _leave(client)

    def _client(self) -> aiosmtplib.SMTP:
        place = urlsplit(self.url.reveal())
        host, at_once = place.hostname or "", place.scheme == "smtps"
        return aiosmtplib.SMTP(
            hostname=host,
            port=place.port or (465 if at_once else 587),
            username=unquote(place.username) if place.username else None,
            password=unquote(place.password) if place.password else None,
            use_tls=at_once,
            # None: when the server offers it. Elsewhere it must, or a password would cross the network.
            start_tls=False if at_once else None if is_loopback(host) else True,
            tls_context=self.tls,
            timeout=_PATIENCE,
        )


def written(letter: Letter, name: str, address: str, now: datetime) -> EmailMessage:
    """The message, whose id stays the same however often it is tried."""
    user, _, domain = address.rpartition("@")
    message = EmailMessage()
    message["From"] = Address(name, user, domain)
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id.hex}@{domain}>"
    # RFC 3834: nobody is to answer "I am on holiday".
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body.text)
    message.add_alternative(letter.body.html, subtype="html")
    return message


async def _leave(client: aiosmtplib.SMTP) -> None:
    """The mail is taken: whatever happens now changes nothing."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        client.close()


def _not_taken(error: Exception) -> NotTaken:
    refused = isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= _REFUSED_FOR_GOOD
    # A wrong password is the operator's to put right, and then every mail may go.
    mendable = isinstance(error, aiosmtplib.SMTPAuthenticationError)
    return NotTaken(_said(error), for_good=refused and not mendable)


def _said(error: Exception) -> str:
    """The server's code, or what kind of failure it was: its text may quote the address or the password."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} ({type(error).__name__})"
    return type(error).__name__
