"""One transaction a request, owned by the shell: services never commit.

It begins when a handler first wants its connection, and ends before the first byte of the answer leaves: a
client that has read "201" can rely on it.
"""

from contextlib import AsyncExitStack, suppress

from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database

# In the scope's state.
WORK = "work"


class _Undo(Exception):
    """Thrown into the transaction to roll it back; never leaves this module."""


class Work:
    """The transaction of one request, in the web role, bound to the caller's workspace."""

    def __init__(self, db: Database, workspace_id: int) -> None:
        self._db = db
        self._workspace_id = workspace_id
        self._stack = AsyncExitStack()
        self._conn: Connection | None = None

    async def connection(self) -> Connection:
        """The transaction's connection, begun at the first call. ServerGone when there is no database."""
        if self._conn is None:
            self._conn = await self._stack.enter_async_context(self._db.transaction(self._workspace_id))
        return self._conn

    async def commit(self) -> None:
        """End the transaction, if it was begun. ServerGone: nobody knows whether it was committed."""
        self._conn = None
        await self._stack.aclose()

    async def undo(self) -> None:
        """Roll back, if it was begun and has not ended."""
        if self._conn is None:
            return
        self._conn = None
        # A server that is gone has rolled back by itself.
        with suppress(_Undo, ServerGone):
            await self._stack.__aexit__(_Undo, _Undo(), None)
