"""The PDUs of SMPP 3.4 as values. `encoding` writes them, `decoding` reads them.

Texts of the wire (addresses, ids, passwords) are bytes: no character set is promised for them.
"""

from typing import ClassVar

import msgspec

from chappe.smpp.constants import BIND_COMMANDS, INTERFACE_VERSION, BindKind, CommandId, Tag

Tlvs = tuple[tuple[int, bytes], ...]
"""Optional parameters in the order of the wire, unknown and repeated ones included."""

Answer = tuple[int, int, bytes]
"""(token, command_status, message_id): what came back for a message that we sent."""

Reply = tuple[int, int, bytes]
"""(sequence, command_status, message_id): what we answer to a message that we received."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """submit_sm (§4.4.1), deliver_sm (§4.6.1) or data_sm (§4.7.1) as read from the wire.

    One shape for the three: data_sm has neither text nor times, its text is in message_payload.
    """

    command_id: int
    sequence: int
    service_type: bytes
    source_ton: int
    source_npi: int
    source: bytes
    destination_ton: int
    destination_npi: int
    destination: bytes
    esm_class: int
    protocol_id: int
    priority: int
    schedule: bytes
    validity: bytes
    registered_delivery: int
    replace_if_present: int
    data_coding: int
    default_message: int
    short_message: bytes
    tlvs: Tlvs

    @property
    def text(self) -> bytes:
        """The user data, wherever it is: §4.4.1 lets message_payload stand for an empty short_message."""
        if self.short_message or not self.tlvs:
            return self.short_message
        return self.tlv(Tag.MESSAGE_PAYLOAD) or b""

    def tlv(self, tag: int) -> bytes | None:
        """The first value of `tag`."""
        for found, value in self.tlvs:
            if found == tag:
                return value
        return None


class Bind(msgspec.Struct, frozen=True):
    """bind_transmitter, bind_receiver, bind_transceiver (§4.1)."""

    kind: BindKind
    system_id: bytes
    password: bytes
    system_type: bytes = b""
    interface_version: int = INTERFACE_VERSION
    address_ton: int = 0
    address_npi: int = 0
    address_range: bytes = b""
    tlvs: Tlvs = ()

    @property
    def command_id(self) -> int:
        return BIND_COMMANDS[self.kind]

    def __repr__(self) -> str:
        return f"Bind({self.kind.value}, system_id={self.system_id!r}, password=***)"


class BindResp(msgspec.Struct, frozen=True):
    """§4.1.2, 4.1.4, 4.1.6. The body may be absent when the bind is refused."""

    kind: BindKind
    system_id: bytes = b""
    tlvs: Tlvs = ()

    @property
    def command_id(self) -> int:
        return BIND_COMMANDS[self.kind] | CommandId.GENERIC_NACK


class Outbind(msgspec.Struct, frozen=True):
    """The SMSC asks the ESME to bind as receiver (§4.1.7)."""

    command_id: ClassVar[int] = CommandId.OUTBIND
    system_id: bytes
    password: bytes

    def __repr__(self) -> str:
        return f"Outbind(system_id={self.system_id!r}, password=***)"


class Unbind(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.UNBIND


class UnbindResp(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.UNBIND_RESP


class EnquireLink(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.ENQUIRE_LINK


class EnquireLinkResp(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.ENQUIRE_LINK_RESP


class GenericNack(msgspec.Struct, frozen=True):
    """§4.3.1: the answer to a PDU that cannot be answered otherwise."""

    command_id: ClassVar[int] = CommandId.GENERIC_NACK


class MessageResp(msgspec.Struct, frozen=True):
    """submit_sm_resp, deliver_sm_resp (message_id unused, empty), data_sm_resp."""

    command_id: int
    message_id: bytes = b""
    tlvs: Tlvs = ()


class Address(msgspec.Struct, frozen=True):
    ton: int
    npi: int
    address: bytes


class Unsuccess(msgspec.Struct, frozen=True):
    """One destination that submit_multi could not take (§4.5.2)."""

    destination: Address
    status: int


class SubmitMulti(msgspec.Struct, frozen=True):
    """§4.5.1. `destinations` are SME addresses, or names of distribution lists as bytes."""

    command_id: ClassVar[int] = CommandId.SUBMIT_MULTI
    service_type: bytes
    source: Address
    destinations: tuple[Address | bytes, ...]
    esm_class: int
    protocol_id: int
    priority: int
    schedule: bytes
    validity: bytes
    registered_delivery: int
    replace_if_present: int
    data_coding: int
    default_message: int
    short_message: bytes
    tlvs: Tlvs = ()


class SubmitMultiResp(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.SUBMIT_MULTI_RESP
    message_id: bytes = b""
    unsuccess: tuple[Unsuccess, ...] = ()
    tlvs: Tlvs = ()


class QuerySm(msgspec.Struct, frozen=True):
    """§4.8.1."""

    command_id: ClassVar[int] = CommandId.QUERY_SM
    message_id: bytes
    source: Address


class QuerySmResp(msgspec.Struct, frozen=True):
    """§4.8.2."""

    command_id: ClassVar[int] = CommandId.QUERY_SM_RESP
    message_id: bytes = b""
    final_date: bytes = b""
    message_state: int = 0
    error_code: int = 0


class CancelSm(msgspec.Struct, frozen=True):
    """§4.9.1."""

    command_id: ClassVar[int] = CommandId.CANCEL_SM
    service_type: bytes
    message_id: bytes
    source: Address
    destination: Address


class CancelSmResp(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.CANCEL_SM_RESP


class ReplaceSm(msgspec.Struct, frozen=True):
    """§4.10.1."""

    command_id: ClassVar[int] = CommandId.REPLACE_SM
    message_id: bytes
    source: Address
    schedule: bytes
    validity: bytes
    registered_delivery: int
    default_message: int
    short_message: bytes


class ReplaceSmResp(msgspec.Struct, frozen=True):
    command_id: ClassVar[int] = CommandId.REPLACE_SM_RESP


class AlertNotification(msgspec.Struct, frozen=True):
    """§4.12.1: a phone is reachable again."""

    command_id: ClassVar[int] = CommandId.ALERT_NOTIFICATION
    source: Address
    esme: Address
    tlvs: Tlvs = ()


class UnknownResp(msgspec.Struct, frozen=True):
    """A response of an id that 3.4 does not know."""

    command_id: int
    body: bytes


Request = QuerySm | CancelSm | ReplaceSm | SubmitMulti
"""The occasional requests: one at a time, outside the windows."""

Response = QuerySmResp | CancelSmResp | ReplaceSmResp | SubmitMultiResp

Pdu = (
    Message
    | Bind
    | BindResp
    | Outbind
    | Unbind
    | UnbindResp
    | EnquireLink
    | EnquireLinkResp
    | GenericNack
    | MessageResp
    | SubmitMulti
    | SubmitMultiResp
    | QuerySm
    | QuerySmResp
    | CancelSm
    | CancelSmResp
    | ReplaceSm
    | ReplaceSmResp
    | AlertNotification
    | UnknownResp
)
