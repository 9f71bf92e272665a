"""Kannel and Chappe one after the other: the same carrier, the same load, the same machine.

    make bench-peers            # or: .venv/bin/python bench/peers/compare.py --messages 20000 --json FILE

Prints a line for each, then the ratios. Needs Debian's package kannel.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from gateway import FIRST_PHONE, Gateway, Place
from kannel import Kannel, Store
from ours import Chappe

from chappe.bench.load import run_load
from chappe.bench.usage import usage_of
from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

CONNECTIONS = 50
_WARM_UP = 1_000
_WITHIN = 300.0
# Settled: nothing more came for this long.
_QUIET = 15.0
_CARRIER = """
[[carriers]]
name = "bench"
ids = {{ answer = "uuid", receipt = "uuid", bits = 128 }}
answers = {{ delay = {answer} }}
receipts = {{ delay = 0.2, window = 1000 }}
"""
# At once, to see the gateway's own speed; after 20 ms, so that a window is full when the gateway is killed.
_AT_ONCE, _SLOW = 0, 0.02
Make = Callable[[Place, LabProcess], Gateway]


@asynccontextmanager
async def _started(make: Make, answer: float) -> AsyncIterator[tuple[Gateway, LabProcess]]:
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        # As root the embedded server runs as another user, who must be able to enter.
        os.chmod(folder, 0o755)  # noqa: S103 (nothing in it but what is measured)
        lab = LabProcess(parse_scenario(_CARRIER.format(answer=answer)), directory=Path(folder))
        async with lab:
            gateway = make(Place(Path(folder), lab.address("bench")), lab)
            await gateway.start()
            try:
                yield gateway, lab
            finally:
                await gateway.stop()


async def one_a_request(make: Make, messages: int) -> dict[str, Any]:
    """Messages a second from the first request to the last receipt that the gateway has dealt with."""
    async with _started(make, _AT_ONCE) as (gateway, lab):
        warm_up = gateway.load(_WARM_UP, CONNECTIONS)
        await run_load(msgspec.structs.replace(warm_up, first=messages))
        await _until_received(gateway, lab, _WARM_UP)
        before = usage_of(**gateway.pids())
        began = time.perf_counter()
        took = await run_load(gateway.load(messages, CONNECTIONS))
        await _until_received(gateway, lab, _WARM_UP + messages)
        seconds = time.perf_counter() - began
        after = usage_of(**gateway.pids())
        times = took.milliseconds()
        return {
            "name": gateway.name,
            "accepted_per_second": round(messages / took.seconds),
            "p50_ms": round(times[len(times) // 2], 1),
            "p99_ms": round(times[len(times) * 99 // 100], 1),
            "statuses": took.statuses,
            "messages_per_second": round(messages / seconds),
            "cpu_us_per_message": round(
                1e6 * sum(after[name].cpu - before[name].cpu for name in after) / messages
            ),
        }


async def campaign(messages: int) -> dict[str, Any]:
    """A campaign of Chappe's, from the command to the last receipt."""

    def make(place: Place, lab: LabProcess) -> Gateway:
        return Chappe(place, lab, 1_000, people=messages)

    async with _started(make, _AT_ONCE) as (gateway, lab):
        assert isinstance(gateway, Chappe)
        before = usage_of(**gateway.pids())
        began = time.perf_counter()
        await gateway.send_campaign()
        await _until_received(gateway, lab, messages)
        seconds = time.perf_counter() - began
        after = usage_of(**gateway.pids())
        cpu = sum(after[name].cpu - before[name].cpu for name in after)
        return {
            "name": f"{gateway.name}, a campaign of {messages}",
            "messages_per_second": round(messages / seconds),
            "cpu_us_per_message": round(1e6 * cpu / messages),
        }


async def killed(make: Make, messages: int) -> dict[str, Any]:
    """kill -9 when half has been submitted, a new start after a second, and what became of what was accepted
    before.
    """
    async with _started(make, _SLOW) as (gateway, lab):
        load = asyncio.create_task(run_load(gateway.load(messages, CONNECTIONS)))
        async with asyncio.timeout(_WITHIN):
            while (await _counters(lab))["submits"] < messages // 2:
                await asyncio.sleep(0.01)
        await gateway.kill()
        took = await load
        await asyncio.sleep(1)
        again = time.perf_counter()
        before = (await _counters(lab))["submits"]
        await gateway.start()
        async with asyncio.timeout(_WITHIN):
            while (await _counters(lab))["submits"] == before:
                await asyncio.sleep(0.02)
        resumed = time.perf_counter() - again
        await _until_quiet(lab)
        outcome = await gateway.outcome()
        await lab.stop()
        accepted = {number for number, ended in enumerate(took.ended) if ended}
        submits = {
            int(phone) - FIRST_PHONE: times for (phone, _), times in checks.submits_per_part(lab.log).items()
        }
        return {
            "name": gateway.name,
            "accepted": len(accepted),
            "lost": len(accepted - submits.keys() - outcome.doubtful),
            "sent_twice": sum(times > 1 for times in submits.values()),
            "no_receipt": len(accepted - outcome.receipts),
            "told_as_unknown": len(outcome.doubtful),
            "resumed_after_s": round(resumed, 1),
        }


async def _until_received(gateway: Gateway, lab: LabProcess, messages: int) -> None:
    """Every receipt answered to the carrier, and handed on or recorded."""
    async with asyncio.timeout(_WITHIN):
        while (await _counters(lab))["acknowledged"] < messages:
            await asyncio.sleep(0.05)
        while await gateway.received(messages) < messages:
            await asyncio.sleep(0.05)


async def _until_quiet(lab: LabProcess) -> None:
    last: dict[str, Any] = {}
    since = time.monotonic()
    async with asyncio.timeout(_WITHIN):
        while time.monotonic() - since < _QUIET:
            counters = await _counters(lab)
            now = {name: counters[name] for name in ("submits", "acknowledged")}
            if now != last:
                last, since = now, time.monotonic()
            await asyncio.sleep(0.2)


async def _counters(lab: LabProcess) -> dict[str, Any]:
    return dict((await lab.get("/lab/api/counters"))["bench"])


def _kannel(store: Store, window: int, *, callbacks: bool = True) -> Make:
    return lambda place, _: Kannel(place, store, window, callbacks=callbacks)


def _chappe(window: int) -> Make:
    return lambda place, lab: Chappe(place, lab, window)


async def _compare(messages: int, people: int) -> dict[str, Any]:
    makes = [
        _kannel(Store.FILE, 100),
        _kannel(Store.FILE, 1_000),
        _kannel(Store.FILE, 100, callbacks=False),
        _kannel(Store.SPOOL, 100),
        _kannel(Store.SPOOL, 1_000),
        _chappe(100),
        _chappe(1_000),
    ]
    requests = [_told(await one_a_request(make, messages)) for make in makes]
    campaigns = [_told(await campaign(people))]
    kills = [
        _told(await killed(make, messages))
        for make in (_kannel(Store.FILE, 100), _kannel(Store.SPOOL, 100), _chappe(100))
    ]
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": os.getloadavg()[0],
        "one_message_a_request": requests,
        "campaign": campaigns,
        "kill": kills,
        "ratios": dict(_ratios(requests, campaigns)),
    }


def _ratios(requests: list[dict[str, Any]], campaigns: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    """Against the best of Kannel, whatever its settings, and against its best with receipts handed on."""

    def best(lines: list[dict[str, Any]], word: str) -> float:
        return max(float(line["messages_per_second"]) for line in lines if line["name"].startswith(word))

    handed_on = [line for line in requests if "not handed on" not in line["name"]]
    yield (
        "one message a request, Kannel's best with receipts handed on",
        (best(requests, "Chappe") / best(handed_on, "Kannel")),
    )
    yield "one message a request, Kannel's best of all", best(requests, "Chappe") / best(requests, "Kannel")
    yield (
        "one message a request, Kannel with its spool",
        (best(requests, "Chappe") / best([one for one in requests if "spool" in one["name"]], "Kannel")),
    )
    yield "campaign against Kannel's best of all", best(campaigns, "Chappe") / best(requests, "Kannel")


def _told(figures: dict[str, Any]) -> dict[str, Any]:
    sys.stderr.write("  ".join(f"{name}={value}" for name, value in figures.items()) + "\n")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=200_000, help="of the campaign")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = uvloop.run(_compare(options.messages, options.people))
    for name, ratio in figures["ratios"].items():
        sys.stdout.write(f"{ratio:6.2f} x  {name}\n")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
