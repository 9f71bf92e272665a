"""REST: /v1/suppressions."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.consent import service, shapes
from chappe.consent.model import SUPPRESSION_ID, NewSuppression, SuppressionScope
from chappe.consent.shapes import SuppressedView, SuppressionInput, SuppressionsInput, SuppressionView
from chappe.kit.phone import parse_international

_TAGS = ["Suppressions"]
_SOURCE = "api"


@post("/suppressions", guards=[needs(Scope.SUPPRESSIONS_WRITE)], summary="Suppress a number", tags=_TAGS)
async def create_suppression(
    data: JSONBody[SuppressionInput], caller: Asking, conn: Conn, ids: Ids
) -> SuppressionView:
    """It holds within a second, for what is being sent too. Of a number that is suppressed already, the
    suppression that holds is returned.
    """
    wanted = NewSuppression(
        phone=parse_international(data.phone, field="phone"),
        scope=data.scope,
        reason=data.reason,
        source=_SOURCE,
    )
    held, _ = await service.ensure_suppressed(conn, caller.workspace_id, wanted)
    return shapes.suppression_view(held, ids)


@post(
    "/suppressions/batch",
    guards=[needs(Scope.SUPPRESSIONS_WRITE)],
    summary="Suppress numbers, as a carrier's opt-out feed gives them",
    tags=_TAGS,
    status_code=200,
)
async def create_suppressions(
    data: JSONBody[SuppressionsInput], caller: Asking, conn: Conn
) -> SuppressedView:
    """Up to 1,000: all of them, or none when one is no number. A feed may be sent again: what holds stays."""
    wanted = [
        NewSuppression(
            phone=parse_international(phone, field=f"phones[{at}]"),
            scope=data.scope,
            reason=data.reason,
            source=data.source.value,
        )
        for at, phone in enumerate(data.phones)
    ]
    once = list({new.phone: new for new in wanted}.values())
    return SuppressedView(suppressed=len(await service.suppress(conn, caller.workspace_id, once)))


@get(
    "/suppressions",
    guards=[needs(Scope.SUPPRESSIONS_READ)],
    summary="Suppressions that hold, oldest first",
    tags=_TAGS,
)
async def list_suppressions(
    caller: Asking,
    conn: Conn,
    ids: Ids,
    phone: Annotated[
        str | None, QueryParameter(max_length=40, description="Those of this number, in E.164.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[SuppressionView]:
    after = decode_cursor(cursor, int)
    number = None if phone is None else parse_international(phone, field="phone")
    rows = await service.page_suppressions(
        conn, caller.workspace_id, phone=number, after=after, limit=limit + 1
    )
    return page_of(rows, limit, key=lambda row: row.id, view=lambda row: shapes.suppression_view(row, ids))


@delete(
    "/suppressions/{suppression_id:str}",
    guards=[needs(Scope.SUPPRESSIONS_WRITE)],
    summary="Lift a suppression",
    tags=_TAGS,
)
async def lift_suppression(suppression_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids) -> None:
    """Kept as history, with the key that lifted it. A person's STOP should be lifted only at their wish: a
    text with START does it by itself.
    """
    key = ids.decode(SUPPRESSION_ID, suppression_id)
    await service.lift(conn, caller.workspace_id, key, by=f"key {caller.key_id}")


@delete(
    "/suppressions",
    guards=[needs(Scope.SUPPRESSIONS_WRITE)],
    summary="Lift the suppression of a number",
    tags=_TAGS,
)
async def lift_suppression_of_phone(
    caller: Asking,
    conn: Conn,
    phone: Annotated[str, QueryParameter(max_length=40, description="In E.164.")],
    reach: Annotated[
        SuppressionScope, QueryParameter(name="scope", description="Which of the two.")
    ] = SuppressionScope.MARKETING,
) -> None:
    """As by id, for who knows the number only."""
    number = parse_international(phone, field="phone")
    await service.lift_of_phone(conn, caller.workspace_id, number, reach, by=f"key {caller.key_id}")


routes: list[ControllerRouterHandler] = [
    create_suppression,
    create_suppressions,
    list_suppressions,
    lift_suppression,
    lift_suppression_of_phone,
]
