"""What is chosen, what it would erase, and a step of erasing. On a connection of the engine role."""

from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.inbox import service as inbox
from chappe.messages import erasing
from chappe.messages.model import first_id_of_day

SQL = load_statements("chappe.desk.retention")

MONTHS: Final = (1, 3, 6, 12, 24, 36)
"""What a person can choose. A month is the least: answers are matched, and parts followed, for days."""
MOST_COUNTED: Final = 100_000


class Limited(NamedTuple):
    """A workspace whose texts go after `months`. `start`: from which id on it is still to be gone through."""

    workspace_id: int
    months: int
    start: int


async def chosen(conn: Connection, workspace_id: int) -> int | None:
    """Months after which texts are erased; None: they are kept."""
    months: int | None = await conn.fetchval(SQL.chosen, workspace_id)
    return months


async def choose(conn: Connection, workspace_id: int, months: int | None) -> int | None:
    """Choose anew; what was chosen before is returned."""
    before = await chosen(conn, workspace_id)
    await conn.execute(SQL.choose, workspace_id, months)
    return before


async def texts_older(conn: Connection, workspace_id: int, months: int, today: date) -> int:
    """How many texts a workspace and its test data have from before, counted up to MOST_COUNTED + 1."""
    ids = [row["id"] for row in await conn.fetch(SQL.with_test_data, workspace_id)]
    end = first_id_of_day(first_kept_day(today, months))
    return await erasing.texts_below(conn, ids, end, MOST_COUNTED + 1)


async def limited(conn: Connection) -> list[Limited]:
    return [Limited(*row) for row in await conn.fetch(SQL.limited)]


async def erase(conn: Connection, one: Limited, today: date) -> erasing.Stretch:
    """One bounded step for one workspace. Nothing is erased when the choice was taken back meanwhile."""
    months: int | None = await conn.fetchval(SQL.still_chosen, one.workspace_id)
    if months is None:
        return erasing.Stretch(one.start, 0, False)
    day = first_kept_day(today, months)
    done = await erasing.erase_texts(conn, one.workspace_id, one.start, first_id_of_day(day))
    if done.end > one.start:
        await conn.execute(SQL.note_erased, one.workspace_id, done.end)
    if not done.more:
        await inbox.forget_answers(conn, one.workspace_id, datetime.combine(day, time(), UTC))
    return done


def first_kept_day(today: date, months: int) -> date:
    """The UTC day so many calendar months ago; the last of its month where that month is shorter."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    for last in (today.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(today.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
