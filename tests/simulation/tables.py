"""The ledger in memory: the rows that the engine's statements read and write, and what must hold of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chappe.engine.model import ExceptionRow, ParkedReceipt, StateRow
from chappe.messages.model import FINAL, MessageState, NewMessage, RunDelta

WORKSPACE = 1
CARRIER = 7
ROUTE = UUID(int=2)
SENT, DELIVERED, UNDELIVERED = (
    int(MessageState.SENT),
    int(MessageState.DELIVERED),
    int(MessageState.UNDELIVERED),
)
UNKNOWN = int(MessageState.UNKNOWN)
_FINAL = frozenset(int(state) for state in FINAL)


class Broken(AssertionError):
    """A promise does not hold. `promise`: I1 to I8, or the name of an invariant they rest on."""

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise = promise


class Duplicate(Exception):
    """A unique index refused a row: the transaction is undone."""


@dataclass(slots=True)
class Chunk:
    """A row of `chunk`."""

    id: int
    run_id: int | None
    lane: int
    lo: int
    hi: int
    due_at: datetime
    window_end: datetime | None
    zones: str | None
    expires_at: datetime | None
    attempt: int = 0
    not_carrier: int | None = None
    state: int = 0
    carrier: int | None = None
    token: int = 0


@dataclass(slots=True)
class Campaign:
    """A campaign with its one run, of the ids `lo ≤ id < lo + total`."""

    id: UUID
    run_id: int
    lo: int
    total: int
    lane: int
    rate: int | None
    state: str = "sending"


@dataclass(slots=True)
class LinkRow:
    """A row of `link`; times are seconds of the server."""

    owner: str | None = None
    token: int = 0
    lease_until: float | None = None
    state: str = "down"
    heartbeat: float = float("-inf")


@dataclass(slots=True)
class Suppression:
    """Committed at `at`, the server's seconds."""

    scope: str
    at: float


@dataclass
class Tables:
    """All rows. What changes a state goes through `put` and `change`, which refuse what no path may do."""

    messages: dict[int, NewMessage] = field(default_factory=dict)
    states: dict[int, StateRow] = field(default_factory=dict)
    chunks: dict[int, Chunk] = field(default_factory=dict)
    campaigns: dict[UUID, Campaign] = field(default_factory=dict)
    runs: dict[int, Campaign] = field(default_factory=dict)
    links: defaultdict[int, LinkRow] = field(default_factory=lambda: defaultdict(LinkRow))
    suppressions: dict[int, Suppression] = field(default_factory=dict)
    parked: dict[int, ParkedReceipt] = field(default_factory=dict)
    deltas: list[RunDelta] = field(default_factory=list)
    exceptions: set[ExceptionRow] = field(default_factory=set)
    held: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1 << 40)))

    def add_chunk(self, **columns: object) -> Chunk:
        chunk = Chunk(next(self.numbers), **columns)  # type: ignore[arg-type]  # columns of a row
        self.chunks[chunk.id] = chunk
        return chunk

    def put(self, rows: list[StateRow]) -> None:
        """New states. Duplicate: one of the messages has a state."""
        for row in rows:
            if row.id in self.states:
                raise Duplicate(row.id)
        self.states.update((row.id, row) for row in rows)

    def end(self, messages: list[NewMessage], state: MessageState, at: datetime) -> None:
        """Messages that never reach a carrier."""
        rows = [(one.id, WORKSPACE, int(state), 0, 0, None, None, 0, 0, None, None, at) for one in messages]
        self.put([StateRow(*row) for row in rows])

    def change(self, row: StateRow) -> None:
        """A state that follows another. Broken: it may not."""
        old = self.states[row.id].state
        if old != row.state and not _may_follow(old, row.state):
            raise Broken("I1", f"message {row.id} went from {MessageState(old).label} back to {row.state}")
        self.states[row.id] = row

    def campaign_of(self, chunk: Chunk) -> Campaign | None:
        return self.runs.get(chunk.run_id) if chunk.run_id is not None else None

    def without_state(self, lo: int, hi: int) -> list[NewMessage]:
        found = (self.messages.get(number) for number in range(lo, hi))
        return [one for one in found if one is not None and one.id not in self.states]

    def counts(self, run: int) -> tuple[Counter[int], Counter[int]]:
        """Messages and parts by state, as the deltas sum up."""
        messages, parts = Counter[int](), Counter[int]()
        for delta in self.deltas:
            if delta.run_id == run:
                messages[delta.state] += delta.n
                parts[delta.state] += delta.parts
        return messages, parts


def _may_follow(old: int, new: int) -> bool:
    if old == UNKNOWN:
        return new == SENT or new in _FINAL
    return (old == SENT and new in _FINAL) or (old, new) == (UNDELIVERED, DELIVERED)
