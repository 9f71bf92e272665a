"""Which jurisdictions and zones a number and what is known of its holder lead to."""

import pytest

from chappe.rules.places import places
from chappe.rules.service import book
from chappe.rules.states import state_of_area_code


@pytest.mark.parametrize(
    ("phone", "country", "jurisdictions"),
    [
        (33612345678, None, ("FR",)),
        (33612345678, "FR-57", ("FR", "FR-57")),
        (33612345678, "BE", ("FR", "BE")),
        (33612345678, "RE", ("FR", "FR-974")),
        (262692123456, None, ("FR", "FR-974")),
        (262639012345, None, ("FR", "FR-976")),
        (262639123456, None, ("FR", "FR-974", "FR-976")),  # a range that nobody has yet
        (594694123456, None, ("FR", "FR-973")),
        (596696123456, None, ("FR", "FR-972")),
        (590690123456, None, ("FR", "FR-971", "FR-BL", "FR-MF")),
        (687751234, None, ("FR", "FR-NC")),
        (13055551234, None, ("US", "US-FL")),
        (13055551234, "US-TX", ("US", "US-FL", "US-TX")),
        (13055551234, "US", ("US", "US-FL")),
        (12025551234, None, ("US", "US-DC")),
        (18005551234, None, ("US",)),
        (17875551234, None, ("US", "US-PR")),
        (14165551234, None, ("CA",)),
        (18765551234, None, ("JM",)),
        (447400123456, None, ("GB",)),
        (48512345678, None, ("PL",)),
        (881612345678, None, ()),
    ],
)
def test_the_jurisdictions(phone: int, country: str | None, jurisdictions: tuple[str, ...]) -> None:
    assert places(phone, "", country).jurisdictions == jurisdictions


def test_what_is_known_of_the_person_comes_before_what_the_number_tells() -> None:
    assert places(13055551234).zones == "America/New_York"
    assert places(13055551234, "America/Denver").zones == "America/Denver"
    assert places(13055551234, "UTC America/Denver").zones == "America/Denver UTC"


def test_equal_places_are_one_object() -> None:
    """The gate keeps its decisions by them."""
    assert places(33612345678, "Europe/Paris") is places(33799999999)
    assert book().places(33612345678) is places(33612345678)


def test_every_state_has_its_codes() -> None:
    found = {state_of_area_code(str(code)) for code in range(200, 1000)} - {None}
    assert len(found) == 51  # and the District of Columbia
    assert state_of_area_code("800") is None
    assert state_of_area_code("416") is None
