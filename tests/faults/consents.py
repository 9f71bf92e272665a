"""What people said while a program served, and what must not have been written to them then."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.simulation.lawful.oracle import open_there
from tests.simulation.lawful.people import HOMES

from chappe.lab import checks

# A refusal is heard by the senders within a second; the carrier's process reads a batch late when the machine
# is busy.
HEARD_WITHIN_NS = 1_500_000_000
_FRANCE = HOMES[0]
_PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Words:
    """What one person said, by `time.monotonic_ns()`: a yes when it was begun, a no when it was known."""

    agreed_ns: list[int] = field(default_factory=list)
    # Their own STOP, and the START that takes it back.
    stops: list[tuple[int, bool]] = field(default_factory=list)
    # Asked of us in another way: only a person takes it back, and nobody does here.
    refused_ns: int | None = None

    def forbid(self, at: int) -> str | None:
        if not any(ns <= at for ns in self.agreed_ns):
            return "never agreed"
        if self.refused_ns is not None and at > self.refused_ns + HEARD_WITHIN_NS:
            return f"had refused {(at - self.refused_ns) / 1e9:.3f} s before"
        said = [one for one in self.stops if one[0] <= at]
        if said and said[-1][1] and at > said[-1][0] + HEARD_WITHIN_NS:
            return f"had said STOP {(at - said[-1][0]) / 1e9:.3f} s before"
        return None


@dataclass
class Diary:
    """Of all people, and of the gate's clock: from an instant on, so far from the true time."""

    words: defaultdict[str, Words] = field(default_factory=lambda: defaultdict(Words))
    clock: list[tuple[int, timedelta]] = field(default_factory=list)

    def broken(self, log: Path, texts: frozenset[str]) -> tuple[int, list[str]]:
        """How many of these texts the carrier read, and each that it should not have."""
        found, count = [], 0
        for one in checks.submits(log):
            if one.text not in texts:
                continue
            count += 1
            why = self.words[one.destination].forbid(one.monotonic_ns) or self._hour(one)
            if why is not None:
                found.append(f"{one.destination}: {why}")
        return count, found

    def _hour(self, submit: checks.Submitted) -> str | None:
        place = bisect_right([at for at, _ in self.clock], submit.monotonic_ns) - 1
        moment = datetime.fromtimestamp(submit.time_ns / 1e9, UTC) + self.clock[place][1]
        local = moment.astimezone(_PARIS)
        return None if open_there(_FRANCE, local, careful=True) else f"it was {local:%A %Y-%m-%d %H:%M:%S}"

    def agree(self, phones: Iterable[str], at: int) -> None:
        for phone in phones:
            self.words[phone].agreed_ns.append(at)
