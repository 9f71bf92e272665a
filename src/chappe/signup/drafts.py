"""Imports begun on a page: a file that is uploaded, and settled step by step before a worker takes it."""

import asyncio
import io
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from chappe.consent import service as consent
from chappe.contacts import lists
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.db.pool import Connection
from chappe.signup import preview as previews
from chappe.signup import repo
from chappe.signup.errors import NoPhoneColumn, NotADraft, NotATable
from chappe.signup.headers import check_fields
from chappe.signup.model import Import, ImportState, StatedConsent
from chappe.signup.preview import Glance, Preview
from chappe.signup.service import check_consent, check_country, get_import
from chappe.signup.table import is_workbook

# A text is judged by its beginning; a workbook is one piece.
_BLOCKS_OF_TEXT: Final = 2
_LARGEST_WORKBOOK: Final = 64 << 20


class Known(msgspec.Struct, frozen=True):
    """Of the numbers of a preview: those that are contacts already, and those that are suppressed."""

    contacts: int
    suppressed: int


async def get_draft(conn: Connection, workspace_id: int, import_id: UUID | None) -> Import:
    """Raises UnknownImport, NotADraft."""
    found = await get_import(conn, workspace_id, import_id)
    if found.state is not ImportState.DRAFT:
        raise NotADraft("This import has begun: its columns and its consent are settled.")
    return found


async def glance(conn: Connection, draft: Import, mapping: Mapping[str, str | None] | None = None) -> Glance:
    """The columns of the file. Raises EmptyFile, NotATable, UnknownColumn, BadMapping."""
    file, _ = await _beginning(conn, draft)
    chosen = draft.mapping if mapping is None else mapping
    return await asyncio.to_thread(previews.glance, file, draft.default_country, chosen)


async def preview(conn: Connection, draft: Import) -> tuple[Preview, Known]:
    """What the import would make of the first rows. Raises as `glance`, and NoPhoneColumn."""
    file, whole = await _beginning(conn, draft)
    shapes = await attributes.shapes(conn, draft.workspace_id)
    found = await asyncio.to_thread(
        previews.preview, file, draft.default_country, draft.mapping, shapes, whole=whole
    )
    here = draft.workspace_id
    known = await contacts.ids_by_phone(conn, here, found.phones)
    suppressed = await consent.suppressed(conn, here, found.phones)
    return found, Known(len(known), len(suppressed))


async def settle_columns(
    conn: Connection, draft: Import, mapping: Mapping[str, str | None], country: str | None = None
) -> Import:
    """Keep what each column is. Raises BadMapping, UnknownColumn, NoPhoneColumn, UnknownCountry,
    NotADraft.
    """
    check_country(country)
    check_fields(mapping)
    if "phone" not in mapping.values():
        raise NoPhoneColumn("Say which column holds the phone numbers.", field="mapping")
    changed = msgspec.structs.replace(
        draft, mapping=dict(mapping), default_country=country or draft.default_country
    )
    read = await glance(conn, changed)
    return await _settle(conn, msgspec.structs.replace(changed, columns=tuple(read.columns)))


async def begin(conn: Connection, draft: Import, stated: StatedConsent | None, by: str) -> Import:
    """Keep the consent and who stated it, and hand the file to a worker. None: these people get no marketing.
    Raises ConsentIncomplete, NotATopic, NotADraft.
    """
    await check_consent(conn, draft.workspace_id, stated)
    settled = await _settle(conn, msgspec.structs.replace(draft, consent=stated))
    if not await repo.queue(conn, draft.workspace_id, draft.id, by):
        raise NotADraft("This import has begun already.")
    await repo.notify(conn, draft.workspace_id, draft.id, ImportState.QUEUED)
    return settled


async def discard(conn: Connection, draft: Import) -> None:
    """Throw the file away, and the list that was made for it while nobody is on it. Raises NotADraft."""
    if not await repo.discard(conn, draft.workspace_id, draft.id):
        raise NotADraft("This import has begun already: it cannot be thrown away.")
    for known in await contacts.lists_by_id(conn, draft.workspace_id, [draft.list_id]):
        # One transaction made both: they have its moment in common.
        made_for_it = known.created_at == draft.created_at
        if made_for_it and await lists.size(conn, draft.workspace_id, known.id) == 0:
            await lists.delete(conn, draft.workspace_id, known.id)


async def _settle(conn: Connection, draft: Import) -> Import:
    if not await repo.settle(conn, draft.workspace_id, draft):
        raise NotADraft("This import has begun already, in another window perhaps.")
    return draft


async def _beginning(conn: Connection, draft: Import) -> tuple[io.BytesIO, bool]:
    """As much of the file as its first rows take, and whether that is all of it."""
    sizes = await repo.block_sizes(conn, draft.workspace_id, draft.id)
    first = await repo.block(conn, draft.id, sizes[0].number)
    if is_workbook(first):
        if sum(block.size for block in sizes) > _LARGEST_WORKBOOK:
            raise NotATable("The workbook is too large. Save it as CSV, and import that.")
        wanted = sizes
    else:
        wanted = sizes[:_BLOCKS_OF_TEXT]
    data = first + b"".join([await repo.block(conn, draft.id, block.number) for block in wanted[1:]])
    whole = len(wanted) == len(sizes)
    return io.BytesIO(data if whole else _without_cut_row(data)), whole


def _without_cut_row(data: bytes) -> bytes:
    """A row that is cut in two would count as a fault. In UTF-16 a line's end is two octets."""
    end = data.rfind(b"\n") + 1
    return data[: end & ~1] if b"\0" in data[:64] else data[:end]
