"""REST: /v1/browser-script and /v1/browser-keys."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts import audit
from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.tracking.browser import service
from chappe.tracking.browser.model import KEY_ID, MOST_SITES, BrowserKey

_TAGS = ["Conversions"]
_READ, _WRITE = [needs(Scope.CAMPAIGNS_READ)], [needs(Scope.CAMPAIGNS_WRITE)]
_SCRIPT, _KEYS = "/browser-script", "/browser-keys"

_Sites = Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=MOST_SITES)]


class BrowserScriptInput(Input, frozen=True, kw_only=True):
    """`sites`: where your pages are (`https://shop.example`), ten at most. `click_code`: links of messages
    lead on with the code of the click, as the parameter `chp`.
    """

    sites: _Sites
    click_code: bool = False


class BrowserScriptView(msgspec.Struct, frozen=True, kw_only=True):
    """What pages with your script may tell."""

    sites: list[str]
    click_code: bool


class BrowserKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the key. It is no secret: whoever reads your pages knows it, and it only records events."""

    id: str
    created_at: datetime
    revoked_at: datetime | None


class BrowserKeysView(msgspec.Struct, frozen=True, kw_only=True):
    data: list[BrowserKeyView]


@get(_SCRIPT, guards=_READ, summary="Which sites may tell events", tags=_TAGS)
async def read_script(caller: Asking, conn: Conn) -> BrowserScriptView:
    """By the script `/chappe.js` in their pages."""
    found = await service.settings(conn, caller.workspace_id)
    return BrowserScriptView(sites=list(found.sites), click_code=found.click_code)


@put(_SCRIPT, guards=_WRITE, summary="Let sites tell events", tags=_TAGS)
async def save_script(data: JSONBody[BrowserScriptInput], caller: Asking, conn: Conn) -> BrowserScriptView:
    """Links lead on with the code within five seconds, those that people hold already too."""
    before = await service.settings(conn, caller.workspace_id)
    saved = await service.save(conn, caller.workspace_id, data.sites, data.click_code)
    if saved != before:
        await _record(conn, caller, "browser_settings.changed", None, before._asdict(), saved._asdict())
    return BrowserScriptView(sites=list(saved.sites), click_code=saved.click_code)


@get(_KEYS, guards=_READ, summary="Keys of your pages", tags=_TAGS)
async def list_keys(caller: Asking, conn: Conn) -> BrowserKeysView:
    """The newest first."""
    return BrowserKeysView(data=[_view(each) for each in await service.keys(conn, caller.workspace_id)])


@post(_KEYS, guards=_WRITE, summary="Make a key for your pages", tags=_TAGS)
async def create_key(caller: Asking, conn: Conn, clock: WallClock) -> BrowserKeyView:
    """Five work at a time."""
    made = _view(await service.create_key(conn, caller.workspace_id, clock.now()))
    await _record(conn, caller, "browser_key.created", made.id)
    return made


@delete(f"{_KEYS}/{{key_id:str}}", guards=_WRITE, summary="Revoke a key of your pages", tags=_TAGS)
async def revoke_key(key_id: FromPath[str], caller: Asking, conn: Conn, clock: WallClock) -> None:
    """Pages that name it tell nothing from now on."""
    await service.revoke_key(conn, caller.workspace_id, parse_public_id(KEY_ID, key_id), clock.now())
    await _record(conn, caller, "browser_key.revoked", key_id)


async def _record(
    conn: Connection,
    caller: Caller,
    action: str,
    target: str | None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    actor = audit.Key(caller.key_id)
    here = caller.workspace_id
    await audit.record(
        conn, workspace_id=here, actor=actor, action=action, target=target, before=before, after=after
    )


def _view(key: BrowserKey) -> BrowserKeyView:
    return BrowserKeyView(id=public_id(KEY_ID, key.id), created_at=key.created_at, revoked_at=key.revoked_at)


routes: list[ControllerRouterHandler] = [read_script, save_script, list_keys, create_key, revoke_key]
