"""Parts: room, headers, and what is never cut."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import gsm7, ucs2
from chappe.sms.encoding import Encoding, encode, normal_form
from chappe.sms.national import NationalLanguage, alphabet
from chappe.sms.options import Charset, Concatenation, TextOptions
from chappe.sms.parts import MOST_PARTS, Parts, TooManyParts, count, measure, plain_septets, split

DEFAULT = TextOptions()
UDH16 = TextOptions(concatenation=Concatenation.UDH16)
SAR = TextOptions(concatenation=Concatenation.SAR)
PAYLOAD = TextOptions(concatenation=Concatenation.PAYLOAD)
LATIN1 = TextOptions(charset=Charset.LATIN1)
TURKISH = TextOptions(national=NationalLanguage.TURKISH)
LINKS = [DEFAULT, UDH16, SAR, PAYLOAD, LATIN1, TURKISH]

FAMILY = "👨‍👩‍👧‍👦"  # seven code points, eleven units, one cluster
FLAG = "🇫🇷"


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [
        ("", DEFAULT, 1),
        ("a" * 160, DEFAULT, 1),
        ("a" * 161, DEFAULT, 2),
        ("a" * 306, DEFAULT, 2),
        ("a" * 307, DEFAULT, 3),
        ("a" * 304, UDH16, 2),
        ("a" * 305, UDH16, 3),
        ("a" * 306, SAR, 2),
        ("a" * 306, PAYLOAD, 2),
        ("€" * 80, DEFAULT, 1),
        ("€" * 81, DEFAULT, 2),
        ("€" * 152, DEFAULT, 2),
        ("€" * 153, DEFAULT, 3),  # 306 septets, but no part can hold an odd one
        ("ê" * 70, DEFAULT, 1),
        ("ê" * 71, DEFAULT, 2),
        ("ê" * 134, DEFAULT, 2),
        ("ê" * 135, DEFAULT, 3),
        ("ê" * 132, UDH16, 2),
        ("ê" * 133, UDH16, 3),
        ("😀" * 35, DEFAULT, 1),
        ("😀" * 36, DEFAULT, 2),
        ("😀" * 66, DEFAULT, 2),
        ("😀" * 67, DEFAULT, 3),
        ("İ" + "a" * 153, TURKISH, 1),
        ("İ" + "a" * 154, TURKISH, 1),  # 156 septets in single shift, so the locking table is taken
        ("İ" + "a" * 155, TURKISH, 2),
        ("İ" + "a" * 297, TURKISH, 2),
        ("İ" + "a" * 298, TURKISH, 3),
    ],
)
def test_count(text: str, options: TextOptions, parts: int) -> None:
    assert count(text, options) == parts
    assert split(text, options).count == parts
    assert measure(text, options).parts == parts


def test_a_short_text_has_no_header() -> None:
    parts = split("Bonjour 5€", reference=7)
    assert parts == Parts(
        Encoding.GSM7, 0, 0, (b"Bonjour 5\x1be",), ("Bonjour 5€",), 1, 11, Concatenation.UDH8, 7
    )
    assert len(parts) == 1


def test_the_eight_bit_header() -> None:
    parts = split("a" * 200, reference=0x1FE)
    assert parts.payloads == (
        b"\x05\x00\x03\xfe\x02\x01" + b"a" * 153,
        b"\x05\x00\x03\xfe\x02\x02" + b"a" * 47,
    )
    assert (parts.esm_class, parts.reference, len(parts)) == (0x40, 0xFE, 2)


def test_the_sixteen_bit_header() -> None:
    parts = split("ê" * 67 + "a" * 10, UDH16, reference=0x1ABCD)
    assert [payload[:7].hex() for payload in parts.payloads] == ["060804abcd0201", "060804abcd0202"]
    assert [len(payload) for payload in parts.payloads] == [7 + 132, 7 + 22]
    assert (parts.data_coding, parts.esm_class) == (8, 0x40)


def test_sar_leaves_the_header_to_the_carrier() -> None:
    parts = split("a" * 200, SAR, reference=0x1FE)
    assert parts.payloads == (b"a" * 153, b"a" * 47)
    assert (parts.esm_class, parts.reference, parts.count) == (0, 0x1FE, 2)


def test_message_payload_holds_the_whole_text() -> None:
    parts = split("a" * 400, PAYLOAD)
    assert (parts.payloads, parts.texts, parts.count) == ((b"a" * 400,), ("a" * 400,), 3)
    assert parts.in_payload_tlv
    assert not split("a", PAYLOAD).in_payload_tlv


def test_national_shifts_are_in_every_part() -> None:
    parts = split("İ" + "a" * 200, TURKISH, reference=9)
    assert [payload[:9].hex() for payload in parts.payloads] == ["080003090201240101", "080003090202240101"]
    assert split("İ", TURKISH).payloads == (bytes.fromhex("03240101") + b"\x1b\x49",)
    assert split("İ", TURKISH).esm_class == 0x40
    assert (
        split("İ" + "a" * 200, TextOptions(Concatenation.SAR, national=NationalLanguage.TURKISH))
        .payloads[1]
        .startswith(bytes.fromhex("03240101") + b"a")
    )


@pytest.mark.parametrize(
    ("text", "options", "data_coding", "payload"),
    [
        ("é[", LATIN1, 3, b"\xe9["),
        ("a[", TextOptions(charset=Charset.ASCII), 1, b"a["),
        ("é[", TextOptions(charset=Charset.LATIN1, data_coding=0), 0, b"\xe9["),
        ("é", TextOptions(data_coding=0xF1), 0xF1, b"\x05"),
        ("ê", TextOptions(data_coding=0xF1), 8, b"\x00\xea"),
    ],
)
def test_the_octets_a_link_reads(text: str, options: TextOptions, data_coding: int, payload: bytes) -> None:
    parts = split(text, options)
    assert (parts.data_coding, parts.payloads) == (data_coding, (payload,))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a" * 152 + "€" + "a" * 20, "a" * 152),  # escape pair
        ("a" * 152 + "\r\n" + "a" * 20, "a" * 152),
        ("ê" * 66 + "😀" + "a" * 9, "ê" * 66),  # surrogate pair
        ("ê" * 60 + FAMILY + "a" * 9, "ê" * 60),
        ("ê" * 66 + "e\u0323" * 9, "ê" * 66 + "ẹ"),  # NFC makes one character of it
        ("ê" * 66 + "x\u0302" * 9, "ê" * 66),
        ("ê" * 65 + FLAG * 4, "ê" * 65),
        (FLAG * 30, FLAG * 16),
        ("ê" * 66 + "\r\n" + "a" * 9, "ê" * 66),
        ("ê" * 66 + "क्षि" + "a" * 9, "ê" * 66),
    ],
)
def test_nothing_is_cut_in_the_middle(text: str, first: str) -> None:
    parts = split(text)
    assert parts.texts[0] == first
    assert "".join(parts.texts) == normal_form(text)


def test_a_cluster_longer_than_a_part_is_cut_between_code_points() -> None:
    zalgo = "x" + "\u0302" * 200
    parts = split("ê" * 30 + zalgo + "😀" * 3)
    assert [len(text) for text in parts.texts] == [30, 67, 67, 67, 3]
    tags = "🏴" + "\U000e0067" * 80  # only surrogate pairs: 33 fit, a unit stays free
    assert [len(text) for text in split(tags).texts] == [33, 33, 15]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("", (0, 1, 160, 153, 160)),
        ("a" * 160, (160, 1, 160, 153, 0)),
        ("a" * 161, (161, 2, 160, 153, 145)),
        ("ê" * 71, (71, 2, 70, 67, 63)),
    ],
)
def test_measure(text: str, figures: tuple[int, int, int, int, int]) -> None:
    found = measure(text)
    assert (found.units, found.parts, found.single, found.each, found.left) == figures


def test_no_more_than_255_parts() -> None:
    assert split("a" * 153 * MOST_PARTS).count == 255
    assert count("a" * 153 * 256) == measure("a" * 153 * 256).parts == 256
    with pytest.raises(TooManyParts, match="shorten it") as refusal:
        split("a" * 153 * 256)
    assert refusal.value.parts == 256


difficult = st.lists(
    st.one_of(
        st.text(st.sampled_from("ab €[]\\~ê"), max_size=90),
        st.sampled_from(["\r\n", FAMILY, FLAG, "x\u0302\u0303", "क्षि", "😀", "İ", "ş", "각", "\u0600a"]),
        st.text(max_size=40),
    ),
    max_size=14,
).map("".join)


@given(difficult, st.sampled_from(LINKS), st.integers(0, 0xFFFF))
def test_parts_hold_the_text_within_the_room(text: str, options: TextOptions, reference: int) -> None:
    parts = split(text, options, reference)
    assert "".join(parts.texts) == normal_form(text)
    assert parts.count == count(text, options) == measure(text, options).parts
    assert len(parts.payloads) == len(parts.texts)
    for payload, piece in zip(parts.payloads, parts.texts, strict=True):
        header = payload[: 1 + payload[0]] if parts.esm_class else b""
        body = payload[len(header) :]
        assert _decoded(body, parts.encoding, header) == piece
        if not parts.in_payload_tlv:
            octets = body if parts.encoding is Encoding.UCS2 else encode(piece, options).code
            bits = len(octets) * (8 if parts.encoding is Encoding.UCS2 else 7)
            assert len(header) * 8 + bits <= 140 * 8
            assert len(payload) <= 254


def _decoded(body: bytes, encoding: Encoding, header: bytes) -> str:
    if encoding is Encoding.UCS2:
        return ucs2.decode(body)
    if encoding is Encoding.LATIN1:
        return body.decode("latin-1")
    shifts = {header[-3]: header[-1]} if header[-3:-2] in (b"\x24", b"\x25") else {}
    if header[-6:-5] == b"\x24" and header[-3:-2] == b"\x25":
        shifts[0x24] = header[-4]
    table = alphabet(shifts.get(0x25, 0), shifts.get(0x24, 0))
    assert table is not None
    return table.decode(body)


@given(difficult)
def test_clusters_stay_whole(text: str) -> None:
    parts = split(text)
    boundaries = {0, *(cluster.end() for cluster in regex.finditer(r"\X", normal_form(text)))}
    place = 0
    for piece in parts.texts:
        assert place in boundaries
        place += len(piece)


@given(st.text(st.sampled_from("abcé€^"), min_size=150, max_size=700))
def test_no_cutting_makes_fewer_parts(text: str) -> None:
    """Greedy against the best there is: every part but the last is full, up to the pair that did not fit."""
    parts = split(text)
    for piece, following in zip(parts.texts, parts.texts[1:], strict=False):
        used = len(gsm7.DEFAULT.encode(piece))
        assert used + len(gsm7.DEFAULT.encode(following[0])) > 153


GSM_TEXT = st.text(st.sampled_from(sorted(gsm7.DEFAULT.characters)), max_size=170)


@given(
    texts=st.lists(st.one_of(GSM_TEXT, st.just("a\0b"), st.text(max_size=20)), max_size=8),
    options=st.sampled_from(LINKS),
)
def test_plain_texts_together_are_split_as_each_alone(texts: list[str], options: TextOptions) -> None:
    found = plain_septets(texts, options)
    assert len(found) == len(texts)
    for text, septets in zip(texts, found, strict=True):
        if septets is not None:
            parts = split(text, options)
            assert (parts.payloads, parts.esm_class, parts.count) == ((septets,), 0, 1)
            assert not parts.in_payload_tlv


def test_texts_of_a_campaign_are_plain() -> None:
    texts = ["Prénom, 20 % à Évreux: 5 €", "x" * 160]
    assert plain_septets(texts) == [gsm7.DEFAULT.encode(text) for text in texts]
    assert plain_septets([*texts, "x" * 161, "ê"]) == [*plain_septets(texts), None, None]
    assert plain_septets(["a\0b", "c"]) == [None, b"c"]
