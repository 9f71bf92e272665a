"""/carriers/{id}/told: what a carrier told of numbers, and what its own words mean."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.carriers import service
from chappe.carriers.pages.addresses import carrier_id
from chappe.consent.told import listing
from chappe.consent.told.model import STANDARD, Meaning
from chappe.web.filters import Filter
from chappe.web.forms import Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/carriers/{carrier:str}/told"
MEANINGS = (
    (Meaning.OPTED_OUT.value, mark("Unsubscribed with them")),
    (Meaning.DEACTIVATED.value, mark("Nobody has the number")),
    (Meaning.BAD_NUMBER.value, mark("Number not known")),
)
TABLE = Table(
    "told",
    columns=(
        Column("number", mark("Number"), always=True),
        Column("meaning", mark("What it means")),
        Column("word", mark("Their word")),
        Column("at", mark("Time"), sort="at"),
    ),
    filters=(Filter("meaning", mark("What it means"), options=MEANINGS),),
    sorts={"at": (int,)},
    default_sort="-at",
)
_LONGEST = 20


@get(PATH, opt=needs(Permission.CARRIERS_READ))
async def told(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    return await _shown(carrier, page, viewer, db, Reading(Submitted()))


@post(PATH, opt=needs(Permission.CARRIERS_WRITE))
async def add_word(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Say what a word of this carrier means."""
    reading = Reading(await page.form())
    word = reading.text("word", most=_LONGEST)
    meaning = reading.choice("meaning", [each.value for each in Meaning])
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
        with reading.errors.caught():
            if not reading.errors:
                meant = Meaning(meaning)
                kept = await listing.set_word(conn, viewer.workspace_id, found.number, word, meant)
                after = {"word": kept, "meaning": meaning}
                await acts.record_here(conn, page, viewer, "carrier.changed", target=carrier, after=after)
    if reading.errors:
        return await _shown(carrier, page, viewer, db, reading)
    return page.leave(f"/carriers/{carrier}/told?notice=word")


@post(PATH + "/drop", opt=needs(Permission.CARRIERS_WRITE))
async def drop_word(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    word = (await page.form()).one("word")[:_LONGEST]
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
        await listing.drop_word(conn, viewer.workspace_id, found.number, word)
        await acts.record_here(conn, page, viewer, "carrier.changed", target=carrier, before={"word": word})
    return page.leave(f"/carriers/{carrier}/told?notice=word")


async def _shown(carrier: str, page: Page, viewer: Viewer, db: Db, reading: Reading) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
        rows = await listing.reports(
            conn,
            viewer.workspace_id,
            found.number,
            meanings=view.many("meaning"),
            newest=view.sort == "-at",
            after=int(view.after[0]) if view.after else None,
            limit=view.limit,
        )
        own = await listing.words(conn, found.number)
    return page.render(
        "carriers/told.html",
        status=422 if reading.errors else 200,
        carrier=found,
        carrier_id=carrier,
        shown=view.page(rows, cursor=lambda row: (row.id,), key=lambda row: str(row.id)),
        own=own,
        standard={word: meaning for word, meaning in STANDARD.items() if word not in own},
        values=reading.form,
        errors=reading.errors,
    )


routes: list[ControllerRouterHandler] = [told, add_word, drop_word]
