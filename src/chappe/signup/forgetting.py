"""A person goes out of what imports and forms keep."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.signup.forms import repo as forms
from chappe.signup.repo import SQL


async def forget(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int], endings: Sequence[str]
) -> None:
    """Rows that were not taken and have digits that end a person's number, however it was spelled; who came
    by which form, and got which code. That somebody did stays.
    """
    patterns = [f"%{ending}%" for ending in endings]
    await conn.execute(SQL.forget_rejections, workspace_id, patterns)
    await conn.execute(SQL.forget_list_rejections, workspace_id, patterns)
    await forms.forget_contacts(conn, workspace_id, contact_ids)
