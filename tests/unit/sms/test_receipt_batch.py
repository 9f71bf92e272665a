"""The fast reading of receipts agrees with the slow one."""

from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.receipt import ReceiptState, parse
from chappe.sms.receipt_batch import parse_batch
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
