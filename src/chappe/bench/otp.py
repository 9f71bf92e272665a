"""One-time passwords while a campaign runs at full speed: how long from the request to the carrier.

The time of a password runs from the moment its HTTP request is written to the moment the carrier (the lab, on
the same machine and the same clock) has read its submit_sm. Only those asked for while the campaign was being
submitted count.
"""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvloop

from chappe.bench.api import quantiles, web
from chappe.bench.ground import Ground, draft_campaign, ground, role, send_campaign, until_bound
from chappe.bench.load import Load, Took, run_load
from chappe.kit.ids import public_id
from chappe.lab.log import FrameKind, SubmitRow, read_log

PEOPLE = 200_000
PER_SECOND = 100.0
# Longer than the campaign: those after its end are not counted.
PASSWORDS = 1_500
# What carriers grant. A wider one keeps more of a campaign before each password in the carrier's own queue.
WINDOW = 200
_WITHIN = 300.0
_CONNECTIONS = 20
# The request's number is the recipient's: +337 and 8 digits, which no contact of the campaign has.
_FIRST = 40_000_000
_PREFIX = "337"


class _Carried(NamedTuple):
    """What the carrier read: the moment of each password by number, and the campaign's first and last."""

    passwords: dict[int, int]
    first: int
    last: int


def run(people: int = PEOPLE, passwords: int = PASSWORDS) -> dict[str, Any]:
    """Milliseconds from request to submit, and to the answer, with and without a campaign beside them."""
    return uvloop.run(_run(people, passwords))


async def _run(people: int, passwords: int) -> dict[str, Any]:
    async with ground(window=WINDOW) as on:
        campaign = await draft_campaign(on, people)
        async with web(on) as (port, _), role("worker", on.settings), role("sender", on.settings) as sender:
            await until_bound(on, sender)
            alone = _load(on, port, _FIRST, passwords // 4)
            took_alone = await run_load(alone)
            beside = _load(on, port, _FIRST + passwords, passwords)
            asking = asyncio.create_task(run_load(beside))
            await send_campaign(on, campaign)
            took_beside = await asking
            await _until_submitted(on, people + alone.requests + beside.requests)
        # Its log is complete then.
        await on.lab.stop()
        carried = _read(on.lab.log)
        during = range(carried.first, carried.last)
        return {
            "campaign_messages_per_second": round(people * 1e9 / (carried.last - carried.first)),
            "alone": _figures(alone, took_alone, carried),
            "beside_the_campaign": _figures(beside, took_beside, carried, during),
        }


def _load(on: Ground, port: int, first: int, requests: int) -> Load:
    message = {
        "to": f"+{_PREFIX}@@@@@@@@",
        "sender_id": public_id("snd", on.sender_id),
        "body": "Votre code est 482913. Ne le donnez a personne.",
        "purpose": "otp",
    }
    return Load(
        host="127.0.0.1",
        port=port,
        key=on.key,
        path="/v1/messages",
        body=msgspec.json.encode(message).decode(),
        connections=_CONNECTIONS,
        requests=requests,
        per_second=PER_SECOND,
        first=first,
    )


async def _until_submitted(on: Ground, messages: int) -> None:
    async with asyncio.timeout(_WITHIN):
        while (await on.lab.get("/lab/api/counters"))["bench"]["submits"] < messages:
            await asyncio.sleep(0.2)


def _read(log: Path) -> _Carried:
    passwords: dict[int, int] = {}
    campaign: list[int] = []
    for frame in read_log(log, kinds=frozenset({FrameKind.SUBMITS})):
        for row in frame.rows:
            assert isinstance(row, SubmitRow)
            number = row.destination.decode()
            if number.startswith(_PREFIX):
                passwords.setdefault(int(number.removeprefix(_PREFIX)), frame.monotonic_ns)
            else:
                campaign.append(frame.monotonic_ns)
    return _Carried(passwords, campaign[0], campaign[-1])


def _figures(load: Load, took: Took, carried: _Carried, during: range | None = None) -> dict[str, Any]:
    """Of those that were asked for `during` these nanoseconds."""
    asked = {
        load.first + number: begun for number, begun in enumerate(took.begun) if not during or begun in during
    }
    to_submit = sorted(
        (carried.passwords[number] - begun) / 1e6
        for number, begun in asked.items()
        if number in carried.passwords
    )
    to_answer = sorted(
        (ended - begun) / 1e6
        for begun, ended in zip(took.begun, took.ended, strict=True)
        if ended and (not during or begun in during)
    )
    return {
        "passwords": len(asked),
        "not_submitted": len(asked) - len(to_submit),
        "to_submit": quantiles(to_submit),
        "to_answer": quantiles(to_answer),
    }
