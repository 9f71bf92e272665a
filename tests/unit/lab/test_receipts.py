"""Receipts as bodies, read back by the product's own parser."""

import random
from datetime import UTC, datetime

import pytest

from chappe.lab.receipts import Fates, ReceiptWriter, facts_of, receipt_date, with_state
from chappe.lab.scenario import ReceiptRule, Receipts
from chappe.smpp.constants import CommandId, EsmClass, MessageState, Tag
from chappe.smpp.decoding import decode_message
from chappe.smpp.submits import Submits
from chappe.sms.receipt import parse

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


def read(body):
    return decode_message(CommandId.DELIVER_SM, 1, body, 0, len(body))


@pytest.mark.parametrize("state", list(MessageState))
def test_a_receipt_says_its_state_in_text_and_tlvs(submit, state):
    facts = facts_of(Submits.of([submit()]), [b"39f99dd5"], [int(state)], receipt_date(NOW))
    (body,) = ReceiptWriter(text=True, tlvs=True).bodies(facts, NOW)
    message = read(body)
    assert message.esm_class == EsmClass.RECEIPT
    assert (message.source, message.source_ton, message.source_npi) == (b"33612345678", 1, 1)
    assert (message.destination, message.destination_ton, message.destination_npi) == (b"36111", 3, 0)
    assert message.tlvs == (
        (Tag.RECEIPTED_MESSAGE_ID, b"39f99dd5\0"),
        (Tag.MESSAGE_STATE, bytes([state])),
    )
    receipt = parse(message.short_message)
    assert receipt.id == "39f99dd5"
    assert receipt.text == "Bonjour"
    if state not in (MessageState.SCHEDULED, MessageState.SKIPPED):
        assert receipt.state.value == state


def test_text_or_tlvs_alone(submit):
    facts = facts_of(Submits.of([submit()]), [b"1"], [2], b"2611221504")
    (only_text,) = ReceiptWriter(text=True, tlvs=False).bodies(facts, NOW)
    (only_tlvs,) = ReceiptWriter(text=False, tlvs=True).bodies(facts, NOW)
    assert read(only_text).tlvs == ()
    assert read(only_text).short_message == (
        b"id:1 sub:001 dlvrd:001 submit date:2611221504 done date:2611221504 "
        b"stat:DELIVRD err:000 text:Bonjour"
    )
    assert read(only_tlvs).short_message == b""
    assert len(read(only_tlvs).tlvs) == 2


def test_the_done_date_is_that_of_sending(submit):
    writer = ReceiptWriter(text=True, tlvs=False)
    facts = facts_of(Submits.of([submit()]), [b"1"], [2], b"2611221504")
    writer.bodies(facts, NOW)
    (later,) = writer.bodies(facts, NOW.replace(hour=16))
    assert b"submit date:2611221504 done date:2611221604" in later


def test_receipts_only_as_asked(submit):
    messages = Submits.of(submit(registered=asked) for asked in (0, 1, 2, 0x10, 0x11))
    delivered = facts_of(messages, [b"a", b"b", b"c", b"d", b"e"], [2] * 5, b"")
    failed = facts_of(messages, [b"a", b"b", b"c", b"d", b"e"], [5] * 5, b"")
    assert [facts[0] for facts in delivered] == [b"b", b"e"]
    assert [facts[0] for facts in failed] == [b"b", b"c", b"e"]


def test_a_text_that_is_not_plain_is_not_quoted(submit):
    messages = Submits.of([submit(data_coding=8), submit(esm_class=0x40), submit(text=b"x" * 30)])
    assert [facts[5] for facts in facts_of(messages, [b"1"] * 3, [2] * 3, b"")] == [b"", b"", b"x" * 20]


def test_the_sender_of_each_message_is_kept(submit):
    messages = Submits.of([submit(source=b"A"), submit(source=b"B", source_ton=5), submit(source=b"A")])
    senders = [facts[2] for facts in facts_of(messages, [b"1"] * 3, [2] * 3, b"")]
    assert senders == [b"\x03\0A\0", b"\x05\0B\0", b"\x03\0A\0"]


def test_states_by_share_and_by_number(batch):
    plan = Receipts(
        states={"UNDELIVERABLE": 0.2, "EXPIRED": 0.1}, rules=(ReceiptRule("33600000000", "REJECTED"),)
    )
    states = Fates(plan, random.Random(1)).draw(batch(2_000))
    assert states[0] == MessageState.REJECTED
    assert 320 < states.count(MessageState.UNDELIVERABLE) < 480
    assert 140 < states.count(MessageState.EXPIRED) < 260
    assert Fates(Receipts(), random.Random(1)).draw(batch(3)) == [2, 2, 2]
    assert set(Fates(Receipts(states={"EXPIRED": 1}), random.Random(1)).draw(batch(9))) == {3}


def test_with_state_changes_the_state_alone(submit):
    (facts,) = facts_of(Submits.of([submit()]), [b"1"], [2], b"d")
    assert with_state(facts, 1) == (*facts[:4], 1, facts[5])
