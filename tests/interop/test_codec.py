"""Our octets read by smpp34, and smpp34's read by us."""

import smpp34
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.smpp.constants import BindKind, CommandId
from chappe.smpp.decoding import Decoded, decode
from chappe.smpp.encoding import encode
from chappe.smpp.pdu import (
    Address,
    AlertNotification,
    Bind,
    BindResp,
    CancelSm,
    EnquireLink,
    GenericNack,
    Message,
    MessageResp,
    QuerySm,
    QuerySmResp,
    Unbind,
)

octet = st.integers(0, 255)
sequence = st.integers(1, 0x7FFFFFFF)


def word(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=longest)


tlvs = st.lists(st.tuples(st.integers(0x1400, 0x3FFF), st.binary(max_size=30)), max_size=4)
fields = st.fixed_dictionaries(
    {
        "service_type": word(5),
        "source_addr_ton": octet,
        "source_addr_npi": octet,
        "dest_addr_ton": octet,
        "dest_addr_npi": octet,
        "esm_class": octet,
        "protocol_id": octet,
        "priority_flag": octet,
        "registered_delivery": octet,
        "replace_if_present_flag": octet,
        "data_coding": octet,
        "sm_default_msg_id": octet,
    }
)
times = st.sampled_from(["", "000001000000000R", "261122150405000+"])


def theirs_as_ours(pdu: smpp34.SubmitSm | smpp34.DeliverSm) -> Message:
    return Message(
        pdu.command_id,
        pdu.sequence_number,
        pdu.service_type.encode(),
        pdu.source_addr_ton,
        pdu.source_addr_npi,
        pdu.source_addr.encode(),
        pdu.dest_addr_ton,
        pdu.dest_addr_npi,
        pdu.destination_addr.encode(),
        pdu.esm_class,
        pdu.protocol_id,
        pdu.priority_flag,
        pdu.schedule_delivery_time.encode(),
        pdu.validity_period.encode(),
        pdu.registered_delivery,
        pdu.replace_if_present_flag,
        pdu.data_coding,
        pdu.sm_default_msg_id,
        bytes(pdu.short_message),
        tuple((tlv.tag, bytes(tlv.value)) for tlv in pdu.tlvs),
    )


@settings(max_examples=500, deadline=None)
@given(
    kind=st.sampled_from([smpp34.SubmitSm, smpp34.DeliverSm]),
    source=word(20),
    destination=word(20),
    message=st.binary(max_size=254),
    values=fields,
    schedule=times,
    validity=times,
    parameters=tlvs,
    number=sequence,
)
def test_messages_agree_in_both_directions(
    kind, source, destination, message, values, schedule, validity, parameters, number
):
    pdu = kind(
        source,
        destination,
        message,
        **values,
        schedule_delivery_time=schedule,
        validity_period=validity,
        tlvs=[smpp34.Tlv(tag, value) for tag, value in parameters],
        sequence_number=number,
    )
    octets = pdu.encode()
    ours = decode(octets)
    assert isinstance(ours, Decoded)
    assert ours.pdu == theirs_as_ours(pdu)
    written = encode(ours.pdu, number)
    assert written == octets
    assert theirs_as_ours(smpp34.decode(written)) == ours.pdu


address = st.builds(Address, octet, octet, word(20).map(str.encode))
text = word(15).map(str.encode)
others = st.one_of(
    st.builds(Bind, st.sampled_from(list(BindKind)), text, word(8).map(str.encode)),
    st.builds(BindResp, st.sampled_from(list(BindKind)), text),
    st.builds(MessageResp, st.sampled_from([CommandId.SUBMIT_SM_RESP, CommandId.DELIVER_SM_RESP]), text),
    st.builds(QuerySm, text, address),
    st.builds(QuerySmResp, text, st.just(b""), octet, octet),
    st.builds(CancelSm, st.just(b""), text, address, address),
    st.builds(AlertNotification, address, address),
    st.sampled_from([EnquireLink(), Unbind(), GenericNack()]),
)


@settings(max_examples=300, deadline=None)
@given(pdu=others, status=st.integers(0, 0xFFFF), number=sequence)
def test_the_header_of_every_other_pdu_is_read_as_it_was_meant(pdu, status, number):
    octets = encode(pdu, number, status)
    theirs = smpp34.decode(octets)
    assert isinstance(theirs, smpp34.RawPdu)
    assert (theirs.command_length, theirs.command_id) == (len(octets), pdu.command_id)
    assert (theirs.command_status, theirs.sequence_number) == (status, number)
    assert bytes(theirs.body) == octets[16:]
