"""/topics: what people subscribe to, how often it comes, whether it is confirmed by text."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent.topics import service
from chappe.consent.topics.errors import DefaultTopicStays, TooManyTopics
from chappe.consent.topics.model import (
    LANGUAGES,
    LONGEST_DESCRIPTION,
    LONGEST_FREQUENCY,
    LONGEST_NAME,
    LONGEST_TITLE,
    TOPIC_ID,
    Topic,
    TopicEntry,
    TopicPurpose,
    TopicWords,
)
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/topics"
_ONE: Final = PATH + "/{topic:str}"
_PURPOSES: Final = tuple(TopicPurpose)


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def topics(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.counted(conn, viewer.workspace_id)
    offered = [(_id(each), each) for each in found if each.archived_at is None]
    archived = [(_id(each), each) for each in found if each.archived_at is not None]
    return page.render("consent/topics/list.html", offered=offered, archived=archived)


@get(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def new(page: GivenPage) -> Response[Any]:
    return _form(page, None, Reading(Submitted([("purpose", TopicPurpose.MARKETING.value)])))


@post(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    entry = _entry(reading, TopicPurpose(reading.choice("purpose", _PURPOSES, TopicPurpose.MARKETING)))
    if not reading.errors:
        async with db.transaction(viewer.workspace_id) as conn:
            with reading.errors.caught(TooManyTopics):
                made = await service.create(conn, viewer.workspace_id, entry)
                await acts.record_here(
                    conn, page, viewer, "topic.created", _id(made), after={"name": made.name}
                )
                return page.leave(f"{PATH}?notice=topic_created")
    return _form(page, None, reading)


@get(_ONE, opt=needs(Permission.CONTACTS_READ))
async def one(topic: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.topic(conn, viewer.workspace_id, _key(topic))
    return _form(page, known, Reading(_written(known)))


@post(_ONE, opt=needs(Permission.CONTACTS_WRITE))
async def save(topic: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.topic(conn, viewer.workspace_id, _key(topic))
        entry = _entry(reading, known.purpose)
        if not reading.errors:
            with reading.errors.caught():
                saved = await service.change(conn, viewer.workspace_id, known.id, entry)
                told = {"before": _told(known), "after": _told(saved)}
                await acts.record_here(conn, page, viewer, "topic.changed", topic, **told)
                return page.leave(f"{PATH}?notice=topic_saved")
    return _form(page, known, reading)


@post(f"{_ONE}/archive", opt=needs(Permission.CONTACTS_WRITE))
async def archive(topic: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """With `restore`, back again."""
    back = (await page.form()).one("restore")
    act, action = (service.restore, "restored") if back else (service.archive, "archived")
    async with db.transaction(viewer.workspace_id) as conn:
        try:
            known = await act(conn, viewer.workspace_id, _key(topic))
        except DefaultTopicStays:
            return page.redirect(PATH)
        await acts.record_here(conn, page, viewer, f"topic.{action}", topic, after={"name": known.name})
    return page.redirect(f"{PATH}?notice=topic_{action}")


def _entry(reading: Reading, purpose: TopicPurpose) -> TopicEntry:
    return TopicEntry(
        name=reading.text("name", most=LONGEST_NAME),
        purpose=purpose,
        words={
            language: TopicWords(
                title=reading.text(f"title_{language}", most=LONGEST_TITLE, required=False),
                description=reading.text(f"description_{language}", most=LONGEST_DESCRIPTION, required=False),
                frequency=reading.text(f"frequency_{language}", most=LONGEST_FREQUENCY, required=False),
            )
            for language in LANGUAGES
        },
        double_opt_in=purpose is TopicPurpose.MARKETING and bool(reading.form.one("double_opt_in")),
    )


def _written(topic: Topic) -> Submitted:
    words = [
        (f"{name}_{language}", getattr(each, name))
        for language, each in topic.words.items()
        for name in ("title", "description", "frequency")
    ]
    confirmed = [("double_opt_in", "1")] if topic.double_opt_in else []
    return Submitted([("name", topic.name), ("purpose", topic.purpose.value), *words, *confirmed])


def _told(topic: Topic) -> dict[str, Any]:
    return {"name": topic.name, "double_opt_in": topic.double_opt_in}


def _form(page: Page, known: Topic | None, reading: Reading) -> Response[Any]:
    return page.render(
        "consent/topics/edit.html",
        status=422 if reading.errors else 200,
        known=known,
        topic_id=None if known is None else _id(known),
        values=reading.form,
        errors=reading.errors,
    )


def _id(topic: Topic) -> str:
    return public_id(TOPIC_ID, topic.id)


def _key(text: str) -> UUID | None:
    return parse_public_id(TOPIC_ID, text)


routes: list[ControllerRouterHandler] = [topics, new, create, one, save, archive]
