"""A text, cut by `chappe.sms`, into the submit_sm bodies that carry it on a link.

The link's `TextOptions` say how parts are tied together and which data_coding stands for what; the template
asks for a receipt on every part, because carriers report the first, the last or each one.
"""

from chappe.smpp.constants import Tag
from chappe.smpp.encoding import encode_tlvs
from chappe.smpp.template import SubmitTemplate
from chappe.sms.options import Concatenation
from chappe.sms.parts import Parts


def bodies(template: SubmitTemplate, destination: bytes, parts: Parts) -> list[bytes]:
    """One body per part, in order; a single one in message_payload, which the carrier cuts into
    `parts.count`: pace and bill that number, not the length of this list. FieldTooLong, NulInField.
    """
    if parts.in_payload_tlv:
        # §5.3.2.32: the text is in one of short_message and message_payload; sm_length is zero here.
        return [_in_payload(template, destination, parts)]
    if parts.concatenation is Concatenation.SAR and parts.count > 1:
        return _by_sar(template, destination, parts)
    body, esm_class, data_coding = template.body, parts.esm_class, parts.data_coding
    return [body(destination, one, esm_class=esm_class, data_coding=data_coding) for one in parts.payloads]


def _in_payload(template: SubmitTemplate, destination: bytes, parts: Parts) -> bytes:
    tlvs = encode_tlvs([(Tag.MESSAGE_PAYLOAD, parts.payloads[0])])
    return template.body(
        destination, b"", esm_class=parts.esm_class, data_coding=parts.data_coding, tlvs=tlvs
    )


def _by_sar(template: SubmitTemplate, destination: bytes, parts: Parts) -> list[bytes]:
    """§5.3.2.22-24: the same reference and total in every part, numbered from 1."""
    return [
        template.body(
            destination,
            payload,
            esm_class=parts.esm_class,
            data_coding=parts.data_coding,
            tlvs=encode_tlvs(
                (
                    (Tag.SAR_MSG_REF_NUM, parts.reference.to_bytes(2, "big")),
                    (Tag.SAR_TOTAL_SEGMENTS, bytes((parts.count,))),
                    (Tag.SAR_SEGMENT_SEQNUM, bytes((number,))),
                )
            ),
        )
        for number, payload in enumerate(parts.payloads, start=1)
    ]
