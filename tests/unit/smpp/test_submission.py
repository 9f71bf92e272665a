"""A long text reaches the wire in each of the four ways, whole."""

import pytest

from chappe.smpp.constants import CommandId, EsmClass, RegisteredDelivery, Tag
from chappe.smpp.decoding import decode_message
from chappe.smpp.submission import bodies
from chappe.smpp.template import SubmitTemplate
from chappe.sms.options import Concatenation, TextOptions
from chappe.sms.parts import split

TEMPLATE = SubmitTemplate(b"ACME", source_ton=5, source_npi=0)
LONG = "All the world's a stage, and all the men and women merely players. " * 6
UNICODE = "Le télégraphe de Chappe — 中文 😀 " * 8


def read(text: str, concatenation: Concatenation, reference: int = 0x1234):
    parts = split(text, TextOptions(concatenation=concatenation), reference)
    return parts, [
        decode_message(CommandId.SUBMIT_SM, number, body, 0, len(body))
        for number, body in enumerate(bodies(TEMPLATE, b"33612345678", parts))
    ]


@pytest.mark.parametrize("concatenation", list(Concatenation))
def test_a_short_text_is_one_message(concatenation):
    _, [message] = read("Hello", concatenation)
    assert message.text == b"Hello"
    assert message.tlv(Tag.SAR_MSG_REF_NUM) is None


@pytest.mark.parametrize("text", [LONG, UNICODE])
@pytest.mark.parametrize(
    ("concatenation", "header"),
    [(Concatenation.UDH8, b"\5\0\3\x34"), (Concatenation.UDH16, b"\6\x08\4\x12\x34")],
)
def test_headers_number_the_parts(text, concatenation, header):
    parts, messages = read(text, concatenation)
    assert len(messages) == parts.count > 1
    for number, message in enumerate(messages, start=1):
        assert message.esm_class & EsmClass.UDHI
        assert message.short_message.startswith(header + bytes((len(messages), number)))
        assert message.data_coding == (8 if text is UNICODE else 0)
        assert message.registered_delivery == RegisteredDelivery.FINAL


def test_sar_parameters_number_the_parts():
    parts, messages = read(LONG, Concatenation.SAR)
    assert len(messages) == parts.count > 1
    assert b"".join(one.short_message for one in messages) == LONG.encode("ascii")
    for number, message in enumerate(messages, start=1):
        assert message.esm_class == 0
        assert message.tlvs == (
            (Tag.SAR_MSG_REF_NUM, b"\x12\x34"),
            (Tag.SAR_TOTAL_SEGMENTS, bytes((len(messages),))),
            (Tag.SAR_SEGMENT_SEQNUM, bytes((number,))),
        )


@pytest.mark.parametrize("text", [LONG, UNICODE])
def test_message_payload_carries_the_whole_text(text):
    parts, [message] = read(text, Concatenation.PAYLOAD)
    assert message.short_message == b""
    expected = text.encode("utf-16-be") if text is UNICODE else text.encode("ascii")
    assert message.tlv(Tag.MESSAGE_PAYLOAD) == expected
    assert parts.count > 1
