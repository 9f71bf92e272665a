"""What an SMPP account needs to be known by: kept as JSON in `carrier.settings`, the password apart and
sealed.

Limits are those of the wire (SMPP 3.4 section 4.1: C-octet strings, terminator included) and of what carriers
were seen to ask for.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from chappe.smpp.constants import BindKind
from chappe.sms.options import Charset, Concatenation
from chappe.sms.provider_ids import IdMode

Octet = Annotated[int, Meta(ge=0, le=255)]
Port = Annotated[int, Meta(ge=1, le=65535)]
# Printable ASCII without spaces: what a host name, an address or a file name of ours can hold.
Host = Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_\-]+$")]
Ascii = Annotated[str, Meta(max_length=64, pattern=r"^[\x20-\x7e]*$")]
Seconds = Annotated[float, Meta(ge=1, le=3600)]


class NationalTable(StrEnum):
    """The national language tables of TS 23.038 that a link may be told to use."""

    TURKISH = "turkish"
    SPANISH = "spanish"
    PORTUGUESE = "portuguese"


class StatusAction(StrEnum):
    """What a command status of this carrier means, where it departs from SMPP 3.4 section 5.1.3."""

    THROTTLE = "throttle"
    QUEUE_FULL = "queue_full"
    TEMPORARY = "temporary"
    REROUTE = "reroute"
    PERMANENT = "permanent"
    SENDER = "sender"
    NUMBER = "number"
    CREDIT = "credit"


class Tls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS to the carrier. Without `ca_file` the machine's authorities are trusted."""

    verify: bool = True
    server_name: Host | None = None
    # Paths on the machine that runs the sender.
    ca_file: Ascii | None = None
    certificate_file: Ascii | None = None
    key_file: Ascii | None = None


class Numbering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Type of number and numbering plan (SMPP 3.4 sections 5.2.5 and 5.2.6)."""

    ton: Octet
    npi: Octet


class SenderNumbering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How each kind of sender is announced. The usual values; carriers differ most on short codes."""

    alphanumeric: Numbering = Numbering(ton=5, npi=0)
    long_code: Numbering = Numbering(ton=1, npi=1)
    short_code: Numbering = Numbering(ton=3, npi=0)


class SmppSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SMPP account, without its password. Times are in seconds."""

    host: Host
    port: Port
    system_id: Annotated[str, Meta(max_length=15, pattern=r"^[\x20-\x7e]*$")]
    bind: BindKind = BindKind.TRANSCEIVER
    # Submits in flight: what the carrier allows, 10 when it says nothing.
    window: Annotated[int, Meta(ge=1, le=5000)] = 10
    # The carrier's limit; null when it gives none.
    parts_per_second: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    tls: Tls | None = None
    system_type: Annotated[str, Meta(max_length=12, pattern=r"^[\x20-\x7e]*$")] = ""
    service_type: Annotated[str, Meta(max_length=5, pattern=r"^[\x20-\x7e]*$")] = ""
    # The range of addresses asked for at the bind; most carriers want it empty.
    address: Numbering = Numbering(ton=0, npi=0)
    address_range: Annotated[str, Meta(max_length=40, pattern=r"^[\x20-\x7e]*$")] = ""
    senders: SenderNumbering = SenderNumbering()
    destination: Numbering = Numbering(ton=1, npi=1)
    concatenation: Concatenation = Concatenation.UDH8
    # What the carrier reads in a text that is not UCS-2, and the data_coding that says so.
    charset: Charset = Charset.GSM7
    data_coding: Octet | None = None
    national: NationalTable | None = None
    # How a receipt's id relates to the one answered at submit.
    receipt_ids: IdMode = IdMode.AUTO
    # Receipts that carriers send with esm_class 0, told by their text.
    receipts_by_text: bool = False
    # Carrier's own codes, or a standard one that it uses otherwise: {"0x0000000b": "temporary"}.
    statuses: dict[Annotated[str, Meta(pattern=r"^0x[0-9a-f]{8}$")], StatusAction] = {}
    connect_seconds: Seconds = 10
    bind_seconds: Seconds = 10
    enquire_seconds: Seconds = 30
    response_seconds: Seconds = 60
