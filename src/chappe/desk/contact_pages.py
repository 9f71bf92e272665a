"""/contacts/…: one person, with everything that several rooms know of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock, Ids, WallClock
from chappe.consent import evidence, history
from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.given import GivenLinks
from chappe.consent.model import ConsentState, StatedConsent
from chappe.consent.topics import frequency, holding
from chappe.consent.topics.model import TOPIC_ID, Holding, Topic, TopicPurpose
from chappe.contacts import bulk, events, lists
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.telling import told
from chappe.contacts.attributes.values import Shape
from chappe.contacts.bulk import BULK_ID, Whom
from chappe.contacts.events import TURNS, By, Deed
from chappe.contacts.merges import service as merges
from chappe.contacts.merges.service import UNDONE_WITHIN
from chappe.contacts.model import CONTACT_ID, LIST_ID, Contact
from chappe.contacts.names import SEARCHED, called
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.desk import timeline
from chappe.desk.bought import bought
from chappe.desk.timeline import Older
from chappe.gate.model import Decision
from chappe.kit.clock import Clock
from chappe.kit.folding import fold
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.messages.model import Purpose
from chappe.sending.model import UnknownSender
from chappe.sending.preview import Question, preview
from chappe.web import cursors
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/contacts"
_EVENTS: Final = 30
_OLDER: Final = (datetime, int, int, int, int)
_LONGEST_NOTE: Final = 2_000
_BASES: Final = ("express", "written", "spoken", "soft_opt_in")
_ACTIONS: Final = {
    "archive": Deed.ARCHIVED,
    "restore": Deed.RESTORED,
    "block": Deed.BLOCKED,
    "unblock": Deed.UNBLOCKED,
}


@get(PATH + "/{contact:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    contact: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clock: WallClock,
    gate_clock: GateClock,
    links: GivenLinks,
) -> Response[Any]:
    """With `older`, for htmx, what follows of the history alone."""
    here = viewer.workspace_id
    older = cursors.decode(page.asked("older"), _OLDER)
    async with db.transaction(here) as conn:
        found = await _contact(conn, viewer, ids, contact)
        behind = Older(*older) if older else None
        past = await timeline.page(conn, here, found, older=behind, limit=_EVENTS, gate_now=gate_clock.now())
        if page.wants_fragment and older:
            return page.render("contacts/history_page.html", **_history(past, contact, ids))
        held = await history.suppressions(conn, here, found.phone)
        topics = await holding.holdings(conn, here, found.id)
        offered = _offered(topics)
        values: dict[str, Any] = {
            "details": _details(found, await attributes.known(conn, here), page.language),
            "there": _clocks(found, clock.now()),
            "also": [
                (ids.encode(CONTACT_ID, key), number)
                for key, number in await merges.standing_for(conn, here, found.id)
            ],
            "stands": None if found.merged_into is None else ids.encode(CONTACT_ID, found.merged_into),
            "undoable": await _undoable(conn, here, found, clock.now()),
            "on_lists": await lists.of_contact(conn, here, found.id),
            "all_lists": await lists.all_names(conn, here),
            "topics": topics,
            "offered": offered if len(topics) > 1 else None,
            "topic_id": lambda topic: public_id(TOPIC_ID, topic.id),
            "preferences": links.address(here, found.id, clock.now()).removeprefix(links.base),
            "bought": await bought(conn, here, found.id),
            "per_week": await frequency.wanted(conn, here, found.id),
            "proofs": _latest(await history.proofs(conn, here, found.id)),
            "held": [each for each in held if not each.lifted_at],
            "offer": await _offer(
                conn, here, found.phone, offered, db.number_keys, clock=clock, gate_clock=gate_clock
            ),
        }
    return page.render(
        "contacts/contact.html", contact=found, called=called(found.attributes), first=older is None,
        public_list=lambda key: public_id(LIST_ID, key), **values, **_history(past, contact, ids),
    )  # fmt: skip


@post(PATH + "/{contact:str}/state", opt=needs(Permission.CONTACTS_WRITE))
async def turn(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """Archive, block and back: as an action on one, so that it is undone as those on many are."""
    deed = _ACTIONS.get((await page.form()).one("action"))
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _contact(conn, viewer, ids, contact)
        if deed is None:
            return page.redirect(f"{PATH}/{contact}")
        begun = await bulk.start(conn, viewer.workspace_id, deed, Whom(contact_ids=(found.id,)), _by(viewer))
        done = await bulk.finish(conn, begun, clock)
        states = {"before": {"state": found.state.label}, "after": {"state": TURNS[deed][1].label}}
        if done.changed:
            await acts.record_here(conn, page, viewer, f"contact.{deed}", contact, **states)
    query = f"notice={deed}&n={done.changed}&bulk={public_id(BULK_ID, done.id)}"
    return page.redirect(f"{PATH}/{contact}?{query}")


@post(PATH + "/{contact:str}/notes", opt=needs(Permission.CONTACTS_WRITE))
async def note(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    reading = Reading(await page.form())
    text = reading.text("text", most=_LONGEST_NOTE, required=False)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _contact(conn, viewer, ids, contact)
        if text and not reading.errors:
            await events.note(conn, viewer.workspace_id, [found.id], Deed.NOTED, {"text": text}, _by(viewer))
    return page.redirect(f"{PATH}/{contact}?notice=noted" if text else f"{PATH}/{contact}")


@post(PATH + "/{contact:str}/lists", opt=needs(Permission.CONTACTS_WRITE))
async def move(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """On a list, or with `leave` off it."""
    form, here = await page.form(), viewer.workspace_id
    async with db.transaction(here) as conn:
        found = await _contact(conn, viewer, ids, contact)
        known = await lists.of_id(conn, here, parse_public_id(LIST_ID, form.one("list")))
        act, deed = (lists.leave, Deed.LEFT) if form.one("leave") else (lists.join, Deed.JOINED)
        changed = len(await act(conn, here, known.id, [found.id], _by(viewer)))
        if changed:
            action = "list.members_removed" if deed is Deed.LEFT else "list.members_added"
            await acts.record_here(conn, page, viewer, action, form.one("list"), after={"contact": contact})
    return page.redirect(f"{PATH}/{contact}?notice={deed}&n={changed}")


@get(PATH + "/{contact:str}/consent", opt=needs(Permission.CONTACTS_WRITE))
async def ask_consent(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _contact(conn, viewer, ids, contact)
    return _consent_form(page, contact, found, Reading(Submitted()))


@post(PATH + "/{contact:str}/consent", opt=needs(Permission.CONTACTS_WRITE))
async def record_consent(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """What they said to a colleague, with its proof. Who said STOP is not brought back this way."""
    reading, here = Reading(await page.form()), viewer.workspace_id
    basis = reading.choice("basis", _BASES)
    proof = StatedConsent(
        basis=basis, source=reading.text("source", most=200), text=reading.text("words", most=2_000)
    )
    async with db.transaction(here) as conn:
        found = await _contact(conn, viewer, ids, contact)
        held = await consent.suppressed(conn, here, [found.phone])
        if reading.errors or held:
            return _consent_form(page, contact, found, reading, stopped=bool(held))
        wording = await consent.keep_wording(conn, here, proof.text)
        origin = page.address
        told = Evidence(
            channel="staff", actor=f"user {viewer.user_id}", address=origin.address, agent=origin.agent
        )
        kept = await evidence.keep(conn, here, told)
        if await consent.grant_marketing(conn, here, [found.id], proof, wording, evidence_id=kept):
            after = {"purpose": "marketing", "basis": basis, "source": proof.source}
            await acts.record_here(conn, page, viewer, "consent.granted", contact, after=after)
    return page.leave(f"{PATH}/{contact}?notice=consent_recorded")


def _consent_form(
    page: Page, contact_id: str, contact: Contact, reading: Reading, *, stopped: bool = False
) -> Response[Any]:
    return page.render(
        "contacts/consent.html",
        status=422 if reading.errors or stopped else 200,
        contact_id=contact_id,
        contact=contact,
        values=reading.form,
        errors=reading.errors,
        stopped=stopped,
    )


def _offered(held: Sequence[Holding]) -> Topic:
    """The topic that an offer to them would be about: one that they hold, the default one first."""
    marketing = [
        each
        for each in held
        if each.topic.purpose is TopicPurpose.MARKETING and each.topic.archived_at is None
    ]
    granted = [each for each in marketing if each.state is ConsentState.GRANTED]
    return (granted or marketing)[0].topic


async def _offer(
    conn: Connection,
    workspace_id: int,
    phone: int,
    topic: Topic,
    keys: NumberKeys,
    *,
    clock: Clock,
    gate_clock: Clock,
) -> Decision | None:
    """What would become of an offer about the topic to this person now; None before there is a sender."""
    try:
        question = Question(phone, Purpose.MARKETING, topic_id=topic.id)
        found = await preview(
            conn, workspace_id, question, clock=clock, gate_clock=gate_clock, number_keys=keys
        )
    except UnknownSender:
        return None
    return found.decision


def _details(contact: Contact, known: Mapping[str, Attribute], language: str) -> list[tuple[str, str, str]]:
    """What is known beside names: label, kind and value, those with a kind in the order of their labels."""
    found = []
    for name, text in contact.attributes.items():
        if name in SEARCHED:
            continue
        one = known.get(name)
        shape = one.shape if one else Shape()
        found.append((one.called if one else name, shape.kind.value, told(shape, text, language)))
    return sorted(found, key=lambda each: fold(each[0]))


async def _undoable(conn: Connection, workspace_id: int, contact: Contact, now: datetime) -> bool:
    """Whether the merge by which it is gone can be taken back."""
    if contact.merged_into is None:
        return False
    merged_at = await merges.since(conn, workspace_id, contact.id)
    return merged_at is not None and merged_at > now - UNDONE_WITHIN


def _clocks(contact: Contact, now: datetime) -> list[tuple[str, str]]:
    """Each zone they may be in, with what the clocks there show."""
    return [(zone, f"{now.astimezone(ZoneInfo(zone)):%H:%M}") for zone in contact.zones.split()]


def _history(told: timeline.History, contact_id: str, ids: IdCipher) -> dict[str, Any]:
    older = "" if told.older is None else f"{PATH}/{contact_id}?older={cursors.encode(tuple(told.older))}"
    return {
        "contact_id": contact_id,
        "events": told.events,
        "imports": told.imports,
        "older": older,
        "message_id": lambda key: ids.encode("msg", key),
        "campaign_id": lambda key: public_id("cmp", key),
        "import_id": lambda key: public_id("imp", key),
    }


def _latest(proofs: list[history.Proof]) -> dict[str, history.Proof]:
    """By purpose, the event that holds."""
    return {proof.purpose: proof for proof in reversed(proofs)}


async def _contact(conn: Connection, viewer: Viewer, ids: IdCipher, text: str) -> Contact:
    return await contacts.get_contact(conn, viewer.workspace_id, ids.decode(CONTACT_ID, text))


def _by(viewer: Viewer) -> By:
    return By(viewer.user_id, viewer.name)


routes: list[ControllerRouterHandler] = [one, turn, note, move, ask_consent, record_consent]
