"""Where a link may lead, and what is added to its address."""

import pytest

from chappe.tracking.destinations import Fault, check, fault_of, with_utm, written_faults
from chappe.tracking.model import BadDestination

BASE = "https://sms.example.org"
OWN = frozenset({"go.shop.example.com"})


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://shop.example.com/spring?a=1#top", None),
        ("https://xn--bcher-kva.example.com/", None),
        ("https://shop.example.com:8443/", None),
        ("http://shop.example.com/", Fault.NOT_HTTPS),
        ("javascript:alert(1)", Fault.NOT_AN_ADDRESS),
        ("data:text/html,hi", Fault.NOT_AN_ADDRESS),
        ("ftp://shop.example.com", Fault.NOT_AN_ADDRESS),
        ("shop.example.com", Fault.NOT_AN_ADDRESS),
        ("https://", Fault.NOT_AN_ADDRESS),
        ("https://shop.example.com\\@evil.example.net/", Fault.NOT_AN_ADDRESS),
        ("https://shop.example.com/\nSet-Cookie: a=b", Fault.NOT_AN_ADDRESS),
        ("https://shop.example.com:port/", Fault.NOT_AN_ADDRESS),
        ("https://user:pass@shop.example.com/", Fault.HAS_PASSWORD),
        ("https://shop.example.com@evil.example.net/", Fault.HAS_PASSWORD),
        ("https://127.0.0.1/", Fault.NO_NAME),
        ("https://2130706433/", Fault.NO_NAME),
        ("https://0x7f.1/", Fault.NO_NAME),
        ("https://[::1]/", Fault.NO_NAME),
        ("https://localhost/", Fault.PRIVATE),
        ("https://intranet/", Fault.PRIVATE),
        ("https://printer.local/", Fault.PRIVATE),
        ("https://bit.ly/3abc", Fault.SHORTENER),
        ("https://www.tinyurl.com/x", Fault.SHORTENER),
        ("https://GO.shop.example.com/AbCdEfG", Fault.LOOP),
        ("https://shop.example.com/" + "a" * 2_000, Fault.TOO_LONG),
    ],
)
def test_where_a_link_may_lead(url: str, fault: Fault | None) -> None:
    assert fault_of(url, OWN) is fault


def test_a_short_link_of_this_installation_goes_round_in_circles() -> None:
    page, link = f"{BASE}/f/frm_1", f"{BASE}/l/AbCdEfG"
    assert written_faults([page, link, "https://a.example.com/"], BASE, OWN) == {link: Fault.LOOP}


def test_a_wrong_destination_is_refused_in_words() -> None:
    with pytest.raises(BadDestination) as said:
        check("http://shop.example.com", BASE, field="url")
    assert "https://" in said.value.detail
    assert check("  https://shop.example.com ", BASE) == "https://shop.example.com"


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("https://a.example/", "https://a.example/?utm_source=sms&utm_campaign=spring"),
        ("https://a.example/?b=1", "https://a.example/?b=1&utm_source=sms&utm_campaign=spring"),
        ("https://a.example/#top", "https://a.example/?utm_source=sms&utm_campaign=spring#top"),
        ("https://a.example/?utm_source=mail", "https://a.example/?utm_source=mail&utm_campaign=spring"),
        ("https://a.example/?UTM_Source=x&utm_campaign=y", "https://a.example/?UTM_Source=x&utm_campaign=y"),
    ],
)
def test_parameters_are_added_where_they_are_not(url: str, becomes: str) -> None:
    assert with_utm(url, {"source": "sms", "campaign": "spring", "term": ""}) == becomes
