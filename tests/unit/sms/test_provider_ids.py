"""Carrier ids in their disguises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.provider_ids import IdMode, candidates, canonical, explains


@pytest.mark.parametrize(
    ("response", "receipt", "mode"),
    [
        ("103", "0000000259", IdMode.RESPONSE_HEX_RECEIPT_DEC),  # jsmpp #178
        ("00BBA622", "BBA622", IdMode.SAME),  # jasmin #1129
        ("39f99dd5", "972660181", IdMode.RESPONSE_HEX_RECEIPT_DEC),  # jasmin #1034
        ("972660181", "39F99DD5", IdMode.RESPONSE_DEC_RECEIPT_HEX),
        ("0x1F", "31", IdMode.RESPONSE_HEX_RECEIPT_DEC),
        ("abc", "abc", IdMode.TEXT),
        ("7", "7", IdMode.TEXT),
        ("0", "000", IdMode.SAME),
        ("{5B0FD3A2-1C1E-4D8A-9A63-6F1D4F1A2B3C}", "5b0fd3a21c1e4d8a9a636f1d4f1a2b3c", IdMode.SAME),
        ("ffffffffffffffffffff", "1208925819614629174706175", IdMode.RESPONSE_HEX_RECEIPT_DEC),  # 80 bits
        ("abc", "abd", None),
    ],
)
def test_an_id_is_found_again(response: str, receipt: str, mode: IdMode | None) -> None:
    assert explains(response, receipt) is mode
    assert (canonical(response) in candidates(receipt)) is (mode is not None)
    if mode is not None:
        assert canonical(response, mode) in candidates(receipt, mode)


@pytest.mark.parametrize(
    ("receipt", "mode", "expected"),
    [
        ("0259", IdMode.AUTO, ("259", "103", "601")),
        ("0259", IdMode.TEXT, ("0259",)),
        ("0259", IdMode.SAME, ("259",)),
        ("0259", IdMode.RESPONSE_HEX_RECEIPT_DEC, ("103",)),
        ("0259", IdMode.RESPONSE_DEC_RECEIPT_HEX, ("601",)),
        ("7", IdMode.AUTO, ("7",)),
        ("ff", IdMode.AUTO, ("ff", "255")),
        ("ff", IdMode.RESPONSE_HEX_RECEIPT_DEC, ()),
        ("xyz", IdMode.AUTO, ("xyz",)),
        ("", IdMode.AUTO, ("",)),
        ("9" * 129, IdMode.AUTO, ("9" * 129,)),
    ],
)
def test_the_keys_to_try(receipt: str, mode: IdMode, expected: tuple[str, ...]) -> None:
    assert candidates(receipt, mode) == expected


@given(st.integers(0, 2**96), st.integers(0, 6), st.booleans())
def test_numbers_are_found_in_every_disguise(number: int, zeros: int, upper: bool) -> None:
    hexadecimal = "0" * zeros + f"{number:{'X' if upper else 'x'}}"
    decimal = "0" * zeros + str(number)
    assert canonical(hexadecimal) in candidates(decimal)
    assert canonical(decimal) in candidates(hexadecimal)
    assert canonical(hexadecimal) in candidates(f"{number:x}")


@given(st.text(), st.text(), st.sampled_from(IdMode))
def test_never_raises(one: str, other: str, mode: IdMode) -> None:
    assert len(candidates(one, mode)) <= 3
    assert canonical(canonical(one, mode), mode) == canonical(one, mode) or "0x" in one.casefold()
    assert explains(one, one) is IdMode.TEXT
    assert explains(one, other) in (None, *IdMode)
