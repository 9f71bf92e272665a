"""The outbox: mails go in with the transaction that has a reason for them; the mailbox page reads them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from chappe.accounts.mails import repo, texts
from chappe.accounts.mails.model import Body, MailView
from chappe.accounts.mails.repo import NewMail
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7

# Mails that nobody has sent or read by then say what is long over.
KEPT_FOR = timedelta(days=30)


class Outbox:
    """One per process. `base_url` is the address that links begin with; `sends` whether a server is
    configured.
    """

    def __init__(self, keys: InstanceKeys, base_url: str, *, sends: bool) -> None:
        self._keys = keys
        self._base_url = base_url
        self.sends = sends

    async def post(
        self,
        conn: Connection,
        kind: str,
        *,
        to: str,
        language: str | None,
        workspace_id: int | None = None,
        user_id: UUID | None = None,
        owners_only: bool = False,
        link: str = "",
        **values: object,
    ) -> None:
        """Put a mail of `templates/mails/{kind}.txt` into the transaction, as either role of the database
        (the web's for its own workspace). `link` is a path; `user_id` for a mail to a person rather than of a
        workspace; `owners_only` hides it on the mailbox page from those who are no owners.
        """
        mail_id = uuid7()
        given = values | {"link": self.link(link), "site": self._base_url}
        subject, body = texts.write(kind, language or "en", given)
        sealed = self._keys.seal(msgspec.json.encode(body), context=_context(mail_id))
        mail = NewMail(mail_id, workspace_id, user_id, owners_only, kind, to, subject, sealed)
        await repo.add(conn, mail)

    def link(self, path: str) -> str:
        """The whole address of a path of this installation."""
        return f"{self._base_url}{path}"

    async def page(
        self, conn: Connection, workspace_id: int, reader: UUID, *, limit: int, after: UUID | None = None
    ) -> Sequence[MailView]:
        """What a person may see of a workspace's mails, the newest first. As the engine role."""
        return await repo.of_workspace(conn, workspace_id, reader, limit, after=after)

    async def one(self, conn: Connection, workspace_id: int, reader: UUID, mail_id: UUID) -> MailView | None:
        """A mail, if this person may see it. As the engine role."""
        found = await repo.of_workspace(conn, workspace_id, reader, 1, only=mail_id)
        return found[0] if found else None

    async def body(self, conn: Connection, mail_id: UUID) -> Body | None:
        """A mail's text, None once it has left. Ask `one` first who may read it."""
        sealed = await repo.body(conn, mail_id)
        return None if sealed is None else self.opened(mail_id, sealed)

    def opened(self, mail_id: UUID, sealed: bytes) -> Body:
        return msgspec.json.decode(self._keys.unseal(sealed, context=_context(mail_id)), type=Body)

    async def again(self, conn: Connection, mail_id: UUID, now: datetime) -> bool:
        """A person says that a mail should be sent after all. False when there is nothing left to send."""
        return await repo.again(conn, mail_id, now)


def _context(mail_id: UUID) -> str:
    return f"outgoing_mail {mail_id}"
