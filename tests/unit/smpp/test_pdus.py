"""Every PDU of the wire table survives writing and reading; fields that do not fit are refused by name."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.constants import BindKind, CommandId, CommandStatus, Tag
from chappe.smpp.decoding import Decoded, DecodeFailure, decode
from chappe.smpp.encoding import FieldTooLong, NulInField, encode
from chappe.smpp.pdu import (
    Address,
    AlertNotification,
    Bind,
    BindResp,
    CancelSm,
    CancelSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    Message,
    MessageResp,
    Outbind,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    SubmitMulti,
    SubmitMultiResp,
    Unbind,
    UnbindResp,
    UnknownResp,
    Unsuccess,
)

octet = st.integers(0, 255)
tlvs = st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=4).map(tuple)


def text(limit: int) -> st.SearchStrategy[bytes]:
    """A C-Octet String that fits a field of `limit` octets, NUL included."""
    return st.binary(max_size=limit - 1).map(lambda value: value.replace(b"\0", b"\1"))


address = st.builds(Address, octet, octet, text(21))
long_address = st.builds(Address, octet, octet, text(65))
kind = st.sampled_from(list(BindKind))


def message(command: CommandId) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        command_id=st.just(int(command)),
        sequence=st.just(7),
        service_type=text(6),
        source_ton=octet,
        source_npi=octet,
        source=text(21),
        destination_ton=octet,
        destination_npi=octet,
        destination=text(21),
        esm_class=octet,
        protocol_id=octet,
        priority=octet,
        schedule=text(17),
        validity=text(17),
        registered_delivery=octet,
        replace_if_present=octet,
        data_coding=octet,
        default_message=octet,
        short_message=st.binary(max_size=254),
        tlvs=tlvs,
    )


data_sm = st.builds(
    Message,
    command_id=st.just(int(CommandId.DATA_SM)),
    sequence=st.just(7),
    service_type=text(6),
    source_ton=octet,
    source_npi=octet,
    source=text(65),
    destination_ton=octet,
    destination_npi=octet,
    destination=text(65),
    esm_class=octet,
    protocol_id=st.just(0),
    priority=st.just(0),
    schedule=st.just(b""),
    validity=st.just(b""),
    registered_delivery=octet,
    replace_if_present=st.just(0),
    data_coding=octet,
    default_message=st.just(0),
    short_message=st.just(b""),
    tlvs=tlvs,
)
responses = (CommandId.SUBMIT_SM_RESP, CommandId.DELIVER_SM_RESP, CommandId.DATA_SM_RESP)
pdus = st.one_of(
    message(CommandId.SUBMIT_SM),
    message(CommandId.DELIVER_SM),
    data_sm,
    st.builds(MessageResp, st.sampled_from([int(one) for one in responses]), text(65), tlvs),
    st.builds(Bind, kind, text(16), text(65), text(13), octet, octet, octet, text(41), tlvs),
    st.builds(BindResp, kind, text(16), tlvs),
    st.builds(Outbind, text(16), text(9)),
    st.builds(
        SubmitMulti,
        text(6),
        address,
        st.lists(address | text(21), max_size=5).map(tuple),
        octet,
        octet,
        octet,
        text(17),
        text(17),
        octet,
        octet,
        octet,
        octet,
        st.binary(max_size=254),
        tlvs,
    ),
    st.builds(
        SubmitMultiResp,
        text(65),
        st.lists(st.builds(Unsuccess, address, st.integers(0, 0xFFFFFFFF)), max_size=5).map(tuple),
        tlvs,
    ),
    st.builds(QuerySm, text(65), address),
    st.builds(QuerySmResp, text(65), text(17), octet, octet),
    st.builds(CancelSm, text(6), text(65), address, address),
    st.builds(ReplaceSm, text(65), address, text(17), text(17), octet, octet, st.binary(max_size=254)),
    st.builds(AlertNotification, long_address, long_address, tlvs),
    st.builds(UnknownResp, st.just(0x80000999), st.binary(max_size=40)),
    st.sampled_from(
        [
            Unbind(),
            UnbindResp(),
            EnquireLink(),
            EnquireLinkResp(),
            GenericNack(),
            CancelSmResp(),
            ReplaceSmResp(),
        ]
    ),
)


@settings(max_examples=500)
@given(pdu=pdus, status=st.integers(0, 0xFFFFFFFF))
def test_what_is_written_is_read_back(pdu, status):
    frame = encode(pdu, 7, status)
    assert struct.unpack(">IIII", frame[:16]) == (len(frame), pdu.command_id, status, 7)
    assert decode(frame) == Decoded(7, status, pdu)


@settings(max_examples=300)
@given(pdu=pdus, data=st.data())
def test_a_pdu_cut_anywhere_is_read_or_refused_and_never_raises(pdu, data):
    frame = encode(pdu, 7)
    cut = data.draw(st.integers(0, len(frame)))
    part = struct.pack(">I", cut) + frame[4:cut] if cut >= 4 else frame[:cut]
    assert isinstance(decode(part), Decoded | DecodeFailure)


def frame(command: int, body: bytes, sequence: int = 9) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command, 0, sequence) + body


SUBMIT_HEAD = b"\0\1\1ACME\0\1\1336\0\0\0\0\0\0\1\0\0\0"


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"", CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.ENQUIRE_LINK, b"") + b"more", CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_SM, b""), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_SM, b"\0\1\1ACME\0\1\1336"), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD[:-4]), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\3ab"), CommandStatus.ESME_RINVMSGLEN),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\xff" + b"a" * 254), CommandStatus.ESME_RINVMSGLEN),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\1a\0\1"), CommandStatus.ESME_RINVOPTPARSTREAM),
        (frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\1a\0\1\0\2x"), CommandStatus.ESME_RINVOPTPARSTREAM),
        (frame(CommandId.DATA_SM, b"\0\1\1ACME\0\1\1336\0\0"), CommandStatus.ESME_RINVCMDLEN),
        (
            frame(CommandId.DATA_SM, b"\0\1\1AC\0\1\0016\0\0\0\0\4\x24\0\2x"),
            CommandStatus.ESME_RINVOPTPARSTREAM,
        ),
        (frame(CommandId.BIND_RECEIVER, b"me\0secret"), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.BIND_RECEIVER, b"me\0pw\0\0"), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.QUERY_SM_RESP, b"id\0\0\2"), CommandStatus.ESME_RINVCMDLEN),
        (frame(CommandId.SUBMIT_MULTI, b"\0\0\0\0\1\3"), CommandStatus.ESME_RINVDESTFLAG),
        (frame(0x00000999, b""), CommandStatus.ESME_RINVCMDID),
    ],
)
def test_what_cannot_be_read_names_the_status_to_answer(octets, status):
    failure = decode(octets)
    assert isinstance(failure, DecodeFailure)
    assert failure.status == status


@pytest.mark.parametrize(
    ("command", "pdu"),
    [
        (CommandId.SUBMIT_SM_RESP, MessageResp(CommandId.SUBMIT_SM_RESP)),
        (CommandId.BIND_TRANSCEIVER_RESP, BindResp(BindKind.TRANSCEIVER)),
        (CommandId.QUERY_SM_RESP, QuerySmResp()),
        (CommandId.SUBMIT_MULTI_RESP, SubmitMultiResp()),
    ],
)
def test_an_answer_may_come_without_its_body(command, pdu):
    assert decode(frame(command, b"")) == Decoded(9, 0, pdu)


def test_an_answer_counts_whatever_trails_it():
    broken = frame(CommandId.BIND_RECEIVER_RESP, b"smsc\0\2\x10\0\4x")
    assert decode(broken) == Decoded(9, 0, BindResp(BindKind.RECEIVER, b"smsc"))
    unended = frame(CommandId.SUBMIT_SM_RESP, b"0012")
    assert decode(unended) == Decoded(9, 0, MessageResp(CommandId.SUBMIT_SM_RESP, b"0012"))


def test_a_submit_multi_resp_without_its_count_has_no_failures():
    assert decode(frame(CommandId.SUBMIT_MULTI_RESP, b"id\0")) == Decoded(9, 0, SubmitMultiResp(b"id"))


def test_up_to_three_nuls_after_the_text_are_no_parameter():
    decoded = decode(frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\2hi\0\0\0"))
    assert isinstance(decoded, Decoded)
    assert decoded.pdu.text == b"hi"


def test_the_text_of_an_empty_short_message_is_in_message_payload():
    body = SUBMIT_HEAD + b"\0" + struct.pack(">HH", Tag.MESSAGE_PAYLOAD, 5) + b"hello"
    message = decode(frame(CommandId.SUBMIT_SM, body)).pdu
    assert message.text == b"hello"
    assert message.tlv(Tag.MESSAGE_STATE) is None
    without = decode(frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\0")).pdu
    assert without.text == b""
    other = decode(frame(CommandId.SUBMIT_SM, SUBMIT_HEAD + b"\0\4\x27\0\1\2")).pdu
    assert other.text == b""


@pytest.mark.parametrize(
    ("pdu", "field"),
    [
        (Bind(BindKind.RECEIVER, b"x" * 16, b""), "system_id"),
        (Bind(BindKind.RECEIVER, b"x", b"p" * 65), "password"),
        (QuerySm(b"m" * 65, Address(0, 0, b"")), "message_id"),
        (ReplaceSm(b"m", Address(0, 0, b"s"), b"", b"", 0, 0, b"t" * 255), "short_message"),
        (ReplaceSm(b"m", Address(0, 0, b"s" * 21), b"", b"", 0, 0, b""), "address"),
    ],
)
def test_a_value_too_long_for_its_field_is_our_mistake(pdu, field):
    with pytest.raises(FieldTooLong, match=f"{field} takes at most") as caught:
        encode(pdu, 1)
    assert caught.value.field == field


def test_a_nul_would_end_a_field_early():
    with pytest.raises(NulInField, match="password"):
        encode(Bind(BindKind.RECEIVER, b"me", b"a\0b"), 1)


def test_passwords_are_not_shown():
    assert "secret" not in repr(Bind(BindKind.RECEIVER, b"me", b"secret"))
    assert "secret" not in repr(Outbind(b"me", b"secret"))
