"""A client of the lab that remembers everything, and waiting for what it is to see."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chappe.smpp.client import SmppClient
from chappe.smpp.constants import BindKind
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler
from chappe.smpp.pdu import Answer, Message
from chappe.smpp.settings import LinkSettings, TlsSettings
from chappe.smpp.template import SubmitTemplate

Condition = Callable[[], bool]


async def wait_until(condition: Condition, seconds: float = 60.0) -> None:
    """Returns as soon as the condition holds; fails when it does not within the bound."""
    async with asyncio.timeout(seconds):
        # What is awaited is state on both sides of a socket: there is no event to wait for.
        while not condition():
            await asyncio.sleep(0.005)


class RecordingClient(IgnoringHandler):
    """Submits, acknowledges (with `ack_status`, or not at all when None) and keeps what comes."""

    def __init__(self, settings: LinkSettings) -> None:
        self.answered: list[Answer] = []
        self.deliveries_seen: list[Message] = []
        self.losses: list[tuple[LostReason, list[int]]] = []
        self.refusals: list[int] = []
        self.order: list[str] = []
        self.ack_status: int | None = 0
        self.binds = 0
        self.link = SmppClient(settings, self)

    def bound(self, system_id: bytes) -> None:
        self.binds += 1

    def answers(self, batch: list[Answer]) -> None:
        self.order.extend(["answer"] * len(batch))
        self.answered.extend(batch)

    def deliveries(self, batch: list[Message]) -> None:
        self.order.extend(["delivery"] * len(batch))
        self.deliveries_seen.extend(batch)
        if self.ack_status is not None:
            self.link.acknowledge([message.sequence for message in batch], self.ack_status)

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append((reason, unanswered))

    def refused(self, status: int, retry_in: float) -> None:
        self.refusals.append(status)

    def submit(
        self,
        destinations: list[str],
        text: bytes = b"Bonjour",
        *,
        source: bytes = b"36111",
        source_ton: int = 3,
        registered: int = 1,
        esm_class: int = 0,
        data_coding: int = 0,
    ) -> None:
        """Token n of the link is its n-th submit."""
        template = SubmitTemplate(source, source_ton=source_ton, source_npi=0, registered_delivery=registered)
        first = self.link.counters.submitted
        bodies = [
            template.body(number.encode(), text, esm_class=esm_class, data_coding=data_coding)
            for number in destinations
        ]
        self.link.submit(list(enumerate(bodies, first)))

    def statuses(self) -> list[int]:
        return [status for _, status, _ in sorted(self.answered)]

    def ids(self) -> list[str]:
        return [id_.decode() for _, status, id_ in sorted(self.answered) if not status]

    def texts(self) -> list[bytes]:
        return [message.short_message for message in self.deliveries_seen]


Connect = Callable[..., Awaitable[RecordingClient]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """`await connect(address, …)` gives a client, bound unless `bound=False`; all are stopped at the end."""
    clients: list[RecordingClient] = []

    async def make(
        address: tuple[str, int],
        *,
        system_id: str = "acme",
        password: str = "secret",
        bind: BindKind = BindKind.TRANSCEIVER,
        window: int = 1_000,
        bound: bool = True,
        tls: TlsSettings | None = None,
        enquire: float = 30.0,
    ) -> RecordingClient:
        settings = LinkSettings(
            host=address[0],
            port=address[1],
            system_id=system_id,
            password=password,
            bind=bind,
            window=window,
            tls=tls,
            enquire_interval=enquire,
            enquire_timeout=enquire,
            reconnect_first=0.01,
            reconnect_most=0.05,
            refused_pause=0.05,
        )
        client = RecordingClient(settings)
        clients.append(client)
        client.link.start()
        if bound:
            await wait_until(lambda: client.binds > 0)
        return client

    yield make
    for client in clients:
        await client.link.stop(drain=0.1)


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return wait_until


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key, in PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file
