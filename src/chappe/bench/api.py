"""`POST /v1/messages` under load: each message durable before its answer.

The web role runs as `chappe serve` runs it, the load is a process of its own on the same machine. After each
run every answer is looked for in the ledger by its reference.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import uvloop

from chappe.app.listening import listening_socket
from chappe.bench.ground import Ground, database_server, ground, role
from chappe.bench.load import Load, run_load
from chappe.bench.usage import usage_of
from chappe.kit.ids import public_id

CONNECTIONS = 50
SINGLES = 40_000
# Lists of a thousand, from four connections.
LISTS, LIST_CONNECTIONS, LISTED = 200, 4, 1_000
_WARM_UP = 2_000


def run(singles: int = SINGLES, lists: int = LISTS) -> dict[str, Any]:
    """Requests a second and times of answers; `not_found`: answered and not in the ledger, or not whole."""
    return uvloop.run(_run(singles, lists))


async def _run(singles: int, lists: int) -> dict[str, Any]:
    async with ground() as on, web(on) as (port, pid):
        single = _load(on, port, _message(on), CONNECTIONS, _WARM_UP)
        await run_load(single)
        figures = {}
        for name, keyed in (("single", False), ("single_with_key", True)):
            load = msgspec.structs.replace(single, requests=singles, keyed=keyed)
            figures[name] = await _measured(on, load, pid, per_request=1)
        body = f"[{','.join([_message(on)] * LISTED)}]"
        figures["list"] = await _measured(
            on, _load(on, port, body, LIST_CONNECTIONS, lists), pid, per_request=LISTED
        )
        return figures


@asynccontextmanager
async def web(on: Ground) -> AsyncIterator[tuple[int, int]]:
    """The web role, ready: its port and its process id."""
    listener = listening_socket(on.settings)
    port = listener.getsockname()[1]
    fd = listener.fileno()
    async with role("web", on.settings, "--fd", str(fd), descriptors=(fd,)) as process:
        listener.close()
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            assert (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success
        yield port, process.pid


def _message(on: Ground) -> str:
    message = {
        "to": "+33612345678",
        "sender_id": public_id("snd", on.sender_id),
        "body": "Votre commande vous attend au magasin jusqu'à samedi soir, 19 heures. Code: 482913.",
        "purpose": "transactional",
        "reference": "@@@@@@@@",
    }
    return msgspec.json.encode(message).decode()


def _load(on: Ground, port: int, body: str, connections: int, requests: int) -> Load:
    return Load(
        host="127.0.0.1",
        port=port,
        key=on.key,
        path="/v1/messages",
        body=body,
        connections=connections,
        requests=requests,
    )


async def _measured(on: Ground, load: Load, pid: int, *, per_request: int) -> dict[str, Any]:
    pids = {"web": pid, "database": await database_server(on.db)}
    async with on.db.engine.acquire() as conn:
        await conn.execute("truncate message, chunk, idempotency")
    before = usage_of(**pids)
    took = await run_load(load)
    after = usage_of(**pids)
    accepted = took.statuses.get("202", 0) * per_request
    return {
        "requests_per_second": round(sum(took.statuses.values()) / took.seconds),
        **quantiles(took.milliseconds()),
        "messages_per_second": round(accepted / took.seconds),
        "statuses": took.statuses,
        **await _ledger(on, took.statuses.get("202", 0), per_request),
        "microseconds_per_message": {
            name: round((after[name].cpu - before[name].cpu) * 1e6 / max(accepted, 1), 1) for name in pids
        },
    }


def quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Of times in ascending order."""
    if not milliseconds:
        return {}
    of = {f"p{n}_ms": milliseconds[len(milliseconds) * n // 100] for n in (50, 99)}
    return {name: round(time, 1) for name, time in {**of, "longest_ms": milliseconds[-1]}.items()}


async def _ledger(on: Ground, answered: int, per_request: int) -> dict[str, int]:
    """What is missing of the requests that were answered, and what is there twice."""
    async with on.db.engine.acquire() as conn:
        counts = await conn.fetch("select count(*)::int from message group by reference")
    missing = answered - len(counts) + sum(row[0] < per_request for row in counts)
    return {"not_found": missing, "twice": sum(row[0] > per_request for row in counts)}
