"""Plays back, after a restore, the suppressions and lifts that are newer than the backup."""

from collections import defaultdict
from collections.abc import Iterable

from chappe.consent import repo
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.db.kept import KeptChange
from chappe.db.pool import Connection

_BY = "restore"
_BATCH = 10_000


async def replay_kept(conn: Connection, changes: Iterable[KeptChange]) -> int:
    """How many numbers changed. Only the last word on each number counts; playing twice changes nothing."""
    last: dict[tuple[int, int, str], KeptChange] = {}
    for change in changes:
        last[change.workspace_id, change.body["phone"], change.body["scope"]] = change
    known = await repo.known_workspaces(conn, list({workspace for workspace, _, _ in last}))
    suppressed: dict[int, list[NewSuppression]] = defaultdict(list)
    lifted: dict[tuple[int, SuppressionScope], list[int]] = defaultdict(list)
    for (workspace, phone, scope), change in last.items():
        if workspace not in known:
            continue  # made after the backup: it is gone, and its numbers with it
        reach = SuppressionScope(scope)
        if change.kind == "suppressed":
            suppressed[workspace].append(
                NewSuppression(
                    phone=phone, scope=reach, reason=change.body["reason"], source=change.body["source"]
                )
            )
        else:
            lifted[workspace, reach].append(phone)
    changed = 0
    for workspace, wanted in suppressed.items():
        for at in range(0, len(wanted), _BATCH):
            changed += len(await repo.suppress(conn, workspace, wanted[at : at + _BATCH]))
    for (workspace, reach), phones in lifted.items():
        changed += len(await repo.lift_by_phone(conn, workspace, phones, reach, _BY))
    return changed
