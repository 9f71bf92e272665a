"""The promises I1 to I8, asked of every write while it happens and of the whole at the end.

The carrier's log is the witness of what was submitted, the tables of what the ledger says. Broken names the
promise.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tests.simulation.carrier import Carrier, Receipt, Submit, Watch
from tests.simulation.clock import VirtualClock
from tests.simulation.loop import Host, VirtualLoop
from tests.simulation.schedule import Person, Schedule
from tests.simulation.tables import CARRIER, DELIVERED, SENT, UNDELIVERED, UNKNOWN, Broken, Tables

from chappe.messages.model import MessageState, Purpose
from chappe.rules.hours import window
from chappe.sms.receipt import ReceiptState

_ZONES = "Europe/Paris"
_STATES = {
    ReceiptState.DELIVERED: MessageState.DELIVERED,
    ReceiptState.UNDELIVERABLE: MessageState.UNDELIVERED,
    ReceiptState.EXPIRED: MessageState.EXPIRED,
    ReceiptState.REJECTED: MessageState.REJECTED,
}
_QUEUED = int(MessageState.QUEUED)
_SUBMIT_WITHIN = 1.0


class Witness(Watch):
    """Looks at a run and at its end; `broken`: what it found."""

    def __init__(self) -> None:
        self.broken: list[Broken] = []

    def check_end(self, carrier: Carrier, *, planned: bool) -> None:
        """Everything is quiet. `planned`: every campaign was, none was canceled before."""


class Promises(Witness):
    """Of one run."""

    def __init__(self, schedule: Schedule, tables: Tables, loop: VirtualLoop, clock: VirtualClock) -> None:
        super().__init__()
        self._schedule = schedule
        self._tables = tables
        self._loop = loop
        self._clock = clock
        self._last_second: deque[float] = deque()
        self._open: tuple[datetime, datetime] | None = None
        self._unrefused: Counter[tuple[int, int]] = Counter()

    def _number(self, phone: int) -> int:
        """The message for this phone; a broken ledger may have several, or none (0)."""
        found = [one.id for one in self._tables.messages.values() if one.phone == phone]
        return found[0] if len(found) == 1 else 0

    def _break(self, promise: str, what: str) -> None:
        self.broken.append(Broken(promise, f"{what}, at {self._loop.time() - 1_000:.3f} s"))

    # While it runs

    def written(self, host: Host | None, submits: Sequence[Submit]) -> None:
        self._check_owner(host)
        if self._schedule.purpose is Purpose.MARKETING:
            self._check_hours()
        self._check_rate(len(submits))
        for submit in submits:
            found = self._tables.suppressions.get(submit.phone)
            if found is None or (found.scope != "all" and self._schedule.purpose is not Purpose.MARKETING):
                continue
            if self._loop.time() - found.at > _SUBMIT_WITHIN:
                self._break("I4", f"{submit.phone} was suppressed at {found.at - 1_000:.3f} s and submitted")

    def _check_owner(self, host: Host | None) -> None:
        row, owner = self._tables.links[CARRIER], getattr(host, "owner", None)
        if row.owner != owner or row.lease_until is None or row.lease_until < self._loop.time():
            self._break("lease", f"{owner} wrote to the socket of a link leased to {row.owner}")

    def _check_hours(self) -> None:
        now = self._clock.now()
        if self._open is None or not self._open[0] <= now < self._open[1]:
            found = window(_ZONES, now)
            if not found.open:
                self._break("I5", f"marketing was submitted at {now}")
            elif found.opens_at is not None and found.closes_at is not None:
                self._open = (found.opens_at, found.closes_at)

    def _check_rate(self, parts: int) -> None:
        limit = self._schedule.link_rate
        if limit is None:
            return
        now, recent = self._loop.time(), self._last_second
        recent.extend([now] * parts)
        while recent[0] <= now - 1.0:
            recent.popleft()
        if len(recent) > limit:
            self._break("I8", f"{len(recent)} parts in a second, of {limit}")

    def was_read(self, submit: Submit) -> None:
        if submit.status:
            return
        key = (submit.phone, submit.part)
        self._unrefused[key] += 1
        most = 2 if self._schedule.purpose is Purpose.OTP else 1
        if self._unrefused[key] > most:
            promise = "I3" if most == 2 else "I2"
            self._break(promise, f"part {submit.part} for {submit.phone} was submitted again")

    def accepted(self, receipt: Receipt) -> None:
        """The process has answered: then the ledger has it, or the receipts that wait for their message."""
        if receipt.state is ReceiptState.ENROUTE:
            return
        row = self._tables.states.get(self._number(receipt.phone))
        applied = row is not None and row.done_mask & 1 << receipt.part - 1
        if row is not None and row.state == UNDELIVERED and receipt.state is not ReceiptState.DELIVERED:
            applied = True  # one part more that failed: it changes nothing
        if not applied and not any(_names(one.provider_id, receipt) for one in self._tables.parked.values()):
            self._break("ack", f"receipt {receipt.id} of {receipt.phone} was answered and is nowhere on disk")

    # At the end

    def check_end(self, carrier: Carrier, *, planned: bool) -> None:
        """Everything is quiet: every message has its end, and it is the right one. Nobody has a message when
        the campaign was canceled before it was `planned`.
        """
        if not planned:
            if self._tables.messages or carrier.log:
                self._break("I1", "something was planned of a campaign that had been canceled")
            return
        if self._tables.chunks:
            self._break("I1", f"{len(self._tables.chunks)} chunks are left")
        self._check_sums()
        submits: defaultdict[int, list[Submit]] = defaultdict(list)
        receipts: defaultdict[int, list[Receipt]] = defaultdict(list)
        for submit in carrier.log:
            submits[submit.phone].append(submit)
        for receipt in carrier.receipts:
            receipts[receipt.phone].append(receipt)
        for person in self._schedule.people:
            self._check_message(person, submits[person.phone], receipts[person.phone])

    def _check_message(self, person: Person, submits: Sequence[Submit], receipts: Sequence[Receipt]) -> None:
        phone, parts = person.phone, person.parts
        row = self._tables.states.get(self._number(phone))
        if row is None:
            self._break("I1", f"{phone} has no message, several, or one without a state")
            return
        taken = {one.part for one in submits if one.status == 0}
        if self._schedule.purpose is Purpose.OTP:
            # Sent twice, it is billed by the attempt that ended it.
            pass
        elif row.state == UNKNOWN or "" in (row.provider_id, *(row.more_ids or ())):
            # Nobody knows of every part whether the carrier has it.
            if not len(taken) <= row.parts <= max(parts, len(taken)):
                self._break("I7", f"{phone}: {row.parts} parts billed, {len(taken)} taken of {parts}")
            return
        elif row.parts != len(taken):
            self._break("I7", f"{phone}: {row.parts} parts billed, {len(taken)} taken, {row}")
        if row.provider_id is not None:
            self._check_receipts(phone, parts, receipts)

    def _check_receipts(self, phone: int, parts: int, receipts: Sequence[Receipt]) -> None:
        """The carrier's ids are in the row, so what it said of each part must be."""
        row = self._tables.states[self._number(phone)]
        known = {row.provider_id, *(row.more_ids or ())}
        said: defaultdict[int, list[ReceiptState]] = defaultdict(list)
        for one in receipts:
            if one.acked and one.state is not ReceiptState.ENROUTE and one.id in known:
                said[one.part].append(one.state)
        if len(said) == parts and all(ReceiptState.DELIVERED in states for states in said.values()):
            if len([one for one in known if one]) == parts and not _possible(row.state, DELIVERED, said):
                self._break("I1", f"{phone}: all parts were reported delivered, the ledger says {row.state}")
        elif said and row.state == SENT:
            if len(said) == parts or any(ReceiptState.DELIVERED not in states for states in said.values()):
                self._break("I1", f"{phone}: {dict(said)} was reported, the ledger says sent")
        elif row.state == DELIVERED:
            self._break("I1", f"{phone}: {dict(said)} was reported, the ledger says delivered")

    def _check_sums(self) -> None:
        tables = self._tables
        for run, campaign in tables.runs.items():
            messages, parts = tables.counts(run)
            rows = [row for row in tables.states.values() if 0 <= row.id - campaign.lo < campaign.total]
            found = Counter(row.state for row in rows)
            told = Counter({state: n for state, n in messages.items() if n})
            if told != found:
                self._break("I6", f"the counts say {dict(told)}, the rows {dict(found)}")
            if sum(found.values()) != campaign.total:
                self._break("I1", f"{sum(found.values())} of {campaign.total} have a state")
            billed = sum(n for state, n in parts.items() if state != _QUEUED)
            written = sum(row.parts for row in rows)
            if billed != written:
                self._break("I7", f"{billed} parts in the counts, {written} in the rows")


def _names(provider_id: str, receipt: Receipt) -> bool:
    return provider_id in (receipt.id, str(int(receipt.id, 16)))


def _possible(state: int, expected: int, said: dict[int, list[ReceiptState]]) -> bool:
    """Delivered, or what came first where a failure that is final came before the success."""
    firsts = {int(_STATES[states[0]]) for states in said.values()}
    return state == expected or state in firsts - {int(MessageState.UNDELIVERED)}


def campaign_id(seed: int) -> UUID:
    return UUID(int=seed + 1)
