"""Places of faults, and keys of requests."""

import pytest

from chappe.api.caller import MissingKey, bearer_token
from chappe.api.idempotency import BadIdempotencyKey, fingerprint, read_key
from chappe.api.problems import pointer


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("to", "#/to"),
        ("settings.port", "#/settings/port"),
        ("messages[3].to", "#/messages/3/to"),
        ("[3].to", "#/3/to"),
        ("all[].port", "#/all//port"),
    ],
)
def test_a_place_as_a_pointer(field: str, expected: str) -> None:
    assert pointer(field) == expected


@pytest.mark.parametrize(
    ("header", "key"), [('"a-1"', "a-1"), ("a-1", "a-1"), (" x ", "x"), ("a" * 255, "a" * 255)]
)
def test_a_key_quoted_or_bare(header: str, key: str) -> None:
    assert read_key(header) == key


@pytest.mark.parametrize("header", ["", '""', "a b", "é", "a" * 256, '"a', 'a"b'])
def test_what_is_no_key(header: str) -> None:
    with pytest.raises(BadIdempotencyKey, match="1 to 255 printable"):
        read_key(header)


def test_another_address_is_another_request() -> None:
    assert fingerprint("POST", "/v1/a", b"{}") != fingerprint("POST", "/v1/b", b"{}")
    assert fingerprint("POST", "/v1/a", b"{}") != fingerprint("POST", "/v1/a", b"{} ")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "chp_live_x"])
def test_a_header_without_a_token(header: str | None) -> None:
    with pytest.raises(MissingKey, match="Bearer"):
        bearer_token(header)


def test_the_scheme_is_read_in_any_case() -> None:
    assert bearer_token("bearer abc") == "abc"
