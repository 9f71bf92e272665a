"""What the carrier still has to deliver to one account: receipts and the replies of phones.

At least once: a delivery that the client has not acknowledged when its link goes, or that it refuses, is
delivered again, to any link of the account that can receive. With nobody bound everything waits.
"""

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from chappe.lab.agenda import Agenda
from chappe.lab.counters import Counters
from chappe.lab.link import Deliveries, Link
from chappe.lab.receipts import Facts, ReceiptWriter
from chappe.lab.scenario import Receipts
from chappe.lab.spool import Spool, Ticket
from chappe.smpp.pdu import Answer

_BATCHES_IN_MEMORY = 500
_LONG_DELAY = 5.0


class Outbox:
    """One account of one carrier."""

    def __init__(
        self,
        agenda: Agenda,
        counters: Counters,
        spool: Spool,
        tokens: Iterator[int],
        receipts: Receipts,
    ) -> None:
        self._agenda = agenda
        self._counters = counters
        self._spool = spool
        self._tokens = tokens
        self._links: list[Link] = []
        self._held: deque[list[Facts] | Ticket] = deque()
        self._due: deque[list[Facts] | Ticket] = deque()
        self._ready: deque[Deliveries] = deque()
        self.apply(receipts)

    def apply(self, receipts: Receipts) -> None:
        """Use these settings from now on; what was held goes out when `hold` is off."""
        self._receipts = receipts
        self._writer = ReceiptWriter(text=receipts.text, tlvs=receipts.tlvs)
        if not receipts.hold:
            self._due.extend(self._held)
            self._held.clear()
            self.pump()

    def join(self, link: Link) -> None:
        self._links.append(link)

    def leave(self, link: Link) -> None:
        """The link is gone: what it had not acknowledged goes first to the next one."""
        if link in self._links:
            self._links.remove(link)
        self._again(link.take_back(list(link.outstanding)))
        self.pump()

    def send(self, batch: list[Facts]) -> None:
        """Deliver these receipts as soon as there is room."""
        if not batch:
            return
        self._counters.waiting += len(batch)
        crowded = len(self._due) > _BATCHES_IN_MEMORY or not self._links
        self._due.append(self._spool.put(batch) if crowded else batch)
        self.pump()

    def send_after(self, delay: float, batch: list[Facts]) -> None:
        """Deliver these receipts in `delay` seconds, or when they are no longer held."""
        if not batch:
            return
        self._counters.waiting += len(batch)
        entry: list[Facts] | Ticket = batch
        if self._receipts.hold or delay > _LONG_DELAY:
            entry = self._spool.put(batch)
        if self._receipts.hold:
            self._held.append(entry)
        elif delay <= 0:
            self._fall_due(entry)
        else:
            self._agenda.after(delay, lambda: self._fall_due(entry))

    def send_reply(self, phone: bytes, sender: bytes, bodies: Sequence[bytes], text: bytes) -> None:
        """Deliver the parts of a phone's reply. `text` is for the log."""
        facts: list[Facts] = [(b"", phone, sender, b"", 0, text)] * len(bodies)
        self._ready.append(Deliveries(self._take_tokens(len(bodies)), list(bodies), facts))
        self._counters.waiting += len(bodies)
        self.pump()

    def acknowledged(self, link: Link, batch: Sequence[Answer]) -> None:
        """Answers of the client to deliveries."""
        refused = link.take_back([token for token, status, _ in batch if status])
        settled = link.settle(batch)
        self._counters.acknowledged += settled
        self._counters.unacknowledged -= settled + len(refused)
        if refused:
            self._counters.refused_deliveries += len(refused)
            self._agenda.after(self._receipts.retry, lambda: self._retry(refused))

    def unanswered(self, link: Link, tokens: Sequence[int]) -> None:
        """The client did not answer in time: deliver again, as carriers do."""
        self._again(link.take_back(tokens))
        self.pump()

    def pump(self) -> None:
        """Deliver what may be delivered now. Cheap when there is nothing."""
        for link in self._links:
            while (self._ready or self._due) and (room := link.room(self._receipts.window)) > 0:
                self._deliver(link, self._next(room))

    def clear(self) -> None:
        """Forget what waits (a reset)."""
        for link in self._links:
            link.outstanding.clear()
        for waiting in (self._held, self._due):
            for entry in waiting:
                if isinstance(entry, Ticket):
                    self._spool.take(entry)
            waiting.clear()
        self._ready.clear()

    def _fall_due(self, entry: list[Facts] | Ticket) -> None:
        if self._receipts.hold:
            self._held.append(entry)
            return
        self._due.append(entry)
        self.pump()

    def _next(self, room: int) -> Deliveries:
        if not self._ready:
            entry = self._due.popleft()
            batch = self._spool.take(entry) if isinstance(entry, Ticket) else entry
            bodies = self._writer.bodies(batch, datetime.now(UTC))
            self._ready.append(Deliveries(self._take_tokens(len(batch)), bodies, batch))
        return self._ready.popleft() if len(self._ready[0]) <= room else self._ready[0].split(room)

    def _take_tokens(self, count: int) -> list[int]:
        return list(itertools.islice(self._tokens, count))

    def _deliver(self, link: Link, batch: Deliveries) -> None:
        link.deliver(batch)
        replies = [facts[4] for facts in batch.facts].count(0)
        self._counters.replies += replies
        self._counters.receipts += len(batch) - replies
        self._counters.waiting -= len(batch)
        self._counters.unacknowledged += len(batch)

    def _again(self, batch: Deliveries) -> None:
        if batch:
            self._counters.unacknowledged -= len(batch)
            self._ready.appendleft(batch)
            self._counters.redelivered += len(batch)
            self._counters.waiting += len(batch)

    def _retry(self, batch: Deliveries) -> None:
        self._ready.append(batch)
        self._counters.redelivered += len(batch)
        self._counters.waiting += len(batch)
        self.pump()
