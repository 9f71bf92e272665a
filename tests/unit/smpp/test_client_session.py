"""What our side reads and writes in columns is what the general session reads and writes, PDU by PDU."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.client_session import ClientSession
from chappe.smpp.constants import BindKind, CommandId
from chappe.smpp.encoding import encode, encode_tlvs, pack_header
from chappe.smpp.events import (
    Accepted,
    Answers,
    Event,
    LateAnswers,
    Messages,
    Rejected,
)
from chappe.smpp.lifecycle import NotBound, SessionLimits, Side
from chappe.smpp.pdu import Answer, Bind, BindResp, EnquireLink, Message
from chappe.smpp.receipt_runs import ReceiptRun
from chappe.smpp.session import Session, WindowExceeded
from chappe.smpp.template import MessageTemplate
from chappe.sms.receipt import ReceiptState, parse

WINDOW = 200
RECEIPT = "id:{} sub:001 dlvrd:001 submit date:2603101000 done date:26031010{} stat:{} err:000 text:{}"


def bound(session: Session) -> Session:
    session.bind(Bind(BindKind.TRANSCEIVER, b"shop", b"secret"), 0.0)
    sequence = int.from_bytes(session.outgoing()[12:16], "big")
    session.receive(encode(BindResp(BindKind.TRANSCEIVER, b"carrier"), sequence), 0.0)
    return session


def both(**limits: int) -> tuple[ClientSession, Session]:
    """Ours and the general one, with the same submits written."""
    chosen = SessionLimits(window=WINDOW, **limits)
    columns, rows = ClientSession(chosen, 0.0), Session(Side.ESME, chosen, 0.0)
    return bound(columns), bound(rows)


def answer(sequence: int, message_id: bytes, status: int = 0) -> bytes:
    return pack_header(17 + len(message_id), CommandId.SUBMIT_SM_RESP, status, sequence) + message_id + b"\0"


def delivery(sequence: int, source: bytes, text: bytes, esm_class: int, tlvs: bytes) -> bytes:
    template = MessageTemplate(source, source_ton=1, source_npi=1, registered_delivery=0)
    body = template.body(b"36180", text, esm_class=esm_class, tlvs=tlvs)
    return pack_header(16 + len(body), CommandId.DELIVER_SM, 0, sequence) + body


def told(events: list[Event]) -> tuple[list[Answer], list[Message], list[Answer], int]:
    """Answers, deliveries, late answers and rejections, however they were grouped."""
    answers, messages, late, rejected = list[Answer](), list[Message](), list[Answer](), 0
    for event in events:
        match event:
            case Accepted(tokens, ids):
                answers += [(token, 0, one) for token, one in zip(tokens, ids, strict=True)]
            case Answers(batch):
                answers += batch
            case ReceiptRun():
                each = event.messages()
                read = [parse(one.short_message, dict(one.tlvs)) for one in each]
                assert [(one.id.encode(), one.state) for one in read] == [
                    (name, event.state) for name in event.ids
                ]
                assert [one.sequence for one in each] == event.sequences
                messages += each
            case Messages(batch):
                messages += batch
            case LateAnswers(batch):
                late += batch
            case Rejected():
                rejected += 1
    return sorted(answers), sorted(messages, key=lambda one: one.sequence), sorted(late), rejected


ids = st.sampled_from([b"%08d", b"%036d", b"x%d", b"", b"a\0%06d"])
answers = st.builds(
    lambda form, status, count: ("answer", form, status, count),
    ids,
    st.sampled_from([0, 0, 0, 0x58]),
    st.integers(1, 12),
)
deliveries = st.builds(
    lambda *rest: ("delivery", *rest),
    st.sampled_from([b"33600000000", b"447700900000", b""]),
    st.sampled_from(["short", "longer text of the message"]),
    st.sampled_from([0x04, 0x04, 0x04, 0x00, 0x20]),
    st.sampled_from(["none", "same", "other", "nul"]),
    st.sampled_from(["DELIVRD", "DELIVRD", "UNDELIV", "NOTHING"]),
    st.integers(1, 12),
)


def octets(pieces: list[tuple[object, ...]]) -> bytes:
    """PDUs of a carrier; sequences and numbers grow."""
    written, next_answer, next_delivery = [], 2, 1
    for kind, *rest in pieces:
        if kind == "answer":
            form, status, count = rest
            for _ in range(count):
                name = form % next_answer if b"%" in form else form
                written.append(answer(next_answer, name, status))
                next_answer += 1
        elif kind == "delivery":
            source, text, esm_class, tlvs, state, count = rest
            for _ in range(count):
                name = f"{next_delivery:08d}"
                parameters = {"same": name.encode(), "other": b"%08d" % (next_delivery * 7)}
                named = [(0x1E, parameters[tlvs] + b"\0"), (0x427, b"\2")] if tlvs in parameters else []
                tail = encode_tlvs(named) + (b"\0" if tlvs == "nul" else b"")
                receipt = RECEIPT.format(name, 10 + next_delivery // 9 % 3, state, text).encode()
                number = source[:-4] + b"%04d" % next_delivery if source else b""
                written.append(delivery(next_delivery, number, receipt, esm_class, tail))
                next_delivery += 1
        else:
            written.append(encode(EnquireLink(), 7))
    return b"".join(written)


@given(
    pieces=st.lists(st.one_of(answers, deliveries, st.just(("enquire",))), max_size=8),
    cuts=st.lists(st.integers(1, 700), max_size=6),
)
@settings(max_examples=120, deadline=None)
def test_columns_tell_what_rows_tell(pieces, cuts) -> None:
    agree(octets(pieces), cuts)


@given(
    pieces=st.lists(st.one_of(answers, deliveries), min_size=1, max_size=3),
    damage=st.lists(
        st.tuples(st.integers(0, 4_000), st.sampled_from([0, 1, 4, 0x20, 0x39, 0xFF])), max_size=3
    ),
)
@settings(max_examples=120, deadline=None)
def test_damaged_octets_are_read_by_columns_as_by_rows(pieces, damage) -> None:
    data = bytearray(octets(pieces))
    for place, value in damage:
        data[place % len(data)] = value
    agree(bytes(data), [])


def test_a_nul_in_an_address_moves_what_follows() -> None:
    data = bytearray(octets([("delivery", b"33600000000", "text", 4, "same", "DELIVRD", 6)]))
    data[len(data) // 6 + 22] = 0
    agree(bytes(data), [])


def agree(data: bytes, cuts: list[int]) -> None:
    """Both sessions read the octets, in these portions, and say and write the same."""
    ours, general = both(inbound_limit=40)
    tokens, bodies = [1_000 + n for n in range(WINDOW)], [b"body%d" % n for n in range(WINDOW)]
    ours.submit(tokens, bodies, 0.0)
    general.send(list(zip(tokens, bodies, strict=True)), 0.0)
    assert ours.outgoing() == general.outgoing()
    events: list[Event] = []
    expected: list[Event] = []
    for cut in [*cuts, len(data)]:
        portion, data = data[:cut], data[cut:]
        events += ours.receive(portion, 1.0)
        expected += general.receive(portion, 1.0)
    assert told(events) == told(expected)
    assert (ours.room, ours.outgoing()) == (general.room, general.outgoing())


def test_a_busy_read_comes_in_columns() -> None:
    ours, _ = both()
    ours.submit(list(range(100)), [b"body"] * 100, 0.0)
    receipts = [
        delivery(n, b"33600000%03d" % n, RECEIPT.format(f"{n:036d}", 10, "DELIVRD", "x").encode(), 4, b"")
        for n in range(1, 51)
    ]
    data = b"".join([answer(2 + n, b"%036d" % n) for n in range(100)] + receipts)
    accepted, run = ours.receive(data, 1.0)
    assert isinstance(accepted, Accepted)
    assert accepted.tokens == list(range(100))
    assert accepted.ids == [b"%036d" % n for n in range(100)]
    assert isinstance(run, ReceiptRun)
    assert run.sequences == list(range(1, 51))
    assert (run.ids[7], run.state) == (b"%036d" % 8, ReceiptState.DELIVERED)
    assert run.messages()[7].source == b"33600000008"


def test_answers_after_their_time_are_late_in_a_run_too() -> None:
    ours, _ = both(response_timeout=10.0)
    ours.submit(list(range(8)), [b"body"] * 8, 0.0)
    ours.tick(20.0)
    ours.receive(b"", 20.0)
    ours.submit([20, 21], [b"body"] * 2, 20.0)
    # In between the silent carrier was asked whether it is alive: that took a sequence.
    answered = [*range(2, 10), 11, 12]
    found, _, late, _ = told(ours.receive(b"".join(answer(n, b"%08d" % (n - 2)) for n in answered), 21.0))
    assert found == [(20, 0, b"00000009"), (21, 0, b"00000010")]
    assert late == [(n, 0, b"%08d" % n) for n in range(8)]


def test_what_may_not_be_submitted_is_refused() -> None:
    ours, _ = both()
    with pytest.raises(WindowExceeded):
        ours.submit(list(range(WINDOW + 1)), [b"body"] * (WINDOW + 1), 0.0)
    ours.submit([], [], 0.0)
    assert ours.outgoing() == b""
    ours.close()
    with pytest.raises(NotBound):
        ours.submit([1], [b"body"], 0.0)
