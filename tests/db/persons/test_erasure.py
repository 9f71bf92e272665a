"""A person who is erased is nowhere: every column of every table is accounted for."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chappe.accounts import audit
from chappe.consent import evidence
from chappe.consent import service as consent
from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, IncomingContact
from chappe.db import kept
from chappe.db.keys import InstanceKeys
from chappe.db.number_keys import NumberKeys
from chappe.kit.clock import FakeClock
from chappe.kit.ids import IdCipher
from chappe.messages.model import first_id_of_day
from chappe.persons import erasure, jobs
from chappe.persons.replay import replay

PHONE, OTHER = 33611223344, 33611223355
NAME, WORDS = "Zéphirine", "my secret words"
NOW = datetime.now(UTC)
IDS = IdCipher(bytes(16))
KEYS = NumberKeys([bytes(range(32))])
HERE = Path(__file__).parent
LISTED = tomllib.loads((HERE / "columns.toml").read_text(encoding="utf-8"))
SEEDS = (HERE / "one_person.sql").read_text(encoding="utf-8")
COLUMNS = """
    select c.table_name as t, c.column_name as n from information_schema.columns c
    join pg_class p on p.relname = c.table_name and p.relnamespace = 'public'::regnamespace
     and not p.relispartition and p.relkind in ('r', 'p')
    where c.table_schema = 'public' and c.column_name <> 'workspace_id'
     and c.udt_name in ('text', '_text', 'bytea', 'jsonb', 'json', 'int8', '_int8', 'bpchar')
"""


async def test_every_column_that_can_hold_a_person_is_accounted_for(database) -> None:
    found: dict[str, set[str]] = {}
    for row in await database.engine.fetch(COLUMNS):
        found.setdefault(row["t"], set()).add(row["n"])
    persons, nobody = LISTED["persons"], LISTED["nobody"]
    assert set(found) == set(persons) | set(nobody), "list the table in columns.toml"
    assert not set(persons) & set(nobody)
    for table, told in persons.items():
        if "gone" not in told:
            assert found[table] == {*told["emptied"], *told["plain"]}, table


class Seeded:
    """One person in every table that can hold one, and a second one who is to be left alone."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.here = world.workspace_id
        self.engine = world.database.engine

    async def everywhere(self) -> None:
        await self._contacts()
        await self._messages()
        await self._rest()

    async def _contacts(self) -> None:
        proof = StatedConsent(basis="express", source=f"from {NAME}", text="I agree")
        async with self.world.database.engine_transaction() as conn:
            told = [
                IncomingContact(phone=phone, zones="Europe/Paris", attributes={"first_name": name})
                for phone, name in ((PHONE, NAME), (OTHER, "Paul"))
            ]
            self.id, self.other = [each.id for each in await contacts.merge(conn, self.here, told)]
            listed = await contacts.list_named(conn, self.here, "VIP")
            await contacts.join_list(conn, self.here, listed.id, [self.id, self.other])
            wording = await consent.keep_wording(conn, self.here, proof.text)
            told_how = await evidence.keep(conn, self.here, evidence.Evidence(raw=WORDS))
            await consent.grant_marketing(conn, self.here, [self.id], proof, wording, evidence_id=told_how)
            await audit.record(
                conn,
                workspace_id=self.here,
                actor=audit.System("test"),
                action="contact.changed",
                target=IDS.encode(CONTACT_ID, self.id),
                after={"first_name": NAME},
            )

    async def _messages(self) -> None:
        self.first = first_id_of_day(NOW.date()) + 1
        for n, (phone, state) in enumerate(((PHONE, 4), (PHONE, None), (OTHER, None))):
            await self.engine.execute(
                "insert into message (id, workspace_id, phone, contact_id, purpose, parts, body, reference)"
                " values ($1, $2, $3, $4, 3, 1, $5, $5)",
                self.first + n,
                self.here,
                phone,
                self.id if phone == PHONE else self.other,
                WORDS if phone == PHONE else "Bonjour Paul",
            )
            if state:
                await self.engine.execute(
                    "insert into message_state (id, workspace_id, state, parts) values ($1, $2, $3, 1)",
                    self.first + n,
                    self.here,
                    state,
                )
            else:
                await self.engine.execute(
                    "insert into chunk (workspace_id, route_id, source, lane, lo, hi, due_at)"
                    " values ($1, $2, 'ACME', 3, $3, $4, now() + interval '1 day')",
                    self.here,
                    self.world.route_id,
                    self.first + n,
                    self.first + n + 1,
                )

    async def _rest(self) -> None:
        told = {"here": self.here, "contact": self.id, "other": self.other, "phone": PHONE, "name": NAME}
        told |= {"other_phone": OTHER, "words": WORDS, "ending": str(PHONE)[-8:]}
        await self.engine.execute(SEEDS.format(**told))

    async def begin(self, **options: Any) -> None:
        async with self.world.database.engine_transaction() as conn:
            who = await erasure.who_is(conn, self.here, contact_id=self.id, phone=None)
            await erasure.begin(conn, self.here, who, KEYS, IDS, NOW, **options)


@pytest.fixture
async def seeded(world) -> Seeded:
    one = Seeded(world)
    await one.everywhere()
    world.database.number_keys = KEYS
    return one


async def _rows(engine, table: str) -> list[str]:
    return [row[0] for row in await engine.fetch(f"select t::text from {table} as t")]


async def test_nothing_of_them_is_left(seeded) -> None:
    engine = seeded.engine
    tables = list(LISTED["persons"])
    before = {table: await _rows(engine, table) for table in tables}
    await seeded.begin()
    assert [table for table in tables if not before[table] and table != "erasure"] == [], "seed these"
    later = FakeClock(NOW + timedelta(minutes=3))
    assert await jobs.go_on_erasing(seeded.world.database, IDS, later) == 1
    traces = (str(PHONE), "11223344", "11 22 33 44", "11.22.33.44", NAME, "zephirine", WORDS)
    traces += (WORDS.encode().hex(), str(PHONE).encode().hex())
    for table in [*tables, *LISTED["nobody"]]:
        if table in ("kept_change", "suppression_unmatched"):
            continue  # for a second: columns.toml
        left = [row for row in await _rows(engine, table) if any(trace in row for trace in traces)]
        assert left == [], table
    # The other person is as before.
    assert await engine.fetchval("select attributes->>'first_name' from contact") == "Paul"
    assert await engine.fetchval("select body from message where phone = $1", OTHER) == "Bonjour Paul"


async def test_messages_count_and_what_waited_never_leaves(seeded) -> None:
    await seeded.begin()
    rows = await seeded.engine.fetch(
        "select m.id - $1 as n, m.phone, s.state, s.reason from message m"
        " left join message_state s on s.id = m.id order by m.id",
        seeded.first,
    )
    assert [tuple(row) for row in rows] == [(0, 0, 4, None), (1, 0, 9, "erased"), (2, OTHER, None, None)]
    assert await seeded.engine.fetchval("select count(*) from chunk") == 1
    assert await seeded.engine.fetchval("select phones from run_snapshot") == [0, OTHER]


async def test_what_a_sender_holds_goes_when_it_has_let_go(seeded) -> None:
    await seeded.engine.execute("update chunk set state = 1")
    await seeded.begin()
    held = "select phone from message where id = $1"
    assert await seeded.engine.fetchval(held, seeded.first + 1) == PHONE
    later = FakeClock(NOW + timedelta(minutes=3))
    assert await jobs.go_on_erasing(seeded.world.database, IDS, later) == 0
    await seeded.engine.execute(
        "insert into message_state (id, workspace_id, state) values ($1, $2, 10)",
        seeded.first + 1,
        seeded.here,
    )
    assert await jobs.go_on_erasing(seeded.world.database, IDS, later) == 1
    assert await seeded.engine.fetchval(held, seeded.first + 1) == 0
    assert await seeded.engine.fetchval("select phones from erasure") == []


async def test_they_come_back_suppressed_and_never_by_themselves(seeded) -> None:
    await seeded.begin()
    async with seeded.world.database.engine_transaction() as conn:
        again = await contacts.merge(conn, seeded.here, [IncomingContact(phone=PHONE, zones="")])
        await consent.recognise(conn, seeded.here, [PHONE], KEYS)
        assert PHONE in await consent.suppressed(conn, seeded.here, [PHONE])
        assert again[0].created
        assert await consent.marketing_states(conn, seeded.here, [again[0].id]) == {}


async def test_whom_they_were_merged_with_is_they(seeded) -> None:
    await seeded.engine.execute(
        "update contact set merged_into = $1, state = 3 where id = $2", seeded.id, seeded.other
    )
    await seeded.begin()
    assert await seeded.engine.fetchval("select count(*) from contact") == 0
    assert await seeded.engine.fetchval("select count(*) from message where phone <> 0") == 0


async def test_without_a_hash_nothing_is_kept_of_who_was_never_suppressed(seeded) -> None:
    await seeded.engine.execute("delete from suppression")
    await seeded.begin(keep_hash=False)
    assert await seeded.engine.fetchval("select count(*) from suppression") == 0


async def test_the_log_of_the_data_folder_forgets_the_number(seeded, tmp_path) -> None:
    log = kept.KeptLog(tmp_path)
    await kept.keep_committed(seeded.world.database, log)
    assert str(PHONE) in log.path.read_text()
    await seeded.begin()
    await kept.keep_committed(seeded.world.database, log)
    text = log.path.read_text()
    assert str(PHONE) not in text
    assert '"erased"' in text


async def test_a_restored_backup_does_not_bring_them_back(seeded, tmp_path) -> None:
    log = kept.KeptLog(tmp_path)
    await seeded.begin()
    await kept.keep_committed(seeded.world.database, log)
    # As a backup of before has it: the contact and a conversation are there again.
    await seeded.engine.execute(
        "insert into contact (id, workspace_id, phone, zones, attributes) overriding system value"
        " values ($1, $2, $3, '', $4)", seeded.id, seeded.here, PHONE, {"first_name": NAME},
    )  # fmt: skip
    await seeded.engine.execute(
        "insert into conversation (workspace_id, phone, last_at, last_text, last_mine)"
        " values ($1, $2, now(), $3, false)", seeded.here, PHONE, WORDS,
    )  # fmt: skip
    keys = InstanceKeys.derive(bytes(32))
    async with seeded.world.database.engine_transaction() as conn:
        assert await replay(conn, log.read(), keys, KEYS) >= 1
    assert await seeded.engine.fetchval("select count(*) from contact where phone = $1", PHONE) == 0
    assert await seeded.engine.fetchval("select count(*) from conversation") == 0
