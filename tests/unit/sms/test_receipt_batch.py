"""The fast reading of receipts agrees with the slow one."""

from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.receipt import ReceiptState, parse
from chappe.sms.receipt_batch import latin_1, parse_batch, read_alike
from chappe.sms.receipt_date import read_date

COMMON = "id:{} sub:001 dlvrd:001 submit date:{} done date:{} stat:{} err:{}{}"


def test_the_common_form_is_read_and_the_rest_left() -> None:
    good = COMMON.format("7a1", "2611221454", "261122145507", "UNDELIV", "0A1", " text:Hi").encode()
    odd = COMMON.format("7a1", "2611221454", "2611221455", "NOTHING", "000", "").encode()
    assert parse_batch([good, odd, b"id:1 stat:DELIVRD", b""]) == [
        ("7a1", ReceiptState.UNDELIVERABLE, "261122145507", "0A1"),
        None,
        None,
        None,
    ]


digits = st.text(st.sampled_from("0123456789"), min_size=9, max_size=13)
receipts = st.builds(
    COMMON.format,
    st.text(st.sampled_from("0123456789abcdefXYZ-_ "), max_size=70),
    digits,
    digits,
    st.sampled_from(["DELIVRD", "UNDELIV", "EXPIRED", "ENROUTE", "delivrd", "WHATEVER", "REJECTD"]),
    st.text(st.sampled_from("0123456789ABx:"), max_size=4),
    st.one_of(st.just(""), st.text(max_size=20).map(" text:{}".format), st.text(max_size=10)),
)


@given(st.lists(st.one_of(receipts.map(lambda text: text.encode("utf-8", "replace")), st.binary())))
def test_both_readings_agree(messages: list[bytes]) -> None:
    found = parse_batch(messages)
    assert len(found) == len(messages)
    for octets, common in zip(messages, found, strict=True):
        if common is not None:
            slow = parse(octets)
            assert (slow.id, slow.state, slow.done_at, slow.error) == (
                *common[:2],
                read_date(common[2]),
                common[3],
            )


WORDS = ["DELIVRD", "UNDELIV", "EXPIRED", "ENROUTE"]


@given(
    ids=st.lists(
        st.text(st.sampled_from("0123456789abcXYZ-_ "), min_size=8, max_size=8), min_size=1, max_size=6
    ),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    dates=st.lists(st.sampled_from(["2611221454", "2611221455", "26112214x4"]), min_size=1, max_size=2),
    texts=st.lists(
        st.sampled_from([" text:Bonjour", " text:id:1234", "nothing here"]), min_size=1, max_size=2
    ),
    tlvs=st.sampled_from(["none", "same", "other", "state"]),
)
def test_alike_receipts_are_read_as_each_alone(ids, words, dates, texts, tlvs) -> None:
    """Whatever is taken for alike is read exactly so by the general reader."""
    messages, tails, all_tlvs = [], [], []
    for n, name in enumerate(ids):
        word, date, text = words[n % len(words)], dates[n % len(dates)], texts[n % len(texts)]
        messages.append(COMMON.format(name, date, "2611221456", word, "000", text).encode())
        named = {"none": {}, "same": {0x1E: name.encode() + b"\0"}, "other": {0x1E: b"12345678\0"}}
        found = named.get(tlvs, {0x427: bytes([5])})
        all_tlvs.append(found)
        tails.append(b"".join(b"%c%c" % (tag % 256, len(value)) + value for tag, value in found.items()))
    if len(set(map(len, messages))) > 1:
        return
    alike = read_alike(messages, tails, all_tlvs[0])
    if alike is not None:
        each = [parse(octets, own) for octets, own in zip(messages, all_tlvs, strict=True)]
        assert latin_1(alike.ids) == [one.id for one in each]
        assert {alike.state} == {one.state for one in each}


def test_receipts_of_one_carrier_are_alike() -> None:
    names = [f"{n:036x}" for n in range(50)]
    texts = [
        COMMON.format(name, "2611221454", f"26112214{n % 60:02d}", "DELIVRD", "000", " text:Hi").encode()
        for n, name in enumerate(names)
    ]
    alike = read_alike(texts, [b""] * 50, {})
    assert alike is not None
    assert (latin_1(alike.ids), alike.state) == (names, ReceiptState.DELIVERED)
    tails = [b"\0\x1e\0\x25" + name.encode() + b"\0\x04\x27\0\1\2" for name in names]
    first = {0x1E: names[0].encode() + b"\0", 0x427: b"\2"}
    assert read_alike(texts, tails, first) == alike
    assert read_alike(texts, [*tails[:-1], tails[0]], first) is None
    assert read_alike([*texts[:-1], texts[0].replace(b"DELIVRD", b"UNDELIV")], [b""] * 50, {}) is None
