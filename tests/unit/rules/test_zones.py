"""Every zone a number may be in."""

import time
from zoneinfo import available_timezones

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from chappe.rules.zones import zones_of


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        (33612345678, "Europe/Paris"),
        (262692123456, "Indian/Reunion"),
        (447400123456, "Europe/London"),
        (493012345678, "Europe/Berlin"),
        (12125550123, "America/New_York"),
        (12195550123, "America/Chicago America/New_York"),  # mostly Central, whatever the exchange says
        (12705550123, "America/Chicago America/New_York"),
        (13345550123, "America/Chicago America/New_York"),
        (19285550123, "America/Denver America/Phoenix"),  # the Navajo Nation changes its clocks
        (18765550123, "America/Jamaica"),
        (61261234567, "Australia/Sydney"),
        (5511987654321, "America/Sao_Paulo"),
        (5592987654321, "America/Manaus"),
        (34612345678, "Atlantic/Canary Europe/Madrid"),
        (870773111632, ""),
        (99912345678, ""),
    ],
)
def test_zones(number: int, zones: str) -> None:
    assert zones_of(number) == zones


def test_an_australian_mobile_can_be_anywhere() -> None:
    zones = zones_of(61412345678).split()
    assert {"Australia/Perth", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide"} <= set(zones)
    assert zones == sorted(zones)


def test_a_russian_mobile_may_be_in_kaliningrad_and_is_not_in_kazakhstan() -> None:
    zones = zones_of(79161234567).split()
    assert {"Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"} <= set(zones)
    assert "Asia/Almaty" not in zones
    assert zones_of(77011234567) == "Asia/Almaty"


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_mobiles_of_every_country_have_known_zones(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None:
        example = phonenumbers.example_number(country)
    assert example is not None
    number = int(f"{example.country_code}{phonenumbers.national_significant_number(example)}")
    zones = zones_of(number).split()
    assert zones
    assert set(zones) <= available_timezones()


def test_a_million_contacts_are_fast() -> None:
    numbers = [33612000000 + step * 7 for step in range(200_000)]
    started = time.process_time()
    assert set(map(zones_of, numbers)) == {"Europe/Paris"}
    assert time.process_time() - started < 1.0
