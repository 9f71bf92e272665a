"""One bind of a client at a carrier, as the lab sees it."""

from collections.abc import Sequence

from chappe.lab.log import LogWriter
from chappe.smpp.pdu import Reply
from chappe.smpp.server import ServerSession

Delivery = tuple[int, bytes, tuple[int, bytes, bytes, bytes, int, bytes]]
"""(token, deliver_sm body, row of the log)."""


class Link:
    """A bound session with what the lab remembers of it. A black-holed link neither reads nor writes, and
    its connection stays open; what it had to answer is written when the hole closes.
    """

    def __init__(self, number: int, session: ServerSession, log: LogWriter) -> None:
        self.number = number
        self.session = session
        self.submits = 0
        self.outstanding: dict[int, Delivery] = {}
        self.gone = False
        self.black_holed = False
        self._log = log
        self._held: list[Reply] = []

    @property
    def system_id(self) -> str:
        return self.session.system_id.decode("latin-1")

    def room(self, window: int) -> int:
        """How many deliveries may be written now."""
        if self.gone or self.black_holed:
            return 0
        return min(self.session.room(), window - len(self.outstanding))

    def answer(self, replies: Sequence[Reply]) -> None:
        """Write answers. On a link that is gone they are lost, as in life."""
        if self.gone or not replies:
            return
        if self.black_holed:
            self._held.extend(replies)
            return
        self._log.answers(self.number, replies)
        self.session.answer(replies)

    def deliver(self, batch: Sequence[Delivery]) -> None:
        """Write deliveries (no more than `room`); they are outstanding until acknowledged."""
        self._log.deliveries(self.number, [row for _, _, row in batch])
        self.outstanding.update((delivery[0], delivery) for delivery in batch)
        self.session.deliver([(token, body) for token, body, _ in batch])

    def black_hole(self, on: bool) -> None:
        self.black_holed = on
        if on:
            self.session.pause_reading()
            return
        self.session.resume_reading()
        held, self._held = self._held, []
        self.answer(held)
