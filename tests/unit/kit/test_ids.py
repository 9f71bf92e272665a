import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.kit import ids
from chappe.kit.ids import IdCipher, parse_public_id, public_id, uuid7

BIGINTS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
CIPHER = IdCipher(bytes(range(16)))


def test_uuid7_is_what_rfc_9562_says() -> None:
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs((made.int >> 80) - ids.time.time_ns() // 1_000_000) < 10_000


def test_uuid7_grows_within_a_process() -> None:
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [uuid7() for _ in range(2_000)], range(4)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({made for batch in batches for made in batch}) == 8_000
    assert threading.active_count() >= 1


def test_uuid7_grows_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ids._Uuid7Source()
    times = iter([2_000_000_000, 1_000_000_000, 1_000_000_000])
    monkeypatch.setattr(ids.time, "time_ns", lambda: next(times))
    first, second, third = source.next(), source.next(), source.next()
    assert first < second < third


def test_uuid7_goes_on_when_a_millisecond_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ids._Uuid7Source()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 5_000_000)
    first = source.next()
    source._field = (1 << 74) - 1
    second = source.next()
    assert second > first
    assert second.int >> 80 == 6


def test_public_ids_name_their_kind() -> None:
    key = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    text = public_id("cmp", key)
    assert text == "cmp_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b"
    assert parse_public_id("cmp", text) == key
    for foreign in ("lst" + text[3:], text[:-1], text + "0", text.upper(), str(key), "cmp_", "", text[4:]):
        assert parse_public_id("cmp", foreign) is None


@given(st.lists(BIGINTS, max_size=20))
def test_bigints_come_back(numbers: list[int]) -> None:
    shown = CIPHER.encode_many("msg", numbers)
    assert shown == [CIPHER.encode("msg", number) for number in numbers]
    assert [CIPHER.decode("msg", text) for text in shown] == numbers
    assert [CIPHER.from_hex("msg", text[4:]) for text in shown] == numbers


def test_an_id_of_another_kind_or_installation_is_none() -> None:
    text = CIPHER.encode("msg", 42)
    assert CIPHER.decode("clk", "clk" + text[3:]) is None
    assert IdCipher(bytes(16)).decode("msg", text) is None
    assert CIPHER.decode("msg", public_id("msg", uuid7())) is None
    assert CIPHER.from_hex("msg", text[4:].upper()) is None
    assert CIPHER.from_hex("msg", "٣" * 32) is None


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    assert CIPHER.decode("msg", text) is None
    assert parse_public_id("msg", text) is None


def test_ids_tell_no_order() -> None:
    shown = [CIPHER.encode("msg", number) for number in range(200)]
    assert shown != sorted(shown)
    assert len({text[4:12] for text in shown}) == 200


def test_the_key_has_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        IdCipher(bytes(15))
