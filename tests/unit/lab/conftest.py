"""Submits as the wire would give them."""

from collections.abc import Callable

import pytest

from chappe.smpp.constants import CommandId
from chappe.smpp.pdu import Message
from chappe.smpp.submits import Submits


def make_submit(
    destination: str = "33612345678",
    *,
    sequence: int = 1,
    source: bytes = b"36111",
    source_ton: int = 3,
    esm_class: int = 0,
    data_coding: int = 0,
    registered: int = 1,
    text: bytes = b"Bonjour",
    tlvs: tuple[tuple[int, bytes], ...] = (),
) -> Message:
    return Message(
        command_id=CommandId.SUBMIT_SM,
        sequence=sequence,
        service_type=b"",
        source_ton=source_ton,
        source_npi=0,
        source=source,
        destination_ton=1,
        destination_npi=1,
        destination=destination.encode(),
        esm_class=esm_class,
        protocol_id=0,
        priority=0,
        schedule=b"",
        validity=b"",
        registered_delivery=registered,
        replace_if_present=0,
        data_coding=data_coding,
        default_message=0,
        short_message=text,
        tlvs=tlvs,
    )


@pytest.fixture
def submit() -> Callable[..., Message]:
    return make_submit


@pytest.fixture
def batch() -> Callable[..., Submits]:
    """`batch(n)`: n submits to n numbers."""

    def make(count: int, **fields: object) -> Submits:
        return Submits.of(make_submit(f"336{n:08d}", sequence=n + 1, **fields) for n in range(count))

    return make
