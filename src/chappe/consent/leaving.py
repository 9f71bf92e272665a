"""Who asks in their own words to receive no more, and is heard by a person instead of a keyword."""

from typing import Final

from chappe.consent import repo
from chappe.consent.evidence import BY_SMS, Evidence
from chappe.consent.model import BY_TEXT, NewSuppression, SuppressionScope
from chappe.contacts import service as contacts
from chappe.db.pool import Connection

IN_WORDS: Final = "in_words"
"""The reason of such a suppression. Its source is the person's text, as a STOP's: their START lifts it."""


async def asked_in_words(conn: Connection, workspace_id: int, phone: int, by: str) -> bool:
    """Do what STOP by text does, without its confirmation; `by`: who heard it. False when it was so
    already.
    """
    wanted = NewSuppression(phone=phone, scope=SuppressionScope.MARKETING, reason=IN_WORDS, source=BY_TEXT)
    new = await repo.suppress(conn, workspace_id, [wanted])
    known = await contacts.ids_by_phone(conn, workspace_id, [phone])
    if known:
        told = repo.Told(None, Evidence(channel=BY_SMS, actor=by))
        await repo.withdraw(conn, workspace_id, dict.fromkeys(known.values(), told))
    return bool(new)
