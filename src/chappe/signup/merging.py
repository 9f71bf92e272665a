"""A batch of rows into the ledger of contacts: one transaction with its cursor, so that a killed import goes
on exactly where it was.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.consent import service as consent
from chappe.contacts import service as contacts
from chappe.contacts.model import Merged
from chappe.db.number_keys import NO_KEYS, NumberKeys
from chappe.db.pool import Connection
from chappe.signup import repo
from chappe.signup.faults import about_clash
from chappe.signup.model import Batch, Counts, Import, ImportState
from chappe.signup.reading import refused


class ImportTaken(Exception):
    """Another worker has moved the cursor: what this one did is rolled back."""


class Stated(NamedTuple):
    """Where the words of the import's consent are kept, the evidence of it, and the words of the topics that
    it is consent to.
    """

    wording_id: UUID
    evidence_id: UUID | None
    topics: Sequence[str]


class SeenContacts:
    """Contacts this import has met, a bit each. Their keys are dense, so ten million take about 1.3 MB."""

    _BITS = 1 << 16

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, contact_ids: Iterable[int]) -> list[bool]:
        """Which of them are met for the first time."""
        return [self._add_one(contact_id) for contact_id in contact_ids]

    def _add_one(self, contact_id: int) -> bool:
        number, bit = divmod(contact_id, self._BITS)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = bytearray(self._BITS >> 3)
        at, mask = bit >> 3, 1 << (bit & 7)
        if page[at] & mask:
            return False
        page[at] |= mask
        return True


async def merge_batch(
    conn: Connection,
    under_way: Import,
    batch: Batch,
    seen: SeenContacts,
    stated: Stated | None,
    number_keys: NumberKeys = NO_KEYS,
) -> None:
    """Merge contacts, put them on the list, record their consent, keep what was rejected, move the cursor.
    Raises ImportTaken, NumberKeyMissing.

    `seen` must be thrown away with the import's state in memory if the transaction fails.
    """
    here, list_id = under_way.workspace_id, under_way.list_id
    phones = [contact.phone for contact in batch.contacts]
    merged = await contacts.merge(conn, here, batch.contacts)
    if clashes := [at for at, answer in enumerate(merged) if answer.clash]:
        batch = _without(batch, merged, clashes)
        phones = [contact.phone for contact in batch.contacts]
        merged = [answer for answer in merged if not answer.clash]
    await contacts.join_list_merged(conn, here, list_id, merged)
    await _join_named(conn, here, batch, merged)
    if phones:
        await consent.recognise_contacts(conn, here, phones, number_keys)
    suppressed = await consent.suppressed(conn, here, phones) if phones else {}
    if under_way.consent is not None and stated is not None:
        free = [
            (answer, phone) for phone, answer in zip(phones, merged, strict=True) if phone not in suppressed
        ]
        await consent.grant_marketing(
            conn,
            here,
            # Two numbers of a contact that was merged are one person.
            list(dict.fromkeys(answer.id for answer, _ in free if not answer.created)),
            under_way.consent,
            stated.wording_id,
            import_id=under_way.id,
            evidence_id=stated.evidence_id,
            new={answer.id: phone for answer, phone in free if answer.created},
            rows={answer.id: batch.rows[phone] for answer, phone in free},
            words=stated.topics,
        )
    if batch.rejections:
        await repo.add_rejections(conn, here, under_way.id, batch.rejections)
    first_times = seen.add(answer.id for answer in merged)
    held = sum(phone in suppressed for phone, first in zip(phones, first_times, strict=True) if first)
    counts = _count(batch, merged, first_times, held)
    if not await repo.advance(conn, under_way.id, batch.before, batch.after, counts):
        raise ImportTaken
    await repo.notify(conn, here, under_way.id, ImportState.RUNNING)


async def _join_named(conn: Connection, workspace_id: int, batch: Batch, merged: Sequence[Merged]) -> None:
    """Onto the lists that a file of ours names, which are made where they are missing."""
    if not batch.lists:
        return
    keys = {contact.phone: answer.id for contact, answer in zip(batch.contacts, merged, strict=True)}
    for name, phones in sorted(batch.lists.items()):
        target = await contacts.list_named(conn, workspace_id, name)
        await contacts.join_list(
            conn, workspace_id, target.id, [keys[phone] for phone in phones if phone in keys]
        )


def _without(batch: Batch, merged: Sequence[Merged], clashes: Sequence[int]) -> Batch:
    """The batch with those rejected whose external id and number are of two contacts."""
    rejections = [*batch.rejections]
    for at in clashes:
        contact = batch.contacts[at]
        number, row = batch.places[contact.phone]
        rejections.append(refused(number, row, about_clash(contact.external_id or "")))
    kept = [contact for contact, answer in zip(batch.contacts, merged, strict=True) if not answer.clash]
    return msgspec.structs.replace(batch, contacts=kept, rejections=rejections)


def _count(batch: Batch, merged: Sequence[Merged], first_times: Sequence[bool], suppressed: int) -> Counts:
    """A person met before in this file counts as a duplicate, whatever their row changed."""
    fresh = [answer for answer, first in zip(merged, first_times, strict=True) if first]
    created = sum(answer.created for answer in fresh)
    updated = sum(answer.changed and not answer.created for answer in fresh)
    return Counts(
        rows_read=batch.rows_read,
        created=created,
        updated=updated,
        unchanged=len(fresh) - created - updated,
        duplicates=batch.duplicates + len(merged) - len(fresh),
        rejected=len(batch.rejections),
        suppressed=suppressed,
    )
