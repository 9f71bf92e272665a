"""Our carrier's port with Debian's Kannel as client: texts both ways, receipts, concatenation, UCS-2."""

import asyncio
import socket
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chappe.smpp.constants import BindKind
from chappe.smpp.template import MessageTemplate
from chappe.sms.inbound import decode
from chappe.sms.parts import split

# A short code as destination: type of number 3. Kannel writes a plus before what is international.
HANDSET = MessageTemplate(
    b"33698765432", source_ton=1, source_npi=1, destination_ton=3, destination_npi=0, registered_delivery=0
)
LONG = "All the world is a stage and all the men and women merely players. " * 4
CONFIG = """
group = core
admin-port = {admin}
smsbox-port = {boxes}
admin-password = x
admin-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 4
dlr-storage = internal
sms-resend-freq = 1

group = smsc
smsc = smpp
smsc-id = chappe
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = VMA
# The answer to a submit has the id in hexadecimal, the receipt in decimal.
msg-id-type = 0x01
reconnect-delay = 1
enquire-link-interval = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-level = 4
http-request-retry = 0

group = sendsms-user
username = tester
password = foobar
max-messages = 10
concatenation = true

# No answer of its own to an inbound text: Kannel replies "Request Failed" to each otherwise.
group = sms-service
keyword = default
get-url = "http://127.0.0.1:{sink}/mo?from=%p&to=%P&octets=%b&coding=%c"
catch-all = true
max-messages = 0
omit-empty = true
assume-plain-text = true
"""


class Sink:
    """The HTTP server that Kannel calls: keeps the query of every request."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            url = urlsplit(line.decode().split(" ")[1])
            while (await reader.readline()).strip():
                pass
            query = parse_qs(url.query, keep_blank_values=True, encoding="latin-1")
            self.calls.append((url.path, {key: value[0] for key, value in query.items()}))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n")
        writer.close()

    def to(self, path: str) -> list[dict[str, str]]:
        return [query for called, query in self.calls if called == path]

    def texts(self) -> list[str]:
        """The inbound texts: Kannel hands UCS-2 through and turns the rest into UTF-8."""
        return [
            call["octets"].encode("latin-1").decode("utf-16-be" if call["coding"] == "2" else "utf-8")
            for call in self.to("/mo")
        ]


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Kannel:
    """A running bearerbox and smsbox, bound to our port."""

    def __init__(self, sendsms: int, sink: Sink, sink_port: int) -> None:
        self.sendsms, self.sink, self.sink_port = sendsms, sink, sink_port

    async def send(self, **fields: object) -> None:
        report = f"http://127.0.0.1:{self.sink_port}/dlr?status=%d&answer=%A"
        query = {
            "username": "tester",
            "password": "foobar",
            "from": "36034",
            "charset": "UTF-8",
            "dlr-mask": 31,
            "dlr-url": report,
        } | fields
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms", params=query)
        assert answer.status_code == 202, answer.text


@pytest.fixture
async def kannel(carrier, tmp_path: Path, until):
    owner, port = carrier
    admin, boxes, sendsms = free_ports(3)
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink_port = server.sockets[0].getsockname()[1]
    config = tmp_path / "kannel.conf"
    config.write_text(CONFIG.format(admin=admin, boxes=boxes, sendsms=sendsms, smsc=port, sink=sink_port))
    started = []

    async def start(program: str) -> None:
        log = (tmp_path / f"{Path(program).name}.log").open("wb")
        started.append(
            await asyncio.create_subprocess_exec(
                program, config, cwd=tmp_path, stdin=PIPE, stdout=log, stderr=STDOUT
            )
        )
        log.close()

    async def listening(number: int) -> None:
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", number)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    await start("/usr/sbin/bearerbox")
    await until(lambda: owner.sessions)
    await listening(boxes)
    await start("/usr/sbin/smsbox")
    await listening(sendsms)
    yield Kannel(sendsms, sink, sink_port)
    for process in reversed(started):
        process.kill()
        await process.wait()
    server.close()


async def test_a_text_and_its_receipt(kannel, carrier, until):
    owner, _ = carrier
    [bind] = owner.binds
    assert (bind.kind, bind.system_id, bind.system_type) == (BindKind.TRANSCEIVER, b"kannel", b"VMA")
    await kannel.send(to="33612345678", text="Hello Claude @£$")
    await until(lambda: owner.submits_seen)
    [message] = owner.submits_seen
    assert (message.source, message.destination) == (b"36034", b"33612345678")
    assert decode(message.text, message.data_coding).text == "Hello Claude @£$"
    # Kannel submits in store-and-forward mode; 8: taken by the carrier, 1: delivered to the phone.
    assert message.esm_class == 3
    await until(lambda: {call["status"] for call in kannel.sink.to("/dlr")} == {"8", "1"})
    await until(lambda: [status for _, status, _ in owner.acknowledged] == [0])


async def test_a_long_text_is_put_together_again(kannel, carrier, until):
    owner, _ = carrier
    await kannel.send(to="33612345678", text=LONG)
    await until(lambda: len(owner.submits_seen) == 2)
    read = [decode(one.text, one.data_coding, udhi=True) for one in owner.submits_seen]
    assert "".join(one.text for one in read) == LONG
    assert [(one.part.number, one.part.total) for one in read] == [(1, 2), (2, 2)]
    await until(lambda: len(owner.acknowledged) >= 1)


async def test_ucs2(kannel, carrier, until):
    owner, _ = carrier
    await kannel.send(to="33612345678", text="télégraphe 中文", coding=2)
    await until(lambda: owner.submits_seen)
    [message] = owner.submits_seen
    assert message.data_coding == 8
    assert decode(message.text, message.data_coding).text == "télégraphe 中文"


@pytest.mark.parametrize(
    ("text", "data_coding"), [("STOP please", 0), ("Réponse : 中文", 8)], ids=["gsm", "ucs2"]
)
async def test_an_inbound_text(kannel, carrier, until, text, data_coding):
    owner, _ = carrier
    octets = text.encode("utf-16-be" if data_coding == 8 else "ascii")
    owner.sessions[0].deliver([(7, HANDSET.body(b"36034", octets, data_coding=data_coding))])
    await until(lambda: kannel.sink.to("/mo"))
    [call] = kannel.sink.to("/mo")
    assert (call["from"], call["to"]) == ("+33698765432", "36034")
    assert kannel.sink.texts() == [text]
    await until(lambda: owner.acknowledged == [(7, 0, b"")])


async def test_a_concatenated_inbound_text(kannel, carrier, until):
    owner, _ = carrier
    parts = split(LONG, reference=9)
    owner.sessions[0].deliver(
        [
            (token, HANDSET.body(b"36034", payload, esm_class=parts.esm_class))
            for token, payload in enumerate(parts.payloads)
        ]
    )
    await until(lambda: len(owner.acknowledged) == len(parts))
    await until(lambda: kannel.sink.to("/mo"))
    assert "".join(kannel.sink.texts()) == LONG


async def test_a_throttled_text_is_sent_again(kannel, carrier, until):
    owner, _ = carrier
    await kannel.send(to="33600000058", text="too fast")
    await until(lambda: len(owner.submits_seen) >= 2)
    assert {one.text for one in owner.submits_seen} == {b"too fast"}
