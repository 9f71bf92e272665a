"""The audit trail: who did what, when, from where, with what before and after.

    await audit.record(conn, workspace_id=viewer.workspace_id, actor=audit.Person(viewer.user_id),
                       action="contact.archived", target=public_id("ctc", contact.id),
                       before={"state": "active"}, after={"state": "archived"}, address=page.address)

Rows are append-only and chained by hash; `chappe audit verify` proves that none was changed or lost.
"""

from chappe.accounts.audit.actions import ACTIONS
from chappe.accounts.audit.model import Actor, ActorKind, Event, Key, Person, System
from chappe.accounts.audit.repo import Filters
from chappe.accounts.audit.service import page, record

__all__ = ["ACTIONS", "Actor", "ActorKind", "Event", "Filters", "Key", "Person", "System", "page", "record"]
