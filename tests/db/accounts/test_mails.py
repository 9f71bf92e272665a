"""E-mails from the transaction to a real SMTP server, and what becomes of them when it does not answer."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chappe.accounts.mails import Outbox
from chappe.accounts.mails.sending import send_next
from chappe.accounts.mails.smtp import SmtpServer
from chappe.config.settings import Secret
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.kit.ids import uuid7

Serve = Callable[..., Awaitable[int]]
SENDER = "Chappe <chappe@shop.example>"


class Postbox:
    """What the server does with mails: keep them, unless the test has an answer for a phase."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, list[str]] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if answers := self.answers.get("RCPT"):
            return answers.pop(0)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if answers := self.answers.get("DATA"):
            if (answer := answers.pop(0)) == "hang up":
                server.transport.abort()
            return answer
        self.taken.append(message_from_bytes(envelope.content, policy=modern))
        return "250 OK"


@pytest.fixture
def clock() -> FakeClock:
    """The database says when a mail was written; a minute later all of them are due."""
    return FakeClock(datetime.now(UTC) + timedelta(minutes=1))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def serve(postbox: Postbox) -> AsyncIterator[Serve]:
    """Starts a server and gives its port."""
    started: list[asyncio.Server] = []

    async def start(ssl_context: ssl.SSLContext | None = None, **options: Any) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(postbox, loop=loop, hostname="post", **options), "127.0.0.1", 0, ssl=ssl_context
        )
        started.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in started:
        server.close()
        await server.wait_closed()


def server_at(port: int, url: str = "smtp://127.0.0.1", tls: ssl.SSLContext | None = None) -> SmtpServer:
    return SmtpServer(Secret(f"{url}:{port}"), SENDER, tls or ssl.create_default_context())


@pytest.fixture
def outbox(keys: InstanceKeys) -> Outbox:
    return Outbox(keys, "https://sms.example", sends=True)


async def post(database: Database, outbox: Outbox, **more: Any) -> None:
    async with database.engine_transaction() as conn:
        values = {"to": "anna@example.com", "language": "fr", "workspace": "Éclair", "inviter": "Léa"} | more
        await outbox.post(conn, "invitation", link="/invitations/abc", **values)


async def states(database: Database) -> list[tuple[str, int, str | None, bool]]:
    rows = await database.engine.fetch(
        "select state, attempts, error, body is null from outgoing_mail order by id"
    )
    return [tuple(row) for row in rows]


async def test_a_mail_goes_out_once_in_the_readers_language(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
) -> None:
    server = server_at(await serve())
    await post(database, outbox)
    assert await send_next(database, outbox, server, clock)
    assert not await send_next(database, outbox, server, clock)
    (mail,) = postbox.taken
    assert mail["Subject"] == "Rejoignez Éclair sur Chappe"
    assert (mail["From"], mail["To"]) == (SENDER, "anna@example.com")
    assert mail["Message-ID"].endswith("@shop.example>")
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Bonjour,\r\n\r\nLéa vous invite" in text
    assert "\r\nhttps://sms.example/invitations/abc\r\n" in text
    assert 'href="https://sms.example/invitations/abc"' in html
    assert 'class="mail-' not in html
    assert await states(database) == [("sent", 1, None, True)], "the body is gone"


async def test_a_mail_falls_with_its_transaction_and_its_text_is_sealed(
    database: Database, outbox: Outbox
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.engine_transaction() as conn:
            await outbox.post(conn, "reset", to="a@b.example", language="en", name="Anna", link="/x")
            raise ZeroDivisionError
    assert await states(database) == []
    await post(database, outbox)
    assert b"/invitations/abc" not in await database.engine.fetchval("select body from outgoing_mail")


async def test_what_the_server_refuses_for_now_is_tried_again_later(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
) -> None:
    server = server_at(await serve())
    postbox.answers = {"RCPT": ["451 not now"], "DATA": ["452 disk full"]}
    await post(database, outbox)
    await send_next(database, outbox, server, clock)
    assert not await send_next(database, outbox, server, clock), "not at once"
    clock.advance(hours=2)
    await send_next(database, outbox, server, clock)
    assert await states(database) == [("waiting", 2, "452 (SMTPDataError)", False)]
    clock.advance(hours=2)
    await send_next(database, outbox, server, clock)
    assert len(postbox.taken) == 1
    assert await states(database) == [("sent", 3, None, True)]


async def test_what_the_server_refuses_for_good_failed(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
) -> None:
    postbox.answers = {"RCPT": ["550 nobody of that name"]}
    await post(database, outbox)
    await send_next(database, outbox, server_at(await serve()), clock)
    assert await states(database) == [("failed", 1, "550 (SMTPRecipientRefused)", False)]


async def test_a_server_that_is_away_is_asked_until_patience_ends(
    database: Database, outbox: Outbox, clock: FakeClock, serve: Serve
) -> None:
    nobody = server_at(1)
    await post(database, outbox)
    for _ in range(12):
        await send_next(database, outbox, nobody, clock)
        clock.advance(hours=3)
    assert await states(database) == [("failed", 10, "SMTPConnectError", False)]


async def test_a_lost_answer_is_never_followed_by_a_second_mail(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
) -> None:
    server = server_at(await serve())
    postbox.answers = {"DATA": ["hang up"]}
    await post(database, outbox)
    await send_next(database, outbox, server, clock)
    assert await states(database) == [("unknown", 1, "SMTPServerDisconnected", False)]
    clock.advance(days=1)
    assert not await send_next(database, outbox, server, clock)
    # A person may say otherwise.
    mail_id = await database.engine.fetchval("select id from outgoing_mail")
    async with database.engine_transaction() as conn:
        assert await outbox.again(conn, mail_id, clock.now())
    await send_next(database, outbox, server, clock)
    assert len(postbox.taken) == 1


async def test_a_sender_that_dies_leaves_its_mail_unknown(
    database: Database, outbox: Outbox, clock: FakeClock, serve: Serve
) -> None:
    await post(database, outbox)
    await database.engine.execute("update outgoing_mail set state = 'sending', due_at = $1", clock.now())
    await send_next(database, outbox, server_at(await serve()), clock)
    assert await states(database) == [("unknown", 0, "interrupted", False)]


async def test_without_a_server_mails_are_kept_for_the_mailbox(
    database: Database, outbox: Outbox, clock: FakeClock
) -> None:
    await post(database, outbox)
    assert not await send_next(database, outbox, None, clock)
    assert await states(database) == [("kept", 0, None, False)]


async def test_two_workers_send_a_mail_once(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
) -> None:

    server = server_at(await serve())
    for _ in range(4):
        await post(database, outbox)
    await asyncio.gather(*(send_next(database, outbox, server, clock) for _ in range(8)))
    assert len(postbox.taken) == 4
    assert len({mail["Message-ID"] for mail in postbox.taken}) == 4


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


@pytest.mark.parametrize("url", ["smtp://127.0.0.1", "smtps://127.0.0.1"])
async def test_tls_is_spoken_and_the_certificate_verified(
    database: Database,
    outbox: Outbox,
    clock: FakeClock,
    postbox: Postbox,
    serve: Serve,
    tmp_path: Path,
    url: str,
) -> None:
    cert, key = certificate(tmp_path)
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(cert, key)
    at_once = url.startswith("smtps")
    given = {"ssl_context": own} if at_once else {"tls_context": own, "require_starttls": True}
    port = await serve(**given)
    await post(database, outbox)
    await send_next(database, outbox, server_at(port, url), clock)
    ((state, _, error, _),) = await states(database)
    assert (state, postbox.taken) == ("waiting", []), "nobody vouches for this certificate"
    assert error is not None
    clock.advance(hours=1)
    trusting = ssl.create_default_context(cafile=str(cert))
    await send_next(database, outbox, server_at(port, url, trusting), clock)
    assert len(postbox.taken) == 1


async def member(database: Database, email: str, *places: tuple[int, str]) -> Any:
    user_id = uuid7()
    await database.engine.execute(
        "insert into user_account (id, email, name, password_hash) values ($1, $2, $2, '')", user_id, email
    )
    for workspace, role in places:
        await database.engine.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, $3)",
            workspace,
            user_id,
            role,
        )
    return user_id


async def test_the_mailbox_shows_nobody_a_link_into_another_workspace(
    database: Database, outbox: Outbox
) -> None:
    rows = await database.engine.fetch("insert into workspace (name) values ('A'), ('B') returning id")
    a, b = (row["id"] for row in rows)
    owner = await member(database, "owner@a.example", (a, "owner"))
    admin = await member(database, "admin@a.example", (a, "admin"))
    agent = await member(database, "agent@a.example", (a, "agent"))
    both = await member(database, "both@b.example", (a, "agent"), (b, "owner"))
    for user_id in (owner, admin, agent, both):
        async with database.engine_transaction() as conn:
            await outbox.post(
                conn, "reset", to=str(user_id), language="en", user_id=user_id, name="x", link="/password"
            )
    await post(database, outbox, to="new@a.example", workspace_id=a)
    await post(database, outbox, to="boss@a.example", workspace_id=a, owners_only=True)
    await post(database, outbox, to="new@b.example", workspace_id=b)

    async def seen(workspace: int, reader: Any) -> set[str]:
        async with database.engine_transaction() as conn:
            return {mail.recipient for mail in await outbox.page(conn, workspace, reader, limit=50)}

    assert await seen(a, owner) == {str(owner), str(admin), str(agent), "new@a.example", "boss@a.example"}
    assert await seen(a, admin) == {str(admin), "new@a.example"}
    assert await seen(b, both) == {"new@b.example", str(both)}
