"""Signed links of the preference page."""

from datetime import UTC, datetime, timedelta

from chappe.db.keys import InstanceKeys
from chappe.signup.preferences.links import LASTS, Links

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LINKS = Links(InstanceKeys.derive(b"chappe test secret key, 32 bytes"))


def test_a_link_names_one_contact_for_a_year() -> None:
    token = LINKS.token(7, 2**40, NOW)
    assert LINKS.read(token, NOW) == (7, 2**40)
    assert LINKS.read(token, NOW + LASTS) == (7, 2**40)
    assert LINKS.read(token, NOW + LASTS + timedelta(days=1)) is None


def test_whoever_changes_a_character_holds_nothing() -> None:
    token = LINKS.token(7, 41, NOW)
    for at in range(len(token) - 1):
        for other in "AZ09_":
            changed = token[:at] + other + token[at + 1 :]
            assert changed == token or LINKS.read(changed, NOW) is None
    for wrong in ("", "é", "A" * 500, token + "AAAA", token[:-8]):
        assert LINKS.read(wrong, NOW) is None
    theirs = Links(InstanceKeys.derive(b"another test secret, of 32 bytes"))
    assert theirs.read(token, NOW) is None
