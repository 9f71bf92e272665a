"""The fast reading of receipts agrees with the slow one."""

from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.receipt import ReceiptState, parse
from chappe.sms.receipt_batch import common_form, latin_1, parse_batch, state_of
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


@given(receipts.map(lambda text: text.encode("utf-8", "replace")), st.booleans())
def test_what_is_said_of_an_id_is_said_of_all(octets: bytes, named: bool) -> None:
    form = common_form(octets)
    if form is None:
        return
    start, end, said_end = form
    name = octets[start:end]
    tlvs = ((0x1E, b"0" * len(name) + b"\0"),) if named else ()
    state = state_of(octets[end:said_end], len(name), tlvs)
    for other in (name, b"a" * len(name), b"7" * len(name)):
        found = parse(octets[:start] + other + octets[end:], {0x1E: other + b"\0"} if named else None)
        assert (found.id, found.state) == (other.decode(), state)


def test_what_is_said_of_another_id_or_in_another_form_is_not_read() -> None:
    said = b" sub:001 dlvrd:001 submit date:2611221454 done date:2611221455 stat:DELIVRD err:000 text:"
    assert state_of(said, 4, ()) is ReceiptState.DELIVERED
    assert state_of(said, 4, ((0x1E, b"0000\0"), (0x427, b"\5"))) is ReceiptState.UNDELIVERABLE
    assert state_of(said, 4, ((0x1E, b"7777\0"),)) is None
    assert state_of(said.replace(b"2611221455", b"261122x455"), 4, ()) is None
    assert state_of(said.replace(b"DELIVRD", b"NOTHING"), 4, ()) is None
    assert latin_1([b"a", b"\xe9", b""]) == ["a", "\u00e9", ""]
