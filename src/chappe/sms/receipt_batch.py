"""Receipts in the common form of appendix B, many at a time: one regular expression each, about 1 µs."""

import re
from collections.abc import Iterable
from typing import TypeAlias

from chappe.sms.receipt import STATES, ReceiptState

CommonReceipt: TypeAlias = tuple[str, ReceiptState, str, str]
"""(id, state, done date as written, error code): `receipt_date.read_date` reads the date."""

# Narrow on purpose: what matches is read exactly as `receipt.parse` reads it.
_COMMON = re.compile(
    r"id:([0-9A-Za-z-]{1,65}) sub:\d{3} dlvrd:\d{3} submit date:\d{10,12} done date:(\d{10,12})"
    r" stat:([A-Z]{5,8}) err:([0-9A-Za-z]{1,3})(?: [Tt]ext:|\Z)",
    re.ASCII,
)


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
        message_id, done, word, error = common.groups()
        state = states.get(word)
        append(None if state is None else (message_id, state, done, error))
    return found
