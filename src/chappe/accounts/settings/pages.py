"""/settings: the workspace's name, place, currency and language."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts.acts import record
from chappe.accounts.permissions import Permission
from chappe.accounts.settings import service
from chappe.accounts.settings.service import Choices
from chappe.accounts.team.model import NAME_LENGTH
from chappe.accounts.team.service import checked_name
from chappe.api.given import Db
from chappe.web.forms import Reading, Submitted
from chappe.web.language import LANGUAGES
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, needs

PATH = "/settings"
_ZONE_LENGTH = 64


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def settings(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        chosen = await service.choices(conn, viewer.account_id)
    given = [(name, str(value)) for name, value in msgspec.structs.asdict(chosen).items()]
    return _form(page, Reading(Submitted(given)))


@post(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def save(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = _checked(await page.form(), page.language)
    if reading.errors:
        return _form(page, reading)
    form = reading.form
    chosen = Choices(**{name: form.one(name) for name in Choices.__struct_fields__})
    async with db.engine_transaction() as conn:
        before = await service.choose(conn, viewer.account_id, chosen)
        after = await service.choices(conn, viewer.account_id)
        changed = [
            name for name in Choices.__struct_fields__ if getattr(before, name) != getattr(after, name)
        ]
        if changed:
            await record(
                conn,
                page,
                viewer,
                "workspace.changed",
                target=viewer.account,
                before={name: getattr(before, name) for name in changed},
                after={name: getattr(after, name) for name in changed},
            )
    return page.redirect(f"{PATH}?notice=saved")


@post(f"{PATH}/validate", opt=needs(Permission.SETTINGS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `save`."""
    reading = _checked(await page.form(), page.language)
    field = reading.form.field
    return page.render("accounts/note.html", field=field, problem=reading.errors.of(field))


def _checked(form: Submitted, language: str) -> Reading:
    reading = Reading(form)
    name = reading.text("name", most=NAME_LENGTH)
    if name:
        with reading.errors.caught():
            checked_name(name)
    zone = reading.text("zone", most=_ZONE_LENGTH)
    if zone:
        with reading.errors.caught():
            service.checked_zone(zone)
    reading.choice("default_country", dict(service.countries(language)))
    reading.choice("currency", dict(service.currencies(language)))
    reading.choice("language", LANGUAGES)
    return reading


def _form(page: Page, reading: Reading) -> Response[Any]:
    return page.render(
        "accounts/settings/brand.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        zones=service.zones(),
        countries=service.countries(page.language),
        currencies=service.currencies(page.language),
    )


routes: list[ControllerRouterHandler] = [settings, save, validate]
