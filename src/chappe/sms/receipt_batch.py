"""Receipts in the common form of appendix B, many at a time.

One regular expression each takes about 1 µs; those of one carrier are mostly so alike that fixed places
can be compared instead, for half of it.
"""

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

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
_ID_OCTETS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"


class Alike(NamedTuple):
    """Receipts that say the same of different messages, whose ids are as on the wire, in order."""

    ids: list[bytes]
    state: ReceiptState


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


def read_alike(texts: Sequence[bytes], tails: Sequence[bytes], tlvs: Mapping[int, bytes]) -> Alike | None:
    """Read receipts of one length that differ in id, dates and what follows "text:" alone. None: some differ
    otherwise, or none is of the common form, and each must be read by itself.

    `tails` are their optional parameters as octets, also of one length, `tlvs` those of the first.
    """
    form = _COMMON_OCTETS.match(texts[0])
    ids = _ids_in(texts, form) if form is not None else []
    if not ids or not _name_the_same(tails, ids):
        return None
    first = parse(texts[0], tlvs)
    if first.state is None or first.id != ids[0].decode("ascii"):
        return None
    return Alike(ids, first.state)


def latin_1(names: Sequence[bytes]) -> list[str]:
    """Ids without NUL as text, in one call."""
    return b"\0".join(names).decode("latin-1").split("\0")


def _ids_in(texts: Sequence[bytes], form: re.Match[bytes]) -> list[bytes]:
    """The ids of texts that are elsewhere as the first, whose form is known; else none."""
    (start, end), submitted, done = form.span(1), form.span(2), form.span(3)
    places = [0, start, end, *submitted, *done, form.end()]
    widths = [f"{after - before}s" for before, after in pairwise(places)]
    layout = f"{''.join(widths)}{len(texts[0]) - form.end()}x"
    columns = list(zip(*struct.iter_unpack(layout, b"".join(texts)), strict=True))
    fixed, ids, dates = columns[0::2], list(columns[1]), columns[3::2]
    if not all(column.count(column[0]) == len(texts) for column in fixed):
        return []
    if not b"".join(dates[0] + dates[1]).isdigit() or b"".join(ids).strip(_ID_OCTETS):
        return []
    return ids


def _name_the_same(tails: Sequence[bytes], ids: Sequence[bytes]) -> bool:
    """Whether the optional parameters are those of the first but for the id, which they may repeat."""
    place = tails[0].find(ids[0])
    if place < 0:
        return tails.count(tails[0]) == len(tails)
    before, after = tails[0][:place], tails[0][place + len(ids[0]) :]
    return all(tail == before + name + after for tail, name in zip(tails, ids, strict=True))
