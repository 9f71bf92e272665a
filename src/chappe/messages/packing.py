"""Blocks of messages as rows of a binary COPY: see `chappe.db.binary_copy`."""

import struct
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from chappe.db.binary_copy import NULL, microseconds
from chappe.messages.model import MessageState, NewBlock

MESSAGE_COLUMNS: Final = (
    "workspace_id", "run_id", "purpose", "encoding", "parts", "decision", "expires_at",
    "id", "phone", "contact_id", "body",
)  # fmt: skip
"""Columns of a packed message; the others have their defaults."""

STATE_COLUMNS: Final = ("workspace_id", "state", "reason", "done_at", "id")
"""Columns of the packed state of a message that no carrier will see."""

_bigint = struct.Struct(">iq").pack
_smallint = struct.Struct(">ih").pack
_shared_numbers = struct.Struct(">h iq iq ih ih ih ih").pack
# Id, number, contact, and the length of the text that follows; or -1 for what there is none of.
_sent = struct.Struct(">iq iq iq i").pack
_gone = struct.Struct(">iq iq i i").pack


def message_rows(block: NewBlock) -> Iterator[bytes]:
    """Pieces of rows, as `MESSAGE_COLUMNS`."""
    shared, numbered = _shared(block), enumerate(block.phones, block.first_id)
    if block.contact_ids is None:
        for message_id, phone in numbered:
            yield shared
            yield _gone(8, message_id, 8, phone, -1, -1)
    elif block.bodies is None:
        for (message_id, phone), contact_id in zip(numbered, block.contact_ids, strict=True):
            yield shared
            yield _sent(8, message_id, 8, phone, 8, contact_id, -1)
    else:
        for (message_id, phone), contact_id, body in zip(
            numbered, block.contact_ids, block.bodies, strict=True
        ):
            text = body.encode()
            yield shared
            yield _sent(8, message_id, 8, phone, 8, contact_id, len(text))
            yield text


def _shared(block: NewBlock) -> bytes:
    expires_at = block.expires_at
    return _shared_numbers(
        len(MESSAGE_COLUMNS), 8, block.workspace_id, 8, block.run_id, 2, block.purpose, 2, block.encoding,
        2, block.parts, 2, block.decision,
    ) + (NULL if expires_at is None else _bigint(8, microseconds(expires_at)))  # fmt: skip


def state_rows(blocks: Sequence[NewBlock], now: datetime) -> Iterator[bytes]:
    """Rows for the messages that are skipped, as `STATE_COLUMNS`."""
    for block in blocks:
        if block.reason is None:
            continue
        reason = block.reason.encode()
        shared = b"".join(
            (
                struct.pack(">h", len(STATE_COLUMNS)),
                _bigint(8, block.workspace_id),
                _smallint(2, MessageState.SKIPPED),
                struct.pack(">i", len(reason)),
                reason,
                _bigint(8, microseconds(now)),
            )
        )
        for message_id in block.ids:
            yield shared + _bigint(8, message_id)
