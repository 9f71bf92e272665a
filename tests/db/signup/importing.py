"""What tests of imports share: a workspace with one list, and files imported into it."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.signup import service
from chappe.signup.jobs import run_next_import
from chappe.signup.model import Import, NewImport

ANNA, BORIS = 33612345678, 33698765432
PROOF = StatedConsent(basis="express", source="shop form", text="I agree to receive texts from ACME")
FILE = "Portable;Prénom;Ville\n0612345678;Anna;Lyon\n06 98 76 54 32;Boris;Nice\n"


class Imports:
    """A workspace with one list, and files imported into it."""

    def __init__(self, database: Database, clock: FakeClock, workspace_id: int, list_id: UUID) -> None:
        self.database = database
        self.clock = clock
        self.workspace_id = workspace_id
        self.list_id = list_id

    async def upload(
        self,
        data: bytes,
        *,
        proof: StatedConsent | None = PROOF,
        mapping: Mapping[str, str | None] | None = None,
        country: str | None = "FR",
        list_id: UUID | None = None,
    ) -> Import:
        new = NewImport(
            list_id=list_id or self.list_id,
            filename="clients.csv",
            default_country=country,
            consent=proof,
            mapping=None if mapping is None else dict(mapping),
        )
        # As the API does it: under row-level security.
        async with self.database.transaction(self.workspace_id) as conn:
            return await service.open_import(conn, self.workspace_id, new, blocks(data))

    async def run(self, text: str | bytes, **options: object) -> Import:
        data = text if isinstance(text, bytes) else text.encode()
        opened = await self.upload(data, **options)  # type: ignore[arg-type]  # the options of upload
        assert await run_next_import(self.database, self.clock)
        return await self.look(opened.id)

    async def look(self, import_id: UUID) -> Import:
        async with self.database.transaction(self.workspace_id) as conn:
            return await service.get_import(conn, self.workspace_id, import_id)

    async def attributes(self) -> dict[int, dict[str, str]]:
        rows = await self.database.engine.fetch("select phone, attributes from contact order by phone")
        return {row["phone"]: row["attributes"] for row in rows}

    async def consents(self) -> dict[int, str]:
        rows = await self.database.engine.fetch(
            "select phone, k.state from consent k join contact c on c.id = k.contact_id"
        )
        return {row["phone"]: row["state"] for row in rows}

    async def members(self) -> int:
        async with self.database.transaction(self.workspace_id) as conn:
            return await contacts.size_of_list(conn, self.workspace_id, self.list_id)


async def blocks(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def counts(done: Import) -> dict[str, int]:
    names = ("rows_read", "created", "updated", "unchanged", "duplicates", "rejected", "suppressed")
    return {name: getattr(done, name) for name in names if getattr(done, name)}
