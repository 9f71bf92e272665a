"""Messages through a session: windows, answers, batches, octets in any portions, hostile octets."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.constants import MAX_SEQUENCE, BindKind, CommandId, CommandStatus
from chappe.smpp.decoding import Decoded, decode
from chappe.smpp.encoding import encode, encode_body
from chappe.smpp.events import Answers, Closed, LateAnswers, LostReason, Messages, Rejected, Unanswered
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side, State
from chappe.smpp.pdu import Bind, EnquireLink, MessageResp
from chappe.smpp.session import Session, WindowExceeded
from chappe.smpp.template import MessageTemplate

TEMPLATE = MessageTemplate(b"ACME", source_ton=5, source_npi=0)
BODY = TEMPLATE.body(b"33612345678", b"hello")


def frames(octets: bytes) -> list[Decoded]:
    """All PDUs in what a session has written."""
    found = []
    while octets:
        length = struct.unpack_from(">I", octets)[0]
        found.append(decode(octets[:length]))
        octets = octets[length:]
    return found


def test_a_batch_goes_out_and_its_answers_come_back_in_one_event(pair):
    esme, smsc = pair(window=10)
    esme.send([(11, BODY), (12, BODY), (13, BODY)], 1.0)
    assert esme.room == 7
    [submits] = smsc.receive(esme.outgoing(), 1.0)
    assert isinstance(submits, Messages)
    assert [one.destination for one in submits.batch] == [b"33612345678"] * 3
    sequences = [one.sequence for one in submits.batch]
    replies = [(sequences[0], 0, b"A1"), (sequences[1], 0x58, b""), (sequences[2], 0, b"A3")]
    assert smsc.answer(replies) == 3
    assert esme.receive(smsc.outgoing(), 1.0) == [
        Answers([(11, 0, b"A1"), (12, 0x58, b""), (13, 0, b"A3")], True)
    ]
    assert esme.room == 10


def test_an_empty_batch_writes_nothing(pair):
    esme, _ = pair()
    esme.send([], 1.0)
    assert esme.outgoing() == b""


def test_answers_are_handed_over_before_the_receipts_read_with_them(pair):
    esme, smsc = pair()
    esme.send([(1, BODY)], 0.0)
    [submits] = smsc.receive(esme.outgoing(), 0.0)
    smsc.send([(70, BODY)], 0.0)
    smsc.answer([(submits.batch[0].sequence, 0, b"id")])
    answers, deliveries = esme.receive(smsc.outgoing(), 0.0)
    assert answers == Answers([(1, 0, b"id")], False)
    assert isinstance(deliveries, Messages)


def test_deliveries_are_acknowledged_when_the_owner_says_so(pair):
    esme, smsc = pair(window=5)
    smsc.send([(70, BODY), (71, BODY)], 0.0)
    [deliveries] = esme.receive(smsc.outgoing(), 0.0)
    assert esme.outgoing() == b""
    assert esme.acknowledge([one.sequence for one in deliveries.batch]) == 2
    assert smsc.receive(esme.outgoing(), 0.0) == [Answers([(70, 0, b""), (71, 0, b"")], False)]


def test_a_delivery_can_be_asked_for_again(pair):
    esme, smsc = pair()
    smsc.send([(70, BODY)], 0.0)
    [deliveries] = esme.receive(smsc.outgoing(), 0.0)
    esme.acknowledge([deliveries.batch[0].sequence], CommandStatus.ESME_RX_T_APPN)
    assert smsc.receive(esme.outgoing(), 0.0) == [Answers([(70, 0x64, b"")], True)]


def test_data_sm_is_answered_as_data_sm(pair):
    esme, smsc = pair()
    body = b"\0\1\1336\0\5\0ACME\0\4\0\0\x04\x24\0\2id"
    smsc.send([(70, body)], 0.0, CommandId.DATA_SM)
    smsc.send([(71, BODY)], 0.0)
    [deliveries] = esme.receive(smsc.outgoing(), 0.0)
    assert [one.text for one in deliveries.batch] == [b"id", b"hello"]
    esme.acknowledge([one.sequence for one in deliveries.batch])
    written = esme.outgoing()
    commands = [one.pdu.command_id for one in frames(written)]
    assert commands == [CommandId.DATA_SM_RESP, CommandId.DELIVER_SM_RESP]
    assert smsc.receive(written, 0.0) == [Answers([(70, 0, b""), (71, 0, b"")], False)]


def test_the_window_is_not_exceeded(pair):
    esme, _ = pair(window=2)
    with pytest.raises(WindowExceeded, match="room for 2"):
        esme.send([(1, BODY)] * 3, 0.0)
    esme.send([(1, BODY), (2, BODY)], 0.0)
    assert esme.room == 0


@pytest.mark.parametrize(
    ("kind", "esme_sends", "smsc_sends"),
    [
        (BindKind.TRANSMITTER, True, False),
        (BindKind.RECEIVER, False, True),
        (BindKind.TRANSCEIVER, True, True),
    ],
)
def test_a_bind_opens_its_direction_alone(pair, kind, esme_sends, smsc_sends):
    for sender, may in zip(pair(kind), (esme_sends, smsc_sends), strict=True):
        assert sender.can_send is may
        assert (sender.room > 0) is may
        if not may:
            with pytest.raises(NotBound, match="wait until it is bound"):
                sender.send([(1, BODY)], 0.0)


def test_a_message_in_the_wrong_direction_is_refused(pair):
    esme, smsc = pair(BindKind.RECEIVER)
    submit = struct.pack(">IIII", 16 + len(BODY), CommandId.SUBMIT_SM, 0, 77) + BODY
    [rejected] = smsc.receive(submit, 0.0)
    assert isinstance(rejected, Rejected)
    [answer] = frames(smsc.outgoing())
    assert (answer.sequence, answer.status) == (77, CommandStatus.ESME_RINVBNDSTS)
    assert answer.pdu.command_id == CommandId.SUBMIT_SM_RESP
    assert esme.receive(submit, 0.0)[0].failure.status == CommandStatus.ESME_RINVCMDID
    assert frames(esme.outgoing())[0].pdu.command_id == CommandId.GENERIC_NACK


@pytest.mark.parametrize(
    ("side", "command", "status"),
    [
        (Side.ESME, CommandId.DELIVER_SM, CommandStatus.ESME_RX_T_APPN),
        (Side.SMSC, CommandId.SUBMIT_SM, CommandStatus.ESME_RTHROTTLED),
    ],
)
def test_beyond_the_inbound_limit_messages_are_asked_for_later(pair, side, command, status):
    esme, smsc = pair(inbound_limit=2)
    session = esme if side is Side.ESME else smsc
    flood = b"".join(
        struct.pack(">IIII", 16 + len(BODY), command, 0, number) + BODY for number in range(1, 5)
    )
    events = session.receive(flood, 0.0)
    assert len(events[-1].batch) == 2
    assert [(one.sequence, one.status) for one in frames(session.outgoing())] == [(3, status), (4, status)]
    session.answer([(1, 0, b""), (2, 0, b"")])
    assert len(session.receive(flood, 0.0)[-1].batch) == 2


def test_an_unreadable_message_is_refused_and_the_next_one_is_read(pair):
    esme, smsc = pair()
    broken = encode_body(MessageResp(0, b"x"))
    esme.send([(1, broken), (2, BODY)], 0.0)
    rejected, submits = smsc.receive(esme.outgoing(), 0.0)
    assert isinstance(rejected, Rejected)
    assert len(submits.batch) == 1
    assert esme.receive(smsc.outgoing(), 0.0) == [Answers([(1, CommandStatus.ESME_RINVCMDLEN, b"")], True)]


def test_an_answer_without_message_id_or_without_its_nul_is_an_answer(pair):
    esme, _ = pair()
    esme.send([(1, BODY), (2, BODY)], 0.0)
    first, second = (one.sequence for one in frames(esme.outgoing()))
    bare = struct.pack(">IIII", 16, CommandId.SUBMIT_SM_RESP, 0, first)
    unended = struct.pack(">IIII", 19, CommandId.SUBMIT_SM_RESP, 0, second) + b"4F2"
    assert esme.receive(bare + unended, 0.0) == [Answers([(1, 0, b""), (2, 0, b"4F2")], False)]


def test_no_answer_in_time_is_reported_once_and_a_late_answer_still_counts(pair):
    esme, _ = pair(response_timeout=10.0)
    esme.send([(1, BODY)], 0.0)
    esme.send([(2, BODY)], 0.4)
    esme.send([(3, BODY)], 5.0)
    first = frames(esme.outgoing())[0].sequence
    assert esme.tick(10.9) == []
    assert esme.tick(11.0) == [Unanswered([1, 2])]
    assert esme.tick(12.0) == []
    assert len(esme.window.pending) == 1
    late = encode(MessageResp(CommandId.SUBMIT_SM_RESP, b"L1"), first)
    assert esme.receive(late, 12.0) == [LateAnswers([(1, 0, b"L1")])]
    [again] = esme.receive(late, 12.0)
    assert isinstance(again, Rejected)
    assert esme.close() == [3]
    assert esme.close() == []


def test_sequence_numbers_wrap(pair):
    limits = SessionLimits(window=10)
    esme = Session(Side.ESME, limits, 0.0, first_sequence=MAX_SEQUENCE - 1)
    smsc = Session(Side.SMSC, limits, 0.0)
    esme.bind(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 0.0)
    smsc.receive(esme.outgoing(), 0.0)
    smsc.accept_bind(b"", 0.0)
    esme.receive(smsc.outgoing(), 0.0)
    for token in range(3):
        esme.send([(token, BODY)], 0.0)
    written = esme.outgoing()
    assert [one.sequence for one in frames(written)] == [MAX_SEQUENCE, 1, 2]
    [submits] = smsc.receive(written, 0.0)
    smsc.answer([(one.sequence, 0, b"x") for one in submits.batch])
    [answers] = esme.receive(smsc.outgoing(), 0.0)
    assert [token for token, _, _ in answers.batch] == [0, 1, 2]


@settings(max_examples=200)
@given(cuts=st.lists(st.integers(1, 200), min_size=1, max_size=30))
def test_octets_may_arrive_in_any_portions(cuts):
    limits = SessionLimits(window=100)
    esme, smsc = Session(Side.ESME, limits, 0.0), Session(Side.SMSC, limits, 0.0)
    esme.bind(Bind(BindKind.TRANSCEIVER, b"a", b"b"), 0.0)
    smsc.receive(esme.outgoing(), 0.0)
    smsc.accept_bind(b"", 0.0)
    esme.receive(smsc.outgoing(), 0.0)
    esme.send([(token, TEMPLATE.body(b"336%d" % token, b"x" * token)) for token in range(20)], 0.0)
    octets, seen, portion = esme.outgoing(), [], 0
    while octets:
        size = cuts[portion % len(cuts)]
        portion += 1
        for event in smsc.receive(octets[:size], 0.0):
            seen.extend((one.destination, one.short_message) for one in event.batch)
        octets = octets[size:]
    assert seen == [(b"336%d" % token, b"x" * token) for token in range(20)]


@pytest.mark.parametrize("length", [0, 1, 15, 65_537, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_impossible_length_is_nacked_and_ends_the_session(pair, length):
    for session in pair():
        octets = struct.pack(">IIII", length, CommandId.ENQUIRE_LINK, 0, 5)
        [closed] = session.receive(octets, 0.0)
        assert closed.reason is LostReason.FRAMING
        [nack] = frames(session.outgoing())
        assert (nack.pdu.command_id, nack.status) == (CommandId.GENERIC_NACK, CommandStatus.ESME_RINVCMDLEN)
        assert session.state is State.CLOSED
        assert session.receive(octets, 0.0) == []


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    ],
)
def test_another_protocol_is_named_and_not_answered(octets, name):
    session = Session(Side.SMSC, SessionLimits(), 0.0)
    assert session.receive(octets, 0.0) == [
        Closed(LostReason.NOT_SMPP, f"the peer speaks {name} on this port")
    ]
    assert session.outgoing() == b""


def test_an_impossible_length_after_whole_pdus_leaves_them_read(pair):
    esme, smsc = pair()
    esme.send([(1, BODY)], 0.0)
    submits, closed = smsc.receive(esme.outgoing() + b"\0\0\0\1", 0.0)
    assert len(submits.batch) == 1
    assert closed.reason is LostReason.FRAMING


def test_before_the_bind_a_large_pdu_is_not_waited_for():
    session = Session(Side.SMSC, SessionLimits(), 0.0)
    [closed] = session.receive(struct.pack(">I", 513), 0.0)
    assert closed.detail == "command_length 513 is outside 16 to 512"


def test_an_incomplete_pdu_is_all_that_is_kept(pair):
    _, smsc = pair()
    whole = encode(EnquireLink(), 1)
    part = struct.pack(">IIII", 65_536, CommandId.SUBMIT_SM, 0, 1)
    smsc.receive(whole * 1000 + part, 0.0)
    for _ in range(65):
        smsc.receive(b"x" * 1000, 0.0)
    assert len(smsc._partial) == 65_016
    rejected, closed = smsc.receive(b"x" * 1000, 0.0)
    assert isinstance(rejected, Rejected)
    assert isinstance(closed, Closed)
    assert len(smsc._partial) == 0
