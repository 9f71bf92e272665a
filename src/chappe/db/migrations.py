"""Schema changes: ordered SQL files, applied at start.

Each file `migrations/NNNN_name.sql` runs in a transaction of its own and is recorded with its checksum. An
advisory lock lets one program migrate while the others wait; lock_timeout keeps a migration from queueing
behind a long transaction and stopping everybody who comes after it.

A table too large for one transaction is filled in batches, while programs of the version before send on.
Below a line `-- in batches` the file has one statement: it takes the place that the last batch reached ($1,
null at first), changes a few thousand rows after it, and returns the place it reached, null at the end. Each
batch is a transaction. Nothing is recorded before the last one, so what is above the line must bear being run
again.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources

import asyncpg

from chappe.db.errors import MissingRight, SchemaLocked, SchemaMismatch
from chappe.db.pool import WEB_ROLE, Connection

_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_BATCHES = re.compile(r"^-- in batches$\n", re.MULTILINE)
# One number for all installations; advisory locks are per database.
_LOCK = 0x43484150  # "CHAP"
_LOCK_TIMEOUT = "10s"
# A vacuum gives way once it has been waited for; a backup does not.
_TRIES = 3
_BETWEEN_TRIES = 2.0

_TABLE = """
create table if not exists schema_migration (
    number integer primary key,
    name text not null,
    checksum bytea not null,
    applied_at timestamptz not null default now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def at_once(self) -> str:
        """What runs in one transaction."""
        return _BATCHES.split(self.sql)[0]

    @property
    def batch(self) -> str | None:
        """The statement that is repeated after it."""
        _, *batch = _BATCHES.split(self.sql, maxsplit=1)
        return batch[0] if batch else None

    @property
    def checksum(self) -> bytes:
        """Of the text with spaces at line ends ignored, so that an editor's clean-up is not a change."""
        text = "\n".join(line.rstrip() for line in self.sql.strip().splitlines())
        return hashlib.sha256(text.encode()).digest()


def known_migrations() -> list[Migration]:
    """The files this program carries, in order. SchemaMismatch when a number is missing or given twice."""
    found = []
    for file in resources.files("chappe.db").joinpath("migrations").iterdir():
        if match := _FILE_NAME.fullmatch(file.name):
            found.append(Migration(int(match[1]), file.name[:-4], file.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise SchemaMismatch("The migrations are not numbered 1, 2, 3…: the installation is damaged.")
    return found


async def pending(connection: Connection) -> list[Migration]:
    """What `migrate` would apply. SchemaMismatch when the schema is newer than the program, or was
    altered.
    """
    known = known_migrations()
    return known[len(await _applied(connection, known)) :]


async def migrate(connection: Connection) -> list[int]:
    """Apply what is missing and return the numbers. `connection` is of the role that owns the tables.

    SchemaMismatch as for `pending`; SchemaLocked when a table is in use for long; MissingRight when the web
    role can be neither made nor used. A
    statement that fails raises its own error and leaves the schema after the last whole file.
    """
    known = known_migrations()
    applied: list[int] = []
    # Waits as long as another program migrates. A session lock: each file commits on its own.
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        await ensure_web_role(connection)
        for migration in known[len(await _applied(connection, known)) :]:
            await _apply(connection, migration)
            applied.append(migration.number)
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _LOCK)
    return applied


async def ensure_web_role(connection: Connection) -> None:
    """Make the role of the web, which the whole server shares, and make sure this user may become it."""
    exists = await connection.fetchval("select 1 from pg_roles where rolname = $1", WEB_ROLE)
    try:
        if not exists:
            await _ignore_taken(connection, f"create role {WEB_ROLE} nologin")
        if not await connection.fetchval("select pg_has_role(current_user, $1, 'member')", WEB_ROLE):
            await _ignore_taken(connection, f"grant {WEB_ROLE} to current_user")
    except asyncpg.InsufficientPrivilegeError:
        user = await connection.fetchval("select current_user")
        raise MissingRight(
            f"The role {WEB_ROLE} is missing. As an administrator of the server run: "
            f"create role {WEB_ROLE} nologin; grant {WEB_ROLE} to {user};"
        ) from None


async def _ignore_taken(connection: Connection, statement: str) -> None:
    """Another database of the same server may do the same at this moment."""
    try:
        await connection.execute(statement)
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        return
    except asyncpg.InternalServerError as error:
        if "tuple concurrently updated" not in str(error):
            raise


async def _applied(connection: Connection, known: list[Migration]) -> list[int]:
    if await connection.fetchval("select to_regclass('schema_migration')") is None:
        return []
    rows = await connection.fetch("select number, name, checksum from schema_migration order by number")
    for row, migration in zip(rows, known, strict=False):
        if row["number"] != migration.number or row["name"] != migration.name:
            raise SchemaMismatch(
                f"Migration {row['name']} of the database is not the one of this program ({migration.name}). "
                "Run the program that made the database, or restore a backup."
            )
        if row["checksum"] != migration.checksum:
            raise SchemaMismatch(
                f"The text of migration {migration.name} was changed after it ran in this database, so the "
                f"tables may not be those this program expects. Put the file migrations/{migration.name}.sql "
                "back as it was when it ran and make the change in a new migration, or reinstall the program."
            )
    if len(rows) > len(known):
        raise SchemaMismatch(
            f"The database was migrated by a newer program (to {rows[-1]['name']}, this program knows "
            f"{len(known)} migrations). Install that version or a newer one."
        )
    return [row["number"] for row in rows]


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        await _apply_patiently(connection, migration)
    except asyncpg.InsufficientPrivilegeError as error:
        user, database = await connection.fetchrow("select current_user, current_database()") or ("?", "?")
        raise MissingRight(
            f"The schema cannot be made: {error}. The program's role must own its database. As an "
            f'administrator of the server run: alter database "{database}" owner to "{user}";'
        ) from None


async def _apply_patiently(connection: Connection, migration: Migration) -> None:
    """Between two tries those go on who came after us."""
    for left in reversed(range(_TRIES)):
        try:
            await _apply_whole(connection, migration)
            return
        except asyncpg.LockNotAvailableError as error:
            if not left:
                raise SchemaLocked(
                    f"Migration {migration.name} waits for a lock that another program holds for long, "
                    f"perhaps a backup: {error}. Nothing was lost; start again when it has ended."
                ) from error
        await asyncio.sleep(_BETWEEN_TRIES)


async def _apply_whole(connection: Connection, migration: Migration) -> None:
    async with _brief(connection):
        await connection.execute(_TABLE)
        await connection.execute(migration.at_once)
        if migration.batch is None:
            await _record(connection, migration)
            return
    reached: int | None = None
    while True:
        async with _brief(connection):
            reached = await connection.fetchval(migration.batch, reached)
            if reached is None:
                await _record(connection, migration)
                return


@asynccontextmanager
async def _brief(connection: Connection) -> AsyncIterator[None]:
    """A transaction that waits for no lock for long."""
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
        yield


async def _record(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        "insert into schema_migration (number, name, checksum) values ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )
