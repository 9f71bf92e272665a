import asyncio

import pytest

from chappe.kit.clock import FakeClock
from chappe.lab.agenda import Agenda
from chappe.lab.spool import Spool


@pytest.fixture
async def agenda(clock: FakeClock):
    agenda = Agenda(clock.monotonic)
    yield agenda
    agenda.clear()


async def test_what_is_due_runs_in_order(agenda, clock):
    done = []
    for seconds in (0.3, 0.1, 0.1, 0.9):
        agenda.after(seconds, lambda seconds=seconds: done.append(seconds))
    agenda.run_due()
    assert done == []
    clock.advance(0.5)
    agenda.run_due()
    assert done == [0.1, 0.1, 0.3]
    assert len(agenda) == 1


async def test_what_is_repeated_comes_back(agenda, clock):
    ticks = []
    agenda.every(1.0, lambda: ticks.append(clock.monotonic()))
    for _ in range(3):
        clock.advance(1)
        agenda.run_due()
    assert len(ticks) == 3


async def test_the_timer_follows_the_earliest_entry():
    agenda, order, done = Agenda(), [], asyncio.Event()
    agenda.after(30, done.set)
    agenda.after(0.02, done.set)
    agenda.after(0.0, lambda: order.append("now"))
    async with asyncio.timeout(60):
        await done.wait()
    assert order == ["now"]
    assert len(agenda) == 1
    agenda.clear()
    assert len(agenda) == 0


FACTS = [(b"id", b"\x01\x01336\0", b"\x03\x0036111\0", b"2611221504", 2, b"text")]


def test_batches_come_back_from_disk_in_any_order():
    spool = Spool()
    first, second = spool.put(FACTS), spool.put(FACTS * 3)
    assert (first.offset, second.offset) == (0, first.octets)
    assert spool.take(second) == FACTS * 3
    assert spool.take(first) == FACTS
    emptied = spool.put(FACTS * 2)
    assert emptied.offset == 0
    assert spool.take(emptied) == FACTS * 2
    spool.close()
    spool.close()
