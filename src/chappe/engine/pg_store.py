"""The engine's store on PostgreSQL: the only reader of the room's `queries.sql`.

Claims, submit results and receipts each have a connection of their own, so that none waits for another.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chappe.campaigns import runs as campaign_runs
from chappe.consent import service as consent
from chappe.db.pool import Database
from chappe.engine import pg_lookup, pg_receipts, pg_results
from chappe.engine.connection import Joins, PinnedConnection
from chappe.engine.exchanges import Exchange
from chappe.engine.lanes import QUICK
from chappe.engine.model import (
    LEASE_SECONDS,
    Ask,
    CampaignState,
    ClaimedChunk,
    ClaimRequest,
    FinalStates,
    Found,
    Grant,
    LinkReport,
    LinkSession,
    Outgoing,
    ParkedReceipt,
    Results,
    RunRange,
    SentPage,
)
from chappe.engine.runs import Runs
from chappe.engine.statements import SQL
from chappe.engine.store import LeaseLost


class PgStore:
    """`Store` on a database. `close` gives its connections back; `sessions` is their name there, by which
    the next owner of a link ends them (`Owner.sessions`).
    """

    def __init__(self, db: Database, *, sessions: str = "chappe") -> None:
        self._db = db
        self._number_keys = db.number_keys
        self._claims = PinnedConnection(db, Joins.PROBES, sessions)
        # Passwords wait for no read of thousands.
        self._quick = PinnedConnection(db, Joins.PROBES, sessions)
        self._submits = PinnedConnection(db, Joins.HASHES, sessions)
        self._receipts = PinnedConnection(db, Joins.HASHES, sessions)
        # Leases must be renewed however busy the others are.
        self._leases = PinnedConnection(db, Joins.ANY, sessions)
        self._readers = PinnedConnection(db, Joins.PROBES, sessions)
        self._days = PinnedConnection(db, Joins.PROBES, sessions)
        self._lookup = pg_lookup.Lookup()

    async def close(self) -> None:
        for connection in (
            self._claims,
            self._quick,
            self._submits,
            self._receipts,
            self._leases,
            self._readers,
            self._days,
        ):
            await connection.close()

    def _claiming(self, lanes: Sequence[int]) -> PinnedConnection:
        return self._quick if all(lane in QUICK for lane in lanes) else self._claims

    # Leases

    async def lease_link(self, carrier: int, workspace_id: int, owner: str) -> Grant | None:
        async with self._leases.use() as conn:
            await conn.execute(SQL.end_former_owner, carrier, owner)
        async with self._leases.use() as conn, conn.transaction():
            row = await conn.fetchrow(SQL.link_row, carrier)
            token = await conn.fetchval(SQL.take_link, carrier, workspace_id, owner, LEASE_SECONDS)
            if token is None:
                return None
            return Grant(LinkSession(carrier, workspace_id, token), row["owner"] if row else None)

    async def renew_link(self, link: LinkSession, report: LinkReport) -> bool:
        async with self._leases.use() as conn:
            found = await conn.fetchval(SQL.renew_link, link.carrier, link.token, LEASE_SECONDS, *report)
        return found is not None

    async def keep_exchanges(self, link: LinkSession, exchanges: Sequence[Exchange]) -> None:
        async with self._leases.use() as conn, conn.transaction():
            await conn.execute(
                SQL.exchanges_add, link.carrier, link.token, *map(list, zip(*exchanges, strict=True))
            )
            await conn.execute(SQL.exchanges_drop, link.carrier)

    async def release_link(self, link: LinkSession) -> None:
        async with self._leases.use() as conn:
            await conn.execute(SQL.release_link, link.carrier, link.token)

    async def live_links(self) -> set[int]:
        async with self._leases.use() as conn:
            return {row[0] for row in await conn.fetch(SQL.live_links)}

    async def held(self) -> bool:
        async with self._leases.use() as conn:
            return bool(await conn.fetchval(SQL.held))

    # Dispatch

    async def claim(self, link: LinkSession, request: ClaimRequest) -> list[ClaimedChunk]:
        shares = request.shares
        async with self._claiming(request.lanes).use() as conn:
            rows = await conn.fetch(
                SQL.claim_chunks,
                link.carrier,
                link.token,
                list(request.lanes),
                [share.route_id for share in shares],
                [share.alone for share in shares],
                [share.other for share in shares],
                request.due,
                request.most,
                self._number_keys.ids,
            )
        return [ClaimedChunk(*row) for row in rows]

    async def outgoing(self, chunks: Sequence[ClaimedChunk]) -> list[Outgoing]:
        async with self._claiming([chunk.lane for chunk in chunks]).use() as conn:
            rows = await conn.fetch(SQL.outgoing, [one.lo for one in chunks], [one.hi for one in chunks])
        return [_outgoing(row) for row in rows]

    async def leased_chunks(self, link: LinkSession) -> list[ClaimedChunk]:
        async with self._claims.use() as conn:
            return [ClaimedChunk(*row) for row in await conn.fetch(SQL.leased_chunks, link.carrier)]

    async def adopt(self, link: LinkSession) -> None:
        async with self._claims.use() as conn:
            if not await conn.fetchval(SQL.adopt_chunks, link.carrier, link.token):
                raise _lost(link)

    async def suppressed(self, workspace_id: int, phones: Sequence[int]) -> dict[int, str]:
        async with self._claims.use() as conn:
            rows = await conn.fetch(SQL.suppressed_now, workspace_id, list(phones))
            hashed = await consent.hashed_scopes(conn, workspace_id, phones, self._number_keys)
        found = {phone: scope.value for phone, scope in hashed.items()}
        # "all" sorts before "marketing", and wins.
        return found | {row["phone"]: min(row["scope"], found.get(row["phone"], "~")) for row in rows}

    async def pause_campaigns(self, why: Mapping[UUID, str]) -> None:
        async with self._claims.use() as conn, conn.transaction():
            for campaign, reason in why.items():
                await campaign_runs.stop(conn, campaign, reason)

    async def campaign_states(self, campaigns: Sequence[UUID]) -> dict[UUID, CampaignState]:
        async with self._claims.use() as conn:
            rows = await conn.fetch(SQL.campaign_states, list(campaigns))
        return {row["id"]: CampaignState(row["sending"], row["parts_per_second"]) for row in rows}

    # Results

    async def record(self, link: LinkSession, results: Results, *, again: bool) -> None:
        async with self._submits.use() as conn:
            if again and await pg_results.was_recorded(conn, link, results):
                return
            async with conn.transaction():
                if not await pg_results.write(conn, link, results):
                    raise _lost(link)

    async def apply_receipts(
        self, link: LinkSession, found: FinalStates, runs: Runs, at: datetime
    ) -> list[int]:
        batch = pg_receipts.Batch(link, found, runs, at)
        async with self._receipts.use() as conn:
            if found.delivered or found.rows:
                try:
                    async with conn.transaction():
                        await pg_receipts.apply_plain(conn, batch)
                    return []
                except pg_receipts.NotPlain:
                    pass  # rolled back: some are final already, have several parts, or no row
            async with conn.transaction():
                missing = await pg_receipts.apply(conn, batch)
                if not await conn.fetchval(SQL.fence, link.carrier, link.token):
                    raise _lost(link)
                return missing

    async def park(self, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
        async with self._receipts.use() as conn:
            ids = await pg_receipts.park(conn, link, receipts)
        if receipts and not ids:
            raise _lost(link)
        return ids

    async def parked(self, link: LinkSession, since: datetime) -> list[ParkedReceipt]:
        async with self._receipts.use() as conn:
            return [ParkedReceipt(*row) for row in await conn.fetch(SQL.parked_receipts, link.carrier, since)]

    async def forget_parked(self, link: LinkSession, before: datetime) -> int:
        async with self._receipts.use() as conn:
            status = await conn.execute(SQL.forget_parked_receipts, link.carrier, before)
        return int(status.rpartition(" ")[2])

    async def find_sent(
        self, link: LinkSession, provider_ids: Sequence[str], since: int, until: int, *, ask: Ask
    ) -> Found:
        # Reading a day takes seconds: those who are answered by an index do not wait for it.
        reader = self._days if ask is Ask.READ else self._readers
        async with reader.use() as conn:
            return await self._lookup.find(conn, link.carrier, provider_ids, since, until, ask)

    async def sent_below(self, link: LinkSession, since: int, below: int) -> SentPage:
        async with self._readers.use() as conn:
            return await pg_lookup.sent_below(conn, link.carrier, since, below)

    async def runs_between(self, lo: int, hi: int) -> list[RunRange]:
        async with self._readers.use() as conn:
            return [RunRange(*row) for row in await conn.fetch(SQL.runs_between, lo, hi)]


def _outgoing(row: asyncpg.Record) -> Outgoing:
    """Aggregates of no row are null."""
    suppressed = frozenset[int](row["suppressed"] or ())
    gone = frozenset[int](row["gone"] or ()) - suppressed
    return Outgoing(
        row["ids"] or (),
        row["phones"] or (),
        row["bodies"] or (),
        dict(zip(row["long"] or (), row["parts"] or (), strict=True)),
        dict(zip(row["expiring"] or (), row["expiries"] or (), strict=True)),
        suppressed | gone,
        row["hashed"],
        gone,
    )


def _lost(link: LinkSession) -> LeaseLost:
    return LeaseLost(f"Link {link.carrier} has another owner. This process drops what it holds of it.")
