"""/consents: the log of every yes and no, where the ledger stands, and the proof of one person."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, Keys, WallClock
from chappe.consent.errors import NothingToProve
from chappe.consent.ledger import document, log, repo
from chappe.consent.ledger.checking import check
from chappe.consent.ledger.log import EVENT_ID, Narrowed
from chappe.consent.ledger.proof import encode
from chappe.consent.ledger.proving import Prover
from chappe.consent.topics import service as topics
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, public_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.policy import PAGE_HEADERS
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/consents"
_OF_ONE: Final = "/contacts/{contact:str}/consents"
_SHOWN: Final = 200
_MONTH: Final = timedelta(days=30)
TABLE: Final = Table(
    "consents",
    columns=(
        Column("who", mark("Who"), always=True),
        Column("what", mark("What"), always=True),
        Column("purpose", mark("Topic")),
        Column("how", mark("How")),
        Column("at", mark("When"), sort="at"),
        Column("sealed", mark("Sealed")),
    ),
    filters=(
        Filter("q", mark("Search a number"), kind=FilterKind.TEXT),
        Filter(
            "state",
            mark("What"),
            options=(
                ("granted", mark("Agreed")),
                ("pending", mark("Asked")),
                ("withdrawn", mark("Withdrew")),
            ),
        ),
        Filter("purpose", mark("Topic")),
        Filter(
            "source",
            mark("How"),
            options=(
                ("import", mark("By import")),
                ("inbound", mark("Their own text")),
                ("form", mark("Form")),
                ("preferences", mark("Their preferences")),
                ("link", mark("Sign-up link")),
                ("api", mark("API")),
                ("staff", mark("A colleague")),
            ),
        ),
        Filter("origin", mark("Source of a sign-up"), kind=FilterKind.TEXT),
        Filter("since", mark("From day"), kind=FilterKind.DATE),
        Filter("until", mark("To day"), kind=FilterKind.DATE),
    ),
    sorts={"at": (int,)},
    default_sort="-at",
)


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def consents(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        names = await _purposes(conn, here)
        view = TABLE.read(page, options={"purpose": list(names.items())})
        after = int(view.after[0]) if view.after else None
        rows = await log.page(
            conn, here, _narrowed(view, viewer.zone), sort=view.sort, after=after, limit=view.limit
        )
        standing = await log.standing(conn, here)
        month = clock.now() - _MONTH
        withdrew = await log.withdrawn_since(conn, here, month)
    total = None if view.filters else standing.events
    shown = view.page(
        rows,
        cursor=lambda one: (one.id,),
        key=lambda one: ids.encode(EVENT_ID, one.id),
        total=total,
        most=total or 0,
    )
    return page.render(
        "ledger/consents.html",
        shown=shown,
        standing=standing,
        names=names,
        withdrew=withdrew,
        most=log.MOST_COUNTED,
        month=month.astimezone(ZoneInfo(viewer.zone)).date().isoformat(),
        **_ids(ids),
    )


@get(f"{PATH}/ledger", opt=needs(Permission.CONTACTS_READ))
async def ledger(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """What proves the log, for who must know whether to believe it."""
    async with db.transaction(viewer.workspace_id) as conn:
        standing = await log.standing(conn, viewer.workspace_id)
    return page.render("ledger/ledger.html", standing=standing)


@get(f"{PATH}/key.pem", opt=needs(Permission.CONTACTS_READ))
async def key(viewer: GivenViewer, db: Db) -> Response[bytes]:
    """The public key, to be published where others find it."""
    async with db.transaction(viewer.workspace_id) as conn:
        standing = await log.standing(conn, viewer.workspace_id)
    if standing.public_key is None:
        raise NothingToProve("There is no key yet: the first checkpoint makes it.")
    public = Ed25519PublicKey.from_public_bytes(standing.public_key)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return _file(pem, "application/x-pem-file", f"consent-key-{standing.fingerprint}.pem")


@get(PATH + "/{consent_event:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    consent_event: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        found = await log.one(conn, here, ids.decode(EVENT_ID, consent_event))
        names = await _purposes(conn, here)
        seal = await repo.seal_of(conn, here, found.id)
        checkpoint = None if seal is None else await repo.checkpoint_of(conn, here, seal.seq)
    return page.render(
        "ledger/event.html", one=found, names=names, seal=seal, checkpoint=checkpoint, **_ids(ids)
    )


@get(_OF_ONE, opt=needs(Permission.CONTACTS_READ))
async def of_contact(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """Everything that a person said of being written to."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        found = await _contact(conn, viewer, ids, contact)
        entries = await log.page(
            conn, here, Narrowed(contact_id=found.id), sort="-at", after=None, limit=_SHOWN
        )
        names = await _purposes(conn, here)
        standing = await log.standing(conn, here)
    return page.render(
        "ledger/contact.html",
        contact=found,
        contact_id=contact,
        called=called(found.attributes),
        entries=entries,
        names=names,
        standing=standing,
        **_ids(ids),
    )


@get(f"{_OF_ONE}/proof.json", opt=needs(Permission.CONTACTS_READ))
async def proof_json(
    contact: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    keys: Keys,
    clock: WallClock,
) -> Response[bytes]:
    """The file that anybody can check."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _contact(conn, viewer, ids, contact)
        await acts.record_here(conn, page, viewer, "consent.proved", contact, after={"form": "json"})
    proof = await Prover(db, keys, clock).prove(viewer.workspace_id, found)
    return _file(encode(proof), "application/json", f"consent-{contact}.json")


@get(f"{_OF_ONE}/proof.pdf", opt=needs(Permission.CONTACTS_READ))
async def proof_pdf(
    contact: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    keys: Keys,
    clock: WallClock,
) -> Response[bytes]:
    """The same for a person who reads it, in the reader's language, with the file inside."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _contact(conn, viewer, ids, contact)
        names = await _purposes(conn, viewer.workspace_id)
        await acts.record_here(conn, page, viewer, "consent.proved", contact, after={"form": "pdf"})
    file = encode(await Prover(db, keys, clock).prove(viewer.workspace_id, found))
    pdf = document.write(check(file), file, page.language, viewer.zone, names)
    return _file(pdf, "application/pdf", f"consent-{contact}.pdf")


def _narrowed(view: View, zone: str) -> Narrowed:
    until, origin = _day(view.one("until"), zone), view.one("origin").strip().lower()
    return Narrowed(
        purposes=view.many("purpose"),
        states=view.many("state"),
        sources=[*(view.many("source") or ()), *([f"form:{origin}"] if origin else ())] or None,
        since=_day(view.one("since"), zone),
        until=None if until is None else until + timedelta(days=1),
        number=view.one("q") or None,
    )


def _day(text: str, zone: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)) if text else None


async def _purposes(conn: Connection, workspace_id: int) -> dict[str, str]:
    """What topics are called, by the word that consents hold."""
    return {each.word: each.name for each in await topics.topics(conn, workspace_id, archived=True)}


async def _contact(conn: Connection, viewer: Viewer, ids: IdCipher, text: str) -> Contact:
    return await contacts.get_contact(conn, viewer.workspace_id, ids.decode(CONTACT_ID, text))


def _ids(ids: IdCipher) -> Mapping[str, Any]:
    return {
        "event_id": lambda key: ids.encode(EVENT_ID, key),
        "contact_of": lambda key: ids.encode(CONTACT_ID, key),
        "import_id": lambda key: public_id("imp", key),
    }


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = PAGE_HEADERS | {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


routes: list[ControllerRouterHandler] = [
    consents,
    ledger,
    key,
    one,
    of_contact,
    proof_json,
    proof_pdf,
]
