"""/offers: pools of codes, what is left of each, and more codes for them."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.offers import service
from chappe.offers.model import LONGEST_NAME, MOST_DRAWN, OFFER_ID, Offer
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/offers"
_READ, _WRITE = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_WRITE)
_MOST_PASTED: Final = 900_000
_MOST_WARNED: Final = 1_000_000


@get(PATH, opt=_READ)
async def list_page(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.offers(conn, viewer.workspace_id)
    named = [(public_id(OFFER_ID, one.id), one) for one in found]
    return page.render(
        "offers/list.html",
        open=[each for each in named if each[1].archived_at is None],
        archived=[each for each in named if each[1].archived_at is not None],
    )


@get(f"{PATH}/new", opt=_WRITE)
async def new(page: GivenPage) -> Response[Any]:
    given = [("way", "paste"), ("pattern", "OFFER-########"), ("n", "1000"), ("warn_below", "100")]
    return page.render("offers/new.html", values=Submitted(given), errors=Errors())


@post(f"{PATH}/new", opt=_WRITE)
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    name = reading.text("name", most=LONGEST_NAME)
    warn_below = _warn_below(reading)
    made = None
    if reading.form.one("way") == "draw":
        n = reading.whole("n", least=1, most=MOST_DRAWN) or 0
        pattern = reading.text("pattern", most=32)
    else:
        pasted = reading.text("codes", most=_MOST_PASTED)
    async with db.transaction(viewer.workspace_id) as conn:
        if not reading.errors:
            with reading.errors.caught():
                async with conn.transaction():
                    if reading.form.one("way") == "draw":
                        made = await service.generate_offer(
                            conn, viewer.workspace_id, name, pattern, n, warn_below
                        )
                    else:
                        made = await service.import_offer(
                            conn, viewer.workspace_id, name, pasted.split(), warn_below
                        )
        if made is not None:
            await _note(conn, page, viewer, "created", made)
    if made is None:
        return page.render("offers/new.html", status=422, values=reading.form, errors=reading.errors)
    return page.redirect(f"{PATH}/{public_id(OFFER_ID, made.id)}?notice=created")


@get(PATH + "/{offer:str}", opt=_READ)
async def one(offer: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.offer_of(conn, viewer.workspace_id, _id(offer))
    return _show(page, found, Errors(), Submitted([]))


@post(PATH + "/{offer:str}", opt=_WRITE)
async def change(offer: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    name, warn_below = reading.text("name", most=LONGEST_NAME), _warn_below(reading)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.offer_of(conn, viewer.workspace_id, _id(offer))
        if not reading.errors:
            with reading.errors.caught():
                changed = await service.change(conn, viewer.workspace_id, found.id, name, warn_below)
                if changed != found:
                    await _note(conn, page, viewer, "changed", changed, before=found)
    if reading.errors:
        return _show(page, found, reading.errors, reading.form)
    return page.redirect(f"{PATH}/{offer}?notice=saved")


@post(PATH + "/{offer:str}/codes", opt=_WRITE)
async def add_codes(offer: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Pasted, or so many more of its pattern."""
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.offer_of(conn, viewer.workspace_id, _id(offer))
        if found.pattern is None:
            pasted = reading.text("codes", most=_MOST_PASTED)
        else:
            n = reading.whole("n", least=1, most=MOST_DRAWN) or 0
        if not reading.errors:
            with reading.errors.caught():
                async with conn.transaction():
                    if found.pattern is None:
                        more = await service.import_more(conn, viewer.workspace_id, found.id, pasted.split())
                    else:
                        more = await service.generate_more(conn, viewer.workspace_id, found, n)
                await _note(conn, page, viewer, "codes_added", more, before=found)
    if reading.errors:
        return _show(page, found, reading.errors, reading.form)
    return page.redirect(f"{PATH}/{offer}?notice=codes_added")


@post(PATH + "/{offer:str}/archive", opt=_WRITE)
async def archive(offer: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """With `restore` it gives codes again."""
    restores = (await page.form()).has("restore")
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.offer_of(conn, viewer.workspace_id, _id(offer))
        done = await service.archive(conn, viewer.workspace_id, found.id, archived=not restores)
        if found.archived_at != done.archived_at:
            await _note(conn, page, viewer, "restored" if restores else "archived", done)
    return page.redirect(f"{PATH}/{offer}?notice={'restored' if restores else 'archived'}")


def _show(page: Page, offer: Offer, errors: Errors, form: Submitted) -> Response[Any]:
    given = [("name", offer.name), ("warn_below", str(offer.warn_below)), ("codes", ""), ("n", "1000")]
    written = [(name, form.one(name, value)) for name, value in given]
    return page.render(
        "offers/offer.html",
        status=422 if errors else 200,
        offer=offer,
        offer_id=public_id(OFFER_ID, offer.id),
        values=Submitted(written),
        errors=errors,
    )


async def _note(
    conn: Connection, page: Page, viewer: Viewer, action: str, offer: Offer, *, before: Offer | None = None
) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        f"offer.{action}",
        target=public_id(OFFER_ID, offer.id),
        before=None if before is None else _told(before),
        after=_told(offer),
    )


def _told(offer: Offer) -> dict[str, Any]:
    """What the audit trail keeps: never a code."""
    return {"name": offer.name, "codes": offer.size, "warn_below": offer.warn_below}


def _warn_below(reading: Reading) -> int:
    return reading.whole("warn_below", least=0, most=_MOST_WARNED) or 0


def _id(text: str) -> UUID | None:
    return parse_public_id(OFFER_ID, text)


routes: list[ControllerRouterHandler] = [list_page, new, create, one, change, add_codes, archive]
