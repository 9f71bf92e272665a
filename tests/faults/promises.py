"""The promises I1–I8 (ARCHITECTURE.md), asked of the carrier's own log and of the database.

`keep_promises` is called when a campaign is over. It raises AssertionError with every promise that was
broken, each with examples, and returns what was counted, for docs/guarantees.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from tests.faults.recounted import miscounted

from chappe.db.pool import Database
from chappe.lab import checks
from chappe.lab.checks import Submitted
from chappe.messages.model import FINAL, MessageState

# I4: what the sender may take to hear of a suppression.
_HEARD_WITHIN_NS = 1_000_000_000
# I8 holds at the socket write; the carrier's process reads a batch late when the machine is busy, and the
# next one in time. Twice the rate (two owners, messages counted for parts) is far outside.
_READ_LATE = 1.1
_EXAMPLES = 5


class Row(NamedTuple):
    """A message of the campaign with its state; `state` None: it has none."""

    id: int
    phone: str
    state: MessageState | None
    billed: int
    ids: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class Figures:
    """What was counted. `submits` and `refused` are parts; `never_written`: unknown messages that the carrier
    has not seen; `busiest`: parts in the busiest sliding second, by carrier.
    """

    accepted: int
    states: dict[str, int]
    submits: int
    refused: int
    never_written: int
    billed: int
    busiest: dict[str, int]

    @property
    def unknown(self) -> int:
        return self.states.get(MessageState.UNKNOWN.label, 0)


@dataclass
class Broken:
    """The promises that were found broken."""

    found: list[str] = field(default_factory=list)

    def all(self, promise: str, what: str, examples: Iterable[object]) -> None:
        """None of these should exist."""
        if guilty := list(examples):
            self.found.append(f"{promise}: {len(guilty)} × {what}, such as {guilty[:_EXAMPLES]}")

    def equal(self, promise: str, what: str, left: object, right: object) -> None:
        if left != right:
            self.found.append(f"{promise}: {what}: {left} ≠ {right}")


async def keep_promises(
    db: Database,
    log: Path,
    campaign: UUID,
    *,
    tries: int = 1,
    stops: Mapping[str, int] | None = None,
    hours: Callable[[datetime], bool] | None = None,
    limits: Mapping[str, int] | None = None,
    since_ns: int = 0,
    others: frozenset[str] = frozenset(),
    body: str | None = None,
    told: str = "",
) -> Figures:
    """Hold a finished campaign against the carrier's log and the ledger.

    `tries`: submits of one part that are allowed (2 for a one-time password, I3). `stops`: number → instant
    of `time.monotonic_ns()` at which its suppression was committed. `hours`: whether a submit may be made at
    a moment of the real clock. `limits`: carrier → parts per second. `since_ns`: the log before is another
    campaign's, to the same people. `others`: numbers (digits) that got other messages meanwhile; `body`:
    texts that are not this one are other messages. `told` is said with a failure (a seed).
    """
    rows = await _rows(db, campaign)
    submits = [
        one
        for one in checks.submits(log)
        if one.monotonic_ns >= since_ns and one.destination not in others and body in (None, one.text)
    ]
    broken = Broken()
    _one_state_each(broken, rows)
    _no_part_twice(broken, submits, tries)
    _nothing_lost(broken, rows, submits)
    _suppressed_in_time(broken, submits, stops or {})
    broken.all("I5", "a submit outside the hours", _outside(submits, hours))
    await _counts_agree(broken, db, campaign, rows)
    broken.all("I6", "count that a recount does not confirm", await miscounted(db))
    _billed_as_submitted(broken, rows, submits)
    busiest = {carrier: checks.busiest_second(log, carrier) for carrier in limits or {}}
    broken.all(
        "I8",
        "too many parts in a second",
        [(name, n) for name, n in busiest.items() if n > (limits or {})[name] * _READ_LATE],
    )
    figures = _figures(rows, submits, busiest)
    assert not broken.found, "\n".join([told, *broken.found, str(figures)])
    return figures


async def _rows(db: Database, campaign: UUID) -> list[Row]:
    found = await db.engine.fetch(
        "select m.id, m.phone, s.state, s.parts, s.provider_id, s.more_ids, s.reason"
        "  from campaign_run r"
        "  join message m on m.id >= r.base_id and m.id < r.base_id + r.total"
        "  left join message_state s on s.id = m.id and s.id >= r.base_id and s.id < r.base_id + r.total"
        " where r.campaign_id = $1",
        campaign,
    )
    return [
        Row(
            row["id"],
            str(row["phone"]),
            None if row["state"] is None else MessageState(row["state"]),
            row["parts"] or 0,
            tuple(filter(None, [row["provider_id"], *(row["more_ids"] or [])])),
            row["reason"],
        )
        for row in found
    ]


def _one_state_each(broken: Broken, rows: list[Row]) -> None:
    """I1. That there is no second row of state is the primary key's doing."""
    broken.equal(
        "I1", "rows of the ledger and different numbers", len(rows), len({row.phone for row in rows})
    )
    ended = {*FINAL, MessageState.UNKNOWN}
    broken.all("I1", "without a final state", [row for row in rows if not _ended(row, ended)])


def _ended(row: Row, ended: set[MessageState]) -> bool:
    return row.state in ended or (row.state is MessageState.SENT and row.reason == "no_receipt")


def _no_part_twice(broken: Broken, submits: list[Submitted], tries: int) -> None:
    """I2, I3: a part is submitted again only when the carrier has explicitly refused it."""
    times = Counter((one.destination, one.part) for one in submits if not one.status)
    broken.all("I2", "a part more often than allowed", [(p, n) for p, n in times.items() if n > tries])


def _nothing_lost(broken: Broken, rows: list[Row], submits: list[Submitted]) -> None:
    """What the ledger says the carrier has, the carrier has, under the very ids that it gave."""
    given: dict[str, set[str]] = defaultdict(set)
    for one in submits:
        if one.id is not None:
            given[one.destination].add(one.id)
    seen = {one.destination for one in submits}
    reached = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED)
    broken.all(
        "I1", "never reached the carrier", [r for r in rows if r.state in reached and r.phone not in seen]
    )
    broken.all(
        "I1", "an id the carrier did not give", [r for r in rows if not given[r.phone].issuperset(r.ids)]
    )
    broken.all("I1", "sent to nobody's number", seen - {row.phone for row in rows})


def _suppressed_in_time(broken: Broken, submits: list[Submitted], stops: Mapping[str, int]) -> None:
    committed = {number.removeprefix("+"): moment for number, moment in stops.items()}
    late = [
        (one.destination, f"{(one.monotonic_ns - committed[one.destination]) / 1e9:.2f} s after")
        for one in submits
        if one.destination in committed and one.monotonic_ns > committed[one.destination] + _HEARD_WITHIN_NS
    ]
    broken.all("I4", "a submit after a suppression", late)


def _outside(submits: list[Submitted], hours: Callable[[datetime], bool] | None) -> list[str]:
    if hours is None:
        return []
    moments = ((one.destination, datetime.fromtimestamp(one.time_ns / 1e9, UTC)) for one in submits)
    return [f"{number} at {moment:%H:%M:%S}" for number, moment in moments if not hours(moment)]


async def _counts_agree(broken: Broken, db: Database, campaign: UUID, rows: list[Row]) -> None:
    """I6: what the campaign's page counts, folded or not yet, is what the rows are."""
    found = await db.engine.fetch(
        "select state, sum(n)::bigint as n, sum(parts)::bigint as parts"
        " from (select run_id, state, n, parts from run_count"
        "       union all select run_id, state, n, parts from run_delta) d"
        " where run_id in (select id from campaign_run where campaign_id = $1) group by 1",
        campaign,
    )
    counted = {MessageState(row["state"]): row["n"] for row in found if row["n"]}
    broken.equal("I6", "counts and rows", counted, dict(Counter(row.state for row in rows)))
    # Parts that were planned are counted under QUEUED and stay there.
    billed = sum(row["parts"] for row in found if row["state"] != MessageState.QUEUED)
    broken.equal("I7", "parts counted and parts of the rows", billed, sum(row.billed for row in rows))


def _billed_as_submitted(broken: Broken, rows: list[Row], submits: list[Submitted]) -> None:
    """I7: parts that the carrier accepted. Of an unknown message it is the most that it can have."""
    accepted = Counter(one.destination for one in submits if one.status == 0)
    wrong = [
        (row, accepted[row.phone])
        for row in rows
        if row.billed < accepted[row.phone]
        or (row.billed > accepted[row.phone] and row.state is not MessageState.UNKNOWN)
    ]
    broken.all("I7", "parts billed, and others accepted", wrong)


def _figures(rows: list[Row], submits: list[Submitted], busiest: dict[str, int]) -> Figures:
    states = Counter("none" if row.state is None else row.state.label for row in rows)
    seen = {one.destination for one in submits}
    unknown = [row for row in rows if row.state is MessageState.UNKNOWN]
    return Figures(
        accepted=len(rows),
        states=dict(states),
        submits=len(submits),
        refused=sum(bool(one.status) for one in submits),
        never_written=sum(row.phone not in seen for row in unknown),
        billed=sum(row.billed for row in rows),
        busiest=busiest,
    )
