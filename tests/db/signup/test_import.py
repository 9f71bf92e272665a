"""Files become contacts, on the rows they leave."""

import asyncio
from pathlib import Path

import pytest
from tests.db.signup.importing import ANNA, BORIS, FILE, PROOF, Imports, counts

from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.contacts.errors import UnknownList
from chappe.kit.ids import uuid7
from chappe.signup import service
from chappe.signup.errors import ConsentIncomplete, EmptyFile, UnknownCountry, UnknownImport
from chappe.signup.files import file_blocks
from chappe.signup.jobs import run_imports, run_next_import
from chappe.signup.model import Import, ImportState


async def test_a_file_of_customers(imports: Imports) -> None:
    done = await imports.run(FILE)
    assert done.state is ImportState.FINISHED
    assert counts(done) == {"rows_read": 2, "created": 2}
    assert done.rows_total == 2
    assert done.finished_at is not None
    assert [(column.name, column.field) for column in done.columns] == [
        ("Portable", "phone"),
        ("Prénom", "first_name"),
        ("Ville", "ville"),
    ]
    assert await imports.attributes() == {
        ANNA: {"first_name": "Anna", "ville": "Lyon"},
        BORIS: {"first_name": "Boris", "ville": "Nice"},
    }
    assert await imports.consents() == {ANNA: "granted", BORIS: "granted"}
    assert await imports.members() == 2
    engine = imports.database.engine
    assert await engine.fetchval("select count(*) from import_block") == 0
    assert await engine.fetchval("select zones from contact limit 1") == "Europe/Paris"
    event = await engine.fetchrow("select basis, source, import_id, wording_id from consent_event limit 1")
    assert tuple(event)[:3] == ("express", "shop form", done.id)
    assert await engine.fetchval("select text from consent_wording where id = $1", event["wording_id"]) == (
        PROOF.text
    )
    async with imports.database.transaction(imports.workspace_id) as conn:
        assert await contacts.attribute_names(conn, imports.workspace_id) == {"first_name", "ville"}


async def test_the_same_file_twice_changes_nothing(imports: Imports) -> None:
    await imports.run(FILE)
    before = await imports.database.engine.fetch("select * from contact order by id")
    done = await imports.run(FILE)
    assert counts(done) == {"rows_read": 2, "unchanged": 2}
    assert await imports.database.engine.fetch("select * from contact order by id") == before
    assert await imports.database.engine.fetchval("select count(*) from consent_event") == 2
    assert await imports.members() == 2


async def test_an_empty_cell_erases_nothing_and_a_new_value_is_merged(imports: Imports) -> None:
    await imports.run(FILE)
    done = await imports.run("mobile,prénom,points\n+33612345678,,7\n")
    assert counts(done) == {"rows_read": 1, "updated": 1}
    assert (await imports.attributes())[ANNA] == {"first_name": "Anna", "ville": "Lyon", "points": "7"}


async def test_duplicates_are_merged_across_batches(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chappe.signup.reading.ContactFile.next_batch.__defaults__", (2,))
    rows = ["phone,city", *(f"06123456{n % 5:02d},{'Lyon' if n < 5 else ''}" for n in range(11)), "x,y"]
    done = await imports.run("\n".join(rows))
    assert counts(done) == {"rows_read": 12, "created": 5, "duplicates": 6, "rejected": 1}
    assert all(attributes == {"city": "Lyon"} for attributes in (await imports.attributes()).values())


async def test_a_killed_import_goes_on_where_it_was(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies in each batch in turn, after its work and before its commit."""
    monkeypatch.setattr("chappe.signup.reading.ContactFile.next_batch.__defaults__", (3,))
    rows = ["phone,city", *(f"06123456{n % 14:02d},Lyon" for n in range(20)), "x,y", "z,t"]
    opened = await imports.upload("\n".join(rows).encode())
    from chappe.signup import jobs

    real, killed_at = jobs.merge_batch, set()

    async def dying(conn: object, under_way: Import, batch: object, *others: object) -> None:
        await real(conn, under_way, batch, *others)  # type: ignore[arg-type]  # handed on as they came
        before = batch.before  # type: ignore[attr-defined]  # a Batch
        if before not in killed_at:
            killed_at.add(before)
            raise KilledHere

    monkeypatch.setattr(jobs, "merge_batch", dying)
    for _ in range(20):
        try:
            assert await run_next_import(imports.database, imports.clock)
            break
        except KilledHere:
            assert (await imports.look(opened.id)).state is ImportState.RUNNING
    done = await imports.look(opened.id)
    assert len(killed_at) == 8
    assert counts(done) == {"rows_read": 22, "created": 14, "duplicates": 6, "rejected": 2}
    assert await imports.members() == 14
    assert await imports.database.engine.fetchval("select count(*) from consent_event") == 14


class KilledHere(BaseException):
    """As sudden as a signal: no handler of the job catches it."""


async def test_two_workers_take_two_imports(imports: Imports) -> None:
    first, second = await imports.upload(FILE.encode()), await imports.upload(FILE.encode())
    took = await asyncio.gather(*(run_next_import(imports.database, imports.clock) for _ in range(3)))
    assert sorted(took) == [False, True, True]
    done = [await imports.look(first.id), await imports.look(second.id)]
    assert [each.state for each in done] == [ImportState.FINISHED] * 2
    assert sum(each.created for each in done) == 2
    assert sum(each.unchanged for each in done) == 2
    assert not await run_next_import(imports.database, imports.clock)


async def test_the_worker_hears_of_an_upload_and_tells_its_progress(imports: Imports) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    listener = await imports.database.connection()
    await listener.add_listener("chappe_import", lambda *heard: told.put_nowait(str(heard[-1])))
    worker = asyncio.create_task(run_imports(imports.database, imports.clock))
    try:
        opened = await imports.upload(FILE.encode())
        states = []
        while "finished" not in states:
            workspace, name, state = (await asyncio.wait_for(told.get(), 10)).split(":")
            assert (workspace, name) == (str(imports.workspace_id), f"imp_{opened.id.hex}")
            states.append(state)
        assert states == ["queued", "running", "finished"]
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await listener.close()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nom,ville\nAnna,Lyon\n", "“nom”, “ville”"),
        (b"%PDF-1.7", "PDF"),
        (b"\n\n\n", "no rows"),
        (b"PK\x03\x04xxxx", "cannot be read"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why(imports: Imports, data: bytes, words: str) -> None:
    done = await imports.run(data)
    assert done.state is ImportState.FAILED
    assert done.error is not None
    assert words in done.error
    assert await imports.database.engine.fetchval("select count(*) from import_block") == 0


async def test_a_mapping_is_followed_and_its_errors_named(imports: Imports) -> None:
    done = await imports.run("A,B\nx,0612345678\n", mapping={"B": "phone", "A": "vip"})
    assert await imports.attributes() == {ANNA: {"vip": "x"}}
    assert done.mapping == {"B": "phone", "A": "vip"}
    failed = await imports.run("A,B\nx,0612345678\n", mapping={"C": "phone"})
    assert failed.state is ImportState.FAILED
    assert "“C”" in (failed.error or "")


async def test_the_country_is_the_workspaces_when_not_given(imports: Imports) -> None:
    await imports.database.engine.execute("update workspace set default_country = 'US'")
    done = await imports.run("phone\n(202) 555-0123\n", country=None)
    assert done.default_country == "US"
    assert list(await imports.attributes()) == [12025550123]


async def test_rejections_come_back_as_they_were(imports: Imports) -> None:
    done = await imports.run(
        'phone;note;zoé\n06 12;"=cmd|\' /C calc\'!A0";é\n+33612345678;@x;ok\n3.36E+10;"a;""b""\n'.encode()
        + b'c";-1\n'
    )
    assert counts(done) == {"rows_read": 3, "created": 1, "rejected": 2}
    async with imports.database.transaction(imports.workspace_id) as conn:
        text = await service.rejections_csv(conn, imports.workspace_id, done.id)
    assert text == (
        "phone,note,zoé,chappe_row,chappe_reason\r\n"
        "06 12,'=cmd|' /C calc'!A0,é,2,phone: “06 12” is too short for a number of FR\r\n"
        '3.36E+10,"a;""b""\nc",\'-1,4,phone: “3.36E+10” was rounded by a spreadsheet and its last digits are '
        "lost; format the column as text and export it again\r\n"
    )
    corrected = text.replace("06 12,", "'+33698765432,").replace("3.36E+10", "0612345678")
    again = await imports.run(corrected)
    assert counts(again) == {"rows_read": 2, "created": 1, "updated": 1}
    assert (await imports.attributes())[BORIS] == {"note": "=cmd|' /C calc'!A0", "zoe": "é"}
    assert (await imports.attributes())[ANNA] == {"note": 'a;"b"\nc', "zoe": "-1"}


async def test_odd_rows_do_not_stop_the_others(imports: Imports) -> None:
    """F18: mark, CRLF, NUL, ten megabytes in a cell, blank lines, formulas."""
    data = (
        "\ufeffphone,note\r\n0612345678,ok\r\n".encode()
        + b"0612345679,a\x00b\r\n\r\n0612345680,"
        + b"x" * 10_000_000
        + b"\r\n"
        + b"=1+1,formula\r\n0698765432,last\r\n"
    )
    done = await imports.run(data)
    assert counts(done) == {"rows_read": 5, "created": 2, "rejected": 3}
    rows = await imports.database.engine.fetch("select row_number, reason from import_rejection order by 1")
    assert [row["row_number"] for row in rows] == [3, 5, 6]
    assert "NUL" in rows[0]["reason"]


async def test_what_is_asked_is_checked_before_anything_is_stored(imports: Imports) -> None:
    data = FILE.encode()
    with pytest.raises(UnknownList):
        await imports.upload(data, list_id=uuid7())
    with pytest.raises(UnknownCountry, match="Frankreich"):
        await imports.upload(data, country="Frankreich")
    with pytest.raises(ConsentIncomplete, match="text is empty"):
        await imports.upload(data, proof=StatedConsent(basis="express", source="form", text=" "))
    with pytest.raises(EmptyFile):
        await imports.upload(b"")
    async with imports.database.transaction(imports.workspace_id) as conn:
        with pytest.raises(UnknownImport):
            await service.get_import(conn, imports.workspace_id, uuid7())
        with pytest.raises(UnknownImport):
            await service.get_import(conn, imports.workspace_id, None)
    assert await imports.database.engine.fetchval("select count(*) from import") == 0


async def test_imports_are_listed_the_newest_first(imports: Imports) -> None:
    made = [await imports.upload(FILE.encode()) for _ in range(3)]
    here = imports.workspace_id
    async with imports.database.transaction(here) as conn:
        page = await service.page_imports(conn, here, before=None, limit=2)
        rest = await service.page_imports(conn, here, before=page[-1].id, limit=2)
    assert [each.id for each in (*page, *rest)] == [each.id for each in reversed(made)]


async def test_a_local_file(imports: Imports, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(FILE, encoding="utf-8")
    data = b"".join([block async for block in file_blocks(file)])
    assert counts(await imports.run(data))["created"] == 2
