"""REST: /v1/offers."""

from uuid import UUID

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.kit.ids import parse_public_id
from chappe.offers import service, shapes
from chappe.offers.model import OFFER_ID, BadCodes
from chappe.offers.shapes import CodeView, MoreCodes, OfferChange, OfferInput, OffersView, OfferView, UseInput

_TAGS = ["Offers"]
_READ, _WRITE = [needs(Scope.CAMPAIGNS_READ)], [needs(Scope.CAMPAIGNS_WRITE)]
_ONE = "/offers/{offer_id:str}"
_CODE = "/offers/codes/{code:str}"


@get("/offers", guards=_READ, summary="Offers, the newest first", tags=_TAGS)
async def list_offers(caller: Asking, conn: Conn) -> OffersView:
    found = await service.offers(conn, caller.workspace_id)
    return OffersView(data=[shapes.offer_view(one) for one in found])


@post("/offers", guards=_WRITE, summary="Create an offer with its codes", tags=_TAGS)
async def create_offer(data: JSONBody[OfferInput], caller: Asking, conn: Conn) -> OfferView:
    """All codes of an offer have one length, of 6 to 32 of A to Z, a to z, 0 to 9 and -."""
    here = caller.workspace_id
    if data.generate is not None and data.codes is None:
        wanted = data.generate
        made = await service.generate_offer(conn, here, data.name, wanted.pattern, wanted.n, data.warn_below)
    elif data.generate is None:
        made = await service.import_offer(conn, here, data.name, data.codes or [], data.warn_below)
    else:
        raise BadCodes("Give `codes` or `generate`, not both.", field="codes", why="none", example="")
    return shapes.offer_view(made)


@get(_ONE, guards=_READ, summary="An offer, and what is left of it", tags=_TAGS)
async def read_offer(offer_id: FromPath[str], caller: Asking, conn: Conn) -> OfferView:
    return shapes.offer_view(await service.offer_of(conn, caller.workspace_id, _id(offer_id)))


@patch(_ONE, guards=_WRITE, summary="Rename, archive or restore an offer", tags=_TAGS)
async def change_offer(
    offer_id: FromPath[str], data: JSONBody[OfferChange], caller: Asking, conn: Conn
) -> OfferView:
    here = caller.workspace_id
    offer = await service.offer_of(conn, here, _id(offer_id))
    if data.name is not None or data.warn_below is not None:
        name = offer.name if data.name is None else data.name
        warn_below = offer.warn_below if data.warn_below is None else data.warn_below
        offer = await service.change(conn, here, offer.id, name, warn_below)
    if data.archived is not None:
        offer = await service.archive(conn, here, offer.id, archived=data.archived)
    return shapes.offer_view(offer)


@post(_ONE + "/codes", guards=_WRITE, summary="Add codes to an offer", tags=_TAGS)
async def add_codes(
    offer_id: FromPath[str], data: JSONBody[MoreCodes], caller: Asking, conn: Conn
) -> OfferView:
    """All of them, or none when one cannot be a code."""
    offer = await service.offer_of(conn, caller.workspace_id, _id(offer_id))
    if data.generate is not None and data.codes is None:
        made = await service.generate_more(conn, caller.workspace_id, offer, data.generate)
    else:
        made = await service.import_more(conn, caller.workspace_id, offer.id, data.codes or [])
    return shapes.offer_view(made)


@get(_CODE, guards=_READ, summary="Whose a code is", tags=_TAGS)
async def read_code(code: FromPath[str], caller: Asking, conn: Conn, ids: Ids) -> CodeView:
    """Capitals do not count."""
    return shapes.code_view(await service.told(conn, caller.workspace_id, code), ids)


@post(_CODE + "/use", guards=_WRITE, summary="Report that a code was used", tags=_TAGS)
async def use_code(
    code: FromPath[str],
    data: JSONBody[UseInput],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    clock: WallClock,
) -> CodeView:
    """A conversion of the message that brought it; each code counts once. Where an `Order Completed` with
    `coupon` or `discount_codes` tells it already, do not report it here as well.
    """
    used = await service.use(
        conn,
        caller.workspace_id,
        code,
        at=data.at or clock.now(),
        amount=data.worth,
        currency=data.currency or "",
        order_id=data.order_id,
    )
    return shapes.code_view(used, ids)


def _id(text: str) -> UUID | None:
    return parse_public_id(OFFER_ID, text)


routes: list[ControllerRouterHandler] = [
    list_offers,
    create_offer,
    read_offer,
    change_offer,
    add_codes,
    read_code,
    use_code,
]
