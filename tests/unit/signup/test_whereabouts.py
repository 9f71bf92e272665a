"""A zone by its name, and by an address."""

import pytest

from chappe.contacts.model import ZoneOrigin
from chappe.rules.addresses import zones_of_address
from chappe.rules.declared import UnknownZone, declared_zone, named_zone, zone_names
from chappe.signup.whereabouts import whereabouts

PARIS_MOBILE, US_TOLL = 33612345678, 18005550123


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Londres", "Europe/London"),
        ("Réunion", "Indian/Reunion"),
        ("New York", "America/New_York"),
        ("Sydney", "Australia/Sydney"),
        ("North", None),
        ("EST", None),
        ("UTC", None),
        ("", None),
    ],
)
def test_names(text: str, zone: str | None) -> None:
    assert named_zone(text) == zone


def test_an_unknown_zone_names_the_nearest() -> None:
    with pytest.raises(UnknownZone) as refused:
        declared_zone("Europe/Pari")
    assert refused.value.params["nearest"] == "Europe/Paris"
    assert all(named_zone(name) for name in zone_names())


@pytest.mark.parametrize(
    ("country", "postcode", "zones"),
    [
        ("FR", "75001", "Europe/Paris"),
        ("FR", "97400", "Indian/Reunion"),
        ("FR", "2A004", ""),
        ("RE", "", "Indian/Reunion"),
        ("DE", "whatever", "Europe/Berlin"),
        ("US", "10001", "America/New_York"),
        ("US", "10001-1234", "America/New_York"),
        ("US", "37201", "America/Chicago America/New_York"),
        ("US", "09012", ""),
        ("US", "", ""),
        ("CA", "h2x 1y4", "America/Toronto"),
        ("CA", "G4T 1A1", "America/Halifax"),
        ("AU", "6000", "Australia/Perth"),
        ("ES", "38001", "Atlantic/Canary"),
        ("PT", "9500-321", "Atlantic/Azores"),
        ("RU", "101000", ""),
        (None, "75001", ""),
    ],
)
def test_addresses(country: str | None, postcode: str, zones: str) -> None:
    assert zones_of_address(country, postcode) == zones


def test_the_best_known_holds() -> None:
    assert whereabouts(PARIS_MOBILE, "Asia/Tokyo", "RE", "") == ("Asia/Tokyo", ZoneOrigin.DECLARED)
    assert whereabouts(PARIS_MOBILE, None, "RE", "") == ("Indian/Reunion", ZoneOrigin.ADDRESS)
    assert whereabouts(PARIS_MOBILE, None, "FR", "75001") == ("Europe/Paris", ZoneOrigin.PREFIX)
    zones, origin = whereabouts(US_TOLL, None, None, "85001")
    assert (zones, origin) == ("America/Phoenix", ZoneOrigin.ADDRESS)
