"""An audience parted into arms, in the transaction that takes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chappe.campaigns.experiments import model, repo
from chappe.campaigns.experiments.model import Arm, Role
from chappe.campaigns.experiments.repo import SQL
from chappe.campaigns.model import Campaign
from chappe.campaigns.variants import repo as variants
from chappe.campaigns.variants.model import FIRST, Difference, Variant, resolved
from chappe.db.pool import Connection


class Split(NamedTuple):
    """How an audience will be parted, before it is."""

    arms: Sequence[Arm]
    variants: Sequence[Variant]
    seed: int


async def split(conn: Connection, campaign: Campaign) -> Split | None:
    """None: everybody gets the campaign's own text."""
    known = await repo.experiment(conn, campaign.workspace_id, campaign.id)
    if known is None:
        return None
    others = await variants.variants(conn, campaign.workspace_id, campaign.id)
    every = {FIRST: Difference(), **others}
    arms = model.arms(sorted(every), known.settings)
    if arms == [Arm(Role.ALL, FIRST, 0)]:
        return None
    seed = await conn.fetchval(SQL.seed, campaign.id)
    texts = [
        resolved(letter, said, campaign.body, campaign.sender_id) for letter, said in sorted(every.items())
    ]
    return Split(arms, texts, seed)


async def buckets(conn: Connection, contact_ids: Sequence[int], seed: int) -> list[int]:
    """The bucket of each contact, in their order: as taking the audience tells it."""
    found: list[int] = await conn.fetchval(SQL.buckets, contact_ids, seed)
    return found


class Parts(NamedTuple):
    """Where an audience goes: run and first bucket of each part, in the order of buckets; run None: those who
    are held out. `held`: the run that waits.
    """

    runs: Sequence[int | None]
    bounds: Sequence[int]
    seed: int
    held: int | None

    def started(self, totals: Mapping[int, int]) -> list[tuple[int, int]]:
        """Runs that get their ids now, with how many."""
        return [(run, totals.get(run, 0)) for run in self.runs if run is not None and run != self.held]


async def parts(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    first: int,
    body: str,
    sender_id: UUID,
    now: datetime,
) -> Parts | None:
    """The runs of a campaign's arms, made now; `first` is the one it has. None: nothing is tested or held."""
    known = await repo.experiment(conn, workspace_id, campaign_id)
    if known is None:
        return None
    others = await variants.variants(conn, workspace_id, campaign_id)
    letters = [FIRST, *sorted(others)]
    arms = model.arms(letters, known.settings)
    if arms == [Arm(Role.ALL, FIRST, 0)]:
        return None
    runs: list[int | None] = []
    held = None
    for number, arm in enumerate(arms, 2):
        if arm.role is None:
            runs.append(None)
        elif arm.letter == FIRST and arm.role is not Role.REST:
            await conn.execute(SQL.first_arm, first, arm.role)
            runs.append(first)
        else:
            said = resolved(arm.letter, others.get(arm.letter, Difference()), body, sender_id)
            waits = arm.role is Role.REST
            values = (arm.role, arm.letter, said.body, said.sender_id, waits)
            runs.append(await conn.fetchval(SQL.arm, workspace_id, campaign_id, number, *values))
            held = runs[-1] if waits else held
    if len(letters) > 1:
        await conn.execute(SQL.begin, campaign_id, now)
    seed = await conn.fetchval(SQL.seed, campaign_id)
    return Parts(runs, [arm.first for arm in arms], seed, held)
