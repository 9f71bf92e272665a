"""/keys: the API keys of the workspace, live and test."""

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts import service
from chappe.accounts.acts import record
from chappe.accounts.errors import UnknownKey
from chappe.accounts.model import ALL_SCOPES, KEY_ID, KEY_NAME_LENGTH, KeyView
from chappe.accounts.permission_words import GROUPS
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Missing, NotAChoice, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs


class PrepareTest(Protocol):
    """Fills the workspace of test data that the first test key has made beside the live one, `like`. Handed
    in: the rooms that have carriers and senders stand above this one.
    """

    async def __call__(self, conn: Connection, workspace_id: int, like: int) -> None: ...


GivenPrepareTest = NamedDependency[SkipValidation[PrepareTest]]

PATH = "/keys"
LIVE, TEST = "live", "test"
# Days until a key ends, as the form offers them; 0 is never.
LASTS = (0, 30, 90, 365)


@get(PATH, opt=needs(Permission.KEYS_READ))
async def keys(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """Those that work; with ?all=1 also those that were revoked or are out of date."""
    now = clock.now()
    async with db.engine_transaction() as conn:
        found = await service.keys_of(conn, viewer.account_id)
    working = [key for key in found if key.works(now)]
    every = page.asked("all") == "1"
    return page.render(
        "accounts/keys/list.html",
        keys=sorted(found if every else working, key=lambda key: key.id, reverse=True),
        working=len(working),
        total=len(found),
        every=every,
        scopes=len(ALL_SCOPES),
        now=now,
        soon=now + timedelta(days=7),
        key_id=lambda key: public_id(KEY_ID, key.id),
    )


@get(f"{PATH}/new", opt=needs(Permission.KEYS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    given = [("kind", LIVE), ("lasts", "0")]
    return _form(page, viewer, Reading(Submitted(given)))


@post(f"{PATH}/new", opt=needs(Permission.KEYS_WRITE))
async def create(
    page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock, prepare_test: GivenPrepareTest
) -> Response[Any]:
    """The key is on the page that this answers, and nowhere afterwards."""
    reading = _checked(await page.form(), viewer)
    if reading.errors:
        return _form(page, viewer, reading)
    form, live = reading.form, reading.form.one("kind") == LIVE
    scopes, expires_at = sorted(set(form.all("scope"))), _end(int(form.one("lasts")), clock.now())
    async with db.engine_transaction() as conn:
        made = await service.create_key(
            conn,
            viewer.account_id,
            form.one("name"),
            scopes=scopes,
            live=live,
            expires_at=expires_at,
            made_by=viewer.user_id,
        )
        if made.new_test_workspace is not None:
            await prepare_test(conn, made.new_test_workspace, viewer.account_id)
        await record(
            conn,
            page,
            viewer,
            "key.created",
            target=public_id(KEY_ID, made.id),
            after={"name": form.one("name"), "scopes": scopes, "live": live, "expires_at": expires_at},
        )
    return page.render(
        "accounts/keys/made.html", name=form.one("name"), key=made.key, live=live, expires_at=expires_at
    )


@post(f"{PATH}/validate", opt=needs(Permission.KEYS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `create`."""
    reading = _checked(await page.form(), viewer)
    field = reading.form.field
    return page.render("accounts/note.html", field=field, problem=reading.errors.of(field))


@get(PATH + "/{key:str}/revoke", opt=needs(Permission.KEYS_WRITE))
async def revocation(key: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await _key(conn, viewer, key)
    return page.render("accounts/keys/revoke.html", key=found, key_id=key)


@post(PATH + "/{key:str}/revoke", opt=needs(Permission.KEYS_WRITE))
async def revoke(
    key: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await _key(conn, viewer, key)
        await service.revoke_key(conn, clock, viewer.account_id, found.id)
        await record(conn, page, viewer, "key.revoked", target=key, before={"name": found.name})
    return page.leave(f"{PATH}?notice=key_revoked")


async def _key(conn: Connection, viewer: Viewer, text: str) -> KeyView:
    key_id: UUID | None = parse_public_id(KEY_ID, text)
    for found in await service.keys_of(conn, viewer.account_id):
        if found.id == key_id:
            return found
    raise UnknownKey("This workspace has no such key.", field="key_id")


def _form(page: Page, viewer: Viewer, reading: Reading) -> Response[Any]:
    return page.render(
        "accounts/keys/new.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        rights=scope_groups(),
        lasts=LASTS,
    )


def scope_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The scopes with their words, as the table of permissions groups them."""
    groups = []
    for title, lines in GROUPS:
        scopes = [(permission.value, words) for permission, words in lines if permission.value in ALL_SCOPES]
        if scopes:
            groups.append((title, scopes))
    return groups


def _checked(form: Submitted, viewer: Viewer) -> Reading:
    """The form of a new key. Nobody gives a live key what they may not do themselves; test keys may do
    anything, since it is to test data.
    """
    reading = Reading(form)
    reading.text("name", most=KEY_NAME_LENGTH)
    kind = reading.choice("kind", (LIVE, TEST))
    reading.choice("lasts", [str(days) for days in LASTS])
    scopes = form.all("scope")
    if not scopes:
        reading.errors.add(Missing("Choose at least one thing that the key may do.", field="scope"))
    for scope in scopes:
        if scope not in ALL_SCOPES or (kind == LIVE and not viewer.may(scope)):
            reading.errors.add(NotAChoice("Choose what you may do yourself.", field="scope"))
    return reading


def _end(days: int, now: datetime) -> datetime | None:
    return None if days == 0 else now + timedelta(days=days)


routes: list[ControllerRouterHandler] = [keys, new, create, validate, revocation, revoke]
