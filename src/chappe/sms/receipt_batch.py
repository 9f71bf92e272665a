"""Receipts in the common form of appendix B, many at a time.

One regular expression each takes about 1 µs. Those of one carrier are mostly so alike that the id stands in
a fixed place, and what is said of it is said of all: see `state_of`.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from chappe.sms.receipt import STATES, ReceiptState, parse

CommonReceipt: TypeAlias = tuple[str, ReceiptState, str, str]
"""(id, state, done date as written, error code): `receipt_date.read_date` reads the date."""

# Narrow on purpose: what matches is read exactly as `receipt.parse` reads it.
_FORM = (
    r"id:([0-9A-Za-z-]{1,65}) sub:\d{3} dlvrd:\d{3} submit date:(\d{10,12}) done date:(\d{10,12})"
    r" stat:([A-Z]{5,8}) err:([0-9A-Za-z]{1,3})(?: [Tt]ext:|\Z)"
)
_COMMON = re.compile(_FORM, re.ASCII)
_COMMON_OCTETS = re.compile(_FORM.encode())
ID_OCTETS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"


def parse_batch(short_messages: Iterable[bytes]) -> list[CommonReceipt | None]:
    """One entry per message, in order; None where the message is of another form and `receipt.parse` must
    read it.

    Only the text is read: messages that carry the receipt TLVs go to `receipt.parse`.
    """
    match, states = _COMMON.match, STATES
    found: list[CommonReceipt | None] = []
    append = found.append
    for octets in short_messages:
        common = match(octets.decode("latin-1"))
        if common is None:
            append(None)
            continue
        message_id, _, done, word, error = common.groups()
        state = states.get(word)
        append(None if state is None else (message_id, state, done, error))
    return found


def common_form(short_message: bytes) -> tuple[int, int, int] | None:
    """Where the id of a receipt of the common form begins and ends, and where what is said of it ends: after
    "text:", or with the message.
    """
    form = _COMMON_OCTETS.match(short_message)
    return (*form.span(1), form.end()) if form is not None else None


@lru_cache(maxsize=256)
def state_of(said: bytes, digits: int, tlvs: tuple[tuple[int, bytes], ...]) -> ReceiptState | None:
    """What receipts say that hold this after an id of so many `ID_OCTETS`, and in the TLVs zeros in place of
    it. None: not the common form, or of another id or none. A carrier's receipts of one minute say the same.
    """
    text = b"id:" + b"0" * digits + said
    if _COMMON_OCTETS.fullmatch(text) is None:
        return None
    found = parse(text, dict(tlvs))
    return found.state if found.id == "0" * digits else None


def latin_1(names: Sequence[bytes]) -> list[str]:
    """Ids without NUL as text, in one call."""
    return b"\0".join(names).decode("latin-1").split("\0")
