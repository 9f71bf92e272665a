"""The carrier's session in columns: whatever arrives, it says what the plain session says."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.carrier_session import CarrierSession
from chappe.smpp.constants import BindKind, CommandId
from chappe.smpp.encoding import encode, encode_tlvs, pack_header
from chappe.smpp.events import Answers, Event, Messages, Submitted
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side
from chappe.smpp.pdu import Bind, EnquireLink, MessageResp
from chappe.smpp.session import Session, WindowExceeded
from chappe.smpp.template import MessageTemplate

ONE = MessageTemplate(b"ACME", source_ton=5, source_npi=0)
OTHER = MessageTemplate(b"36111", source_ton=3, source_npi=0, validity=b"000002000000000R", service_type=b"X")
TLVS = encode_tlvs([(0x0204, b"\x00\x07")])


def pdu(command: int, sequence: int, body: bytes, status: int = 0) -> bytes:
    return pack_header(16 + len(body), command, status, sequence) + body


def bound(session: Session, *, deliveries: int = 40) -> Session:
    """`session` bound, with deliveries of tokens 1000… waiting for their answers, and nothing to write."""
    session.receive(encode(Bind(BindKind.TRANSCEIVER, b"shop", b"secret"), 1), 0.0)
    session.accept_bind(b"carrier", 0.0)
    session.send([(1_000 + n, b"") for n in range(deliveries)], 0.0)
    session.outgoing()
    return session


def told(events: list[Event]) -> list[object]:
    """Events with the submits of either kind as lists of messages."""
    return [list(one.batch) if isinstance(one, Messages | Submitted) else one for one in events]


NUMBERS = st.text("0123456789", max_size=12).map(str.encode)
TEXTS = st.binary(max_size=160) | st.just(b"Bonjour")


@st.composite
def submits(draw: st.DrawFn) -> bytes:
    template = draw(st.sampled_from([ONE, ONE, ONE, OTHER]))
    esm = draw(st.sampled_from([0, 0, 0, 0x40]))
    body = template.body(
        draw(NUMBERS), draw(TEXTS), esm_class=esm, tlvs=draw(st.sampled_from([b"", b"", b"", TLVS]))
    )
    return pdu(CommandId.SUBMIT_SM, draw(st.integers(1, 99)), body)


@st.composite
def strangers(draw: st.DrawFn) -> bytes:
    """Anything else that a client may write in between, rightly or not."""
    sequence = draw(st.integers(1, 99))
    return draw(
        st.sampled_from(
            [
                encode(EnquireLink(), sequence),
                pdu(CommandId.DATA_SM, sequence, b"\0\1\1ACME\0\1\x0133612345678\0\0\1\0" + TLVS),
                pdu(CommandId.SUBMIT_SM, sequence, b"\0\5\0ACME"),
                pdu(CommandId.SUBMIT_SM, sequence, ONE.body(b"336", b"hello")[:-2]),
                pdu(CommandId.DELIVER_SM_RESP, sequence, b""),
                pdu(CommandId.DELIVER_SM_RESP, sequence, b"id\0", status=0x14),
                pdu(0x15_0000, sequence, b"abc"),
            ]
        )
    )


ACKNOWLEDGEMENTS = st.integers(1, 45).map(lambda n: encode(MessageResp(CommandId.DELIVER_SM_RESP), n))
STREAMS = st.lists(submits() | submits() | ACKNOWLEDGEMENTS | strangers(), max_size=30).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(STREAMS, st.lists(st.integers(1, 400), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_it_reads_what_the_plain_session_reads(octets: bytes, portions: list[int], chance: random.Random):
    if octets and chance.random() < 0.3:  # and the same of octets that were damaged on the way
        place = chance.randrange(len(octets))
        octets = octets[:place] + bytes((chance.randrange(256),)) + octets[place + 1 :]
    limits = SessionLimits(window=50, inbound_limit=20)
    plain, ours = bound(Session(Side.SMSC, limits, 0.0)), bound(CarrierSession(limits, 0.0))
    turn = 0
    while octets:
        portion, octets = octets[: portions[turn % len(portions)]], octets[portions[turn % len(portions)] :]
        turn += 1
        expected = told(plain.receive(portion, float(turn)))
        assert told(ours.receive(portion, float(turn))) == expected
        assert ours.outgoing() == plain.outgoing()
        owed = [one.sequence for group in expected if isinstance(group, list) for one in group]
        replies = [(n, 0x58 if n % 5 == 0 else 0, b"" if n % 5 == 0 else b"id%d" % n) for n in owed]
        assert ours.answer(replies) == plain.answer(replies)
        assert ours.outgoing() == plain.outgoing()
    assert (ours.state, ours.room) == (plain.state, plain.room)


def test_submits_of_one_kind_are_one_run():
    smsc = bound(CarrierSession(SessionLimits(window=40), 0.0))
    octets = b"".join(
        pdu(CommandId.SUBMIT_SM, n, ONE.body(b"336%08d" % n, b"Bonjour %d" % n)) for n in range(1, 101)
    )
    [submitted] = smsc.receive(octets, 1.0)
    assert isinstance(submitted, Submitted)
    assert [len(run) for run in submitted.batch.runs] == [1, 99]  # the first one has taught the shape
    [again] = smsc.receive(octets, 1.0)
    assert isinstance(again, Submitted)
    [run] = again.batch.runs
    assert run.sequences == list(range(1, 101))
    assert run.destinations[41] == b"33600000042"
    assert run.texts[41] == b"Bonjour 42"


def test_deliveries_in_columns_are_those_in_pairs():
    bodies = [ONE.body(b"336%d" % n, b"x" * n) for n in range(1, 9)]
    plain, ours = (
        bound(Session(Side.SMSC, SessionLimits(window=60), 0.0)),
        bound(CarrierSession(SessionLimits(window=60), 0.0)),
    )
    plain.send(list(zip(range(8), bodies, strict=True)), 1.0)
    ours.deliver(range(8), bodies, 1.0)
    ours.deliver([], [], 1.0)
    assert ours.outgoing() == plain.outgoing()
    answers = b"".join(encode(MessageResp(CommandId.DELIVER_SM_RESP), n) for n in range(41, 49))
    assert ours.receive(answers, 2.0) == [Answers([(n, 0, b"") for n in range(8)], False)]


def test_deliveries_are_bounded_by_the_window_and_the_bind():
    smsc = bound(CarrierSession(SessionLimits(window=42), 0.0))
    with pytest.raises(WindowExceeded):
        smsc.deliver([1, 2, 3], [b"", b"", b""], 1.0)
    with pytest.raises(NotBound):
        CarrierSession(SessionLimits(), 0.0).deliver([1], [b""], 0.0)
