from chappe.lab.phones import Sender
from chappe.lab.replies import ReplyScript, reply_bodies
from chappe.lab.scenario import PhoneReply
from chappe.smpp.constants import CommandId
from chappe.smpp.decoding import decode_message
from chappe.smpp.submits import Submits

REPLIES = (PhoneReply(0.1, "STOP", 2.0), PhoneReply(0.3, "OUI", (1.0, 5.0)))


def test_the_same_numbers_answer_whatever_the_order(batch):
    messages = batch(2_000)
    states = [2] * 2_000
    forward = ReplyScript(REPLIES, 7).replies_to(messages, states)
    backward = ReplyScript(REPLIES, 7).replies_to(Submits.of(messages[::-1]), states)
    other = ReplyScript(REPLIES, 8).replies_to(messages, states)
    chosen = {(reply.message.destination, reply.text) for reply in forward}
    assert chosen == {(reply.message.destination, reply.text) for reply in backward}
    assert chosen != {(reply.message.destination, reply.text) for reply in other}
    texts = [reply.text for reply in forward]
    assert 140 < texts.count("STOP") < 260
    assert 500 < texts.count("OUI") < 700
    assert {reply.after for reply in forward if reply.text == "STOP"} == {2.0}
    assert all(1 <= reply.after <= 5 for reply in forward if reply.text == "OUI")


def test_a_number_answers_once_and_only_what_it_received(batch):
    script = ReplyScript((PhoneReply(1.0, "OUI"),), 1)
    messages = batch(3)
    assert [reply.message.destination for reply in script.replies_to(messages, [2, 5, 2])] == [
        b"33600000000",
        b"33600000002",
    ]
    assert [reply.message.destination for reply in script.replies_to(messages, [2, 2, 2])] == [b"33600000001"]


def test_a_name_is_not_answered_and_does_not_use_the_answer_up(submit):
    script = ReplyScript((PhoneReply(1.0, "OUI"),), 1)
    messages = Submits.of([submit(source=b"ACME", source_ton=5), submit(source=b"ACME"), submit()])
    assert [reply.message for reply in script.replies_to(messages, [2, 2, 2])] == [messages[2]]


def test_without_a_script_nobody_answers(batch):
    assert ReplyScript((), 1).replies_to(batch(3), [2, 2, 2]) == []


def test_the_parts_of_a_long_reply_are_tied():
    sender = Sender("alpha", "acme", 3, 0, b"36111")
    bodies = reply_bodies("+33612345678", sender, "é" * 200, 5)
    messages = [decode_message(CommandId.DELIVER_SM, 1, body, 0, len(body)) for body in bodies]
    assert [message.short_message[:6] for message in messages] == [
        b"\x05\x00\x03\x05\x02\x01",
        b"\x05\x00\x03\x05\x02\x02",
    ]
    assert {message.source for message in messages} == {b"33612345678"}
    assert {message.registered_delivery for message in messages} == {0}
