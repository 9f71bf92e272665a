"""Octets from outside never crash, hang or swell the smpp room.

Hypothesis, atheris guided by coverage, a live port, and what broke other programs in the field.
"""

import asyncio
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.carrier_session import CarrierSession
from chappe.smpp.client_session import ClientSession
from chappe.smpp.constants import BindKind, CommandId
from chappe.smpp.decoding import Decoded, DecodeFailure, decode
from chappe.smpp.encoding import encode
from chappe.smpp.events import Accepted, Answers, Closed, Event, LostReason, Messages, Rejected, Submitted
from chappe.smpp.lifecycle import SessionLimits, Side, State
from chappe.smpp.pdu import Bind, BindResp, EnquireLink
from chappe.smpp.server import IgnoringServerHandler, SmppServer
from chappe.smpp.session import Session

TARGET = Path(__file__).with_name("smpp_target.py")
RUNS_EACH = 500_000  # two processes: a million strings, about half a minute on two cores
LIMITS = SessionLimits(window=10, inbound_limit=100)


def bound(side: Side) -> Session:
    """A transceiver session with three messages unanswered: 2 to 4, on the carrier's side 1 to 3."""
    session = CarrierSession(LIMITS, 0.0) if side is Side.SMSC else ClientSession(LIMITS, 0.0)
    if side is Side.SMSC:
        session.receive(encode(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 1), 0.0)
        session.accept_bind(b"c", 0.0)
    else:
        session.bind(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 0.0)
        session.receive(encode(BindResp(BindKind.TRANSCEIVER, b"c"), 1), 0.0)
    session.send([(100 + token, b"x") for token in range(3)], 0.0)
    session.outgoing()
    return session


COMMANDS = [int(command) for command in CommandId]
STATUSES = (0, 8, 0x58, 0xFFFFFFFF)
LIES = (0,) * 9 + (-16, -1, 1, 7, 100, 70_000, 0x7FFFFFFF)


def framed(piece: bytes) -> bytes:
    """A PDU made of what hypothesis drew: mostly of a known command, mostly of a true length."""
    if len(piece) < 4 or piece[0] >= 250:
        return piece
    length = max(0, 12 + len(piece) + LIES[piece[1] % len(LIES)])
    status, sequence = STATUSES[piece[2] % len(STATUSES)], piece[3] % 8
    return struct.pack(">IIII", length, COMMANDS[piece[0] % len(COMMANDS)], status, sequence) + piece[4:]


@settings(max_examples=20_000, deadline=None)
@given(drawn=st.binary(min_size=3, max_size=280))
def test_any_octets_in_any_portions(drawn: bytes) -> None:
    """One string, shaped here: a strategy that draws every field takes ten times as long."""
    side, portion, size = list(Side)[drawn[0] & 1], drawn[1] + 1, drawn[2] % 100 + 4
    pieces = [drawn[start : start + size] for start in range(3, len(drawn), size)]
    session, octets = bound(side), b"".join(map(framed, pieces))
    events: list[Event] = []
    for start in range(0, len(octets), portion):
        events += session.receive(octets[start : start + portion], 1.0)
    answered = [token for event in events if isinstance(event, Answers) for token, _, _ in event.batch]
    answered += [token for event in events if isinstance(event, Accepted) for token in event.tokens]
    assert sorted(answered + session.close()) == [100, 101, 102]
    assert len(session._partial) <= len(octets)
    assert len(session.outgoing()) <= 4 * len(octets) + 64
    assert isinstance(decode(octets), Decoded | DecodeFailure)


@pytest.mark.timeout(400)
def test_coverage_guided(tmp_path: Path) -> None:
    running = []
    for seed in (1, 2):
        corpus = tmp_path / str(seed)
        corpus.mkdir()
        command = [
            sys.executable,
            str(TARGET),
            f"-runs={RUNS_EACH}",
            f"-seed={seed}",
            "-max_len=128",
            "-timeout=60",
            "-rss_limit_mb=512",
            f"-artifact_prefix={tmp_path}/",
            str(corpus),
        ]
        running.append(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        )
    try:
        for process in running:
            _, errors = process.communicate(timeout=380)
            assert process.returncode == 0, errors[-4000:]
            assert f"Done {RUNS_EACH} runs" in errors
    finally:
        for process in running:
            process.kill()
            process.wait()


OTHER_PROTOCOLS = {
    "GET": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST": b"POST /submit HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n" + b"a" * 4096,
    # node-smpp 168: "AMQP", read as a length of 1,095,586,128.
    "AMQP": b"AMQP\x00\x00\x09\x01",
    # node-smpp 230: "HTTP", the answer of a web server to a bind: 1,213,486,160.
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nServer: x\r\nConnection: close\r\n\r\n",
    # node-smpp 101: the first octets of a remote-desktop scan: 50,331,695.
    "RDP": bytes.fromhex("0300002f2ae00000000000436f6f6b69653a206d737473686173683d41646d696e"),
    # node-smpp 109: a probe of another control protocol: 1,744,896,102.
    "IEC 104": bytes.fromhex("68010066"),
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x55" * 64,
    "zeros": bytes(64),
}


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("name", OTHER_PROTOCOLS)
def test_other_protocols_end_the_session_at_their_first_octets(name: str, side: Side) -> None:
    octets = OTHER_PROTOCOLS[name]
    for size in (1, 5, len(octets)):
        session = bound(side)
        events: list[Event] = []
        for start in range(0, len(octets), size):
            events += session.receive(octets[start : start + size], 1.0)
        [closed] = events
        assert isinstance(closed, Closed)
        assert closed.reason in (LostReason.NOT_SMPP, LostReason.FRAMING)
        assert session.state is State.CLOSED
        assert session.close() == [100, 101, 102]


def read_by(side: Side, octets: str) -> tuple[Session, list[Event]]:
    session = bound(side)
    return session, session.receive(bytes.fromhex(octets), 1.0)


def alive(session: Session) -> bool:
    """Whether the link still works."""
    session.outgoing()
    session.receive(encode(EnquireLink(), 77), 2.0)
    return session.bound and session.outgoing().endswith(bytes((77,)))


def test_cloudhopper_64_a_text_longer_by_a_nul_than_its_length() -> None:
    session, events = read_by(
        Side.SMSC,
        "0000007000000004000000000000000800050141424344454600010130313233343536373839313200000000000001000000"
        "3c6b61746265686f6c7a20667269656e646c792074657374206d65737361676520323a204772656574696e67732066726f6d"
        "205669656e6e61203a2d2900",
    )
    [submits] = events
    assert isinstance(submits, Submitted)
    assert submits.batch[0].text == b"katbeholz friendly test message 2: Greetings from Vienna :-)"
    assert alive(session)


def test_jasmin_124_and_128_answers_with_a_status_and_a_body() -> None:
    session, events = read_by(Side.ESME, "00000019800000040000000a00000002303030303030303000")
    assert events == [Answers([(100, 0x0A, b"00000000")], True)]
    assert alive(session)
    waiting = Session(Side.ESME, LIMITS, 0.0)
    waiting.bind(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 0.0)
    [closed] = waiting.receive(bytes.fromhex("0000001180000009000000530000000100"), 0.0)
    assert (closed.reason, closed.status) == (LostReason.BIND_REFUSED, 0x53)


def test_smppex_6_a_refusal_with_a_message_id() -> None:
    session, events = read_by(
        Side.ESME, "00000021800000040000000b0000000230413030303030304133443332334131" + "00"
    )
    assert events == [Answers([(100, 0x0B, b"0A000000A3D323A1")], True)]
    assert alive(session)


def test_jasmin_399_a_parameter_that_has_no_business_there() -> None:
    session, events = read_by(
        Side.ESME,
        "000000420000000500000000000000fa5741500001013236383736303630323932000001333833380000000000000000000004"
        "546573740204000200c50210000134",
    )
    [deliveries] = events
    assert isinstance(deliveries, Messages)
    assert deliveries.batch[0].text == b"Test"
    assert deliveries.batch[0].tlvs == ((0x0204, b"\0\xc5"), (0x0210, b"\x34"))
    assert alive(session)


@pytest.mark.parametrize(
    "octets",
    [
        "00000012800000050000000000000001" + "3100",  # jasmin 681: deliver_sm_resp with a message_id
        "00000010800000050000002200000001",  # jasmin 563: an unknown command_status, 34
        "00000013800000050000006400000001" + "4f4b00",  # jasmin 1124: a refusal with a body
    ],
)
def test_jasmin_answers_to_deliveries_that_killed_the_link(octets: str) -> None:
    session, [answers] = read_by(Side.SMSC, octets)
    assert isinstance(answers, Answers)
    assert [token for token, _, _ in answers.batch] == [100]
    assert alive(session)


def test_jasmin_269_a_vendors_parameter() -> None:
    head = "0001013333000101343400" + "000000" + "0000" + "00000000" + "0148"
    body = head + "140300024142"
    octets = f"{16 + len(body) // 2:08x}000000050000000000000009" + body
    session, [deliveries] = read_by(Side.ESME, octets)
    assert deliveries.batch[0].tlvs == ((0x1403, b"AB"),)
    assert alive(session)


def test_jasmin_665_a_parameter_longer_than_its_pdu() -> None:
    body = "0001013333000101343400" + "000000" + "0000" + "00000000" + "0148" + "042470704142"
    octets = f"{16 + len(body) // 2:08x}000000050000000000000009" + body
    session, [rejected] = read_by(Side.ESME, octets)
    assert isinstance(rejected, Rejected)
    assert rejected.failure.status == 0xC0
    assert alive(session)


def test_opensips_3846_a_text_of_255_octets() -> None:
    body = "0001013333000101343400" + "000000" + "0000" + "00000000" + "ff" + "01" * 255
    octets = f"{16 + len(body) // 2:08x}000000050000000000000009" + body
    session, [deliveries] = read_by(Side.ESME, octets)
    assert deliveries.batch[0].text == b"\1" * 255
    assert alive(session)


@pytest.mark.parametrize("length", [0, 4, 15])
def test_ksmppd_16_a_pdu_that_never_advances(length: int) -> None:
    """A length shorter than a header made the reader spin on the same octets."""
    session, [closed] = read_by(Side.SMSC, f"{length:08x}000000150000000000000001" * 100)
    assert isinstance(closed, Closed)
    assert session.state is State.CLOSED


def test_node_smpp_152_a_pdu_that_arrives_octet_by_octet() -> None:
    session = bound(Side.SMSC)
    whole = encode(EnquireLink(), 5) * 3
    for octet in whole:
        assert session.receive(bytes((octet,)), 1.0) == []
    assert len(session.outgoing()) == 48


def test_a_largest_pdu_octet_by_octet_costs_no_copies() -> None:
    """64 KiB in single octets are 64 thousand appends; a copy of the whole for each would take minutes."""
    session = bound(Side.SMSC)
    octets = struct.pack(">IIII", 65_536, CommandId.SUBMIT_SM, 0, 1) + bytes(65_520)
    events = [event for octet in octets for event in session.receive(bytes((octet,)), 1.0)]
    assert len(events) == 1
    assert len(session._partial) == 0


async def test_a_live_port_outlives_what_is_thrown_at_it() -> None:
    """Strangers by the hundred beside a client that notices nothing; memory stays where it was."""
    server = SmppServer(IgnoringServerHandler())
    port = await server.listen()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(encode(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 1))
    await asyncio.wait_for(reader.readexactly(28), 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for round_ in range(40):
        for octets in OTHER_PROTOCOLS.values():
            _, stranger = await asyncio.open_connection("127.0.0.1", port)
            stranger.write(octets * (1 + round_ % 3))
            stranger.close()
        writer.write(encode(EnquireLink(), round_ + 2))
        answer = await asyncio.wait_for(reader.readexactly(16), 60)
        assert struct.unpack(">IIII", answer) == (16, CommandId.ENQUIRE_LINK_RESP, 0, round_ + 2)
    async with asyncio.timeout(60):
        while len(server.sessions) > 1:
            await asyncio.sleep(0.002)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    writer.close()
    await server.stop(drain=0.0)
