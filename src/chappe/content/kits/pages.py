"""/templates/kits: the starter kits on phones, and copied in one click."""

from itertools import groupby
from typing import Any, Final, Literal

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent import service as consent
from chappe.content.kits import service
from chappe.content.kits.service import LANGUAGES, TRADES
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_PATH: Final = "/templates/kits"


@get(_PATH, opt=needs(Permission.CAMPAIGNS_READ))
async def kits(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """`trade` and `language`; the first one, in the reader's language, unless others are asked for."""
    trade = page.asked("trade") if page.asked("trade") in TRADES else TRADES[0]
    language = page.asked("language") if page.asked("language") in LANGUAGES else page.language
    async with db.transaction(viewer.workspace_id) as conn:
        brand = (await consent.brand(conn, viewer.workspace_id)).name
    texts = service.kit(trade, language)
    kinds = [
        (kind, [(text.name, text.purpose, text.sample(brand)) for text in each])
        for kind, each in groupby(texts, lambda text: text.kind)
    ]
    return page.render(
        "content/kits.html",
        trades=TRADES,
        trade=trade,
        language=language,
        brand=brand,
        kinds=kinds,
        n=len(texts),
    )


@post(_PATH, opt=needs(Permission.CAMPAIGNS_WRITE))
async def copy(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """In a folder that has the kit's name, in the language of who copies."""
    form = await page.form()
    trade = form.one("trade")
    language: Literal["en", "fr"] = "fr" if form.one("language") == "fr" else "en"
    async with db.transaction(viewer.workspace_id) as conn:
        folder = page.fragment("content/kit_name.html", trade=trade).strip()
        copied = await service.copy(conn, viewer.workspace_id, trade, language, folder)
        after = {"language": language, "templates": copied}
        await acts.record_here(conn, page, viewer, "kit.copied", target=trade, after=after)
    return page.redirect("/templates?notice=kit_copied")


routes: list[ControllerRouterHandler] = [kits, copy]
