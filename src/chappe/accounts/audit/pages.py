"""The audit trail, for those who answer for the workspace: to look through, and to take along."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.audit import export, service
from chappe.accounts.audit.model import EVENT_ID, Event
from chappe.accounts.audit.repo import Filters
from chappe.accounts.permissions import Permission
from chappe.accounts.security.devices import browser_of, system_of
from chappe.api.given import Db
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.policy import PAGE_HEADERS
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, needs

PATH = "/audit"
_THINGS = (
    ("account", mark("Accounts")),
    ("session", mark("Sessions")),
    ("workspace", mark("Workspace")),
    ("single_sign_on", mark("Single sign-on")),
    ("member", mark("Team")),
    ("invitation", mark("Invitations")),
    ("key", mark("API keys")),
    ("contact", mark("Contacts")),
    ("contacts", mark("Many contacts at once")),
    ("attribute", mark("Fields")),
    ("consent", mark("Consent")),
    ("list", mark("Lists")),
    ("segment", mark("Segments")),
    ("topic", mark("Topics")),
    ("sign_up_texts", mark("Sign-up texts")),
    ("import", mark("Imports")),
    ("suppression", mark("Suppression list")),
    ("caps", mark("Caps")),
    ("keyword_answer", mark("Keywords")),
    ("form", mark("Sign-up forms")),
    ("brand", mark("Colour and logo")),
    ("canned_reply", mark("Canned replies")),
    ("campaign", mark("Campaigns")),
    ("approval", mark("Approval")),
    ("template", mark("Templates")),
    ("kit", mark("Starter kits")),
    ("media", mark("Pictures")),
    ("offer", mark("Offers")),
    ("goal", mark("Conversions")),
    ("link", mark("Links")),
    ("link_domain", mark("Link domains")),
    ("link_settings", mark("Settings of links")),
    ("browser_settings", mark("Script of pages")),
    ("browser_key", mark("Keys of pages")),
    ("message", mark("Messages")),
    ("conversation", mark("Conversations")),
    ("carrier", mark("Carriers")),
    ("sender", mark("Senders")),
    ("route", mark("Routes")),
    ("budget", mark("Budget")),
    ("alerts", mark("Alerts")),
    ("export", mark("Exports")),
    ("request", mark("Requests of persons")),
    ("person", mark("Erased persons")),
    ("rules", mark("Rules by country")),
    ("audit", mark("Audit trail")),
)
TABLE = Table(
    "audit",
    columns=(
        Column("at", mark("When"), sort="at", always=True),
        Column("who", mark("Who")),
        Column("what", mark("What"), always=True),
        Column("object", mark("Object")),
        Column("origin", mark("From where")),
    ),
    filters=(
        Filter("q", mark("Id of an object"), kind=FilterKind.TEXT),
        Filter("who", mark("Who"), kind=FilterKind.CHOICE),
        Filter("about", mark("About"), options=_THINGS),
        Filter("since", mark("From day"), kind=FilterKind.DATE),
        Filter("until", mark("To day"), kind=FilterKind.DATE),
    ),
    sorts={"at": (datetime, UUID)},
    default_sort="-at",
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the page shows it. `changes`: what differs, by name, before and after."""

    id: str
    event: Event
    name: str | None
    browser: str
    system: str
    changes: Sequence[tuple[str, Any, Any]]


class Export(msgspec.Struct, frozen=True):
    """`matching`: the filters as the address has them; `form`: csv or json."""

    matching: str = ""
    form: str = "csv"


@get(PATH, opt=needs(Permission.AUDIT_READ))
async def trail(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        view = TABLE.read(page, options={"who": await service.actors(conn, viewer.account_id)})
        after = None if view.after is None else (view.after[0], view.after[1])
        events = await service.page(
            conn,
            viewer.account_id,
            _filters(view, viewer.zone),
            sort=view.sort,
            after=after,
            limit=view.limit,
        )
        names = await service.names_of(conn, viewer.account_id, events)
    rows = [_row(event, names.get(event.actor)) for event in events]
    shown = view.page(rows, cursor=lambda row: (row.event.at, row.event.id), key=lambda row: row.id)
    return page.render("audit/trail.html", shown=shown)


@get(PATH + "/{event:str}", opt=needs(Permission.AUDIT_READ))
async def one(event: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await service.one(conn, viewer.account_id, parse_public_id(EVENT_ID, event))
        names = await service.names_of(conn, viewer.account_id, [found])
    return page.render("audit/event.html", row=_row(found, names.get(found.actor)))


@post(f"{PATH}/export", opt=needs(Permission.AUDIT_READ))
async def take_along(data: URLEncodedBody[Export], page: GivenPage, viewer: GivenViewer, db: Db) -> Stream:
    """Everything that the filters leave. That it was taken is on record, too."""
    form = data.form if data.form in export.TYPES else "csv"
    query = parse_qs(data.matching)
    async with db.engine_transaction() as conn:
        options = {"who": await service.actors(conn, viewer.account_id)}
        await audit.record(
            conn,
            workspace_id=viewer.account_id,
            actor=audit.Person(viewer.user_id),
            action="audit.exported",
            after={"form": form, "filters": data.matching},
            address=page.address,
        )
    filters = _filters(TABLE.view(lambda name: query.get(name, []), options=options), viewer.zone)
    headers = PAGE_HEADERS | {"content-disposition": f'attachment; filename="audit.{form}"'}
    octets = export.written(form, db, viewer.account_id, filters)
    return Stream(octets, media_type=export.TYPES[form], headers=headers)


def _filters(view: View, zone: str) -> Filters:
    until = _day(view.one("until"), zone)
    return Filters(
        actors=view.many("who"),
        things=view.many("about"),
        target=view.one("q") or None,
        since=_day(view.one("since"), zone),
        until=None if until is None else until + timedelta(days=1),
    )


def _day(text: str, zone: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)) if text else None


def _row(event: Event, name: str | None) -> Row:
    agent = event.payload.agent if event.payload else ""
    return Row(
        id=public_id(EVENT_ID, event.id),
        event=event,
        name=name,
        browser=browser_of(agent),
        system=system_of(agent),
        changes=_changes(event),
    )


def _changes(event: Event) -> Sequence[tuple[str, Any, Any]]:
    payload = event.payload
    before, after = (payload.before or {}, payload.after or {}) if payload else ({}, {})
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    ]


routes: list[ControllerRouterHandler] = [trail, one, take_along]
