"""REST: /v1/consents and what proves them."""

from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Db, Ids, Keys, WallClock
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.consent.ledger import log, repo, shapes
from chappe.consent.ledger.proof import Proof, encode
from chappe.consent.ledger.proving import Prover
from chappe.consent.ledger.shapes import CheckpointView, ConsentView, KeyView, LedgerView
from chappe.consent.ledger.signing import fingerprint
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.kit.phone import parse_international, to_e164

_TAGS = ["Consents"]
State = Literal["pending", "granted", "withdrawn"]


@get(
    "/consents",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="What happened to consents, oldest first",
    tags=_TAGS,
)
async def list_consents(
    caller: Asking,
    conn: Conn,
    ids: Ids,
    phone: Annotated[
        str | None, QueryParameter(max_length=40, description="Of the contact with this number, in E.164.")
    ] = None,
    contact_id: Annotated[str | None, QueryParameter(max_length=40, description="Of this contact.")] = None,
    purpose: Annotated[
        str | None, QueryParameter(max_length=60, description="marketing, or topic: and the topic's key.")
    ] = None,
    became: Annotated[State | None, QueryParameter(name="state", description="What it became.")] = None,
    since: Annotated[datetime | None, QueryParameter(description="From this moment on.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Before this moment.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ConsentView]:
    """The consent log: append-only. Filters can be combined."""
    here, after = caller.workspace_id, decode_cursor(cursor, int)
    key = None
    if contact_id is not None:
        key = (await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact_id))).id
    which = log.Narrowed(
        purposes=None if purpose is None else [purpose],
        states=None if became is None else [became],
        since=since,
        until=until,
        number=None if phone is None else to_e164(parse_international(phone, field="phone")),
        contact_id=key,
    )
    rows = await log.page(conn, here, which, sort="at", after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=lambda row: shapes.consent_view(row, ids))


@get(
    "/contacts/{contact_id:str}/consent-proof",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="Proof of a contact's consent",
    tags=_TAGS,
)
async def prove_consent(
    contact_id: FromPath[str], caller: Asking, conn: Conn, db: Db, ids: Ids, keys: Keys, clock: WallClock
) -> Response[Proof]:
    """A file that stands alone: each change of the contact's consents, with what binds it to a signed
    checkpoint of the ledger, and nothing of other people. Keep the octets as they are; `chappe verify-proof`
    checks them with no database.
    """
    found = await contacts.get_contact(conn, caller.workspace_id, ids.decode(CONTACT_ID, contact_id))
    proof = await Prover(db, keys, clock).prove(caller.workspace_id, found)
    return Response(encode(proof), media_type="application/json")  # type: ignore[arg-type]  # as written


@get(
    "/consent-ledger",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="Where the consent ledger stands, and the keys that it is signed with",
    tags=_TAGS,
)
async def read_ledger(caller: Asking, conn: Conn) -> LedgerView:
    """Keep the fingerprint where others find it: a proof is worth what is known of its key."""
    found = await log.standing(conn, caller.workspace_id)
    keys = await repo.public_keys(conn, caller.workspace_id)
    return LedgerView(
        events=found.events,
        waiting=found.waiting,
        keys=[
            KeyView(
                fingerprint=fingerprint(key.public_key),
                public_key=key.public_key.hex(),
                created_at=key.created_at,
            )
            for key in keys
        ],
        checkpoint=None if found.checkpoint is None else shapes.checkpoint_view(found.checkpoint),
    )


@get(
    "/consent-ledger/checkpoints",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="Signed checkpoints of the consent ledger, oldest first",
    tags=_TAGS,
)
async def list_checkpoints(
    caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None
) -> Page[CheckpointView]:
    """Keep them somewhere else: who holds one can tell whether the past was written anew."""
    after = decode_cursor(cursor, int) or 0
    rows = await repo.checkpoints_after(conn, caller.workspace_id, after, limit + 1)
    return page_of(rows, limit, key=lambda row: row.number, view=shapes.checkpoint_view)


routes: list[ControllerRouterHandler] = [list_consents, prove_consent, read_ledger, list_checkpoints]
