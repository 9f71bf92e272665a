"""A worker that decides nothing, to tell what the gate costs: `python -m chappe.bench.ungated`.

It reads of contacts what their texts need, lets everybody through, and stores why of nobody. No setting of
the program leads here: only `chappe bench gated` starts it, on a database of its own with a carrier of the
lab.
"""

import runpy
from collections.abc import Sequence
from typing import Any, Final

from chappe.contacts.model import ContactState
from chappe.db.pool import Connection
from chappe.engine import planner
from chappe.gate import rulings, service
from chappe.gate.model import OFFERS, Code, Decision, Group, Subject, Suppressed
from chappe.gate.service import Gate

# The gate's own statement without what it decides by: consent and suppressions.
_PEOPLE: Final = """
select array_agg(c.id) as contact_ids, array_agg(w.phone) as phones,
    json_agg(c.attributes -> $4::text) as first, json_agg(c.attributes -> $5::text) as second
from unnest($2::text::bigint[], $3::text::bigint[]) as w(id, phone)
join contact as c on c.workspace_id = $1 and c.id = w.id"""


class _OpenGate(Gate):
    """Everybody passes, at once."""

    def decide_group(self, group: Group, priced: Sequence[bool] | None) -> list[tuple[Decision, Group]]:
        return [(Decision(Code.SEND, self._asked.gate_now, None), group)]


async def _people(
    conn: Connection,
    workspace_id: int,
    contact_ids: str,
    phones: str,
    variables: Sequence[str],
    _subject: Subject = OFFERS,
) -> list[Group]:
    names = [*variables, None, None][:2]
    rows = await conn.fetch(_PEOPLE, workspace_id, contact_ids, phones, *names)
    return [
        Group(
            ContactState.ACTIVE,
            True,
            Suppressed.NO,
            "",
            ids,
            numbers,
            dict(zip(variables, values, strict=False)),
        )
        for ids, numbers, *values in rows
    ]


async def _note(*_: Any) -> None:
    """What was decided is not kept."""


if __name__ == "__main__":
    vars(planner)["Gate"] = _OpenGate
    vars(service)["groups_of_contacts"] = _people
    vars(rulings)["note"] = _note
    runpy.run_module("chappe", run_name="__main__")
