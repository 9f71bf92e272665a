"""Cursors and pages."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.api.paging import BadCursor, decode_cursor, encode_cursor, page_of

KEY = UUID("01a203de-4026-7347-b2eb-87e6a0558f69")


def test_the_first_page_has_no_cursor() -> None:
    assert decode_cursor(None, UUID) is None


@given(st.uuids())
def test_a_cursor_gives_back_its_key(key: UUID) -> None:
    assert decode_cursor(encode_cursor(key), UUID) == key


@given(st.integers(min_value=0, max_value=(1 << 63) - 1))
def test_a_cursor_gives_back_its_number(key: int) -> None:
    assert decode_cursor(encode_cursor(key), int) == key


@pytest.mark.parametrize(
    "cursor",
    ["", "0", "é", "=", "AAAA", encode_cursor(KEY) + "=", encode_cursor("-1"), encode_cursor(1 << 63)],
)
def test_what_is_no_cursor_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor, match="next_cursor"):
        decode_cursor(cursor, int)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(12), UUID)


def test_a_full_page_that_is_the_last_has_no_next() -> None:
    page = page_of([1, 2, 3], 3, key=lambda row: row, view=str)
    assert page.data == ["1", "2", "3"]
    assert page.next_cursor is None


def test_a_row_too_many_means_another_page() -> None:
    page = page_of([1, 2, 3], 2, key=lambda row: row, view=str)
    assert page.data == ["1", "2"]
    assert decode_cursor(page.next_cursor, int) == 2


def test_an_empty_page() -> None:
    assert page_of([], 2, key=lambda row: row, view=str).next_cursor is None
