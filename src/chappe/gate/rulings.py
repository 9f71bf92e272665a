"""What a stored decision stands for: a code alone, or a code with the rule that decided and its version.

The ledger keeps one small number for both (`message.decision`). Rulings are written down when they first
decide, in a transaction of their own, so that no planner waits for another's; a process reads each of them
once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements
from chappe.gate.law import Law
from chappe.gate.model import Code, Decision

SQL = load_statements("chappe.gate")

FIRST_RULING: Final = 1_000
"""Below it a stored decision is a code."""

Numbers = Mapping[tuple[Code, str], int]
"""How decisions that rest on a rule are stored."""
NO_RULES: Final[Numbers] = {}


class Ruling(NamedTuple):
    """A decision as it was stored. `rule`, `version` and `source` are None where a fact alone decided;
    `source` also for a rule of the workspace.
    """

    code: Code
    rule: str | None = None
    version: str | None = None
    source: str | None = None


def number_of(decision: Decision, numbers: Numbers) -> int:
    """How the decision is stored."""
    return decision.code if decision.rule is None else numbers[decision.code, decision.rule]


class Rulings:
    """The catalogue, as far as this process has met it. Built once per process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[Code, str], int] = {}

    async def numbers(self, decisions: Iterable[Decision], law: Law) -> Numbers:
        """Numbers for those of the decisions that rest on a rule; new ones are written down at once."""
        needed = {(each.code, each.rule) for each in decisions if each.rule is not None}
        missing = sorted(needed - self._known.keys())
        if missing:
            async with self._db.engine_transaction() as conn:
                await conn.execute(SQL.lock_rulings)
                for code, rule in missing:
                    number = await conn.fetchval(SQL.ruling_number, code, rule, *law.origin(rule))
                    self._known[code, rule] = number
        return self._known if needed else NO_RULES


async def rulings_of(conn: Connection, decisions: Iterable[int]) -> dict[int, Ruling]:
    """What these stored decisions stand for."""
    stored = set(decisions)
    found = {each: Ruling(Code(each)) for each in stored if each < FIRST_RULING}
    ruled = [each for each in stored if each >= FIRST_RULING]
    if ruled:
        for number, code, rule, version, source in await conn.fetch(SQL.rulings, ruled):
            found[number] = Ruling(Code(code), rule, version or None, source or None)
    return found


class Share(NamedTuple):
    """How many of a run's audience a decision met."""

    ruling: Ruling
    n: int


async def note(conn: Connection, workspace_id: int, run_id: int, decided: Mapping[int, int]) -> None:
    """Append how many of a run's recipients were decided how, in the transaction that plans them."""
    if decided:
        await conn.execute(SQL.note_decisions, workspace_id, run_id, list(decided), list(decided.values()))


async def of_runs(conn: Connection, workspace_id: int, run_ids: Sequence[int]) -> Sequence[Share]:
    """How the audience of these runs was decided, as far as it is planned: the most frequent first."""
    rows = await conn.fetch(SQL.decisions_of_runs, workspace_id, run_ids)
    rulings = await rulings_of(conn, [row["decision"] for row in rows])
    return [Share(rulings[decision], n) for decision, n in rows]
