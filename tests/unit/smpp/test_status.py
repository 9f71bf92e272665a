"""The golden copy of what each command_status means."""

import pytest

from chappe.smpp.constants import CommandStatus
from chappe.smpp.status import StatusClass, status_class, status_name, stops_binding

GOLDEN = {
    0x00: "ok",
    0x01: "permanent",
    0x02: "protocol",
    0x03: "protocol",
    0x04: "not_bound",
    0x05: "not_bound",
    0x06: "permanent",
    0x07: "permanent",
    0x08: "temporary",
    0x0A: "sender",
    0x0B: "number",
    0x0C: "permanent",
    0x0D: "bind",
    0x0E: "bind",
    0x0F: "bind",
    0x11: "permanent",
    0x13: "permanent",
    0x14: "queue_full",
    0x15: "permanent",
    0x33: "permanent",
    0x34: "permanent",
    0x40: "permanent",
    0x42: "permanent",
    0x43: "permanent",
    0x44: "permanent",
    0x45: "reroute",
    0x48: "permanent",
    0x49: "permanent",
    0x50: "permanent",
    0x51: "permanent",
    0x53: "bind",
    0x54: "permanent",
    0x55: "permanent",
    0x58: "throttle",
    0x61: "schedule",
    0x62: "permanent",
    0x63: "permanent",
    0x64: "temporary",
    0x65: "permanent",
    0x66: "permanent",
    0x67: "credit",
    0xC0: "permanent",
    0xC1: "permanent",
    0xC2: "permanent",
    0xC3: "permanent",
    0xC4: "permanent",
    0xFE: "temporary",
    0xFF: "temporary",
    0x100: "bind",
    0x101: "bind",
    0x102: "temporary",
    0x103: "bind",
    0x104: "permanent",
}


def test_the_table_is_the_agreed_one():
    assert {code: status_class(code).value for code in GOLDEN} == GOLDEN


def test_no_status_of_the_specification_is_missing():
    assert {int(status) for status in CommandStatus} == set(GOLDEN)


@pytest.mark.parametrize("code", [0x400, 0x4FF, 0x9, 0xFFFFFFFF])
def test_a_vendors_code_is_unmapped(code):
    assert status_class(code) is StatusClass.UNMAPPED


def test_a_link_overrides_any_code():
    overrides = {0x45: StatusClass.NUMBER, 0x401: StatusClass.THROTTLE}
    assert status_class(0x45, overrides) is StatusClass.NUMBER
    assert status_class(0x401, overrides) is StatusClass.THROTTLE
    assert status_class(0x58, overrides) is StatusClass.THROTTLE


def test_only_credentials_stop_binding():
    assert [code for code in GOLDEN if stops_binding(code)] == [
        0x0D,
        0x0E,
        0x0F,
        0x53,
        0x100,
        0x101,
        0x103,
    ]
    assert stops_binding(0x0E, {0x0E: StatusClass.TEMPORARY}) is False


def test_names_are_those_of_the_specification():
    assert status_name(0x58) == "ESME_RTHROTTLED"
    assert status_name(0x400) == "0x0400"
