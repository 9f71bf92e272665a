"""A workspace whose ledger is written and sealed."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from chappe.consent import service
from chappe.consent.inbound import handle_inbound_text
from chappe.consent.ledger.sealing import seal_waiting, sealing_key
from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock

WORDS = "I agree to receive offers by text from ACME"
PROOF = StatedConsent(basis="express", source="shop form", text=WORDS)


@dataclass(frozen=True, slots=True)
class Ledger:
    database: Database
    keys: InstanceKeys
    clock: FakeClock
    here: int

    async def granted(self, phones: Sequence[int]) -> dict[int, int]:
        """New contacts who agreed; their keys by number."""
        async with self.database.engine_transaction() as conn:
            rows = [IncomingContact(phone=phone, zones="Europe/Paris") for phone in phones]
            merged = await contacts.merge(conn, self.here, rows)
            wording = await service.keep_wording(conn, self.here, WORDS)
            known = {answer.id: phone for answer, phone in zip(merged, phones, strict=True)}
            await service.grant_marketing(conn, self.here, [], PROOF, wording, new=known)
        return {phone: key for key, phone in known.items()}

    async def said(self, phone: int, text: str) -> None:
        async with self.database.engine_transaction() as conn:
            await handle_inbound_text(conn, self.here, phone, "36200", text, at=self.clock.now())

    async def seal(self) -> int:
        """Everything that waits; how many events."""
        sealed = 0
        while more := await seal_waiting(self.database, sealing_key(self.keys), self.clock):
            sealed += more
        return sealed


@pytest.fixture
async def ledger(database: Database, keys: InstanceKeys, clock: FakeClock) -> Ledger:
    here = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return Ledger(database, keys, clock, here)
