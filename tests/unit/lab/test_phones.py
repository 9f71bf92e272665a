from datetime import UTC, datetime

import pytest

from chappe.lab.phones import Phones, UnknownPhone, guessed_sender
from chappe.lab.scenario import Phones as Settings
from chappe.smpp.submits import Submits
from chappe.sms.parts import split

AT = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


def phones(**settings):
    return Phones(Settings(**settings))


def note(book, messages, states=None, carrier="alpha"):
    book.note(carrier, "acme", Submits.of(messages), states or [2] * len(messages), AT)


def parts(submit, text, reference=1, destination="33612345678"):
    return [
        submit(destination, text=payload, esm_class=0x40)
        for payload in split(text, reference=reference).payloads
    ]


def test_parts_are_joined_in_any_order(submit):
    book = phones()
    first, second, third = parts(submit, "abc " * 100)
    note(book, [third, first])
    (message,) = book.handset("33612345678").messages
    assert (message.state, message.received_parts, message.parts) == ("ARRIVING", 2, 3)
    note(book, [second])
    (message,) = book.handset("33612345678").messages
    assert (message.state, message.text) == ("DELIVERED", "abc " * 100)


def test_the_same_long_text_twice_is_two_messages(submit):
    book = phones()
    note(book, [*parts(submit, "x" * 200), *parts(submit, "x" * 200)])
    assert [m.text for m in book.handset("33612345678").messages] == ["x" * 200] * 2


def test_texts_of_other_senders_or_references_do_not_mix(submit):
    book = phones()
    one, two = parts(submit, "x" * 200, reference=1), parts(submit, "y" * 200, reference=2)
    note(book, [one[0], two[0], one[1], two[1]])
    assert [m.text for m in book.handset("33612345678").messages] == ["x" * 200, "y" * 200]


def test_one_part_that_fails_fails_the_message(submit):
    book = phones()
    note(book, parts(submit, "x" * 200), [2, 5])
    assert book.handset("33612345678").messages[0].state == "UNDELIVERABLE"


def test_memory_is_bounded(submit, batch):
    book = phones(keep=10, messages=3)
    note(book, batch(25))
    note(book, [submit("33600000024", text=str(n).encode()) for n in range(5)])
    assert [phone.number for phone in book.handsets(limit=100)] == [f"336{n:08d}" for n in range(24, 14, -1)]
    assert [m.text for m in book.handset("33600000024").messages] == ["2", "3", "4"]
    with pytest.raises(UnknownPhone):
        book.handset("33600000000")


def test_notes_that_nobody_reads_are_bounded(batch):
    book = phones(keep=1_000_000)
    for _ in range(120):
        note(book, batch(1_000))
    book.catch_up(0)
    assert len(book.handset("33600000007").messages) <= 50
    assert sum(phone.messages for phone in book.handsets(limit=2_000)) == 50_000


def test_catching_up_reads_a_little_at_a_time(batch):
    book = phones()
    for _ in range(4):
        note(book, batch(10))
    book.catch_up(15)
    assert book.unread == 25
    book.catch_up()
    assert book.unread == 0


def test_nothing_is_read_while_more_arrives_than_can_be(batch):
    book = phones()
    note(book, batch(30))
    book.read_a_little(20)
    assert book.unread == 30
    book.read_a_little(20)
    assert book.unread == 10


def test_numbers_are_searched_and_limited(batch):
    book = phones()
    note(book, batch(30))
    assert [phone.number for phone in book.handsets("0000 29")] == ["33600000029"]
    assert len(book.handsets(limit=7)) == 7
    assert book.handsets("+336 0000 0003")[0].last.text == "Bonjour"


def test_the_sender_last_used_is_answered(submit):
    book = phones()
    note(book, [submit(source=b"36111", source_ton=6)])
    assert book.sender("36111") == ("alpha", "acme", 6, 0, b"36111")
    note(book, [submit(source=b"36111")], carrier="beta")
    assert book.sender("36111").carrier == "beta"
    book.catch_up()
    assert book.sender("36111").carrier == "beta"
    assert book.sender("36222") is None


def test_what_a_phone_sends_stands_after_what_it_received(submit):
    book = phones()
    note(book, [submit()])
    book.sent("+33612345678", "36111", "STOP", 1, AT)
    note(book, [submit(text=b"Bye")])
    assert [m.text for m in book.handset("33612345678").messages] == ["Bonjour", "STOP", "Bye"]


def test_a_sender_never_seen_is_guessed():
    assert guessed_sender("a", "acme", "36111")[2:] == (3, 0, b"36111")
    assert guessed_sender("a", "acme", "+33 7 55 50 00 00")[2:] == (1, 1, b"33755500000")


def test_a_forgotten_book_is_empty(submit):
    book = phones()
    note(book, [submit()])
    book.catch_up()
    note(book, [submit()])
    book.clear()
    assert book.handsets() == []
    assert book.sender("36111") is None


def test_binary_messages_show_their_octets(submit):
    book = phones()
    note(book, [submit(text=b"\x01\xff", data_coding=4)])
    assert book.handset("33612345678").messages[0].text == "01ff"
