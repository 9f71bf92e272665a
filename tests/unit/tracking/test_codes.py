"""Codes: a permutation that its key alone can follow."""

import itertools
import random

import pytest

from chappe.tracking.codes import ALPHABET, LENGTH, SPACE, Codes

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def codes() -> Codes:
    return Codes(KEY)


def test_every_number_has_a_code_of_its_own_and_comes_back(codes: Codes) -> None:
    draw = random.Random(1)
    numbers = [0, 1, SPACE - 1, *range(1_000_000, 1_020_000), *(draw.randrange(SPACE) for _ in range(5_000))]
    found = codes.codes(numbers)
    assert len(set(found)) == len(set(numbers))
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in found)
    assert [codes.number(code) for code in found[:300]] == numbers[:300]
    assert [codes.number(code) for code in found[-300:]] == numbers[-300:]
    assert [codes.code(number) for number in numbers[:50]] == found[:50]


def test_any_code_has_one_number_which_has_that_code(codes: Codes) -> None:
    """So a guess hits with the chance that a live code has: live codes / 62^7."""
    draw = random.Random(2)
    for _ in range(500):
        code = "".join(draw.choice(ALPHABET) for _ in range(LENGTH))
        number = codes.number(code)
        assert number is not None
        assert 0 <= number < SPACE
        assert codes.code(number) == code


def test_a_guess_hits_one_of_ten_million_live_codes_less_than_once_in_100_000(codes: Codes) -> None:
    live = 10_000_000
    assert live / SPACE < 1e-5
    # And not by the edge of the space alone: of guesses drawn evenly none lands among them more than that.
    draw = random.Random(3)
    hits = sum(
        number is not None and number < live
        for number in (codes.number("".join(draw.choices(ALPHABET, k=LENGTH))) for _ in range(20_000))
    )
    assert hits <= 2


def test_neighbours_have_nothing_in_common(codes: Codes) -> None:
    """Each character of the codes of numbers in a row is as even as drawn ones: chi-square, 61 degrees."""
    found = codes.codes(range(62_000))
    for place in range(1, LENGTH):  # the first character has fewer values: 62^7 is not all of 2^42
        counts = [0] * 62
        for code in found:
            counts[ALPHABET.index(code[place])] += 1
        assert sum((count - 1000) ** 2 / 1000 for count in counts) < 130, place
    same = sum(
        a == b for one, two in itertools.pairwise(found[:5_000]) for a, b in zip(one, two, strict=True)
    )
    assert same < 5_000 * LENGTH / 62 * 1.3


def test_another_key_is_another_permutation(codes: Codes) -> None:
    other = Codes(bytes(32))
    assert not set(codes.codes(range(1_000))) & set(other.codes(range(1_000)))


@pytest.mark.parametrize("wrong", ["", "abc", "abcdefgh", "abc def", "abcdef-", "abcdefé", "٣٣٣٣٣٣٣"])
def test_what_is_no_code_has_no_number(codes: Codes, wrong: str) -> None:
    assert codes.number(wrong) is None
