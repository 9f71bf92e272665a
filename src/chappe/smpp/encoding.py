"""PDUs to bytes. Field sizes are those of §4, NUL included; one that is too long is our own mistake."""

import struct
from collections.abc import Iterable

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.pdu import (
    Address,
    AlertNotification,
    Bind,
    BindResp,
    CancelSm,
    Message,
    MessageResp,
    Outbind,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    SubmitMulti,
    SubmitMultiResp,
    UnknownResp,
)

pack_header = struct.Struct(">IIII").pack
_pack_tlv = struct.Struct(">HH").pack

LONGEST_SHORT_MESSAGE = 254  # §5.2.21


class FieldTooLong(ValueError):
    """A value does not fit its field on the wire; `field` is its name in the specification."""

    def __init__(self, field: str, size: int, limit: int) -> None:
        super().__init__(f"{field} takes at most {limit} octets, this one has {size}: shorten it")
        self.field = field


class NulInField(ValueError):
    """A C-Octet String would end early."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot hold a NUL octet: remove it")
        self.field = field


def encode(pdu: Pdu, sequence: int, status: int = 0) -> bytes:
    """The whole PDU, header included. FieldTooLong, NulInField."""
    body = encode_body(pdu)
    return pack_header(HEADER_OCTETS + len(body), pdu.command_id, status, sequence) + body


def encode_body(pdu: Pdu) -> bytes:
    match pdu:
        case Message():
            return _message(pdu)
        case MessageResp(_, message_id, tlvs):
            return c_string(message_id, 65, "message_id") + encode_tlvs(tlvs)
        case Bind():
            return _bind(pdu)
        case BindResp(_, system_id, tlvs):
            return c_string(system_id, 16, "system_id") + encode_tlvs(tlvs)
        case Outbind(system_id, password):
            return c_string(system_id, 16, "system_id") + c_string(password, 9, "password")
        case UnknownResp(_, body):
            return body
        case _:
            return _occasional(pdu)


def _occasional(pdu: Pdu) -> bytes:
    match pdu:
        case QuerySm(message_id, source):
            return c_string(message_id, 65, "message_id") + _address(source, 21)
        case QuerySmResp(message_id, final_date, state, error):
            dated = c_string(message_id, 65, "message_id") + c_string(final_date, 17, "final_date")
            return dated + bytes((state, error))
        case CancelSm(service_type, message_id, source, destination):
            named = c_string(service_type, 6, "service_type") + c_string(message_id, 65, "message_id")
            return named + _address(source, 21) + _address(destination, 21)
        case ReplaceSm():
            return _replace(pdu)
        case SubmitMulti():
            return _submit_multi(pdu)
        case SubmitMultiResp(message_id, unsuccess, tlvs):
            failed = b"".join(_address(u.destination, 21) + u.status.to_bytes(4, "big") for u in unsuccess)
            head = c_string(message_id, 65, "message_id") + bytes((len(unsuccess),))
            return head + failed + encode_tlvs(tlvs)
        case AlertNotification(source, esme, tlvs):
            return _address(source, 65) + _address(esme, 65) + encode_tlvs(tlvs)
        case _:
            return b""  # header only: unbind, enquire_link, generic_nack and the answers without a body


def encode_tlvs(tlvs: Iterable[tuple[int, bytes]]) -> bytes:
    """§3.2.4.1."""
    return b"".join([_pack_tlv(tag, len(value)) + value for tag, value in tlvs])


def c_string(value: bytes, limit: int, field: str) -> bytes:
    """A C-Octet String of at most `limit` octets, its NUL included."""
    if len(value) >= limit:
        raise FieldTooLong(field, len(value), limit - 1)
    if 0 in value:
        raise NulInField(field)
    return value + b"\0"


def short_message(text: bytes) -> bytes:
    """sm_length and the octets themselves (§5.2.21-22)."""
    if len(text) > LONGEST_SHORT_MESSAGE:
        raise FieldTooLong("short_message", len(text), LONGEST_SHORT_MESSAGE)
    return bytes((len(text),)) + text


def _address(address: Address, limit: int) -> bytes:
    return bytes((address.ton, address.npi)) + c_string(address.address, limit, "address")


def _times(schedule: bytes, validity: bytes) -> bytes:
    """§5.2.15-16: one octet or 17."""
    return c_string(schedule, 17, "schedule_delivery_time") + c_string(validity, 17, "validity_period")


def _bind(bind: Bind) -> bytes:
    return b"".join(
        (
            c_string(bind.system_id, 16, "system_id"),
            # §4.1 gives 9; carriers hand out longer passwords and every stack sends them.
            c_string(bind.password, 65, "password"),
            c_string(bind.system_type, 13, "system_type"),
            bytes((bind.interface_version, bind.address_ton, bind.address_npi)),
            c_string(bind.address_range, 41, "address_range"),
            encode_tlvs(bind.tlvs),
        )
    )


def _message(message: Message) -> bytes:
    data_sm = message.command_id == CommandId.DATA_SM
    limit = 65 if data_sm else 21
    head = (
        c_string(message.service_type, 6, "service_type")
        + bytes((message.source_ton, message.source_npi))
        + c_string(message.source, limit, "source_addr")
        + bytes((message.destination_ton, message.destination_npi))
        + c_string(message.destination, limit, "destination_addr")
    )
    if data_sm:
        flags = bytes((message.esm_class, message.registered_delivery, message.data_coding))
        return head + flags + encode_tlvs(message.tlvs)
    return b"".join(
        (
            head,
            bytes((message.esm_class, message.protocol_id, message.priority)),
            _times(message.schedule, message.validity),
            bytes((message.registered_delivery, message.replace_if_present)),
            bytes((message.data_coding, message.default_message)),
            short_message(message.short_message),
            encode_tlvs(message.tlvs),
        )
    )


def _submit_multi(multi: SubmitMulti) -> bytes:
    destinations = b"".join(
        b"\x01" + _address(one, 21) if isinstance(one, Address) else b"\x02" + c_string(one, 21, "dl_name")
        for one in multi.destinations
    )
    return b"".join(
        (
            c_string(multi.service_type, 6, "service_type"),
            _address(multi.source, 21),
            bytes((len(multi.destinations),)),
            destinations,
            bytes((multi.esm_class, multi.protocol_id, multi.priority)),
            _times(multi.schedule, multi.validity),
            bytes((multi.registered_delivery, multi.replace_if_present)),
            bytes((multi.data_coding, multi.default_message)),
            short_message(multi.short_message),
            encode_tlvs(multi.tlvs),
        )
    )


def _replace(replace: ReplaceSm) -> bytes:
    return b"".join(
        (
            c_string(replace.message_id, 65, "message_id"),
            _address(replace.source, 21),
            _times(replace.schedule, replace.validity),
            bytes((replace.registered_delivery, replace.default_message)),
            short_message(replace.short_message),
        )
    )
