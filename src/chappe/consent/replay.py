"""Plays back, after a restore, the suppressions and lifts that are newer than the backup."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from chappe.consent import repo
from chappe.consent.hashed.replay import replay_hashed
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.db.kept import KeptChange
from chappe.db.pool import Connection

_BY = "restore"
_BATCH = 10_000
_KINDS = ("suppressed", "lifted")


async def replay_kept(conn: Connection, changes: Iterable[KeptChange]) -> int:
    """How many numbers changed. Only the last word on each number counts; playing twice changes nothing."""
    last: dict[tuple[int, int, str], KeptChange] = {}
    hashed: dict[tuple[int, str, str], KeptChange] = {}
    for change in changes:
        if change.kind not in _KINDS:
            continue
        if "hash" in change.body:
            hashed[change.workspace_id, change.body["hash"], change.body["scope"]] = change
        else:
            last[change.workspace_id, change.body["phone"], change.body["scope"]] = change
    known = await repo.known_workspaces(conn, list({workspace for workspace, *_ in (*last, *hashed)}))
    return await _replay_numbers(conn, last, known) + await replay_hashed(
        conn, [change for (workspace, *_), change in hashed.items() if workspace in known]
    )


async def _replay_numbers(
    conn: Connection, last: Mapping[tuple[int, int, str], KeptChange], known: set[int]
) -> int:
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
