"""A file that is written batch by batch, and that comes back without loss."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.contacts.search.finding import Narrowed
from chappe.kit.clock import FakeClock
from chappe.kit.ids import IdCipher
from chappe.persons import exports, jobs, sources
from chappe.persons.exports import Writer
from chappe.persons.files import ExportFolder
from chappe.persons.model import By, ExportFormat, ExportKind, ExportState, NewExport, Which
from chappe.signup import service as signup
from chappe.signup.jobs import run_next_import
from chappe.signup.model import NewImport

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDS = IdCipher(bytes(16))
BY = By("Anna")
# What spreadsheets run, what CSV parts by, what is trimmed, and what is no letter at all.
AWKWARD = st.sampled_from(
    [
        "=cmd|' /C calc'!A1",
        "+33",
        "-1",
        "@a",
        "'=1",
        "''",
        'a "b"',
        "a\r\nb",
        "007",
        "  x ",
        "😀",
        "a;b;c;d;e;f;g",
        "\t",
        "é",
    ]
)
VALUES = st.one_of(AWKWARD, st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=12))
PEOPLE = st.dictionaries(
    st.integers(33600000000, 33600099999),
    st.dictionaries(st.sampled_from(["mobile", "nom", "a__b", "first_name", "zip"]), VALUES, max_size=4),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def folder(tmp_path) -> ExportFolder:
    return ExportFolder(tmp_path)


async def _start(world, new: NewExport, workspace_id: int | None = None):
    async with world.database.engine_transaction() as conn:
        return await exports.start(conn, workspace_id or world.workspace_id, new, BY)


async def _written(world, folder, new: NewExport, workspace_id: int | None = None) -> bytes:
    one = await _start(world, new, workspace_id)
    while await jobs.run_next_batch(world.database, Writer(folder, IDS), FakeClock(NOW)):
        pass
    async with world.database.engine_transaction() as conn:
        found = await exports.fetchable(conn, one.workspace_id, one.id, NOW)
    return b"".join([piece async for piece in folder.pieces(found)])


async def _import(world, workspace_id: int, data: bytes) -> None:
    async def blocks():
        yield data

    async with world.database.engine_transaction() as conn:
        listed = await contacts.list_named(conn, workspace_id, "imported")
        new = NewImport(list_id=listed.id, filename="c.csv", default_country="GB", consent=None, mapping=None)
        await signup.open_import(conn, workspace_id, new, blocks())
    assert await run_next_import(world.database, FakeClock(NOW))


async def _known(world, workspace_id: int):
    rows = await world.database.engine.fetch(
        "select c.phone, c.country, c.language, c.attributes, array(select l.name from list_member m"
        " join list l on l.id = m.list_id where m.contact_id = c.id"
        " and l.name <> 'imported' order by 1) as lists"
        " from contact c where c.workspace_id = $1 order by phone",
        workspace_id,
    )
    return [tuple(row) for row in rows]


async def test_what_is_exported_comes_back_as_it_was(world, folder) -> None:
    loop = asyncio.get_running_loop()

    async def round_trip(people: dict[int, dict[str, str]]) -> None:
        engine = world.database.engine
        ours, theirs = [
            await engine.fetchval("insert into workspace (name) values ('w') returning id") for _ in range(2)
        ]
        async with world.database.engine_transaction() as conn:
            told = [
                IncomingContact(phone=phone, zones="Europe/Paris", language="fr", attributes=values)
                for phone, values in people.items()
            ]
            merged = await contacts.merge(conn, ours, told)
            await contacts.name_attributes(
                conn, ours, {name: name for each in people.values() for name in each}
            )
            listed = await contacts.list_named(conn, ours, 'VIP, "=gold"')
            await contacts.join_list(conn, ours, listed.id, [merged[0].id])
        data = await _written(world, folder, NewExport(ExportKind.CONTACTS, ExportFormat.CSV), ours)
        await _import(world, theirs, data)
        assert await _known(world, theirs) == await _known(world, ours)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(PEOPLE)
    def every(people: dict[int, dict[str, str]]) -> None:
        asyncio.run_coroutine_threadsafe(round_trip(people), loop).result()

    await asyncio.to_thread(every)


async def test_no_cell_begins_as_a_formula(world, folder) -> None:
    await world.list_of(1, attributes={"first_name": "=1+1"})
    data = await _written(world, folder, NewExport(ExportKind.CONTACTS, ExportFormat.CSV))
    head, line = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert dict(zip(head, line, strict=True))["first_name"] == "'=1+1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)


async def test_batches_make_one_file_whatever_happens_between_them(world, folder, monkeypatch) -> None:
    monkeypatch.setattr(sources, "BATCH", 2)
    await world.list_of(5)
    one = await _start(world, NewExport(ExportKind.CONTACTS, ExportFormat.NDJSON))
    writer, clock = Writer(folder, IDS), FakeClock(NOW)
    assert await jobs.run_next_batch(world.database, writer, clock)
    # A worker that was killed after it wrote and before it committed.
    with folder.path(one).open("ab") as file:
        file.write(b'{"half a row')
    while await jobs.run_next_batch(world.database, writer, clock):
        pass
    lines = folder.path(one).read_bytes().splitlines()
    phones = [msgspec.json.decode(line)["phone"] for line in lines]
    assert phones == [f"+3360000000{n}" for n in range(1, 6)]
    async with world.database.engine_transaction() as conn:
        found = await exports.get(conn, world.workspace_id, one.id)
    assert (found.done, found.total, found.state) == (5, 5, ExportState.FINISHED)


async def test_a_file_that_is_not_here_is_begun_again(world, folder, monkeypatch) -> None:
    monkeypatch.setattr(sources, "BATCH", 2)
    await world.list_of(3)
    one = await _start(world, NewExport(ExportKind.CONTACTS, ExportFormat.NDJSON))
    await jobs.run_next_batch(world.database, Writer(folder, IDS), FakeClock(NOW))
    folder.path(one).unlink()
    while await jobs.run_next_batch(world.database, Writer(folder, IDS), FakeClock(NOW)):
        pass
    assert len(folder.path(one).read_bytes().splitlines()) == 3


async def test_a_list_narrows_and_the_other_kinds_are_whole(world, folder) -> None:
    listed = await world.list_of(2)
    await world.list_of(1, first=33600000050)
    await world.suppress(33600000001)
    which = Which(narrowed=Narrowed(list_id=listed))
    narrowed = await _written(world, folder, NewExport(ExportKind.CONTACTS, ExportFormat.NDJSON, which))
    assert len(narrowed.splitlines()) == 2
    held = await _written(world, folder, NewExport(ExportKind.SUPPRESSIONS, ExportFormat.NDJSON))
    assert msgspec.json.decode(held)["number"] == "+33600000001"
    consents = await _written(world, folder, NewExport(ExportKind.CONSENTS, ExportFormat.CSV))
    assert consents.decode("utf-8-sig").startswith("contact_id,number,purpose")


async def test_files_go_when_their_days_are_over_and_when_no_row_knows_them(world, folder) -> None:
    await world.list_of(1)
    await _written(world, folder, NewExport(ExportKind.CONTACTS, ExportFormat.CSV))
    assert await jobs.sweep(world.database, folder, NOW + timedelta(days=6)) == 0
    assert await jobs.sweep(world.database, folder, NOW + timedelta(days=7)) == 1
    assert await folder.keys() == {}
    assert await world.database.engine.fetchval("select state from export") == "expired"


async def test_what_it_is_of_is_gone(world, folder) -> None:
    segment = await world.database.engine.fetchval(
        "insert into segment (id, workspace_id, name, rule) values (gen_random_uuid(), $1, 's', $2)"
        " returning id",
        world.workspace_id,
        {"kind": "country", "values": ["FR"]},
    )
    one = await _start(world, NewExport(ExportKind.CONTACTS, ExportFormat.CSV, Which(segment_id=segment)))
    await world.database.engine.execute("delete from segment")
    await jobs.run_next_batch(world.database, Writer(folder, IDS), FakeClock(NOW))
    async with world.database.engine_transaction() as conn:
        found = await exports.get(conn, world.workspace_id, one.id)
    assert (found.state, found.error) == (ExportState.FAILED, "unknown_segment")
