"""What both ways to `POST /v1/messages`, the handler and the short way, do once they know who asks."""

from typing import NamedTuple

import msgspec

from chappe.api import idempotency
from chappe.api.idempotency import Answer, Keyed, Standing
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher
from chappe.sending import shapes
from chappe.sending.gathering import ACCEPTED_STATUS, Gatherer
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.sending.shapes import AcceptedList, BadMessages, NewMessage


class Sending(NamedTuple):
    """What sending takes, handed in as one: Litestar starts a task for each of several."""

    db: Database
    ids: IdCipher
    door: Door
    gatherer: Gatherer

    async def accept(
        self, workspace_id: int, asked: NewMessage | list[NewMessage], keyed: Keyed | None
    ) -> tuple[Answer, bool]:
        """The answer, once it is committed, and whether it is an earlier one given again.

        Raises BadMessages and what `Gatherer.accept` raises: then nothing was written.
        """
        if isinstance(asked, NewMessage):
            return await self.gatherer.accept(workspace_id, shapes.intent_of(asked), keyed)
        return await self._accept_list(workspace_id, shapes.intents_of(asked), keyed)

    async def _accept_list(
        self, workspace_id: int, intents: list[Intent], keyed: Keyed | None
    ) -> tuple[Answer, bool]:
        async with self.db.transaction(workspace_id) as conn:
            if keyed is not None:
                found = (await idempotency.claim(conn, workspace_id, [keyed]))[keyed.key]
                if isinstance(found, Answer):
                    return found, True
                if found is not Standing.FRESH:
                    raise idempotency.refusal(found, keyed.key)
            try:
                accepted = await self.door.accept(conn, workspace_id, intents)
            except Problem as problem:
                raise _placed(problem) from problem
            views = shapes.accepted_views(accepted, intents, self.ids)
            answer = Answer(ACCEPTED_STATUS, msgspec.json.encode(AcceptedList(data=views)))
            if keyed is not None:
                await idempotency.keep(conn, workspace_id, [(keyed, answer)])
        return answer, False


def _placed(problem: Problem) -> Problem:
    """The same problem, its place counted within the list that was sent."""
    field = problem.field or ""
    place = field.removeprefix("messages") if field.startswith("messages[") else f"[0].{field}"
    return BadMessages(problem.detail, field=place)
