"""Whether a command_length can be believed, and what to say when it cannot."""

from chappe.smpp.constants import HEADER_OCTETS

LARGEST_PDU = 65_536
"""Enough for any message_payload a carrier takes; a larger length is not allocated for."""

LARGEST_BEFORE_BIND = 512
"""A bind is at most 98 octets long (§4.1.1), some more with a long password or vendor TLVs."""

# The first octets of what is commonly pointed at a wrong port. As a command_length each is far beyond any
# limit: node-smpp once waited for 1,195,725,856 octets after "GET ".
_STRANGERS = {
    b"GET ": "HTTP",
    b"HEAD": "HTTP",
    b"POST": "HTTP",
    b"PUT ": "HTTP",
    b"OPTI": "HTTP",
    b"DELE": "HTTP",
    b"PRI ": "HTTP/2",
    b"CONN": "HTTP",
    b"HTTP": "HTTP",
    b"SSH-": "SSH",
    b"EHLO": "SMTP",
}


def acceptable(length: int, limit: int) -> bool:
    """§3.2: command_length includes the header, so it is at least 16."""
    return HEADER_OCTETS <= length <= limit


def stranger(start: bytes) -> str | None:
    """The protocol that begins with these octets, if it is not SMPP."""
    if start[:2] in (b"\x16\x03", b"\x15\x03"):
        return "TLS"  # a handshake or alert record on a port that was set up without TLS
    return _STRANGERS.get(start[:4])
