"""The demo's clock, kept with the installation so that every process reads the same.

It moves what the gate and the schedules call "now", so that the demo works at three in the morning and on a
Sunday. Leases and expiries keep the real time.
"""

from datetime import date, timedelta

from chappe.db.errors import DemoRefused
from chappe.db.instance import SQL
from chappe.db.pool import Connection
from chappe.kit.clock import Clock, DemoClock


async def gate_clock(connection: Connection, clock: Clock) -> Clock:
    """What the gate and the schedules call "now": `clock` itself, or the demo's."""
    offset: timedelta | None = await connection.fetchval(SQL.demo_offset)
    return clock if offset is None else DemoClock(clock, offset)


async def move_demo_clock(connection: Connection, offset: timedelta | None) -> None:
    """Set the demo's clock, or give it up. DemoRefused where a real carrier is configured."""
    if await connection.fetchval(SQL.demo_offset_set, offset) is None:
        raise DemoRefused(
            "The demo clock is refused: this data folder has a carrier that is not the simulator. "
            "Run the demo in a folder of its own: chappe demo --home DIR."
        )


async def note_history(connection: Connection, first: date) -> None:
    """From `first` on the demo's past was made, so that pages can say so."""
    await connection.execute(SQL.history_noted, first)
