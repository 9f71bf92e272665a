"""REST: /v1/sign-up-texts."""

from litestar import get, put
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.carriers import service as carriers
from chappe.consent.opt_in import service as opt_in
from chappe.signup.texts import shapes, writing
from chappe.signup.texts.shapes import TextsInput, TextsView

_PATH = "/sign-up-texts"
_TAGS = ["Topics"]


@get(_PATH, guards=[needs(Scope.CONTACTS_READ)], summary="What people read when they sign up", tags=_TAGS)
async def read_texts(caller: Asking, conn: Conn) -> TextsView:
    """The question, the reminder and the welcome of double opt-in, who is asked, and from which sender."""
    return shapes.texts_view(await opt_in.settings(conn, caller.workspace_id))


@put(_PATH, guards=[needs(Scope.CONTACTS_WRITE)], summary="Change what people read then", tags=_TAGS)
async def change_texts(data: JSONBody[TextsInput], caller: Asking, conn: Conn) -> TextsView:
    """As a whole. Other texts make another version, which the proof of each yes names."""
    here = caller.workspace_id
    able = writing.able(await carriers.senders(conn, here))
    await opt_in.save_settings(conn, here, shapes.settings_of(data, able))
    return shapes.texts_view(await opt_in.settings(conn, here))


routes: list[ControllerRouterHandler] = [read_texts, change_texts]
