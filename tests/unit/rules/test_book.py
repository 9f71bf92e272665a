"""The rulebook against a plain reading of its packs, and what it gathers for a place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.rules.calendars import is_holiday
from chappe.rules.pack import Confidence, Profile
from chappe.rules.service import Places, book
from chappe.rules.values import Basis, Content, Holidays, Hours, Scope, SenderForm

PHONES = [33612345678, 262692123456, 13055551234, 18505551234, 14015551234, 27821234567, 61412345678]
TODAY = date(2026, 11, 23)
CAREFUL, LEAST = Profile.CONSERVATIVE, Profile.LEGAL_MINIMUM


def allowed(where: Places, at: datetime, profile: Profile) -> bool:
    """The rules as a person reads them off the clocks on the walls."""
    for zone in where.zones.split():
        local = at.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        for jurisdiction in where.jurisdictions:
            for rule in book().in_force(jurisdiction, local.date()):
                value = book().value(rule, profile)
                if isinstance(value, Hours) and not any(
                    opens <= minute < closes for opens, closes in value.on(local.weekday())
                ):
                    return False
                if isinstance(value, Holidays) and any(
                    is_holiday(name, local.date()) for name in value.calendars
                ):
                    return False
    return True


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PHONES), st.integers(0, 2 * 365 * 24 * 60), st.sampled_from(Profile))
def test_the_next_opening_is_the_first_allowed_minute(phone: int, minute: int, profile: Profile) -> None:
    where = book().places(phone)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = book().hours(where, now, profile)
    assert found.open == allowed(where, now, profile)
    if found.opens_at is None or found.closes_at is None:
        assert found.open  # nobody closes there
        return
    assert now < found.closes_at
    assert allowed(where, found.opens_at, profile)
    assert not allowed(where, found.opens_at - timedelta(minutes=1), profile)
    assert allowed(where, found.closes_at - timedelta(minutes=1), profile)
    assert not allowed(where, found.closes_at, profile)
    step = now
    while step < found.opens_at:
        assert not allowed(where, step, profile)
        step += timedelta(minutes=30)


@pytest.mark.parametrize("zones", ["Europe/Paris Pacific/Auckland", "Mars/Olympus", "UTC ../etc/passwd"])
def test_zones_without_a_common_hour_never_open(zones: str) -> None:
    found = book().hours(book().places(33612345678, zones), datetime(2026, 3, 10, 12, tzinfo=UTC), CAREFUL)
    assert found.never
    assert not found.open


def test_who_may_be_nowhere_is_never_written_to() -> None:
    nowhere = book().places(881612345678)
    for profile in Profile:
        assert book().hours(nowhere, datetime(2026, 3, 10, 12, tzinfo=UTC), profile).never


def test_where_no_law_closes_it_is_open_without_end() -> None:
    found = book().hours(book().places(447400123456), datetime(2026, 3, 8, 3, tzinfo=UTC), LEAST)
    assert (found.open, found.opens_at, found.closes_at, found.never) == (True, None, None, False)


def test_the_caps_of_every_jurisdiction_hold() -> None:
    florida = book().places(13055551234)
    least = book().caps(florida, TODAY, LEAST)
    assert [(cap.n, cap.window, cap.scope, cap.rule) for cap in least] == [
        (3, timedelta(hours=24), Scope.SUBJECT, "us-fl.frequency")
    ]
    assert {cap.scope for cap in book().caps(florida, TODAY, CAREFUL)} == {Scope.WORKSPACE}
    assert book().caps(book().places(33612345678), TODAY, CAREFUL) == ()


def test_the_strictest_demand_of_each_kind_counts() -> None:
    both = book().requirements(book().places(33612345678, "", "US"), TODAY, CAREFUL)
    assert both.consent is not None
    assert both.consent.bases == {Basis.WRITTEN}
    assert both.consent.rules == ("fr.consent", "us.consent")
    assert {demand.must for demand in both.contents} == {Content.BRAND, Content.OPT_OUT}
    assert both.senders is not None
    assert both.senders.forms == {SenderForm.SHORT_CODE}
    assert both.opt_out is not None
    assert (both.opt_out.days, both.opt_out.keep_years) == (None, 3)
    assert {"stop", "arret", "revoke"} <= both.opt_out.words
    italy = book().requirements(book().places(393331234567), TODAY, LEAST).consent
    assert italy is not None
    assert Basis.SOFT_OPT_IN not in italy.bases


def test_what_nobody_read_is_named() -> None:
    assert book().unverified(book().places(33612345678), TODAY) == ()
    assert book().unverified(book().places(48512345678), TODAY) == ("default.hours",)
    texas = book().places(12145551234)
    assert "us-tx.hours" in book().unverified(texas, TODAY)
    assert "us.revoke_all" not in book().unverified(texas, date(2027, 1, 30))
    assert "us.revoke_all" in book().unverified(texas, date(2027, 1, 31))
    assert all(
        rule.confidence is Confidence.UNVERIFIED
        for rule in book().in_force("US", TODAY)
        if rule.id in book().unverified(texas, TODAY)
    )
