"""E-mails: written into the transaction that has a reason to send one, sent by the worker.

    await outbox.post(conn, "invitation", to=email, language="fr", workspace_id=viewer.workspace_id,
                      link="/invitations/TOKEN", workspace=viewer.workspace_name, inviter=viewer.name)

Each kind is a text in `templates/mails`; HTML is made of the same text.
"""

from chappe.accounts.mails.outbox import Outbox

__all__ = ["Outbox"]
