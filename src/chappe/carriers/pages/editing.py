"""Adding and changing a carrier. Its credentials are tried before they are saved: one real bind, whose answer
is shown.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys
from chappe.carriers import service
from chappe.carriers.binding import Trial, try_bind
from chappe.carriers.errors import DemoClockSet
from chappe.carriers.model import CARRIER_ID, Carrier
from chappe.carriers.pages.addresses import carrier_id
from chappe.carriers.pages.form import Draft, filled, read_carrier
from chappe.db.errors import WrongSecretKey
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.ids import public_id
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/carriers"
_PAGE = "carriers/edit.html"
_CONTEXT = "carrier.trial"


@get(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    return page.render(
        _PAGE, carrier=None, values=filled(None, viewer.currency), errors=Errors(), trial=None, sealed=""
    )


@post(f"{PATH}/new", opt=needs(Permission.CARRIERS_WRITE))
async def add(page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys) -> Response[Any]:
    reading, draft = read_carrier(await page.form())
    if draft is None:
        return page.invalid(_PAGE, reading.errors, carrier=None, values=reading.form, trial=None, sealed="")
    password = draft.password or _opened(keys, reading.form)
    trial = await _tried(reading.form, draft, password)
    if trial is not None:
        return page.render(
            _PAGE,
            status=422,
            carrier=None,
            values=reading.form,
            errors=Errors(),
            trial=trial,
            sealed=_sealed(keys, password),
        )
    with reading.errors.caught(DemoClockSet):
        async with db.transaction(viewer.workspace_id) as conn:
            made = await service.create_carrier(
                conn,
                keys,
                viewer.workspace_id,
                name=draft.name,
                settings=draft.settings,
                password=password,
                prices=draft.prices,
                simulated=draft.simulated,
            )
            await _record(conn, page, viewer, "carrier.created", None, made)
        return page.leave(f"{PATH}/{public_id(CARRIER_ID, made.id)}?notice=carrier_added")
    return page.invalid(_PAGE, reading.errors, carrier=None, values=reading.form, trial=None, sealed="")


@get(PATH + "/{carrier:str}/edit", opt=needs(Permission.CARRIERS_WRITE))
async def edit(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
    return page.render(
        _PAGE,
        carrier=found,
        carrier_id=carrier,
        values=filled(found, viewer.currency),
        errors=Errors(),
        trial=None,
        sealed="",
    )


@post(PATH + "/{carrier:str}/edit", opt=needs(Permission.CARRIERS_WRITE))
async def change(
    carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        before = await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))
        known = await service.password(conn, keys, viewer.workspace_id, before.id)
    reading, draft = read_carrier(await page.form(), before)
    if draft is None:
        return _again(page, carrier, before, reading, None)
    password = draft.password or _opened(keys, reading.form)
    trial = await _tried(reading.form, draft, password or known)
    if trial is not None:
        return _again(page, carrier, before, reading, trial, _sealed(keys, password))
    with reading.errors.caught(DemoClockSet):
        async with db.transaction(viewer.workspace_id) as conn:
            after = await service.change_carrier(
                conn,
                keys,
                viewer.workspace_id,
                before.id,
                name=draft.name,
                settings=draft.settings,
                password=password or None,
                prices=draft.prices,
                simulated=draft.simulated,
            )
            await _record(conn, page, viewer, "carrier.changed", before, after)
        return page.leave(f"{PATH}/{carrier}?notice=carrier_changed")
    return _again(page, carrier, before, reading, None)


@post(f"{PATH}/validate", opt=needs(Permission.CARRIERS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """One field, by the rule of `add` and `change`."""
    form = await page.form()
    reading, _ = read_carrier(form)
    return page.render("carriers/note.html", field=form.field, problem=reading.errors.of(form.field))


async def _tried(form: Submitted, draft: Draft, password: str) -> Trial | None:
    """How the bind ended, when the form is to be shown again: it was only tried, or it failed and nobody said
    to save all the same.
    """
    if form.one("do") == "anyway":
        return None
    trial = await try_bind(draft.settings, password)
    return None if trial.bound and form.one("do") != "try" else trial


def _sealed(keys: InstanceKeys, password: str) -> str:
    """The password for the next try: the page carries it, and nobody but this installation can read it."""
    return keys.seal(password.encode(), context=_CONTEXT).hex() if password else ""


def _opened(keys: InstanceKeys, form: Submitted) -> str:
    """Empty when nothing was sealed, or not here."""
    try:
        return keys.unseal(bytes.fromhex(form.one("sealed")), context=_CONTEXT).decode()
    except (ValueError, WrongSecretKey):
        return ""


def _again(
    page: Page, carrier: str, found: Carrier, reading: Reading, trial: Trial | None, sealed: str = ""
) -> Response[Any]:
    return page.render(
        _PAGE,
        status=422,
        carrier=found,
        carrier_id=carrier,
        values=reading.form,
        errors=reading.errors,
        trial=trial,
        sealed=sealed,
    )


async def _record(
    conn: Connection, page: Page, viewer: Viewer, action: str, before: Carrier | None, after: Carrier
) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=public_id(CARRIER_ID, after.id),
        before=None if before is None else _shown(before),
        after=_shown(after),
    )


def _shown(carrier: Carrier) -> dict[str, Any]:
    settings = carrier.settings
    return {
        "name": carrier.name,
        "host": settings.host,
        "port": settings.port,
        "system_id": settings.system_id,
        "window": settings.window,
        "parts_per_second": settings.parts_per_second,
        "prices": len(carrier.prices),
    }


routes: list[ControllerRouterHandler] = [new, add, edit, change, validate]
