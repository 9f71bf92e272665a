"""REST: what one person subscribes to, and the link to the page where they choose it themselves."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.given import GivenLinks
from chappe.consent.preference_links import last_day
from chappe.consent.topics import frequency, holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.frequency import SetBy
from chappe.consent.topics.model import TOPIC_ID, Topic
from chappe.contacts import service as contacts
from chappe.contacts.events import By
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, parse_public_id
from chappe.signup.forms.shapes import Proof
from chappe.signup.joining import Joining
from chappe.signup.preferences import changing, service, shapes
from chappe.signup.preferences.changing import Proved
from chappe.signup.preferences.shapes import (
    FrequencyInput,
    HeldTopics,
    LinkInput,
    LinkView,
    TopicsInput,
    TopicWanted,
    Wanted,
)

_TAGS = ["Topics"]
_ONE = "/contacts/{contact_id:str}"
_BY = By(None, "API")

GivenJoining: TypeAlias = NamedDependency[SkipValidation[Joining]]


@get(
    f"{_ONE}/topics",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="What a person holds of each topic, since when and how",
    tags=_TAGS,
)
async def read_topics(contact_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids) -> HeldTopics:
    """Archived topics too, of which something was ever said."""
    person = await _person(conn, caller.workspace_id, contact_id, ids)
    return await _held(conn, caller.workspace_id, person)


@put(
    f"{_ONE}/topics",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Grant or withdraw a person's topics",
    tags=_TAGS,
)
async def change_topics(
    contact_id: FromPath[str],
    data: JSONBody[TopicsInput],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    joining: GivenJoining,
) -> HeldTopics:
    """The answer is what they hold then. A grant goes the way of a form: a topic or a country that asks for
    it leaves it `pending` until their YES. A withdrawal holds within a second, for what is being sent too.
    """
    here = caller.workspace_id
    person = await _person(conn, here, contact_id, ids)
    actor = f"key {caller.key_id}"
    left = await _chosen(conn, here, data.topics, Wanted.WITHDRAWN)
    withdrawal = _evidence(data.evidence, data.language, actor) or Evidence(channel="api", actor=actor)
    await changing.withdraw(conn, here, person, left, withdrawal)
    proved = Proved(
        basis=data.basis,
        wording=data.wording,
        evidence=_evidence(data.evidence, data.language, actor),
        language=data.language,
    )
    taken = await _chosen(conn, here, data.topics, Wanted.GRANTED)
    await changing.grant(conn, here, person, taken, proved, joining)
    return await _held(conn, here, person)


@put(
    f"{_ONE}/frequency",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="How often a person wants to hear, at most",
    tags=_TAGS,
)
async def change_frequency(
    contact_id: FromPath[str], data: JSONBody[FrequencyInput], caller: Asking, conn: Conn, ids: Ids
) -> HeldTopics:
    """As they said it to you: every plan from then on keeps to it (`person.cap.week`). Only marketing
    counts.
    """
    person = await _person(conn, caller.workspace_id, contact_id, ids)
    await service.want(conn, caller.workspace_id, person, data.per_week, SetBy.API, _BY)
    return await _held(conn, caller.workspace_id, person)


@post(
    f"{_ONE}/preference-link",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="The link to a person's preference page",
    tags=_TAGS,
    status_code=200,
)
async def create_preference_link(
    contact_id: FromPath[str],
    data: JSONBody[LinkInput],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    clock: WallClock,
    links: GivenLinks,
) -> LinkView:
    """For an e-mail or a page of your own; in texts, `{{ preferences_url }}` becomes it. Earlier links go on
    opening until their own day.
    """
    person = await _person(conn, caller.workspace_id, contact_id, ids)
    now, lasts = clock.now(), timedelta(days=data.days)
    return LinkView(
        url=links.address(caller.workspace_id, person.id, now, lasts), last_day=last_day(now, lasts)
    )


async def _person(conn: Connection, workspace_id: int, text: str, ids: IdCipher) -> Contact:
    """The contact, or who stands for it since they were merged. Raises UnknownContact."""
    found = await contacts.get_contact(conn, workspace_id, ids.decode(CONTACT_ID, text))
    if found.merged_into is None:
        return found
    return await contacts.get_contact(conn, workspace_id, found.merged_into)


async def _held(conn: Connection, workspace_id: int, person: Contact) -> HeldTopics:
    held = await holding.holdings(conn, workspace_id, person.id)
    stopped = person.phone in await consent.suppressed(conn, workspace_id, [person.phone])
    per_week = await frequency.wanted(conn, workspace_id, person.id)
    return HeldTopics(data=[shapes.held_topic(each) for each in held], stopped=stopped, per_week=per_week)


async def _chosen(
    conn: Connection, workspace_id: int, wanted: Sequence[TopicWanted], state: Wanted
) -> list[Topic]:
    """The topics to be brought to this state. Raises NotATopic."""
    keys = [parse_public_id(TOPIC_ID, each.topic_id) for each in wanted if each.state is state]
    if not keys:
        return []
    leaving = state is Wanted.WITHDRAWN
    return await topics.require(conn, workspace_id, keys, field="topics", archived=leaving)


def _evidence(proof: Proof | None, language: str | None, actor: str) -> Evidence | None:
    fields = {} if proof is None else msgspec.structs.asdict(proof)
    told = {name: value for name, value in fields.items() if value}
    if not told:
        return None
    return Evidence(channel="api", language=language or "", actor=actor, **told)


routes: list[ControllerRouterHandler] = [
    read_topics,
    change_topics,
    change_frequency,
    create_preference_link,
]
