"""The mailbox: e-mails that wait, that failed, or that no server is configured to send."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts.errors import UnknownMail
from chappe.accounts.mails.model import MAIL_ID, MailView
from chappe.accounts.mails.outbox import Outbox
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/mailbox"
GivenOutbox = NamedDependency[SkipValidation[Outbox]]
_PAGE = 100


@get(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def mailbox(page: GivenPage, viewer: GivenViewer, db: Db, outbox: GivenOutbox) -> Response[Any]:
    after = parse_public_id(MAIL_ID, page.asked("after"))
    async with db.engine_transaction() as conn:
        mails = await outbox.page(conn, viewer.account_id, viewer.user_id, limit=_PAGE + 1, after=after)
    shown = mails[:_PAGE]
    return page.render(
        "mailbox/mailbox.html",
        mails=[(public_id(MAIL_ID, mail.id), mail) for mail in shown],
        next=f"{PATH}?after={public_id(MAIL_ID, shown[-1].id)}" if len(mails) > _PAGE else "",
        sends=outbox.sends,
    )


@get(PATH + "/{mail:str}", opt=needs(Permission.SETTINGS_WRITE))
async def one(
    mail: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, outbox: GivenOutbox
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        found = await _found(conn, outbox, viewer, mail)
        body = await outbox.body(conn, found.id)
    lines = [] if body is None else [line for line in body.text.split("\n") if line]
    return page.render("mailbox/mail.html", mail=found, mail_id=mail, lines=lines, sends=outbox.sends)


@post(PATH + "/{mail:str}/send", opt=needs(Permission.SETTINGS_WRITE))
async def send_again(
    mail: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, outbox: GivenOutbox, clock: WallClock
) -> Redirect:
    async with db.engine_transaction() as conn:
        found = await _found(conn, outbox, viewer, mail)
        sent = outbox.sends and await outbox.again(conn, found.id, clock.now())
    return page.redirect(f"{PATH}?notice={'again' if sent else 'gone'}")


async def _found(conn: Connection, outbox: Outbox, viewer: Viewer, mail: str) -> MailView:
    """UnknownMail, also when it is not for this person's eyes."""
    mail_id = parse_public_id(MAIL_ID, mail)
    found = None if mail_id is None else await outbox.one(conn, viewer.account_id, viewer.user_id, mail_id)
    if found is None:
        raise UnknownMail("There is no such mail.")
    return found


routes: list[ControllerRouterHandler] = [mailbox, one, send_again]
