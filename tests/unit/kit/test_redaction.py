import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.kit.redaction import mask_numbers, mask_phone


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+33612345678", "+••••••••678"),
        ("to 06 12 34 56 78 now", "to •• •• •• •6 78 now"),
        ("(020) 7946-0018", "(•••) ••••-•018"),
        ("0033 6.12.34.56.78,", "•••• •.••.••.•6.78,"),
        ("33612345678: refused", "••••••••678: refused"),
        ('{"phone":33612345678}', '{"phone":••••••••678}'),
        ("to:33612345678 sms-33612345678", "to:••••••••678 sms-••••••••678"),
        ("06\u202f12\u202f34\u202f56\u202f78", "••\u202f••\u202f••\u202f•6\u202f78"),
    ],
)
def test_numbers_are_masked_to_three_digits(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10 10:00:00",
        "2026-03-10T10:00:00.123456Z",
        "10.20.30.40",
        "1.5 s, 12 rows of 300",
        "msg_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "0.25 of 12.75",
        "port 65535",
    ],
)
def test_what_is_no_number_is_left(text: str) -> None:
    assert mask_numbers(text) == text


@given(st.integers(min_value=10**7, max_value=10**15 - 1), st.sampled_from(["{}", "+{}", "a {} b", "<{}>"]))
def test_no_number_of_e164_length_shows_four_digits(number: int, around: str) -> None:
    assert not re.search(r"\d{4}", mask_numbers(around.format(number)))


def test_a_short_code_is_hidden_whole() -> None:
    assert mask_phone("123") == "•••"
    assert mask_phone("36184") == "••184"
