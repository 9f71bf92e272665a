"""Plays back, after a restore, what was kept since the backup: suppressions, and erasures of persons."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from chappe.consent.replay import replay_kept
from chappe.db.kept import ERASED, KeptChange
from chappe.db.keys import InstanceKeys
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.persons import erasure, repo
from chappe.persons.erasure import Who


async def replay(
    conn: Connection, changes: Iterable[KeptChange], keys: InstanceKeys, numbers: NumberKeys
) -> int:
    """How many suppressions changed, and how many persons were erased again: the backup had brought them
    back. An erasure tells contacts by their keys, and numbers by their hashes.
    """
    found = list(changes)
    done = await replay_kept(conn, found)
    erased: dict[int, list[KeptChange]] = defaultdict(list)
    for change in found:
        if change.kind == ERASED:
            erased[change.workspace_id].append(change)
    for workspace_id, each in erased.items():
        done += await _erase_again(conn, workspace_id, each, keys, numbers)
    return done


async def _erase_again(
    conn: Connection,
    workspace_id: int,
    changes: list[KeptChange],
    keys: InstanceKeys,
    numbers: NumberKeys,
) -> int:
    known = await repo.numbers_here(conn, workspace_id)
    done = 0
    for change in changes:
        body = change.body
        key = numbers.key(body["key_id"])
        wanted = {bytes.fromhex(digest) for digest in body["hashes"]}
        made = erasure.hashed(workspace_id, known, key)
        phones = {phone for phone, digest in zip(known, made, strict=True) if digest in wanted}
        ids = await repo.contacts_here(conn, workspace_id, body["contact_ids"])
        who = Who(tuple(ids), tuple(sorted(phones)))
        if who.contact_ids or who.phones:
            now = datetime.now(UTC)
            await erasure.begin(conn, workspace_id, who, numbers, keys.ids, now, keep_hash=body["keep_hash"])
            done += 1
    return done
