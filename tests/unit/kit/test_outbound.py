"""No address that somebody writes leads into the network that the program stands in."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chappe.kit.outbound import AddressRefused, Outbound, resolve

INTERNAL = """
    127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2
    100.64.0.1
    100.100.100.200 0.0.0.0 0.1.2.3 192.0.0.192 198.18.0.1 192.0.2.1 224.0.0.1 239.255.255.250 240.0.0.1
    255.255.255.255 168.63.129.16 :: ::1 fe80::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 ::ffff:127.0.0.1
    ::ffff:169.254.169.254 ::ffff:7f00:1 ::ffff:a00:1 ::127.0.0.1 ::7f00:1 2002:7f00:1:: 2002:a00:1::1
    64:ff9b::7f00:1 64:ff9b::169.254.169.254 2001:0:4136:e378:8000:63bf:80ff:fffe
""".split()
PUBLIC = "8.8.8.8 1.1.1.1 172.32.0.1 192.169.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808".split()
# Spellings of 127.0.0.1 that a look at the text would miss, and the system's resolver reads.
SPELLINGS = "127.1 0177.1 2130706433 0x7f.1 0x7f000001 localhost [::1] [::ffff:127.0.0.1]".split()


def test_internal_addresses_in_every_form_are_refused() -> None:
    assert [each for each in INTERNAL if Outbound().admits(ip_address(each))] == []
    assert [each for each in PUBLIC if not Outbound().admits(ip_address(each))] == []


def test_what_the_operator_opened_and_no_more() -> None:
    opened = Outbound(["10.1.0.0/16", "fd00::/8"])
    for inside in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd12::1"):
        assert opened.admits(ip_address(inside)), inside
    for outside in ("10.2.0.1", "127.0.0.1", "::ffff:10.2.0.1", "fe80::1", "169.254.169.254"):
        assert not opened.admits(ip_address(outside)), outside


@asynccontextmanager
async def server(
    answer: bytes, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """Its port, and the Host of each request that reached it."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(next(line[6:] for line in head.splitlines() if line.lower().startswith("host:")))
        writer.write(answer)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1], asked


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


def names(*answers: Sequence[str]) -> Callable[[str], Awaitable[Sequence[str]]]:
    """A resolver that says something else each time, as one's own name server can."""
    left = list(answers)

    async def say(_: str) -> Sequence[str]:
        return left.pop(0)

    return say


async def test_no_spelling_of_this_machine_is_called() -> None:
    async with server(OK) as (port, asked), Outbound().client(5) as http:
        for host in SPELLINGS:
            with pytest.raises(AddressRefused):
                await http.get(f"http://{host}:{port}/")
        with pytest.raises(httpx.InvalidURL):  # four numbers are read by no resolver
            await http.get(f"http://0177.0.0.1:{port}/")
        assert asked == []


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """A name that leads elsewhere at the second look: there is none."""
    rebinding = Outbound(["127.0.0.1"], resolve=names(["127.0.0.1"], ["169.254.169.254"]))
    async with server(OK) as (port, asked), rebinding.client(5) as http:
        assert (await http.get(f"http://shop.example:{port}/")).text == "ok"
        with pytest.raises(AddressRefused):
            await http.get(f"http://shop.example:{port}/")
    assert asked == [f"shop.example:{port}"]


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    for found in (["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1", "8.8.8.8"], ["fe80::1%eth0"]):
        async with Outbound(resolve=names(found)).client(5) as http:
            with pytest.raises(AddressRefused):
                await http.get("http://shop.example/")


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    outbound = Outbound(["127.0.0.0/8"], resolve=names(["127.0.0.2", "127.0.0.1"]))
    async with server(OK) as (port, _), outbound.client(5) as http:
        assert (await http.get(f"http://shop.example:{port}/")).status_code == 200


async def test_no_redirect_is_followed_and_each_would_be_judged() -> None:
    away = b"HTTP/1.1 302 Found\r\nlocation: http://[::1]/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    outbound = Outbound(["127.0.0.1"])
    async with server(away) as (port, _), outbound.client(5) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/")).status_code == 302
        with pytest.raises(AddressRefused):
            await http.get(f"http://127.0.0.1:{port}/", follow_redirects=True)


async def test_a_name_that_is_not_known() -> None:
    async with Outbound(resolve=names([])).client(5) as http:
        with pytest.raises(httpx.ConnectError, match="not known"):
            await http.get("http://shop.example/")
    assert await resolve("127.0.0.1") == ["127.0.0.1"]


async def test_the_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, authority = certificate_of("shop.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    outbound = Outbound(["127.0.0.1"], resolve=names(["127.0.0.1"], ["127.0.0.1"]))
    async with server(OK, context) as (port, asked), outbound.client(5) as http:
        assert (await http.get(f"https://shop.example:{port}/")).text == "ok"
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await http.get(f"https://other.example:{port}/")
    assert asked == [f"shop.example:{port}"]


def certificate_of(host: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server of that name needs, and the file that makes clients trust it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public
