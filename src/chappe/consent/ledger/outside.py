"""Who stands outside: an authority that stamps the time of each checkpoint, and a witness that keeps it.

A chain that its owner alone keeps proves nothing to who doubts the owner: until a checkpoint is somewhere
else, the owner could write the whole past anew and sign it again. Both addresses are the operator's, from the
settings, and are called as any that somebody wrote (`kit/outbound.py`). Little is read of an answer.
"""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog

from chappe.config.settings import is_web
from chappe.consent.ledger import repo, stamps
from chappe.consent.ledger.repo import Untold
from chappe.consent.ledger.signing import fingerprint, stamped
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.outbound import AddressRefused, Outbound

log = structlog.get_logger(__name__)

STAMP, WITNESS = "time_stamp", "witness"
_PATIENCE: Final = 20.0
_TRIED_FOR: Final = timedelta(days=7)
_LONGEST_ANSWER: Final = 1 << 16


class Outside(msgspec.Struct, frozen=True):
    """The settings `time_stamp_url` and `checkpoint_witness`."""

    time_stamp_url: str | None = None
    witness: str | None = None


class Unheard(Exception):
    """Somebody outside did not take it; the text says why, without addresses."""


async def tell(db: Database, outside: Outside, clock: Clock, outbound: Outbound) -> int:
    """Tell who is set up of the checkpoints that they have not; how many were taken. What fails is noted with
    the checkpoint and tried again.
    """
    if outside.time_stamp_url is None and outside.witness is None:
        return 0
    async with db.engine_transaction() as conn:
        waiting = await repo.untold(
            conn,
            clock.now() - _TRIED_FOR,
            stamp=outside.time_stamp_url is not None,
            witness=outside.witness is not None,
        )
    if not waiting:
        return 0
    async with outbound.client(_PATIENCE) as http:
        return sum([await _tell_one(db, http, outside, clock, each) for each in waiting])


async def _tell_one(
    db: Database, http: httpx.AsyncClient, outside: Outside, clock: Clock, each: Untold
) -> int:
    taken = 0
    here, number = each.workspace_id, each.number
    if each.to_stamp and outside.time_stamp_url is not None:
        try:
            message = stamped(each.statement.encode(), each.signature)
            answer = await _post(
                http, outside.time_stamp_url, stamps.request(message), "application/timestamp-query"
            )
            at = stamps.read(answer, message)
        except (Unheard, stamps.BadStamp) as problem:
            await _note(db, each, STAMP, problem)
        else:
            async with db.engine_transaction() as conn:
                await repo.stamped(conn, here, number, answer, at)
            taken += 1
    if each.to_witness and outside.witness is not None:
        try:
            await _witness(http, outside.witness, _line(each))
        except (Unheard, OSError) as problem:
            await _note(db, each, WITNESS, problem)
        else:
            async with db.engine_transaction() as conn:
                await repo.witnessed(conn, here, number, clock.now())
            taken += 1
    return taken


async def _witness(http: httpx.AsyncClient, where: str, line: bytes) -> None:
    if is_web(where):
        await _post(http, where, line, "application/json")
    else:
        await asyncio.to_thread(_append, Path(where), line + b"\n")


async def _post(http: httpx.AsyncClient, url: str, body: bytes, kind: str) -> bytes:
    try:
        async with http.stream("POST", url, content=body, headers={"content-type": kind}) as answer:
            if not answer.is_success:
                raise Unheard(f"it answered {answer.status_code}")
            read = bytearray()
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > _LONGEST_ANSWER:
                    raise Unheard("its answer is too long")
    except AddressRefused:
        raise Unheard("its address leads into an internal network") from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise Unheard(f"it did not answer ({type(problem).__name__})") from None
    return bytes(read)


def _append(file: Path, line: bytes) -> None:
    """On disk when it returns."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(each: Untold) -> bytes:
    """What a witness keeps: the statement as it was signed, and what verifies it."""
    return msgspec.json.encode(
        {
            "fingerprint": fingerprint(each.public_key),
            "public_key": each.public_key.hex(),
            "signature": each.signature.hex(),
            "statement": each.statement,
        },
        order="sorted",
    )


async def _note(db: Database, each: Untold, whom: str, problem: Exception) -> None:
    log.warning("checkpoint_not_taken", by=whom, workspace=each.workspace_id, why=str(problem))
    async with db.engine_transaction() as conn:
        await repo.note_problem(conn, each.workspace_id, each.number, f"{whom}: {problem}")
