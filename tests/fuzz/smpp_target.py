"""An atheris target for what the smpp room reads from sockets; run by test_smpp.py, or by hand for longer:

python tests/fuzz/smpp_target.py -max_total_time=600

The first octet chooses the side, the bind and how the rest is cut into reads.
"""

import struct
import sys

import atheris

with atheris.instrument_imports(include=["chappe.smpp"]):
    from chappe.smpp.carrier_session import CarrierSession
    from chappe.smpp.client_session import ClientSession
    from chappe.smpp.constants import BindKind
    from chappe.smpp.decoding import Decoded, DecodeFailure, decode
    from chappe.smpp.encoding import encode
    from chappe.smpp.events import Closed, Messages, Submitted
    from chappe.smpp.lifecycle import SessionLimits, Side, State
    from chappe.smpp.pdu import Bind, BindResp
    from chappe.smpp.receipt_runs import ReceiptRun
    from chappe.smpp.session import Session

LIMITS = SessionLimits(window=100, inbound_limit=50)
KINDS = list(BindKind)
PENDING = [(token, b"x") for token in range(8)]
_sessions: dict[tuple[Side, BindKind | None], Session] = {}


def opened(side: Side, kind: BindKind | None) -> Session:
    """A session of this side, bound unless `kind` is None.

    It serves again while it lives and keeps no incomplete PDU: making one takes longer than most strings,
    and what piles up in it over a million strings would show.
    """
    session = _sessions.get((side, kind))
    if session is not None and session.state is not State.CLOSED and not session._partial:
        return session
    session = CarrierSession(LIMITS, 0.0) if side is Side.SMSC else ClientSession(LIMITS, 0.0)
    _sessions[side, kind] = session
    if kind is not None and side is Side.SMSC:
        session.receive(encode(Bind(kind, b"a", b"b"), 1), 0.0)
        session.accept_bind(b"c", 0.0)
    elif kind is not None:
        session.bind(Bind(kind, b"a", b"b"), 0.0)
        session.receive(encode(BindResp(kind, b"c"), 1), 0.0)
    if session.can_send:
        session.send(PENDING, 0.0)
    session.outgoing()
    return session


def feed(session: Session, octets: bytes, cut: int) -> None:
    """What every read must leave true."""
    for start in range(0, len(octets), cut):
        for event in session.receive(octets[start : start + cut], 1.0):
            if isinstance(event, Messages | Submitted):
                session.answer([(one.sequence, 0, b"id") for one in event.batch])
            if isinstance(event, ReceiptRun):
                session.acknowledge(event.sequences)
            if isinstance(event, Closed):
                assert session.state is State.CLOSED
        written = session.outgoing()
        # An answer is never longer than a few times what asked for it, and nothing piles up.
        assert len(written) <= 4 * len(octets) + 64
        assert len(session._partial) <= LIMITS.largest_pdu
        assert session._owed <= LIMITS.inbound_limit
        assert len(session._owed_data_sm) <= LIMITS.inbound_limit
    session.tick(1.0)


def read_everything(octets: bytes) -> None:
    if len(octets) < 2:
        return
    choice, cuts, rest = octets[0], octets[1] & 3, octets[2:]
    side = Side.ESME if choice & 1 else Side.SMSC
    kind = choice >> 1 & 3
    session = opened(side, KINDS[kind] if kind < 3 else None)
    if choice & 8 and len(rest) >= 4:
        # A length that fits what there is gets further than a random one.
        rest = struct.pack(">I", len(rest)) + rest[4:]
        read = decode(rest)
        assert isinstance(read, Decoded | DecodeFailure)
        if isinstance(read, Decoded) and len(rest) <= 300:
            again = decode(_written(read))
            assert again == read or isinstance(again, DecodeFailure)
    feed(session, rest, len(rest) // (cuts + 1) + 1)


def _written(read: Decoded) -> bytes:
    """What we would write for it; fields longer than the specification allows cannot be."""
    try:
        return encode(read.pdu, read.sequence, read.status)
    except ValueError:
        return b""


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_everything)
    atheris.Fuzz()
