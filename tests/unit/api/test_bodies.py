"""Bodies are read strictly, and each error names its place."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest

from chappe.api.bodies import Input, InvalidBody, Name, NotJson, NulInBody, decode_body


class Inner(Input, frozen=True, kw_only=True):
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    host: str = "localhost"


class Outer(Input, frozen=True, kw_only=True):
    name: str
    settings: Inner | None = None
    all: list[Inner] = msgspec.field(default_factory=list)


def test_a_body_of_the_right_shape() -> None:
    assert decode_body(b'{"name": "a", "settings": {"port": 2775}}', Outer) == Outer(
        name="a", settings=Inner(port=2775)
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": 1}', "name"),
        (b'{"name": "a", "settings": {"port": "2775"}}', "settings.port"),
        (b'{"name": "a", "settings": {"port": 0}}', "settings.port"),
        (b'{"name": "a", "settings": {"port": 2.5}}', "settings.port"),
        (b'{"name": "a", "all": [{"port": 1}, {"port": 70000}]}', "all[1].port"),
        (b'{"name": "a", "nmae": "b"}', None),
        (b"{}", None),
        (b"[]", None),
    ],
)
def test_the_place_of_a_fault_is_named(body: bytes, field: str | None) -> None:
    with pytest.raises(InvalidBody, match=r"Correct it; the reference") as caught:
        decode_body(body, Outer)
    assert caught.value.field == field


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert decode_body(b'{"name": "a", "settings": {"port": 2775.0}}', Outer).settings == Inner(port=2775)


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b'{"name": "\xff"}', b"NaN"])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(NotJson, match="Send one JSON value in UTF-8"):
        decode_body(body, Outer)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (rb'{"name": "a\u0000"}', "name"),
        (rb'{"name": "a", "settings": {"port": 1, "host": "\u0000"}}', "settings.host"),
        (rb'{"name": "a", "all": [{"port": 1, "host": "\u0000"}]}', "all[0].host"),
    ],
)
def test_nul_is_refused_with_its_place(body: bytes, field: str) -> None:
    with pytest.raises(NulInBody, match="Remove it") as caught:
        decode_body(body, Outer)
    assert caught.value.field == field


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert decode_body(rb'{"name": "\\u0000"}', Outer).name == r"\u0000"


def test_a_body_nested_without_end_is_refused() -> None:
    with pytest.raises(NotJson):
        decode_body(b"[" * 100_000, Any)


class Kind(StrEnum):
    SLOW = "slow"
    FAST = "fast"


class Line(Input, frozen=True, kw_only=True):
    title: Name
    kinds: list[Kind] = msgspec.field(default_factory=list)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"title": "a", "kinds": ["slow", "quick"]}',
            "At kinds[1]: Invalid enum value 'quick': choose one of",
        ),
        (b'{"title": "a", "kinds": ["quick"]}', "choose one of slow, fast."),
        (b'{"title": "  "}', "At title: The text is blank."),
    ],
)
def test_what_can_be_chosen_is_said(body: bytes, said: str) -> None:
    with pytest.raises(InvalidBody) as caught:
        decode_body(body, Line | list[Line])
    assert said in caught.value.detail
