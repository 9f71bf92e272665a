"""What a server must be before anything is entrusted to it."""

from chappe.db.errors import UnsafeServer
from chappe.db.pool import Connection

OLDEST = 15
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


async def refuse_unsafe(connection: Connection) -> None:
    """UnsafeServer when the server is older than 15, or may lose a commit that it has reported.

    `synchronous_commit` is read in our own session: a role or a database may have its own value.
    """
    version = int(await connection.fetchval("show server_version_num")) // 10_000
    if version < OLDEST:
        raise UnsafeServer(
            f"The database server is PostgreSQL {version}; {OLDEST} or newer is needed. Upgrade it, or unset "
            "CHAPPE_DATABASE_URL to use the embedded one."
        )
    for name in _DURABLE:
        if await connection.fetchval("select current_setting($1)", name) == "off":
            raise UnsafeServer(
                f"{name} is off on the database server: after a crash, messages that were sent would be sent "
                f"again, or lost. Set {name} = on and start again."
            )
