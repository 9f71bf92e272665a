"""REST: /v1/kits."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.content.kits import service
from chappe.content.kits.service import LANGUAGES, TRADES

_TAGS = ["Templates"]


class KitTextView(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: `message`, `form`, or the journey that the text is a step of. `{{ brand }}` becomes the name of
    the workspace when the kit is copied.
    """

    kind: str
    name: str
    purpose: str
    body: str


class KitView(msgspec.Struct, frozen=True, kw_only=True):
    trade: str
    language: str
    texts: list[KitTextView]


class KitsView(msgspec.Struct, frozen=True, kw_only=True):
    data: list[KitView]


class KitCopyInput(Input, frozen=True, kw_only=True):
    """`folder`: of the templates; empty: in none."""

    language: Literal["en", "fr"]
    folder: Annotated[str, Meta(max_length=60)] = ""


class KitCopiedView(msgspec.Struct, frozen=True, kw_only=True):
    """How many templates are new; what the folder has by the same name is left as it is."""

    copied: int


@get("/kits", guards=[needs(Scope.CAMPAIGNS_READ)], summary="Starter kits", tags=_TAGS)
async def list_kits() -> KitsView:
    """By trade and language. Each text is one SMS when its values are of usual length."""
    return KitsView(
        data=[
            KitView(
                trade=trade, language=language, texts=[_view(text) for text in service.kit(trade, language)]
            )
            for trade in TRADES
            for language in LANGUAGES
        ]
    )


@post(
    "/kits/{trade:str}/copy", guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Copy a starter kit", tags=_TAGS
)
async def copy_kit(
    trade: FromPath[str], data: JSONBody[KitCopyInput], caller: Asking, conn: Conn
) -> KitCopiedView:
    """Its texts become templates of the workspace, with its name in them."""
    return KitCopiedView(
        copied=await service.copy(conn, caller.workspace_id, trade, data.language, data.folder)
    )


def _view(text: service.KitText) -> KitTextView:
    return KitTextView(kind=text.kind, name=text.name, purpose=text.purpose, body=text.body)


routes: list[ControllerRouterHandler] = [list_kits, copy_kit]
