"""Bytes to PDUs. Nothing here raises on bytes from outside: what cannot be read is a `DecodeFailure`.

Lengths of fields are read leniently (carriers send passwords, ids and addresses longer than §4 allows) and
written strictly (`encoding`): only a field that does not end inside its PDU is refused.
"""

import struct
from collections.abc import Callable

import msgspec

from chappe.smpp.constants import BIND_KINDS, HEADER_OCTETS, RESPONSE, CommandId, CommandStatus
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
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ReplaceSmResp,
    SubmitMulti,
    SubmitMultiResp,
    Tlvs,
    Unbind,
    UnbindResp,
    UnknownResp,
    Unsuccess,
)
from chappe.smpp.reading import Malformed, Reader

_header = struct.Struct(">IIII").unpack_from
_tag_and_length = struct.Struct(">HH").unpack_from


class DecodeFailure(msgspec.Struct, frozen=True):
    """A PDU that cannot be read, with the command_status that its sender is to be told."""

    command_id: int
    sequence: int
    status: int
    reason: str


class Decoded(msgspec.Struct, frozen=True):
    """A PDU with the part of its header that is not its kind."""

    sequence: int
    status: int
    pdu: Pdu


def decode(frame: bytes) -> Decoded | DecodeFailure:
    """Read one whole PDU, header included."""
    if len(frame) < HEADER_OCTETS:
        return DecodeFailure(0, 0, CommandStatus.ESME_RINVCMDLEN, "shorter than a header")
    length, command, status, sequence = _header(frame)
    if length != len(frame):
        reason = f"command_length says {length} octets, there are {len(frame)}"
        return DecodeFailure(command, sequence, CommandStatus.ESME_RINVCMDLEN, reason)
    pdu = decode_body(command, sequence, frame, HEADER_OCTETS, length)
    return pdu if isinstance(pdu, DecodeFailure) else Decoded(sequence, status, pdu)


def decode_body(command: int, sequence: int, data: bytes, start: int, end: int) -> Pdu | DecodeFailure:
    """Read the body that lies in `data[start:end]`."""
    if command in MESSAGES:
        return decode_message(command, sequence, data, start, end)
    try:
        return _decode_control(command, Reader(data, start, end))
    except Malformed as malformed:
        return DecodeFailure(command, sequence, malformed.status, malformed.reason)


def decode_message(command: int, sequence: int, data: bytes, start: int, end: int) -> Message | DecodeFailure:
    """Read submit_sm, deliver_sm or data_sm. The hot path: positions instead of a reader.

    A `find` that fails gives -1, and one that starts at or after `end` fails too, so the octets between two
    terminators that were found are inside the PDU.
    """
    service = data.find(0, start, end)
    source = data.find(0, service + 3, end) if service >= 0 else -1
    target = data.find(0, source + 3, end) if source >= 0 else -1
    if target < 0:
        return _unended(command, sequence)
    if command == CommandId.DATA_SM:
        return _decode_data_sm(sequence, data, start, end, (service, source, target))
    schedule = data.find(0, target + 4, end)
    validity = data.find(0, schedule + 1, end) if schedule >= 0 else -1
    text = validity + 6
    if validity < 0 or text > end:
        return _unended(command, sequence)
    text_end = text + data[text - 1]
    if text_end > end:
        # §5.2.21: sm_length counts the octets of short_message.
        reason = f"sm_length {data[text - 1]} goes beyond the PDU by {text_end - end} octets"
        return DecodeFailure(command, sequence, CommandStatus.ESME_RINVMSGLEN, reason)
    tlvs: Tlvs | None = () if text_end == end else decode_tlvs(data, text_end, end)
    if tlvs is None:
        return _broken_tlvs(command, sequence)
    return Message(
        command,
        sequence,
        data[start:service],
        data[service + 1],
        data[service + 2],
        data[service + 3 : source],
        data[source + 1],
        data[source + 2],
        data[source + 3 : target],
        data[target + 1],
        data[target + 2],
        data[target + 3],
        data[target + 4 : schedule],
        data[schedule + 1 : validity],
        data[validity + 1],
        data[validity + 2],
        data[validity + 3],
        data[validity + 4],
        data[text:text_end],
        tlvs,
    )


def _decode_data_sm(
    sequence: int, data: bytes, start: int, end: int, ends: tuple[int, int, int]
) -> Message | DecodeFailure:
    """§4.7.1: after the addresses come esm_class, registered_delivery and data_coding, then TLVs."""
    service, source, target = ends
    if target + 4 > end:
        return _unended(CommandId.DATA_SM, sequence)
    tlvs = decode_tlvs(data, target + 4, end)
    if tlvs is None:
        return _broken_tlvs(CommandId.DATA_SM, sequence)
    return Message(
        command_id=CommandId.DATA_SM,
        sequence=sequence,
        service_type=data[start:service],
        source_ton=data[service + 1],
        source_npi=data[service + 2],
        source=data[service + 3 : source],
        destination_ton=data[source + 1],
        destination_npi=data[source + 2],
        destination=data[source + 3 : target],
        esm_class=data[target + 1],
        protocol_id=0,
        priority=0,
        schedule=b"",
        validity=b"",
        registered_delivery=data[target + 2],
        replace_if_present=0,
        data_coding=data[target + 3],
        default_message=0,
        short_message=b"",
        tlvs=tlvs,
    )


def decode_tlvs(data: bytes, start: int, end: int) -> Tlvs | None:
    """§3.2.4.1: tag, length, value, until the PDU ends. None when a value goes beyond it.

    Up to three NULs at the end are no parameter: some end their text with one that sm_length does not count
    (cloudhopper-smpp issue 64), and a message is not lost for it.
    """
    found: list[tuple[int, bytes]] = []
    while start < end:
        if start + 4 > end:
            return None if any(data[start:end]) else tuple(found)
        tag, length = _tag_and_length(data, start)
        start += 4
        if start + length > end:
            return None
        found.append((tag, data[start : start + length]))
        start += length
    return tuple(found)


def _unended(command: int, sequence: int) -> DecodeFailure:
    # §3.1: a C-Octet String is "terminated with the NULL character".
    reason = "a mandatory field does not end inside the PDU"
    return DecodeFailure(command, sequence, CommandStatus.ESME_RINVCMDLEN, reason)


def _broken_tlvs(command: int, sequence: int) -> DecodeFailure:
    # §5.1.3: ESME_RINVOPTPARSTREAM, "Error in the optional part of the PDU Body".
    reason = "an optional parameter goes beyond the PDU"
    return DecodeFailure(command, sequence, CommandStatus.ESME_RINVOPTPARSTREAM, reason)


def _decode_control(command: int, body: Reader) -> Pdu:
    read = _READERS.get(command)
    if read is not None:
        return read(body)
    if command in BIND_KINDS:
        return _bind(command, body)
    if command & ~RESPONSE in BIND_KINDS:
        # §4.1.2: the body is there on success; a refusal often comes as a bare header.
        return BindResp(BIND_KINDS[command & ~RESPONSE], body.optional_string(), body.readable_tlvs())
    if command & ~RESPONSE in MESSAGES:
        # §4.4.2: "not returned if the command_status field contains a non-zero value"; many return it.
        return MessageResp(command, body.optional_string(), body.readable_tlvs())
    if command & RESPONSE:
        return UnknownResp(command, body.rest())
    # §4.3.1: a command_id that is not recognised is answered by generic_nack.
    raise Malformed(CommandStatus.ESME_RINVCMDID, f"command_id {command:#010x} is not in SMPP 3.4")


def _bind(command: int, body: Reader) -> Bind:
    return Bind(
        kind=BIND_KINDS[command],
        system_id=body.string(),
        password=body.string(),
        system_type=body.string(),
        interface_version=body.octet(),
        address_ton=body.octet(),
        address_npi=body.octet(),
        address_range=body.string(),
        tlvs=body.tlvs(),
    )


def _address(body: Reader) -> Address:
    return Address(body.octet(), body.octet(), body.string())


def _destination(body: Reader) -> Address | bytes:
    """§4.5.1.1: dest_flag 1 is an SME address, 2 the name of a distribution list."""
    flag = body.octet()
    if flag == 1:
        return _address(body)
    if flag == 2:
        return body.string()
    raise Malformed(CommandStatus.ESME_RINVDESTFLAG, f"dest_flag {flag} is neither 1 nor 2")


def _submit_multi(body: Reader) -> SubmitMulti:
    return SubmitMulti(
        service_type=body.string(),
        source=_address(body),
        destinations=tuple(_destination(body) for _ in range(body.octet())),
        esm_class=body.octet(),
        protocol_id=body.octet(),
        priority=body.octet(),
        schedule=body.string(),
        validity=body.string(),
        registered_delivery=body.octet(),
        replace_if_present=body.octet(),
        data_coding=body.octet(),
        default_message=body.octet(),
        short_message=body.octets(body.octet()),
        tlvs=body.tlvs(),
    )


def _submit_multi_resp(body: Reader) -> SubmitMultiResp:
    if body.empty:
        return SubmitMultiResp()
    message_id = body.string()
    unsuccess = tuple(Unsuccess(_address(body), body.integer()) for _ in range(body.optional_octet()))
    return SubmitMultiResp(message_id, unsuccess, body.tlvs())


def _query_sm_resp(body: Reader) -> QuerySmResp:
    if body.empty:
        return QuerySmResp()
    return QuerySmResp(body.string(), body.string(), body.octet(), body.octet())


def _replace_sm(body: Reader) -> ReplaceSm:
    return ReplaceSm(
        message_id=body.string(),
        source=_address(body),
        schedule=body.string(),
        validity=body.string(),
        registered_delivery=body.octet(),
        default_message=body.octet(),
        short_message=body.octets(body.octet()),
    )


MESSAGES = frozenset((int(CommandId.SUBMIT_SM), int(CommandId.DELIVER_SM), int(CommandId.DATA_SM)))

_READERS: dict[int, Callable[[Reader], Pdu]] = {
    # Header-only PDUs: octets after the header are ignored, some stacks send them.
    int(CommandId.GENERIC_NACK): lambda body: GenericNack(),
    int(CommandId.UNBIND): lambda body: Unbind(),
    int(CommandId.UNBIND_RESP): lambda body: UnbindResp(),
    int(CommandId.ENQUIRE_LINK): lambda body: EnquireLink(),
    int(CommandId.ENQUIRE_LINK_RESP): lambda body: EnquireLinkResp(),
    int(CommandId.CANCEL_SM_RESP): lambda body: CancelSmResp(),
    int(CommandId.REPLACE_SM_RESP): lambda body: ReplaceSmResp(),
    int(CommandId.OUTBIND): lambda body: Outbind(body.string(), body.string()),
    int(CommandId.QUERY_SM): lambda body: QuerySm(body.string(), _address(body)),
    int(CommandId.QUERY_SM_RESP): _query_sm_resp,
    int(CommandId.CANCEL_SM): lambda body: CancelSm(
        body.string(), body.string(), _address(body), _address(body)
    ),
    int(CommandId.REPLACE_SM): _replace_sm,
    int(CommandId.SUBMIT_MULTI): _submit_multi,
    int(CommandId.SUBMIT_MULTI_RESP): _submit_multi_resp,
    int(CommandId.ALERT_NOTIFICATION): lambda body: AlertNotification(
        _address(body), _address(body), body.tlvs()
    ),
}
