"""After a restore: the suppressions that were made since the backup hold again."""

from collections import defaultdict
from collections.abc import Iterable

from chappe.consent import repo
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.db.kept import KeptChange
from chappe.db.pool import Connection

_BATCH = 10_000


async def replay_kept(conn: Connection, changes: Iterable[KeptChange]) -> int:
    """Suppress whom the log leaves suppressed; the number of suppressions that were not in the backup.

    `changes` are in the order they happened: a number that was suppressed and lifted again since the
    backup stays free. One that the backup holds suppressed stays so even if it was lifted since: a
    suppression wins in doubt.
    """
    standing: dict[int, dict[tuple[int, str], NewSuppression]] = defaultdict(dict)
    for change in changes:
        numbers = standing[change.workspace_id]
        key = (change.body["phone"], change.body["scope"])
        if change.kind == "suppressed":
            numbers[key] = NewSuppression(
                phone=change.body["phone"],
                scope=SuppressionScope(change.body["scope"]),
                reason=change.body["reason"],
                source=change.body["source"],
            )
        elif change.kind == "lifted":
            numbers.pop(key, None)
    restored = 0
    for workspace_id in sorted(await repo.known_workspaces(conn, list(standing))):
        wanted = list(standing[workspace_id].values())
        for start in range(0, len(wanted), _BATCH):
            restored += len(await repo.suppress(conn, workspace_id, wanted[start : start + _BATCH]))
    return restored
