"""Another kind for an attribute that contacts hold: first every value is read, then, when all fit, written as
the new kind writes it. A stretch of contacts a transaction; a killed worker's successor goes on where it was.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from asyncpg import Record

from chappe.contacts.attributes.errors import ChangeUnderWay, UnknownAttribute
from chappe.contacts.attributes.model import Change, ChangeState
from chappe.contacts.attributes.notation import Notation
from chappe.contacts.attributes.service import check_shape
from chappe.contacts.attributes.values import Kind, Misfit, Shape, canonical
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock

SQL = load_statements("chappe.contacts.attributes")

STRETCH: Final = 20_000
_EXAMPLES: Final = 10


async def ask(conn: Connection, workspace_id: int, name: str, shape: Shape, notation: Notation) -> Change:
    """Note that it is to be of another kind; `notation` is that of values which are texts now. Raises
    UnknownAttribute, NoOptions, KindFixed, ChangeUnderWay.
    """
    checked = check_shape(name, shape)
    if await conn.fetchrow(SQL.lock_attribute, workspace_id, name) is None:
        raise UnknownAttribute("There is no such attribute. See them with GET /v1/attributes.")
    row = await conn.fetchrow(
        SQL.ask_change, workspace_id, name, checked.kind, list(checked.options), notation._asdict()
    )
    if row is None:
        raise ChangeUnderWay("Its values are being read already. Wait until that is done.")
    return _change(row)


async def asked(conn: Connection, workspace_id: int) -> Mapping[str, Change]:
    """What is asked for, or was found last, by attribute."""
    return {row["name"]: _change(row) for row in await conn.fetch(SQL.changes, workspace_id)}


async def forget(conn: Connection, workspace_id: int, name: str) -> None:
    """What was found is read and needed no more."""
    await conn.execute(SQL.drop_change, workspace_id, name)


async def next_waiting(conn: Connection) -> Change | None:
    """The oldest with work left, of any workspace, locked until the end of the transaction."""
    row = await conn.fetchrow(SQL.next_change)
    return None if row is None else _change(row)


async def step(conn: Connection, change: Change, clock: Clock, *, stretch: int = STRETCH) -> ChangeState:
    """Do the next stretch of contacts."""
    here, name = change.workspace_id, change.name
    row = await conn.fetchrow(SQL.values_behind, here, name, change.cursor, stretch)
    assert row is not None, "an aggregate has one row"
    found = list(zip(row["ids"] or (), row["values"] or (), strict=True))
    read = [(key, text, canonical(change.shape, text, change.notation)) for key, text in found]
    misfits = [key for key, _, kept in read if isinstance(kept, Misfit)]
    checking = change.state is ChangeState.CHECKING
    if not checking:
        changed = [each for each in read if not isinstance(each[2], Misfit) and each[1] != each[2]]
        if changed:
            keys, before, after = zip(*changed, strict=True)
            await conn.execute(SQL.write_values, here, name, keys, before, after)
    last = row["reached"] is None
    state = _after(change, change.misfits + len(misfits)) if last else change.state
    if state is ChangeState.WRITING and checking:
        # From now on what comes is read as the new kind; what is there is written anew behind.
        await conn.execute(SQL.settle_kind, here, name, change.kind, list(change.options))
    await conn.execute(
        SQL.advance_change,
        here,
        name,
        0 if last else row["reached"],
        len(found) if checking else 0,
        len(misfits),
        misfits[:_EXAMPLES],
        state,
        clock.now() if state in (ChangeState.DONE, ChangeState.REFUSED) else None,
    )
    return state


def _after(change: Change, misfits: int) -> ChangeState:
    if change.state is ChangeState.WRITING:
        return ChangeState.DONE
    return ChangeState.REFUSED if misfits else ChangeState.WRITING


def _change(row: Record) -> Change:
    values = dict(row)
    return Change(
        kind=Kind(values.pop("kind")),
        state=ChangeState(values.pop("state")),
        options=tuple(values.pop("options")),
        examples=tuple(values.pop("examples")),
        notation=Notation(**msgspec.convert(values.pop("notation"), dict[str, bool])),
        **values,
    )
