"""What a carrier told, for people to see; what its words mean, for people to say. Nothing here commits."""

from collections.abc import Sequence
from typing import Final

from chappe.consent.errors import BadCarrierWord
from chappe.consent.told.hearing import SQL, words_of
from chappe.consent.told.model import Meaning, Report, checked_word
from chappe.db.pool import Connection

_ABOVE_ALL: Final = 1 << 62


async def reports(
    conn: Connection,
    workspace_id: int,
    carrier_number: int,
    *,
    meanings: Sequence[str] | None,
    newest: bool,
    after: int | None,
    limit: int,
) -> list[Report]:
    """What it told, in the order of time or against it."""
    statement, start = (SQL.told_newest, _ABOVE_ALL) if newest else (SQL.told_oldest, 0)
    given = (carrier_number, start if after is None else after, meanings, limit)
    rows = await conn.fetch(statement, workspace_id, *given)
    return [Report(**{**row, "meaning": Meaning(row["meaning"])}) for row in rows]


async def words(conn: Connection, carrier_number: int) -> dict[str, Meaning]:
    """What its own words mean, by word."""
    return (await words_of(conn, [carrier_number])).get(carrier_number, {})


async def set_word(
    conn: Connection, workspace_id: int, carrier_number: int, word: str, meaning: Meaning
) -> str:
    """The word as it is kept. Raises BadCarrierWord. What was told before is not read again."""
    checked = checked_word(word)
    if checked is None:
        raise BadCarrierWord(
            "Write a status of the carrier, such as 0x0000040b, or the error of a receipt, such as err:021.",
            field="word",
        )
    await conn.execute(SQL.set_word, workspace_id, carrier_number, checked, meaning.value)
    return checked


async def drop_word(conn: Connection, workspace_id: int, carrier_number: int, word: str) -> None:
    """From now on it means what it means everywhere, which is mostly nothing."""
    await conn.execute(SQL.drop_word, workspace_id, carrier_number, word)
