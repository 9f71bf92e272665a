"""One bind of a client at a carrier, as the lab sees it."""

from collections.abc import Iterable, Sequence

from chappe.lab.log import LogWriter
from chappe.lab.receipts import Facts
from chappe.smpp.pdu import Answer, Reply
from chappe.smpp.server import ServerSession


class Deliveries:
    """deliver_sm to write together: parallel lists, so that a message costs a slot in each and no object."""

    def __init__(self, tokens: list[int], bodies: list[bytes], facts: list[Facts]) -> None:
        self.tokens = tokens
        self.bodies = bodies
        self.facts = facts

    def __len__(self) -> int:
        return len(self.tokens)

    def split(self, count: int) -> "Deliveries":
        """Take the first `count` out."""
        first = Deliveries(self.tokens[:count], self.bodies[:count], self.facts[:count])
        del self.tokens[:count], self.bodies[:count], self.facts[:count]
        return first


class Link:
    """A bound session with what the lab remembers of it. A black-holed link neither reads nor writes, and
    its connection stays open; what it had to answer is written when the hole closes.
    """

    def __init__(self, number: int, session: ServerSession, log: LogWriter) -> None:
        self.number = number
        self.session = session
        self.submits = 0
        self.outstanding: dict[int, tuple[bytes, Facts]] = {}
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

    def deliver(self, batch: Deliveries) -> None:
        """Write deliveries (no more than `room`); they are outstanding until acknowledged."""
        self._log.deliveries(self.number, batch.tokens, batch.facts)
        self.outstanding.update(zip(batch.tokens, zip(batch.bodies, batch.facts, strict=True), strict=True))
        self.session.deliver_all(batch.tokens, batch.bodies)

    def settle(self, answers: Sequence[Answer]) -> int:
        """Those deliveries are done with; how many were outstanding."""
        outstanding = self.outstanding
        before = len(outstanding)
        for token, _, _ in answers:
            outstanding.pop(token, None)
        return before - len(outstanding)

    def take_back(self, tokens: Iterable[int]) -> Deliveries:
        """The outstanding ones among `tokens`; they are no longer."""
        known = [token for token in tokens if token in self.outstanding]
        taken = [self.outstanding.pop(token) for token in known]
        return Deliveries(known, [body for body, _ in taken], [facts for _, facts in taken])

    def black_hole(self, on: bool) -> None:
        self.black_holed = on
        if on:
            self.session.pause_reading()
            return
        self.session.resume_reading()
        held, self._held = self._held, []
        self.answer(held)
