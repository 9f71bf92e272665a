"""Delivery receipts: the text of SMPP 3.4 appendix B as carriers really write it, and the TLVs beside it.

Appendix B calls the format vendor specific. Seen: keys in any case and order, fields missing or empty, years
of four digits, letters in err, UUIDs, UCS-2, a NUL at the end, and one carrier's comma-separated line.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec

from chappe.sms import gsm7
from chappe.sms.receipt_date import read_date

RECEIPTED_MESSAGE_ID: Final = 0x001E
NETWORK_ERROR_CODE: Final = 0x0423
MESSAGE_STATE: Final = 0x0427


class ReceiptState(Enum):
    """message_state, SMPP 3.4 section 5.2.28; SCHEDULED and SKIPPED are of version 5."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9

    @property
    def final(self) -> bool:
        """Nothing more is to come.

        UNKNOWN is not final: carriers send it when they lose sight of a phone, then DELIVRD.
        """
        return self in _FINAL


_FINAL = frozenset(
    {
        ReceiptState.DELIVERED,
        ReceiptState.EXPIRED,
        ReceiptState.DELETED,
        ReceiptState.UNDELIVERABLE,
        ReceiptState.REJECTED,
        ReceiptState.SKIPPED,
    }
)

_WORDS: Final = {
    ReceiptState.SCHEDULED: "SCHEDULED",
    ReceiptState.ENROUTE: "ENROUTE BUFFRED BUFFERD BUFFERED PENDING SENT RETRY",
    ReceiptState.DELIVERED: "DELIVRD DELIVERD DELIVERED DLVRD SUCCESS",
    ReceiptState.EXPIRED: "EXPIRED EXPIRD",
    ReceiptState.DELETED: "DELETED DELETD CANCELED CANCELLED",
    ReceiptState.UNDELIVERABLE: "UNDELIV UNDELIVERABLE UNDELIVERED UNDELIVRD UNDLVRD FAILED FAIL",
    ReceiptState.ACCEPTED: "ACCEPTD ACCEPTED ACKED",
    ReceiptState.UNKNOWN: "UNKNOWN UNKNWN",
    ReceiptState.REJECTED: "REJECTD REJECTED REJECT BLOCKED SPAM",
    ReceiptState.SKIPPED: "SKIPPED",
}
STATES: Final[Mapping[str, ReceiptState]] = {
    **{word: state for state, words in _WORDS.items() for word in words.split()},
    **{str(state.value): state for state in ReceiptState},
}


class Receipt(msgspec.Struct, frozen=True):
    """What the receipt says; a field it does not give, or that cannot be read, is None.

    `word` keeps the state as written, so that an unread one can be shown. Times have no zone: carriers use
    their own. `error` is the carrier's code as text; `network` the type of network that gave it (TLV only, 3
    = GSM).
    """

    id: str | None = None
    state: ReceiptState | None = None
    word: str | None = None
    error: str | None = None
    network: int | None = None
    submitted_at: datetime | None = None
    done_at: datetime | None = None
    submitted: int | None = None
    delivered: int | None = None
    text: str | None = None


_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:(?P<id>(?:(?:message|msg)[ _]?)?id)|(?P<submitted>sub)|(?P<delivered>dlvrd)"
    r"|(?P<submitted_at>submit[ _]?date)|(?P<done_at>done[ _]?date)|(?P<word>stat(?:us)?|state)"
    r"|(?P<error>err(?:or)?(?:[ _]?code)?)|(?P<text>te?xt))\s?[:=]",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[\s\"']*([^\s,;|\"']+)")
# state, done, submitted, (empty), recipient, sender, our reference
_COMMAS = re.compile(r"(\d{2}),(\d{10,14})?,(\d{10,14})?,[^,]*,[^,]*,[^,]*,([^,\s]+)\s*\Z")
_RECEIPT_LIKE = re.compile(rb"id\s?:.*stat(?:us|e)?\s?:", re.IGNORECASE | re.DOTALL)


def parse(short_message: bytes, tlvs: Mapping[int, bytes] | None = None) -> Receipt:
    """The receipt in a deliver_sm or data_sm; the TLVs win over the text. Never raises.

    The data_coding is not asked: carriers announce UCS-2 and send ASCII, and the other way.
    """
    text = _text(short_message)
    commas = _COMMAS.match(text)
    receipt = _from_commas(commas) if commas else _from_keys(_fields(text))
    return _with_tlvs(receipt, tlvs) if tlvs else receipt


def looks_like_receipt(short_message: bytes) -> bool:
    """For links that send receipts with esm_class 0, where a person might also write such a text.

    Only behind a link's flag.
    """
    if _RECEIPT_LIKE.search(short_message):
        return True
    receipt = parse(short_message)
    return receipt.id is not None and receipt.state is not None


def _text(octets: bytes) -> str:
    start = octets[:32]
    if start.count(0) * 3 > len(start):
        little = start[:2] == b"\xff\xfe" or (start[:2] != b"\xfe\xff" and start[1:2] == b"\0")
        text = octets.decode("utf-16-le" if little else "utf-16-be", "replace").lstrip("\ufeff")
    elif b"\x11" in start:
        text = gsm7.DEFAULT.decode(octets)  # '_' in an id, which GSM 7-bit keeps at 0x11
    else:
        text = octets.decode("latin-1")
    return text.strip(" \t\r\n\0")


def _fields(text: str) -> dict[str, str]:
    """Raw values by the names of `Receipt`.

    What follows text: is the message, not the receipt, unless nothing came before it.
    """
    keys = list(_KEY.finditer(text))
    fields: dict[str, str] = {}
    for place, key in enumerate(keys):
        name = key.lastgroup
        assert name is not None
        if name == "text" and ("id" in fields or "word" in fields):
            fields["text"] = text[key.end() :].strip()
            break
        end = keys[place + 1].start() if place + 1 < len(keys) else len(text)
        fields.setdefault(name, text[key.end() : end].strip())
    return fields


def _from_keys(fields: Mapping[str, str]) -> Receipt:
    word = _token(fields.get("word"))
    return Receipt(
        id=_token(fields.get("id")),
        state=STATES.get(word.upper()) if word else None,
        word=word,
        error=_token(fields.get("error")),
        submitted_at=read_date(fields.get("submitted_at", "")),
        done_at=read_date(fields.get("done_at", "")),
        submitted=_number(fields.get("submitted")),
        delivered=_number(fields.get("delivered")),
        text=fields.get("text"),
    )


def _from_commas(line: re.Match[str]) -> Receipt:
    """The carrier's line begins with 00 for delivered.

    Its other codes are not published, so they stay unread.
    """
    code, done, submitted, reference = line.groups(default="")
    return Receipt(
        id=reference,
        state=ReceiptState.DELIVERED if code == "00" else None,
        word=code,
        error=code,
        submitted_at=read_date(submitted),
        done_at=read_date(done),
    )


def _with_tlvs(receipt: Receipt, tlvs: Mapping[int, bytes]) -> Receipt:
    message_id = tlvs.get(RECEIPTED_MESSAGE_ID, b"").decode("latin-1").strip(" \0")
    if message_id:
        receipt = msgspec.structs.replace(receipt, id=message_id)
    state = tlvs.get(MESSAGE_STATE, b"")
    if len(state) == 1 and str(state[0]) in STATES:
        receipt = msgspec.structs.replace(receipt, state=ReceiptState(state[0]))
    error = tlvs.get(NETWORK_ERROR_CODE, b"")
    if len(error) == 3:
        code = int.from_bytes(error[1:], "big")
        receipt = msgspec.structs.replace(receipt, network=error[0], error=f"{code:03d}")
    return receipt


def _token(value: str | None) -> str | None:
    found = _TOKEN.match(value) if value else None
    return found[1] if found else None


def _number(value: str | None) -> int | None:
    token = _token(value)
    return int(token) if token and len(token) <= 9 and token.isascii() and token.isdigit() else None
