"""What a workspace decides about the rules, kept, and what it changes in the answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chappe.db.pool import Connection, Database
from chappe.rules import service
from chappe.rules.errors import BelowTheMinimum, NothingToAcknowledge, NotReplaceable, UnknownRule
from chappe.rules.service import Profile
from chappe.rules.values import Frequency, Hours, Span

TODAY = date(2026, 11, 23)
POLAND = service.book().places(48512345678)
PARIS = service.book().places(33612345678)
FLORIDA = service.book().places(13055551234)


@pytest.fixture
async def workspace(database: Database) -> int:
    made: int = await database.engine.fetchval("insert into workspace (name) values ('w') returning id")
    return made


async def _now(conn: Connection, workspace: int) -> service.Rules:
    return await service.rules_of(conn, workspace)


async def test_nothing_decided_is_the_careful_reading(database: Database, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        rules = await _now(conn, workspace)
        assert rules.profile is Profile.CONSERVATIVE
        assert rules.book is service.book()
        assert await service.choose_profile(conn, workspace, Profile.LEGAL_MINIMUM)
        assert not await service.choose_profile(conn, workspace, Profile.LEGAL_MINIMUM)
        assert (await _now(conn, workspace)).profile is Profile.LEGAL_MINIMUM


async def test_an_unread_rule_blocks_until_the_workspace_takes_it(database: Database, workspace: int) -> None:
    hours = service.rule("default", "default.hours")
    async with database.transaction(workspace) as conn:
        assert (await _now(conn, workspace)).book.unverified(POLAND, TODAY) == ("default.hours",)
        assert await service.acknowledge(conn, workspace, hours)
        assert not await service.acknowledge(conn, workspace, hours)
        assert (await _now(conn, workspace)).book.unverified(POLAND, TODAY) == ()
        assert ("default.hours", hours.fingerprint()) in await service.acknowledgements(conn, workspace)
        with pytest.raises(NothingToAcknowledge):
            await service.acknowledge(conn, workspace, service.rule("fr", "fr.hours"))
        with pytest.raises(UnknownRule):
            service.rule("default", "default.hours", "another wording")


async def test_a_replacement_is_never_below_the_minimum(database: Database, workspace: int) -> None:
    rule = service.rule("FR", "fr.hours")
    evening = Hours((Span(days="mon-fri", opens="10:00", closes="21:30"),))
    async with database.transaction(workspace) as conn:
        for late in ("22:01", "24:00"):
            with pytest.raises(BelowTheMinimum):
                too_late = Hours((Span(days="mon-sat", opens="08:00", closes=late),))
                await service.override(conn, workspace, rule, too_late, "Soldes")
        with pytest.raises(BelowTheMinimum):
            sunday = Hours((Span(days="mon-sun", opens="10:00", closes="12:00"),))
            await service.override(conn, workspace, rule, sunday, "Soldes")
        await service.override(conn, workspace, rule, evening, "Nos clients lisent le soir")
        rules = await _now(conn, workspace)
        at = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)  # 21:15 in Paris
        assert not service.book().hours(PARIS, at, Profile.CONSERVATIVE).open
        for profile in Profile:
            assert rules.book.hours(PARIS, at, profile).open
            assert not rules.book.hours(PARIS, at + timedelta(minutes=15), profile).open
        assert [one.reason for one in await service.overrides(conn, workspace)] == [
            "Nos clients lisent le soir"
        ]
        assert await service.restore(conn, workspace, rule)
        assert not await service.restore(conn, workspace, rule)
        assert not (await _now(conn, workspace)).book.hours(PARIS, at, Profile.CONSERVATIVE).open


async def test_caps_can_be_tightened_and_consent_cannot_be_replaced(
    database: Database, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        cap = service.rule("US-FL", "us-fl.frequency")
        with pytest.raises(BelowTheMinimum):
            await service.override(conn, workspace, cap, Frequency(n=4, hours=24), "x")
        await service.override(conn, workspace, cap, Frequency(n=1, hours=24), "Peu et bien")
        book = (await _now(conn, workspace)).book
        assert [found.n for found in book.caps(FLORIDA, TODAY, Profile.LEGAL_MINIMUM)] == [1]
        consent = service.rule("FR", "fr.consent")
        assert consent.legal_minimum is not None
        with pytest.raises(NotReplaceable):
            await service.override(conn, workspace, consent, consent.legal_minimum, "x")


async def test_another_workspace_decides_for_itself(database: Database, workspace: int) -> None:
    other = await database.engine.fetchval("insert into workspace (name) values ('o') returning id")
    async with database.transaction(other) as conn:
        await service.choose_profile(conn, other, Profile.LEGAL_MINIMUM)
    async with database.transaction(workspace) as conn:
        assert (await _now(conn, other)).profile is Profile.CONSERVATIVE  # not seen from here
        assert (await _now(conn, workspace)).profile is Profile.CONSERVATIVE
