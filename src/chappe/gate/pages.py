"""/compliance/caps: how many marketing messages a person may get, of all and about each topic."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent.topics import frequency
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TOPIC_ID, Topic, TopicPurpose
from chappe.db.pool import Connection, Database
from chappe.gate import caps
from chappe.gate.caps import NO_CAPS, Caps
from chappe.kit.ids import public_id
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/compliance/caps"
_SPANS: Final = ("per_day", "per_week", "per_month")

Wanted = dict[UUID | None, Caps]
"""By topic; under None those over all marketing."""


@get(PATH, opt=needs(Permission.CAMPAIGNS_READ))
async def show_caps(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await caps.all_caps(conn, viewer.workspace_id)
    written = [
        (_field(topic_id, span), str(n))
        for topic_id, each in known.items()
        for span, n in msgspec.structs.asdict(each).items()
        if n is not None
    ]
    return await _form(page, viewer, db, Submitted(written), Errors())


@post(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def save_caps(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        offered = await _offered(conn, here)
        reading, wanted = _read(await page.form(), offered)
        if not reading.errors:
            before = await caps.all_caps(conn, here)
            for topic_id, each in wanted.items():
                await caps.set_caps(conn, here, each, topic_id)
            was, now = _told(before, offered), _told(wanted, offered)
            if was != now:
                await acts.record_here(conn, page, viewer, "caps.changed", before=was, after=now)
    if reading.errors:
        return await _form(page, viewer, db, reading.form, reading.errors)
    return page.redirect(f"{PATH}?notice=saved")


@post(f"{PATH}/validate", opt=needs(Permission.SETTINGS_WRITE))
async def validate_caps(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `save_caps`."""
    async with db.transaction(viewer.workspace_id) as conn:
        offered = await _offered(conn, viewer.workspace_id)
    reading, _ = _read(await page.form(), offered)
    field = reading.form.field
    return page.render("gate/note.html", field=field, problem=reading.errors.of(field))


async def _offered(conn: Connection, workspace_id: int) -> list[Topic]:
    """Topics that can have caps: the others are no marketing. An archived one keeps its own."""
    known = await topics.topics(conn, workspace_id)
    return [each for each in known if each.purpose is TopicPurpose.MARKETING]


def _field(topic_id: UUID | None, span: str) -> str:
    return span if topic_id is None else f"{public_id(TOPIC_ID, topic_id)}-{span}"


def _read(form: Submitted, offered: Sequence[Topic]) -> tuple[Reading, Wanted]:
    reading = Reading(form)
    wanted: Wanted = {
        topic_id: Caps(
            *(
                reading.whole(_field(topic_id, span), least=1, most=caps.MOST, required=False)
                for span in _SPANS
            )
        )
        for topic_id in (None, *(each.id for each in offered))
    }
    return reading, wanted


def _told(known: Mapping[UUID | None, Caps], offered: Sequence[Topic]) -> dict[str, int | None]:
    """As the audit trail keeps them: those over all by their span, those of a topic after its name."""
    told = dict(msgspec.structs.asdict(known.get(None, NO_CAPS)))
    for topic in offered:
        for span, n in msgspec.structs.asdict(known.get(topic.id, NO_CAPS)).items():
            if n is not None:
                told[f"{topic.name}: {span}"] = n
    return told


async def _form(page: Page, viewer: Viewer, db: Database, values: Submitted, errors: Errors) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        offered = await _offered(conn, here)
        asked = await frequency.people(conn, here)
    return page.render(
        "gate/caps.html",
        status=422 if errors else 200,
        values=values,
        errors=errors,
        topics=[(public_id(TOPIC_ID, each.id), each.name) for each in offered],
        asked=asked,
    )


routes: list[ControllerRouterHandler] = [show_caps, save_caps, validate_caps]
