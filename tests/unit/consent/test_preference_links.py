"""Signed links of the preference page."""

from datetime import UTC, datetime, timedelta

from chappe.consent.preference_links import LASTS, PreferenceLinks
from chappe.db.keys import InstanceKeys

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BASE = "https://sms.example.com"
LINKS = PreferenceLinks(InstanceKeys.derive(b"chappe test secret key, 32 bytes"), BASE)


def token(workspace_id: int, contact_id: int, lasts: timedelta = LASTS) -> str:
    return LINKS.address(workspace_id, contact_id, NOW, lasts).removeprefix(f"{BASE}/p/")


def test_a_link_names_one_contact_for_a_year() -> None:
    for whom in ((1, 1), (7, 2**40), (2**62, 2**62), (255, 256)):
        link = token(*whom)
        assert LINKS.read(link, NOW) == whom
        assert LINKS.read(link, NOW + LASTS) == whom
        assert LINKS.read(link, NOW + LASTS + timedelta(days=1)) is None
    day = token(7, 41, timedelta(days=1))
    assert LINKS.read(day, NOW + timedelta(days=1)) == (7, 41)
    assert LINKS.read(day, NOW + timedelta(days=2)) is None


def test_links_of_many_are_those_of_each_and_short() -> None:
    contacts = [1, 255, 256, 65_535, 65_536, 10_000_000, 2**33]
    assert LINKS.addressing(12, NOW)(contacts) == [LINKS.address(12, each, NOW) for each in contacts]
    assert len(token(12, 10_000_000)) == 24


def test_whoever_changes_a_character_holds_nothing() -> None:
    link = token(7, 41)
    for at in range(len(link)):
        for other in "AZ09_-":
            changed = link[:at] + other + link[at + 1 :]
            assert changed == link or LINKS.read(changed, NOW) is None
    for wrong in ("", "é", "A" * 500, link + "AAAA", link[:-8], link + "=", link + "\n", " " + link):
        assert LINKS.read(wrong, NOW) is None
    theirs = PreferenceLinks(InstanceKeys.derive(b"another test secret, of 32 bytes"), BASE)
    assert theirs.read(link, NOW) is None
