"""Packing of septets into octets, TS 23.038 section 6.1.2.

For links that ask for packed user data, and for what they send.
"""


def fill_bits(header_octets: int) -> int:
    """Zero bits between a header (its length octet included) and the first septet, which starts on a septet
    boundary.
    """
    return -header_octets * 8 % 7


def pack(septets: bytes, fill: int = 0) -> bytes:
    """One septet per octet in, packed octets out, after `fill` zero bits."""
    bits = 0
    for septet in reversed(septets):
        bits = bits << 7 | septet & 0x7F
    return (bits << fill).to_bytes((len(septets) * 7 + fill + 7) // 8, "little")


def unpack(octets: bytes, count: int | None = None, fill: int = 0) -> bytes:
    """The septets, one per octet.

    Without `count`, as many as fit whole: seven zero bits at the end are then read as one more '@'.
    """
    fitting = max(0, (len(octets) * 8 - fill) // 7)
    bits = int.from_bytes(octets, "little") >> fill
    wanted = fitting if count is None else min(count, fitting)
    return bytes(bits >> 7 * place & 0x7F for place in range(wanted))
