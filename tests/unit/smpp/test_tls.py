"""Links over TLS: own authority, client certificate, wrong name, no verification."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chappe.smpp.client import SmppClient
from chappe.smpp.events import LostReason
from chappe.smpp.link import IgnoringHandler, LinkState
from chappe.smpp.server import IgnoringServerHandler, SmppServer
from chappe.smpp.settings import LinkSettings, TlsSettings


class Authority:
    """A private certificate authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority {folder.name}")])
        self.file = folder / "ca.pem"
        certificate = self._built(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0))
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _built(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, constraints: x509.BasicConstraints
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(constraints, critical=True)
            .add_extension(addresses, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def issue(self, common_name: str) -> tuple[str, str]:
        """The files of a certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        certificate = self._built(name, key, x509.BasicConstraints(ca=False, path_length=None))
        files = self.folder / f"{common_name}.pem", self.folder / f"{common_name}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(files[0]), str(files[1])


class Watcher(IgnoringHandler):
    def __init__(self) -> None:
        self.losses: list[tuple[LostReason, str]] = []

    def lost(self, reason: LostReason, detail: str, unanswered: list[int]) -> None:
        self.losses.append((reason, detail))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def port(authority: Authority) -> AsyncIterator[int]:
    """A port that asks clients for a certificate of the same authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    context.load_cert_chain(*authority.issue("carrier"))
    context.verify_mode = ssl.CERT_REQUIRED
    server = SmppServer(IgnoringServerHandler())
    yield await server.listen(ssl=context)
    await server.stop(drain=0.0)


async def outcome(port: int, tls: TlsSettings | None) -> tuple[LinkState, list[tuple[LostReason, str]]]:
    """What a link with these settings comes to: bound, or the first loss."""
    watcher = Watcher()
    settings = LinkSettings("127.0.0.1", port, "shop", "secret", tls=tls, reconnect_first=60.0)
    client = SmppClient(settings, watcher, jitter=lambda: 1.0)
    client.start()

    async def until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.002)

    await until(lambda: client.state is LinkState.BOUND or watcher.losses)
    state = client.state
    await client.stop(drain=0.0)
    return state, watcher.losses


async def test_a_private_authority_and_a_client_certificate(authority, port):
    certificate, key = authority.issue("shop")
    tls = TlsSettings(ca_file=str(authority.file), certificate_file=certificate, key_file=key)
    state, _ = await outcome(port, tls)
    assert state is LinkState.BOUND


async def test_without_the_client_certificate_the_carrier_hangs_up(authority, port):
    state, losses = await outcome(port, TlsSettings(ca_file=str(authority.file)))
    assert state is LinkState.WAITING
    assert losses[0][0] in (LostReason.CONNECT_FAILED, LostReason.PEER_CLOSED)


async def test_an_unknown_authority_is_refused(authority, port):
    certificate, key = authority.issue("shop")
    state, losses = await outcome(port, TlsSettings(certificate_file=certificate, key_file=key))
    assert (state, losses[0][0]) == (LinkState.WAITING, LostReason.CONNECT_FAILED)
    assert "certificate not trusted, self-signed certificate in certificate chain" in losses[0][1]


async def test_a_certificate_for_another_name_is_refused(authority, port):
    certificate, key = authority.issue("shop")
    tls = TlsSettings(
        ca_file=str(authority.file),
        certificate_file=certificate,
        key_file=key,
        server_name="smpp.example.org",
    )
    state, losses = await outcome(port, tls)
    assert (state, losses[0][0]) == (LinkState.WAITING, LostReason.CONNECT_FAILED)


async def test_verification_can_be_left_out(authority, port):
    certificate, key = authority.issue("shop")
    tls = TlsSettings(certificate_file=certificate, key_file=key, verify=False)
    state, _ = await outcome(port, tls)
    assert state is LinkState.BOUND


async def test_plain_text_on_a_tls_port_does_not_bind(port):
    state, losses = await outcome(port, None)
    assert state is not LinkState.BOUND
    assert losses


def test_passwords_are_not_shown():
    assert "secret" not in repr(LinkSettings("smpp.example.org", 2775, "shop", "secret"))
