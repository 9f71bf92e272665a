"""Two sessions wired to each other in memory."""

from collections.abc import Callable

import pytest

from chappe.smpp.constants import BindKind
from chappe.smpp.lifecycle import SessionLimits, Side
from chappe.smpp.pdu import Bind
from chappe.smpp.session import Session

Pair = Callable[..., tuple[Session, Session]]


@pytest.fixture
def pair() -> Pair:
    """`pair(kind, window=…)` gives an ESME bound at time 0 to an SMSC, nothing left to write."""

    def build(kind: BindKind = BindKind.TRANSCEIVER, **limits: float) -> tuple[Session, Session]:
        chosen = SessionLimits(**limits)
        esme, smsc = Session(Side.ESME, chosen, 0.0), Session(Side.SMSC, chosen, 0.0)
        esme.bind(Bind(kind, b"shop", b"secret"), 0.0)
        smsc.receive(esme.outgoing(), 0.0)
        smsc.accept_bind(b"carrier", 0.0)
        esme.receive(smsc.outgoing(), 0.0)
        return esme, smsc

    return build
