"""Where the sender learns which carriers and routes there are. PostgreSQL answers in production; a simulation
brings its own.
"""

from collections.abc import Sequence
from typing import Protocol

from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import LinkSettings, RouteSettings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.statements import SQL


class Directory(Protocol):
    """Each call raises ServerGone while the server does not answer."""

    async def links(self) -> list[LinkSettings]:
        """Enabled carriers, with their passwords."""
        ...

    async def routes(self) -> list[RouteSettings]: ...

    async def explain(self, links: Sequence[int], why: str) -> None:
        """Show on these links, which nobody holds, why nobody does."""
        ...


class PgDirectory:
    """`Directory` in the engine's role."""

    def __init__(self, db: Database, keys: InstanceKeys) -> None:
        self._db = db
        self._keys = keys

    async def links(self) -> list[LinkSettings]:
        async with self._db.engine_transaction() as conn:
            return await carriers.load_links(conn, self._keys)

    async def routes(self) -> list[RouteSettings]:
        async with self._db.engine_transaction() as conn:
            return await routing.load_routes(conn)

    async def explain(self, links: Sequence[int], why: str) -> None:
        async with self._db.engine_transaction() as conn:
            await conn.execute(SQL.explain_links, list(links), why)
