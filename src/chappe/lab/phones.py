"""The handsets behind the carriers. Memory is bounded: the most recent numbers, the last messages of each.

Taking a batch note costs nothing per message: it is read later, some messages at a time, or at once when
somebody looks. Above the rate at which they are read, all but the last `_PENDING` messages are forgotten.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, repeat
from typing import NamedTuple

from chappe.kit.errors import Problem
from chappe.lab.handset import Handset, HandsetSummary, HandsetView
from chappe.lab.part_text import part_text
from chappe.lab.scenario import Phones as PhonesSettings
from chappe.smpp.constants import Npi, Ton
from chappe.smpp.pdu import Message
from chappe.smpp.submits import Submits

_PENDING = 50_000


class AlphanumericSender(Problem):
    code = "alphanumeric_sender"
    status = 409
    title = "A phone cannot answer an alphanumeric sender"


class UnknownPhone(Problem):
    code = "unknown_phone"
    status = 404
    title = "This phone has received nothing"


class Sender(NamedTuple):
    """Where an answer of a phone goes: the sender as the phone knows it, on the account that used it."""

    carrier: str
    system_id: str
    ton: int
    npi: int
    address: bytes


class _Note(NamedTuple):
    carrier: str
    system_id: str
    messages: Submits
    states: Sequence[int]
    at: datetime


class _Sent(NamedTuple):
    number: str
    to: str
    text: str
    parts: int
    at: datetime


class Phones:
    def __init__(self, settings: PhonesSettings) -> None:
        self._settings = settings
        self._handsets: OrderedDict[str, Handset] = OrderedDict()
        self._senders: OrderedDict[bytes, Sender] = OrderedDict()
        self._pending: deque[_Note | _Sent] = deque()
        self._opened: Iterator[tuple[_Note, Message, int]] = iter(())  # what is left of the note being read
        self._pending_messages = 0
        self._arrived = 0

    def note(
        self, carrier: str, system_id: str, messages: Submits, states: Sequence[int], at: datetime
    ) -> None:
        """These messages were accepted, with these fates."""
        if not messages:
            return
        self._pending.append(_Note(carrier, system_id, messages, states, at))
        self._pending_messages += len(messages)
        self._arrived += len(messages)
        while self._pending_messages > _PENDING and len(self._pending) > 1:
            self._pending_messages -= _messages_in(self._pending.popleft())

    def read_a_little(self, most: int) -> None:
        """Read at most so many messages, unless more have arrived since the last call: what cannot be read in
        time would be read in vain, at the expense of the carriers.
        """
        arrived, self._arrived = self._arrived, 0
        if arrived <= most:
            self.catch_up(most)

    def catch_up(self, most: int | None = None) -> None:
        """Read notes into handsets, `most` messages (None: all)."""
        done = 0
        while most is None or done < most:
            for note, message, state in islice(self._opened, None if most is None else most - done):
                self._receive(note, message, state)
                done += 1
            if done == most or not self._pending:
                break
            following = self._pending.popleft()
            if isinstance(following, _Sent):
                self._handset(following.number).sent(
                    following.to, following.text, following.parts, following.at
                )
                done += 1
            else:
                self._opened = zip(repeat(following), following.messages, following.states)
        self._pending_messages -= done

    @property
    def unread(self) -> int:
        """How many messages the notes still hold."""
        return self._pending_messages

    def handset(self, number: str) -> HandsetView:
        """What the phone shows. UnknownPhone when it has received nothing (or was forgotten)."""
        self.catch_up()
        digits = normal(number)
        if digits not in self._handsets:
            raise UnknownPhone(f"The phone {number} has received nothing yet: send it a message first.")
        return self._handsets[digits].view()

    def handsets(self, query: str = "", limit: int = 50) -> list[HandsetSummary]:
        """The phones whose number contains `query`, the one that got a message last first."""
        self.catch_up()
        wanted = normal(query)
        found = []
        for number in reversed(self._handsets):
            if wanted in number:
                found.append(self._handsets[number].summary())
                if len(found) == limit:
                    break
        return found

    def sender(self, address: str) -> Sender | None:
        """The sender `address` as last used towards any phone; None when nobody has used it.

        Looks through the notes instead of reading them: a reply must not hold the carriers up.
        """
        wanted = normal(address).encode("latin-1", "replace")
        for note in reversed(self._pending):
            if isinstance(note, _Note):
                for run in reversed(note.messages.runs):
                    if run.common.source == wanted:
                        return sender_of(note.carrier, note.system_id, run.common)
        return self._senders.get(wanted)

    def sent(self, number: str, to: str, text: str, parts: int, at: datetime) -> None:
        """The phone has sent `text` in so many parts."""
        self._pending.append(_Sent(normal(number), to, text, parts, at))
        self._pending_messages += 1

    def apply(self, settings: PhonesSettings) -> None:
        self._settings = settings

    def clear(self) -> None:
        self._handsets.clear()
        self._senders.clear()
        self._pending.clear()
        self._opened = iter(())
        self._pending_messages = 0

    def _receive(self, note: _Note, message: Message, state: int) -> None:
        sender = sender_of(note.carrier, note.system_id, message)
        if self._senders.get(message.source) != sender:
            self._senders[message.source] = sender
            if len(self._senders) > self._settings.keep:
                self._senders.popitem(last=False)
        handset = self._handset(message.destination.decode("latin-1"))
        part = part_text(message.text, message.esm_class, message.data_coding, message.tlvs)
        handset.receive(message.source.decode("latin-1"), part, state, note.at)

    def _handset(self, number: str) -> Handset:
        handset = self._handsets.get(number)
        if handset is None:
            handset = self._handsets[number] = Handset(number, self._settings.messages)
            if len(self._handsets) > self._settings.keep:
                self._handsets.popitem(last=False)
        else:
            self._handsets.move_to_end(number)
        return handset


def _messages_in(note: _Note | _Sent) -> int:
    return len(note.messages) if isinstance(note, _Note) else 1


def sender_of(carrier: str, system_id: str, message: Message) -> Sender:
    """The sender of a message that this account submitted."""
    return Sender(carrier, system_id, message.source_ton, message.source_npi, message.source)


def normal(number: str) -> str:
    """A number as the wire writes it: no plus and no spaces."""
    return number.strip().removeprefix("+").replace(" ", "")


def can_be_answered(ton: int, address: bytes) -> bool:
    """Phones answer numbers, not names."""
    return ton != Ton.ALPHANUMERIC and address.isdigit()


def refuse_alphanumeric(sender: Sender) -> None:
    """AlphanumericSender when no phone can answer to this sender."""
    if not can_be_answered(sender.ton, sender.address):
        raise AlphanumericSender(
            f"The sender {sender.address.decode('latin-1')} is a name: a phone cannot answer it. "
            "Send from a short code or a long code."
        )


def guessed_sender(carrier: str, system_id: str, address: str) -> Sender:
    """An account's number that has not sent yet: a short code when it is short, else international."""
    digits = normal(address).encode("latin-1", "replace")
    short = len(digits) <= 6
    return Sender(
        carrier,
        system_id,
        Ton.NETWORK_SPECIFIC if short else Ton.INTERNATIONAL,
        Npi.UNKNOWN if short else Npi.ISDN,
        digits,
    )
