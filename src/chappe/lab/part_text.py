"""What one submitted part says, whichever way it is tied to the other parts of its text."""

import msgspec

from chappe.smpp.constants import EsmClass, Tag
from chappe.sms import inbound


class PartText(msgspec.Struct, frozen=True):
    """Part `number` of `total` (from 1) of the text known by `reference`; 1 of 1 when it stands alone."""

    text: str
    reference: int
    total: int
    number: int


def part_text(
    user_data: bytes, esm_class: int, data_coding: int, tlvs: tuple[tuple[int, bytes], ...]
) -> PartText:
    """Read user data as a phone does: UDH (TS 23.040) or the sar_* TLVs (SMPP 3.4 §5.3.2.22 to 24)."""
    found = inbound.decode(user_data, data_coding, bool(esm_class & EsmClass.UDHI))
    text = found.text or found.body.hex()
    if found.part is not None:
        return PartText(text, found.part.reference, found.part.total, found.part.number)
    if tlvs:
        values = {tag: int.from_bytes(value) for tag, value in tlvs if len(value) <= 2}
        total, number = values.get(Tag.SAR_TOTAL_SEGMENTS, 1), values.get(Tag.SAR_SEGMENT_SEQNUM, 1)
        if 1 <= number <= total and total > 1:
            return PartText(text, values.get(Tag.SAR_MSG_REF_NUM, 0), total, number)
    return PartText(text, 0, 1, 1)
