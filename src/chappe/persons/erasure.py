"""A person's erasure: out of every room at once, and once more until what was under way has come in.

Rows that count and cost stay, without the person: that a message left, when, and for how much. In the
suppression list a keyed hash stays, so that no file brings them back to a campaign. A test
(tests/db/persons/test_erasure.py) knows every column of every table, and asks for each that can hold a person
who empties it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chappe.accounts.audit import service as audit
from chappe.api import idempotency
from chappe.campaigns import forgetting as of_campaigns
from chappe.consent import log
from chappe.consent import service as consent
from chappe.consent.hashed.model import OWN, Scheme, hasher
from chappe.contacts import forgetting as of_contacts
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.db import kept
from chappe.db.number_keys import NumberKey, NumberKeys
from chappe.db.pool import Connection
from chappe.desk import forgetting as of_desk
from chappe.inbox import forgetting as of_inbox
from chappe.kit.ids import IdCipher, uuid7
from chappe.messages import forgetting as of_messages
from chappe.persons import repo
from chappe.signup import forgetting as of_signup

# Longer than a transaction that planned with them, or a file that brought them, can still be under way.
SETTLED: Final = timedelta(minutes=2)
# So many digits at the end name a number in whatever spelling.
_ENDING: Final = 8


class Who(NamedTuple):
    """One person, or several: contacts, and the numbers they have and had."""

    contact_ids: tuple[int, ...]
    phones: tuple[int, ...]


class Erasure(NamedTuple):
    """One under way. `keep_hash`: their numbers stay suppressed."""

    id: UUID
    workspace_id: int
    who: Who
    keep_hash: bool
    begun_at: datetime


async def who_is(conn: Connection, workspace_id: int, *, contact_id: int | None, phone: int | None) -> Who:
    """Everything by which a person is known here."""
    ids = set() if contact_id is None else {contact_id}
    phones = set() if phone is None else {phone}
    if phone is not None:
        ids |= set((await contacts.ids_by_phone(conn, workspace_id, [phone])).values())
    if ids:
        ids |= set(await contacts.same_person(conn, workspace_id, sorted(ids)))
        together = await contacts.same_people(conn, workspace_id, sorted(ids))
        ids |= set(together)
        phones |= set(together.values())
        phones |= set(await log.numbers_of(conn, workspace_id, sorted(ids)))
    return Who(tuple(sorted(ids)), tuple(sorted(phones)))


async def begin(
    conn: Connection,
    workspace_id: int,
    who: Who,
    keys: NumberKeys,
    ids: IdCipher,
    now: datetime,
    *,
    keep_hash: bool = True,
) -> Erasure:
    """Erase them, as the engine role; what a sender holds at this moment goes with `go_on`. Raises
    NumberKeyMissing.
    """
    one = Erasure(uuid7(), workspace_id, who, keep_hash, now)
    await repo.add_erasure(conn, one.id, workspace_id, who.contact_ids, who.phones, keep_hash, now)
    await repo.stop_sending(conn, workspace_id, who.phones)
    body = {"contact_ids": list(who.contact_ids), "phones": list(who.phones), "keep_hash": keep_hash}
    await kept.keep(conn, workspace_id, kept.ERASED, body | hashes(workspace_id, who.phones, keys))
    await go_on(conn, one, keys, ids, now)
    return one


def hashes(workspace_id: int, phones: Sequence[int], keys: NumberKeys) -> dict[str, object]:
    """By which a restored database finds the numbers that an erasure does not keep."""
    key = keys.current
    return {"key_id": key.id, "hashes": [digest.hex() for digest in hashed(workspace_id, phones, key)]}


def hashed(workspace_id: int, phones: Sequence[int], key: NumberKey) -> list[bytes]:
    """As the suppression list has them."""
    return hasher(workspace_id, Scheme(0, key.id, OWN.algorithm, OWN.spelling, None), key)(phones)


async def go_on(conn: Connection, one: Erasure, keys: NumberKeys, ids: IdCipher, now: datetime) -> bool:
    """Erase what is there now; whether that was the last time. Again and again is the same as once."""
    here, (contact_ids, phones) = one.workspace_id, one.who
    # In the planner's order: a part of an audience, then what hangs on its contacts.
    await of_campaigns.forget(conn, here, phones)
    await consent.ledger_erase(conn, here, contact_ids=contact_ids, phones=phones)
    if one.keep_hash:
        await consent.forget_numbers(conn, here, phones, keys)
    digits = [str(phone) for phone in phones]
    await of_contacts.forget(conn, here, contact_ids, [text[-_ENDING:] for text in digits])
    await of_inbox.forget(conn, here, phones)
    await of_signup.forget(conn, here, contact_ids, [text[-_ENDING:] for text in digits])
    await of_desk.forget(conn, here, phones)
    held = await of_messages.forget(conn, here, phones, now)
    public = [ids.encode(CONTACT_ID, key) for key in contact_ids]
    await audit.erase_about(conn, here, public, [*digits, *public])
    await idempotency.forget(conn, here, [*digits, *public])
    await repo.forget_requests(conn, here, contact_ids, phones)
    if one.keep_hash:
        # Somebody asked; who went because their time was over leaves files with theirs.
        await repo.expire_of(conn, here)
    if held or now - one.begun_at < SETTLED:
        return False
    await repo.end_erasure(conn, here, one.id, now)
    return True


async def under_way(conn: Connection) -> list[Erasure]:
    """Of every workspace, the oldest first; nobody else's until the transaction ends."""
    return [
        Erasure(
            row["id"],
            row["workspace_id"],
            Who(tuple(row["contact_ids"]), tuple(row["phones"])),
            row["keep_hash"],
            row["begun_at"],
        )
        for row in await repo.erasures(conn)
    ]
