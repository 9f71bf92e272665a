"""`Idempotency-Key`: the same request twice is done once, and answered twice with the same answer.

The key is held by an advisory lock and its answer stored in the very transaction that does the work, so no
crash can leave a key "in progress", or work done without its answer. Only success is stored: what failed
changed nothing and may be tried again under the same key.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto

import msgspec

from chappe.api import repo
from chappe.db.pool import Connection
from chappe.kit.crypto import sha256
from chappe.kit.errors import Problem

# draft-ietf-httpapi-idempotency-key-header: a structured-field string; most clients send the bare text.
_KEY = re.compile(r'"(?P<quoted>[\x21\x23-\x5b\x5d-\x7e]{1,255})"|(?P<bare>[\x21\x23-\x7e]{1,255})')


class BadIdempotencyKey(Problem):
    """The header is not a key."""

    code = "bad_idempotency_key"
    status = 400
    title = "This Idempotency-Key cannot be used"


class KeyReused(Problem):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    status = 422
    title = "This Idempotency-Key belongs to another request"


class KeyInUse(Problem):
    """A request with this key is being answered."""

    code = "idempotency_key_in_use"
    status = 409
    title = "A request with this Idempotency-Key is under way"


class Keyed(msgspec.Struct, frozen=True):
    """A key and the digest of the request that it stands for."""

    key: str
    fingerprint: bytes


class Answer(msgspec.Struct, frozen=True):
    """What was answered, to be given again."""

    status: int
    body: bytes


class Standing(Enum):
    """Of a key that has no answer to give again."""

    FRESH = auto()
    IN_USE = auto()
    REUSED = auto()


def read_key(header: str) -> str:
    """The key, quoted or bare."""
    match = _KEY.fullmatch(header.strip())
    if match is None:
        raise BadIdempotencyKey(
            "Idempotency-Key must be 1 to 255 printable characters without spaces. A fresh UUID serves well.",
            field="Idempotency-Key",
            parameter=True,
        )
    return match["quoted"] or match["bare"]


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    return sha256(f"{method} {path}\n".encode() + body)


async def claim(conn: Connection, workspace_id: int, wanted: Sequence[Keyed]) -> dict[str, Answer | Standing]:
    """What each key stands for; the fresh ones are this transaction's until it ends. Keys are distinct."""
    names = [one.key for one in wanted]
    taken = await repo.lock_keys(conn, workspace_id, names)
    # A statement of its own: its snapshot must be younger than the lock, to see what the last holder wrote.
    known = await repo.answers(conn, workspace_id, names)
    return {one.key: _standing(one, one.key in taken, known.get(one.key)) for one in wanted}


class Used(msgspec.Struct, frozen=True):
    """What a key was used for, and what was answered."""

    fingerprint: bytes
    answer: Answer


async def standing(conn: Connection, workspace_id: int, key: str) -> Used | Standing:
    """As `claim`, for one key whose request is not read yet."""
    taken = await repo.lock_keys(conn, workspace_id, [key])
    known = (await repo.answers(conn, workspace_id, [key])).get(key)
    if known is None:
        return Standing.FRESH if taken else Standing.IN_USE
    return Used(known[0], Answer(*known[1:]))


def _standing(one: Keyed, taken: bool, known: tuple[bytes, int, bytes] | None) -> Answer | Standing:
    if known is None:
        return Standing.FRESH if taken else Standing.IN_USE
    used_for, status, body = known
    return Answer(status, body) if used_for == one.fingerprint else Standing.REUSED


def refusal(standing: Standing, key: str) -> Problem:
    """The error of a key that is in use or was used for something else."""
    if standing is Standing.IN_USE:
        return KeyInUse(
            f"Another request with the key {key} is being answered. Wait for it, then ask again.",
            field="Idempotency-Key",
            parameter=True,
            retry_after=1,
        )
    return KeyReused(
        f"The key {key} was used for a different request in the last 24 hours. Take a fresh key for a new "
        "request; to repeat one, send exactly the same body.",
        field="Idempotency-Key",
        parameter=True,
    )


async def keep(conn: Connection, workspace_id: int, done: Sequence[tuple[Keyed, Answer]]) -> None:
    """Store answers in the transaction that did the work."""
    await repo.store(
        conn,
        workspace_id,
        [keyed.key for keyed, _ in done],
        [keyed.fingerprint for keyed, _ in done],
        [answer.status for _, answer in done],
        [answer.body for _, answer in done],
    )


async def sweep(conn: Connection) -> int:
    """Forget answers older than 24 hours, 10,000 at a time; how many went."""
    return await repo.sweep(conn)


async def forget(conn: Connection, workspace_id: int, words: Sequence[str]) -> None:
    """Forget answers that name a person: in which one of these words (a number, an id) stands."""
    await repo.forget(conn, workspace_id, words)
