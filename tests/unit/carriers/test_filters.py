"""What a carrier of a route takes: how destinations are written, and which branch a number goes by."""

from uuid import UUID

import pytest

from chappe.carriers.errors import BadDestination
from chappe.carriers.filters import EVERYTHING, Branch, Filter, branches, filter_of, prefix_of, spelled
from chappe.carriers.model import BranchNumbers
from chappe.carriers.prices import PriceTable

ROUTE, HOME, MOBILE, REST = (UUID(int=n) for n in range(1, 5))


@pytest.mark.parametrize(
    ("text", "prefix", "shown"),
    [
        ("FR", "33", "FR"),
        (" be ", "32", "BE"),
        ("+33 6", "336", "+336"),
        ("0044 79", "4479", "+4479"),
        ("US", "1", "US"),
        ("1416", "1416", "+1416"),
        ("870", "870", "+870"),
    ],
)
def test_destinations_are_prefixes(text: str, prefix: str, shown: str) -> None:
    assert prefix_of(text) == prefix
    assert spelled(prefix) == shown
    assert prefix_of(shown) == prefix


@pytest.mark.parametrize(
    ("text", "shared"),
    [("CA", True), ("KZ", True), ("ZZ", False), ("France", False), ("+", False), ("12345678", False)],
)
def test_what_is_no_destination_is_refused_with_what_to_write(text: str, shared: bool) -> None:
    with pytest.raises(BadDestination, match="such as") as caught:
        prefix_of(text, "countries")
    assert caught.value.field == "countries"
    assert caught.value.params["shared"] is shared


def test_too_many_destinations_are_refused() -> None:
    assert len(filter_of([str(n) for n in range(201, 231)], []).prefixes) == 30
    with pytest.raises(BadDestination, match="at most 30"):
        filter_of([str(n) for n in range(201, 232)], [])


def test_the_answer_to_a_stop_passes_every_filter_of_purposes() -> None:
    only = filter_of(["FR", "+33", ""], ["marketing", "nonsense"])
    assert only == Filter(("33",), ("marketing",))
    assert only.takes("marketing", "33612345678")
    assert only.takes("service", "33612345678")
    assert not only.takes("otp", "33612345678")
    assert not only.takes("marketing", "32470123456")


def test_a_route_that_takes_everything_has_no_branches() -> None:
    assert branches([EVERYTHING, EVERYTHING]) == []
    made = branches([Filter(("33", "336")), EVERYTHING])
    assert len(made) == len(set(made)) == 5 * 3
    assert ("service", "") in made


def test_a_number_goes_by_the_longest_prefix_that_is_named() -> None:
    table = PriceTable(
        {},
        {ROUTE: (1, 2)},
        [
            BranchNumbers(HOME, ROUTE, "otp", "33", (1, 2)),
            BranchNumbers(MOBILE, ROUTE, "otp", "336", (2,)),
            BranchNumbers(REST, ROUTE, "otp", "", ()),
        ],
    )
    found = table.branches(ROUTE, "otp", [33100000000, 33612345678, 32470123456])
    assert found == [Branch(HOME, False), Branch(MOBILE, False), None]
    assert table.branches(ROUTE, "marketing", [33100000000]) == [None]
    assert table.branches(UUID(int=9), "otp", [33100000000]) is None
