"""Bodies built from a template are those that the encoder writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.smpp.constants import CommandId, RegisteredDelivery
from chappe.smpp.decoding import decode_message
from chappe.smpp.encoding import FieldTooLong, NulInField, encode, encode_tlvs
from chappe.smpp.template import MessageTemplate, SubmitTemplate

number = st.integers(0, 10**15).map(lambda value: b"%d" % value)


@given(
    destination=number,
    text=st.binary(max_size=254),
    esm_class=st.integers(0, 255),
    data_coding=st.integers(0, 255),
    tlvs=st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=9)), max_size=3),
)
def test_a_body_reads_back_as_what_was_asked(destination, text, esm_class, data_coding, tlvs):
    template = SubmitTemplate(
        b"ACME",
        source_ton=5,
        source_npi=0,
        service_type=b"CMT",
        protocol_id=1,
        priority=2,
        schedule=b"S" * 16,
        validity=b"V" * 16,
        replace_if_present=1,
    )
    body = template.body(
        destination, text, esm_class=esm_class, data_coding=data_coding, tlvs=encode_tlvs(tlvs)
    )
    message = decode_message(CommandId.SUBMIT_SM, 3, body, 0, len(body))
    assert encode(message, 3)[16:] == body
    assert (message.source, message.source_ton, message.source_npi) == (b"ACME", 5, 0)
    assert (message.destination, message.destination_ton, message.destination_npi) == (destination, 1, 1)
    assert (message.esm_class, message.data_coding, message.short_message) == (esm_class, data_coding, text)
    assert (message.service_type, message.protocol_id, message.priority) == (b"CMT", 1, 2)
    assert (message.schedule, message.validity) == (b"S" * 16, b"V" * 16)
    assert message.registered_delivery == RegisteredDelivery.FINAL
    assert message.replace_if_present == 1
    assert message.tlvs == tuple(tlvs)


def test_values_that_do_not_fit_are_refused():
    with pytest.raises(FieldTooLong, match="source_addr"):
        MessageTemplate(b"A" * 21, source_ton=5, source_npi=0)
    template = MessageTemplate(b"A", source_ton=5, source_npi=0)
    with pytest.raises(FieldTooLong, match="destination_addr"):
        template.body(b"3" * 21, b"")
    with pytest.raises(NulInField, match="destination_addr"):
        template.body(b"33\x00", b"")
    with pytest.raises(FieldTooLong, match="short_message"):
        template.body(b"33", b"t" * 255)
