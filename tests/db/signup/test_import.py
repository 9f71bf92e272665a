"""Files become contacts, on the rows they leave."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from chappe.consent import service as consent
from chappe.consent.model import ConsentState, NewSuppression, StatedConsent, SuppressionScope
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicEntry
from chappe.contacts import service as contacts
from chappe.contacts.errors import UnknownList
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.kit.ids import uuid7
from chappe.signup import service
from chappe.signup.errors import ConsentIncomplete, EmptyFile, UnknownCountry, UnknownImport
from chappe.signup.files import file_blocks
from chappe.signup.jobs import run_imports, run_next_import
from chappe.signup.model import Import, ImportState, NewImport

ANNA, BORIS = 33612345678, 33698765432
PROOF = StatedConsent(basis="express", source="shop form", text="I agree to receive texts from ACME")
FILE = "Portable;Prénom;Ville\n0612345678;Anna;Lyon\n06 98 76 54 32;Boris;Nice\n"


class Imports:
    """A workspace with one list, and files imported into it."""

    def __init__(self, database: Database, clock: FakeClock, workspace_id: int, list_id: UUID) -> None:
        self.database = database
        self.clock = clock
        self.workspace_id = workspace_id
        self.list_id = list_id

    async def upload(
        self,
        data: bytes,
        *,
        proof: StatedConsent | None = PROOF,
        mapping: Mapping[str, str | None] | None = None,
        country: str | None = "FR",
        list_id: UUID | None = None,
    ) -> Import:
        new = NewImport(
            list_id=list_id or self.list_id,
            filename="clients.csv",
            default_country=country,
            consent=proof,
            mapping=None if mapping is None else dict(mapping),
        )
        # As the API does it: under row-level security.
        async with self.database.transaction(self.workspace_id) as conn:
            return await service.open_import(conn, self.workspace_id, new, blocks(data))

    async def run(self, text: str | bytes, **options: object) -> Import:
        data = text if isinstance(text, bytes) else text.encode()
        opened = await self.upload(data, **options)  # type: ignore[arg-type]  # the options of upload
        assert await run_next_import(self.database, self.clock)
        return await self.look(opened.id)

    async def look(self, import_id: UUID) -> Import:
        async with self.database.transaction(self.workspace_id) as conn:
            return await service.get_import(conn, self.workspace_id, import_id)

    async def attributes(self) -> dict[int, dict[str, str]]:
        rows = await self.database.engine.fetch("select phone, attributes from contact order by phone")
        return {row["phone"]: row["attributes"] for row in rows}

    async def consents(self) -> dict[int, str]:
        rows = await self.database.engine.fetch(
            "select phone, k.state from consent k join contact c on c.id = k.contact_id"
        )
        return {row["phone"]: row["state"] for row in rows}

    async def members(self) -> int:
        async with self.database.transaction(self.workspace_id) as conn:
            return await contacts.size_of_list(conn, self.workspace_id, self.list_id)


async def blocks(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@pytest.fixture
async def imports(database: Database, clock: FakeClock) -> Imports:
    here = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(here) as conn:
        made = await contacts.create_list(conn, here, "Clients")
    return Imports(database, clock, here, made.id)


def counts(done: Import) -> dict[str, int]:
    names = ("rows_read", "created", "updated", "unchanged", "duplicates", "rejected", "suppressed")
    return {name: getattr(done, name) for name in names if getattr(done, name)}


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


async def test_the_ledger_keeps_the_file_the_row_and_the_number(imports: Imports) -> None:
    """Of new contacts and of those who were there: Boris comes again, on the third row, and agrees."""
    await imports.run("Portable\n0698765432\n", proof=None)
    await imports.run("Portable\n0612345678\n0698765432\n")
    rows = await imports.database.engine.fetch(
        "select e.phone, e.row_number, v.data, v.shared from consent_event as e "
        "join consent_evidence as v on v.id = e.evidence_id order by e.row_number"
    )
    data = '{"channel":"import","file":"clients.csv"}'
    assert [tuple(row) for row in rows] == [(ANNA, 2, data, True), (BORIS, 3, data, True)]


async def test_without_stated_consent_nobody_gets_marketing(imports: Imports) -> None:
    await imports.run(FILE, proof=None)
    assert await imports.consents() == {}
    await imports.run(FILE)
    assert await imports.consents() == {ANNA: "granted", BORIS: "granted"}


async def test_the_suppressed_stay_suppressed_and_are_counted(imports: Imports) -> None:
    here = imports.workspace_id
    async with imports.database.transaction(here) as conn:
        stopped = NewSuppression(
            phone=ANNA, scope=SuppressionScope.MARKETING, reason="stop", source="inbound"
        )
        await consent.suppress(conn, here, [stopped])
    done = await imports.run(FILE + "0612345678;;\n")
    assert counts(done) == {"rows_read": 3, "created": 2, "duplicates": 1, "suppressed": 1}
    assert await imports.consents() == {BORIS: "granted"}
    async with imports.database.transaction(here) as conn:
        assert await consent.suppressed(conn, here, [ANNA]) == {ANNA: SuppressionScope.MARKETING}


async def test_who_was_erased_is_known_again_in_the_very_batch(imports: Imports) -> None:
    here, keys = imports.workspace_id, imports.database.number_keys
    async with imports.database.transaction(here) as conn:
        await consent.forget_numbers(conn, here, [ANNA], keys)
    done = await imports.run(FILE)
    assert counts(done) == {"rows_read": 2, "created": 2, "suppressed": 1}
    assert await imports.consents() == {BORIS: "granted"}
    assert await imports.database.engine.fetchval("select count(*) from suppression_unmatched") == 0


async def test_stop_then_start_then_import_keeps_the_persons_word(imports: Imports) -> None:
    await imports.run(FILE)
    here, at = imports.workspace_id, imports.clock.now()
    async with imports.database.engine_transaction() as conn:
        await consent.handle_inbound_text(conn, here, ANNA, "36105", "STOP", at=at)
    await imports.run(FILE)
    async with imports.database.engine_transaction() as conn:
        known = await contacts.ids_by_phone(conn, here, [ANNA])
        assert await consent.marketing_states(conn, here, [known[ANNA]]) == {
            known[ANNA]: ConsentState.WITHDRAWN
        }


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


async def test_consent_to_the_topics_that_people_agreed_to(imports: Imports) -> None:
    here, engine = imports.workspace_id, imports.database.engine
    async with imports.database.transaction(here) as conn:
        offers = await topics.default_topic(conn, here)
        news = await topics.create(conn, here, TopicEntry(name="News"))
        left = await topics.create(conn, here, TopicEntry(name="Left"))
    proof = msgspec.structs.replace(PROOF, topics=(news.id,))

    async def held() -> dict[tuple[int, str], str]:
        rows = await engine.fetch(
            "select phone, purpose, k.state from consent k join contact c on c.id = k.contact_id"
        )
        return {(row["phone"], row["purpose"]): row["state"] for row in rows}

    await imports.run(FILE, proof=proof)
    assert await held() == {(ANNA, news.word): "granted", (BORIS, news.word): "granted"}
    await engine.execute("update consent set state = 'withdrawn' where purpose = $1", news.word)
    both = msgspec.structs.replace(PROOF, topics=(offers.id, news.id, left.id))
    await imports.upload(FILE.encode(), proof=both)
    async with imports.database.transaction(here) as conn:
        await topics.archive(conn, here, left.id)
    assert await run_next_import(imports.database, imports.clock)
    assert await held() == {
        (phone, word): state
        for phone in (ANNA, BORIS)
        for word, state in ((news.word, "withdrawn"), (offers.word, "granted"), (left.word, "granted"))
    }
    events = await engine.fetch("select purpose, row_number, phone from consent_event order by 1, 2")
    assert [tuple(each) for each in events][:2] == [("marketing", 2, ANNA), ("marketing", 3, BORIS)]
    assert len(events) == 6
