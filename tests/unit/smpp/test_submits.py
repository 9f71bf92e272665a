"""A batch of submits as a sequence of messages."""

import pytest

from chappe.smpp.constants import CommandId
from chappe.smpp.decoding import decode_message
from chappe.smpp.pdu import Message
from chappe.smpp.submits import Run, Submits
from chappe.smpp.template import MessageTemplate

TEMPLATE = MessageTemplate(b"ACME", source_ton=5, source_npi=0)


def message(sequence: int) -> Message:
    body = TEMPLATE.body(b"336%08d" % sequence, b"text %d" % sequence)
    decoded = decode_message(CommandId.SUBMIT_SM, sequence, body, 0, len(body))
    assert isinstance(decoded, Message)
    return decoded


def batch(*sizes: int) -> tuple[Submits, list[Message]]:
    """A batch of runs so long, and its messages."""
    submits, messages = Submits(), []
    for size in sizes:
        found = [message(len(messages) + n) for n in range(size)]
        submits.add(
            Run(
                found[0],
                [one.sequence for one in found],
                [one.destination for one in found],
                [one.short_message for one in found],
            )
        )
        messages += found
    return submits, messages


def test_a_batch_is_the_sequence_of_its_messages():
    submits, messages = batch(3, 1, 4)
    assert len(submits) == 8
    assert list(submits) == messages
    assert [submits[n] for n in range(8)] == messages
    assert submits[-1] == messages[-1]
    assert submits[2:5] == messages[2:5]
    assert submits.sequences == list(range(8))
    assert submits.destinations == [one.destination for one in messages]
    with pytest.raises(IndexError):
        submits[8]
    assert list(Submits.of(messages)) == messages
    assert not Submits()


def test_some_are_selected_across_runs():
    submits, messages = batch(3, 1, 4)
    marks = [True, False, True, False, False, False, False, True]
    chosen = submits.select(marks)
    assert list(chosen) == [messages[0], messages[2], messages[7]]
    assert len(chosen.runs) == 2
    assert list(submits.select([0] * 8)) == []
