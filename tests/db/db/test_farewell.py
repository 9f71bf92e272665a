"""The server's farewell to a connection that asked nothing, which the driver takes badly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from chappe.db.errors import ServerGone
from chappe.db.pool import Database

# ErrorResponse (PostgreSQL, frontend/backend protocol, message formats): severity, code, text.
_FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_FAREWELL = b"E" + (len(_FIELDS) + 4).to_bytes(4, "big") + _FIELDS


class Relay:
    """Between a driver and its server: it can speak in the server's name, and leaves the socket open."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._clients: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        self._clients.append(writer)
        await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer))

    async def say(self, message: bytes) -> None:
        for writer in self._clients:
            writer.write(message)
            await writer.drain()
        self._clients.clear()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def relayed(database: Database) -> AsyncIterator[tuple[Database, Relay]]:
    """The same database through a relay."""
    address = urlsplit(database.dsn)
    relay = Relay(parse_qs(address.query)["host"][0] + "/.s.PGSQL.5432")
    async with await asyncio.start_server(relay.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        through = await Database.connect(f"postgresql://{address.username}@127.0.0.1:{port}{address.path}")
        try:
            yield through, relay
        finally:
            await through.close()


async def test_a_farewell_to_an_idle_connection_is_server_gone_and_the_next_one_works(
    database: Database,
) -> None:
    async with relayed(database) as (through, relay):
        async with through.engine_transaction() as connection:
            await connection.execute("select 1")
        await relay.say(_FAREWELL)
        await asyncio.sleep(0.05)  # the driver reads it: nothing that can be waited for tells so
        with pytest.raises(ServerGone):
            async with through.engine_transaction() as connection:
                await connection.execute("select 1")
        async with through.engine_transaction() as connection:
            assert await connection.fetchval("select 1") == 1
