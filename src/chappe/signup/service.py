"""Use cases on imports. Nothing here commits."""

from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID

from chappe.consent.topics import service as topics
from chappe.consent.topics.errors import NotATopic
from chappe.consent.topics.model import TopicPurpose
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.kit.ids import public_id, uuid7
from chappe.kit.phone import is_country
from chappe.kit.spreadsheets import csv_text
from chappe.signup import repo
from chappe.signup.errors import ConsentIncomplete, EmptyFile, FileTooLarge, UnknownCountry, UnknownImport
from chappe.signup.headers import check_fields
from chappe.signup.model import (
    IMPORT_ID,
    MOST_BYTES,
    Import,
    ImportState,
    NewImport,
    Rejection,
    StatedConsent,
)

_PAGE = 2000
# Their names are known to the reader of headers, which leaves them out when the file comes back.
_OUR_COLUMNS = ("chappe_row", "chappe_reason")


async def open_import(
    conn: Connection,
    workspace_id: int,
    new: NewImport,
    blocks: AsyncIterator[bytes],
    *,
    state: ImportState = ImportState.QUEUED,
) -> Import:
    """Store a file for a worker to import, or as a DRAFT; memory stays flat. Raises UnknownList,
    UnknownCountry, ConsentIncomplete, BadMapping, EmptyFile, FileTooLarge.
    """
    await contacts.get_list(conn, workspace_id, new.list_id, field="list_id")
    check_country(new.default_country)
    check_fields(new.mapping or {})
    await check_consent(conn, workspace_id, new.consent)
    import_id = uuid7()
    opened = await repo.add_import(conn, workspace_id, import_id, new, state)
    assert opened is not None, f"workspace {workspace_id} does not exist"
    number = size = lines = 0
    async for data in blocks:
        size += len(data)
        if size > MOST_BYTES:
            raise FileTooLarge(
                f"A file may have {MOST_BYTES >> 20} MB at most. Split it, and import the parts one by one.",
                field="file",
            )
        await repo.add_block(conn, workspace_id, import_id, number, data)
        number += 1
        lines += data.count(b"\n")
    if size == 0:
        raise EmptyFile("The file is empty. Export the contacts again.", field="file")
    await repo.note_lines(conn, workspace_id, import_id, lines)
    await repo.notify(conn, workspace_id, import_id, state)
    return await get_import(conn, workspace_id, import_id)


def check_country(code: str | None) -> None:
    """Raises UnknownCountry."""
    if code is not None and not is_country(code):
        raise UnknownCountry(
            f"“{code}” is not the ISO code of a country. Write two capitals, such as FR.",
            field="default_country",
        )


async def check_consent(conn: Connection, workspace_id: int, stated: StatedConsent | None) -> None:
    """Raises ConsentIncomplete, naming the part that is empty; NotATopic."""
    for name in ("basis", "source", "text") if stated is not None else ():
        if not getattr(stated, name).strip():
            raise ConsentIncomplete(
                f"Consent needs basis, source and text, and {name} is empty. Say what people agreed to, "
                "or leave consent out: the contacts then enter without marketing consent.",
                field=f"consent.{name}",
            )
    if stated is None or not stated.topics:
        return
    for topic in await topics.require(conn, workspace_id, stated.topics, field="consent.topics"):
        if topic.purpose is not TopicPurpose.MARKETING:
            raise NotATopic(
                f"“{topic.name}” needs no consent: it goes to everybody it concerns. Leave it out.",
                field="consent.topics",
            )


async def get_import(conn: Connection, workspace_id: int, import_id: UUID | None) -> Import:
    """Raises UnknownImport, also for None (an id that is not one of ours)."""
    found = None if import_id is None else await repo.one(conn, workspace_id, import_id)
    if found is None:
        raise UnknownImport("There is no such import. See the imports with GET /v1/imports.")
    return found


async def filling(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> list[Import]:
    """Imports that still fill one of these lists, the oldest first."""
    return await repo.filling(conn, workspace_id, list_ids)


async def page_imports(
    conn: Connection, workspace_id: int, *, before: UUID | None, limit: int, drafts: bool = False
) -> list[Import]:
    """Imports, the newest first; `drafts`: with those whose steps are not all done."""
    return await repo.page(conn, workspace_id, before, limit, drafts=drafts)


async def sorted_imports(
    conn: Connection, workspace_id: int, *, after: UUID | None, newest: bool, limit: int
) -> list[Import]:
    """All of them, drafts too, behind `after` in this order."""
    if newest:
        return await repo.page(conn, workspace_id, after, limit, drafts=True)
    return await repo.page_oldest(conn, workspace_id, after, limit)


async def home_country(conn: Connection, workspace_id: int) -> str:
    """Where numbers without a country code are at home, unless a file says another."""
    return await repo.home_country(conn, workspace_id)


async def page_rejections(
    conn: Connection, workspace_id: int, import_id: UUID, *, after: int, limit: int
) -> list[Rejection]:
    """Rejected rows behind a row number, in the order of the file."""
    return await repo.rejections(conn, workspace_id, import_id, after, limit)


async def rejections_csv(conn: Connection, workspace_id: int, import_id: UUID) -> str:
    """The whole file of rejected rows; `rejection_pages` is the one for large ones."""
    return "".join([page async for page in rejection_pages(conn, workspace_id, import_id)])


def _in_english(refused: Rejection) -> str:
    return refused.reason


async def rejection_pages(
    conn: Connection,
    workspace_id: int,
    import_id: UUID,
    words: Callable[[Rejection], str] = _in_english,
) -> AsyncIterator[str]:
    """CSV of the rejected rows as they were, then the row's number and the reason in these words. No cell is
    run as a formula by a spreadsheet; corrected, the file can be imported as it is. Raises UnknownImport.
    """
    found = await get_import(conn, workspace_id, import_id)
    names = [column.name for column in found.columns]
    yield csv_text([[*names, *_OUR_COLUMNS]])
    after = 0
    while page := await repo.rejections(conn, workspace_id, import_id, after, _PAGE):
        yield csv_text([_row(refused, len(names), words(refused)) for refused in page])
        after = page[-1].row


def rejections_name(found: Import) -> str:
    """A name for the file: ASCII, of the import's id."""
    return f"rejected-{public_id(IMPORT_ID, found.id)}.csv"


def _row(refused: Rejection, width: int, reason: str) -> list[str]:
    cells = refused.cells + [""] * (width - len(refused.cells))
    return [*cells, str(refused.row), reason]
