"""/healthz: the process runs. /readyz: it can do its work."""

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from chappe.api.given import Db, Keys
from chappe.db import migrations
from chappe.db.errors import SchemaMismatch
from chappe.db.instance import ensure_instance
from chappe.kit.errors import Problem


class Ready(msgspec.Struct, frozen=True):
    """`status` is ok."""

    status: str


class NotReady(Problem):
    """The process cannot do its work yet."""

    code = "not_ready"
    status = 503
    title = "Not ready"


class Held(Problem):
    """Nothing is sent until a person says so. The word "held" is what the supervisor looks for."""

    code = "held"
    status = 503
    title = "This installation is held"


@get("/healthz", summary="The process runs", tags=["Health"])
async def healthz() -> Ready:
    return Ready("ok")


@get("/readyz", summary="The database answers, is migrated, and nothing is held", tags=["Health"])
async def readyz(db: Db, keys: Keys) -> Ready:
    async with db.engine_transaction() as conn:
        try:
            missing = await migrations.pending(conn)
        except SchemaMismatch as mismatch:
            raise NotReady(mismatch.detail) from mismatch
        if missing:
            raise NotReady(f"{len(missing)} migrations are missing. Run: chappe migrate.")
        instance = await ensure_instance(conn, keys)
    if instance["held_at"] is not None:
        raise Held(
            f"Held: {instance['held_reason']}. Nothing is sent. "
            "To let messages leave again, run: chappe release."
        )
    return Ready("ok")


routes: list[ControllerRouterHandler] = [healthz, readyz]
