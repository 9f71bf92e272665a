"""Binding, keeping alive, the occasional requests and ending."""

import struct

import pytest

from chappe.smpp.constants import BindKind, CommandId, CommandStatus
from chappe.smpp.decoding import decode
from chappe.smpp.encoding import encode
from chappe.smpp.events import (
    Answers,
    BindRequested,
    Bound,
    Closed,
    LostReason,
    Notified,
    Rejected,
    Requested,
    Responded,
    Unanswered,
)
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side, State
from chappe.smpp.pdu import (
    Address,
    AlertNotification,
    Bind,
    BindResp,
    CancelSm,
    EnquireLinkResp,
    GenericNack,
    Outbind,
    QuerySm,
    QuerySmResp,
    UnbindResp,
    UnknownResp,
)
from chappe.smpp.session import Session, WindowExceeded

BIND = Bind(BindKind.TRANSCEIVER, b"shop", b"secret")
SUBMIT = b"\0\1\1a\0\1\1b\0\0\0\0\0\0\0\0\0\0\0"
QUERY = QuerySm(b"id", Address(5, 0, b"ACME"))


@pytest.fixture
def esme() -> Session:
    return Session(Side.ESME, SessionLimits(), 0.0)


@pytest.fixture
def smsc() -> Session:
    return Session(Side.SMSC, SessionLimits(), 0.0)


def answered(session: Session):
    """The one PDU that the session has written."""
    return decode(session.outgoing())


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (BindKind.TRANSMITTER, State.BOUND_TX),
        (BindKind.RECEIVER, State.BOUND_RX),
        (BindKind.TRANSCEIVER, State.BOUND_TRX),
    ],
)
def test_a_bind_is_asked_for_and_accepted(esme, smsc, kind, state):
    bind = Bind(kind, b"shop", b"secret", b"VMA")
    esme.bind(bind, 0.0)
    assert esme.state is State.BINDING
    assert smsc.receive(esme.outgoing(), 0.0) == [BindRequested(bind)]
    smsc.accept_bind(b"carrier", 0.0)
    assert esme.receive(smsc.outgoing(), 0.0) == [Bound(kind, b"carrier", 0x34)]
    assert esme.state is smsc.state is state
    assert esme.bound_as is smsc.bound_as is kind


def test_an_older_peer_is_not_sent_optional_parameters(esme, smsc):
    esme.bind(Bind(BindKind.RECEIVER, b"shop", b"", interface_version=0x33), 0.0)
    smsc.receive(esme.outgoing(), 0.0)
    smsc.accept_bind(b"carrier", 0.0)
    assert esme.receive(smsc.outgoing(), 0.0) == [Bound(BindKind.RECEIVER, b"carrier", None)]


def test_a_refused_bind_may_be_tried_again_but_not_prolonged(smsc):
    smsc.receive(encode(BIND, 1), 0.0)
    smsc.refuse_bind(CommandStatus.ESME_RINVPASWD, 1.0)
    assert answered(smsc).status == CommandStatus.ESME_RINVPASWD
    assert smsc.receive(encode(BIND, 2), 9.0) == [BindRequested(BIND)]
    smsc.refuse_bind(CommandStatus.ESME_RINVPASWD, 9.0)
    [closed] = smsc.tick(10.0)
    assert closed.reason is LostReason.BIND_TIMEOUT


def test_the_client_hears_why_its_bind_was_refused(esme):
    esme.bind(BIND, 0.0)
    refusal = struct.pack(">IIII", 16, CommandId.BIND_TRANSCEIVER_RESP, CommandStatus.ESME_RINVPASWD, 1)
    assert esme.receive(refusal, 0.0) == [
        Closed(LostReason.BIND_REFUSED, "the bind was refused: ESME_RINVPASWD", 0x0E)
    ]


def test_a_generic_nack_refuses_a_bind_too(esme):
    esme.bind(BIND, 0.0)
    [closed] = esme.receive(encode(GenericNack(), 1, CommandStatus.ESME_RINVCMDID), 0.0)
    assert (closed.reason, closed.status) == (LostReason.BIND_REFUSED, CommandStatus.ESME_RINVCMDID)


def test_a_second_bind_is_already_bound(pair):
    _, smsc = pair()
    smsc.receive(encode(BIND, 9), 0.0)
    assert answered(smsc).status == CommandStatus.ESME_RALYBND
    for decide in (lambda: smsc.accept_bind(b"", 0.0), lambda: smsc.refuse_bind(8, 0.0)):
        with pytest.raises(NotBound):
            decide()


def test_an_answer_to_a_bind_that_was_not_asked_for_is_dropped(esme):
    [rejected] = esme.receive(encode(BindResp(BindKind.RECEIVER, b"x"), 1), 0.0)
    assert isinstance(rejected, Rejected)
    assert esme.outgoing() == b""
    assert esme.state is State.OPEN


@pytest.mark.parametrize("side", list(Side))
def test_a_connection_that_does_not_bind_ends(side):
    session = Session(side, SessionLimits(bind_timeout=10.0), 100.0)
    assert session.tick(109.9) == []
    assert session.tick(110.0) == [Closed(LostReason.BIND_TIMEOUT, "no bind within 10 s")]
    assert session.tick(200.0) == []


def test_silence_is_probed_and_then_ends(pair):
    esme, smsc = pair(enquire_interval=30.0, enquire_timeout=15.0)
    assert esme.tick(29.0) == []
    assert esme.outgoing() == b""
    assert esme.tick(30.0) == []
    assert smsc.receive(esme.outgoing(), 30.0) == []
    assert esme.receive(smsc.outgoing(), 31.0) == []
    assert esme.tick(60.0) == []
    assert esme.outgoing() == b""
    assert esme.tick(61.0) == []
    assert esme.outgoing() != b""
    assert esme.tick(75.9) == []
    [closed] = esme.tick(76.0)
    assert closed.reason is LostReason.ENQUIRE_TIMEOUT


def test_a_silent_peer_gets_no_second_window(pair):
    """It may be slow, or lead nowhere: one window is in doubt, no more."""
    esme, smsc = pair(window=2, response_timeout=20.0, enquire_interval=30.0, enquire_timeout=15.0)
    esme.send([(1, SUBMIT), (2, SUBMIT)], 0.0)
    esme.outgoing()
    assert esme.room == 0
    assert esme.tick(21.0) == [Unanswered([1, 2])]
    assert esme.room == 0
    with pytest.raises(WindowExceeded):
        esme.send([(3, SUBMIT)], 22.0)
    # It is asked at once, though it has not been silent for as long as an idle link may be.
    smsc.receive(esme.outgoing(), 25.0)
    esme.receive(smsc.outgoing(), 25.0)
    assert esme.room == 2
    esme.send([(3, SUBMIT)], 25.0)
    # A carrier that speaks, and leaves one message unanswered, is alive.
    smsc.receive(esme.outgoing(), 25.0)
    smsc.send([(9, SUBMIT)], 40.0)
    esme.receive(smsc.outgoing(), 40.0)
    assert esme.tick(46.0) == [Unanswered([3])]
    assert esme.room == 2


def test_anything_heard_after_the_probe_proves_the_peer_alive(pair):
    esme, _ = pair(enquire_interval=30.0, enquire_timeout=15.0)
    esme.tick(30.0)
    esme.receive(encode(UnknownResp(0x80000777, b""), 1), 40.0)
    assert esme.tick(50.0) == []
    assert esme.bound


def test_unbinding_is_answered_and_ends_both(pair):
    esme, smsc = pair()
    esme.unbind(0.0)
    assert esme.state is State.UNBINDING
    assert smsc.receive(esme.outgoing(), 0.0) == [Closed(LostReason.PEER_UNBOUND, "the peer unbound")]
    assert esme.receive(smsc.outgoing(), 0.0) == [Closed(LostReason.STOPPED, "unbound")]
    assert esme.outgoing() == b""


def test_answers_still_come_while_unbinding(pair):
    esme, smsc = pair()
    esme.send([(1, SUBMIT)], 0.0)
    [submits] = smsc.receive(esme.outgoing(), 0.0)
    esme.unbind(0.0)
    smsc.answer([(submits.batch[0].sequence, 0, b"x")])
    smsc.receive(esme.outgoing(), 0.0)
    answers, closed = esme.receive(smsc.outgoing(), 0.0)
    assert answers == Answers([(1, 0, b"x")], False)
    assert isinstance(closed, Closed)


def test_an_unbind_that_is_not_answered_ends_too(pair):
    esme, _ = pair(unbind_timeout=5.0)
    esme.unbind(10.0)
    assert esme.tick(14.0) == []
    assert esme.tick(15.0) == [Closed(LostReason.STOPPED, "unbind was not answered")]


def test_unbinding_before_the_bind_does_nothing(esme):
    esme.unbind(0.0)
    assert (esme.state, esme.outgoing()) == (State.OPEN, b"")
    [rejected] = esme.receive(encode(UnbindResp(), 4), 0.0)
    assert isinstance(rejected, Rejected)


def test_a_request_is_answered(pair):
    esme, smsc = pair()
    esme.request(5, QUERY, 0.0)
    [requested] = smsc.receive(esme.outgoing(), 0.0)
    assert isinstance(requested, Requested)
    assert requested.pdu == QUERY
    response = QuerySmResp(b"id", b"", 2, 0)
    smsc.respond(requested.sequence, response)
    assert esme.receive(smsc.outgoing(), 0.0) == [Responded(5, 0, response)]


def test_a_request_can_be_refused_nacked_or_never_answered(pair):
    esme, smsc = pair(response_timeout=10.0)
    for token in (5, 6, 7):
        esme.request(token, QUERY, 0.0)
    first, second, _ = smsc.receive(esme.outgoing(), 0.0)
    smsc.respond(first.sequence, QuerySmResp(), CommandStatus.ESME_RQUERYFAIL)
    assert esme.receive(smsc.outgoing(), 0.0) == [Responded(5, 0x67, QuerySmResp())]
    assert esme.receive(encode(GenericNack(), second.sequence, 3), 0.0) == [Responded(6, 3, None)]
    assert esme.tick(10.0) == [Responded(7, CommandStatus.ESME_RUNKNOWNERR, None)]


def test_requests_need_the_right_bind(pair):
    esme, smsc = pair(BindKind.RECEIVER)
    with pytest.raises(NotBound):
        esme.request(1, QUERY, 0.0)
    smsc.receive(encode(QUERY, 3), 0.0)
    assert answered(smsc).status == CommandStatus.ESME_RINVBNDSTS
    cancel = CancelSm(b"", b"id", Address(0, 0, b""), Address(0, 0, b""))
    [rejected] = esme.receive(encode(cancel, 4), 0.0)
    assert rejected.failure.reason == "not a request for this side"


def test_a_generic_nack_answers_the_message_it_names(pair):
    esme, _ = pair()
    esme.send([(1, b"x")], 0.0)
    sequence = struct.unpack_from(">IIII", esme.outgoing())[3]
    nack = encode(GenericNack(), sequence, CommandStatus.ESME_RINVCMDID)
    assert esme.receive(nack, 0.0) == [Answers([(1, CommandStatus.ESME_RINVCMDID, b"")], True)]
    [rejected] = esme.receive(encode(GenericNack(), sequence), 0.0)
    assert isinstance(rejected, Rejected)
    assert esme.outgoing() == b""


def test_notifications_are_told_and_not_answered(pair):
    esme, smsc = pair()
    alert = AlertNotification(Address(1, 1, b"336"), Address(0, 0, b"shop"))
    outbind = Outbind(b"carrier", b"pw")
    assert esme.receive(encode(alert, 1) + encode(outbind, 2), 0.0) == [Notified(alert), Notified(outbind)]
    assert esme.outgoing() == b""
    [rejected] = smsc.receive(encode(alert, 1), 0.0)
    assert isinstance(rejected, Rejected)


@pytest.mark.parametrize(
    ("command", "body", "answer", "status"),
    [
        (0x00000999, b"", CommandId.GENERIC_NACK, CommandStatus.ESME_RINVCMDID),
        (CommandId.QUERY_SM, b"", CommandId.QUERY_SM_RESP, CommandStatus.ESME_RINVCMDLEN),
        (CommandId.OUTBIND, b"", CommandId.GENERIC_NACK, CommandStatus.ESME_RINVCMDLEN),
        (CommandId.QUERY_SM_RESP, b"x", None, None),
        (0x80000999, b"", None, None),
    ],
)
def test_what_cannot_be_read_is_answered_where_the_specification_lets_us(pair, command, body, answer, status):
    _, smsc = pair()
    octets = struct.pack(">IIII", 16 + len(body), command, 0, 6) + body
    [rejected] = smsc.receive(octets, 0.0)
    assert isinstance(rejected, Rejected)
    written = smsc.outgoing()
    if answer is None:
        assert written == b""
    else:
        assert struct.unpack(">IIII", written) == (16, answer, status, 6)


def test_an_answer_to_enquire_link_is_quiet(pair):
    esme, _ = pair()
    assert esme.receive(encode(EnquireLinkResp(), 1), 0.0) == []
