"""What the shop has: a carrier, a sender, lists and the people on them, by the product's own services."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chappe.carriers import service as carriers
from chappe.carriers.model import Price, SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.contacts import service as contacts
from chappe.db.keys import InstanceKeys
from chappe.history.past import Past
from chappe.history.people import people_csv, phone_of
from chappe.history.story import CARD, SENDER, SHOP, SOURCE, WORDING
from chappe.signup import service as signup
from chappe.signup.jobs import run_next_import
from chappe.signup.model import NewImport, StatedConsent

CARRIER_NAME = "Carrier lab"
PRICES = (Price(prefix="33", price=Decimal("0.045"), currency="EUR"),)


class Shop(NamedTuple):
    """The ids of what a campaign names; `lists` by name."""

    workspace_id: int
    carrier_id: UUID
    sender_id: UUID
    lists: dict[str, UUID]


async def open_shop(past: Past, keys: InstanceKeys, workspace_id: int, address: tuple[str, int]) -> Shop:
    """Carrier, sender and empty lists. The carrier has no rate yet: the past's minutes are short."""
    host, port = address
    link = SmppSettings(host=host, port=port, system_id="demo", window=1_000)
    async with past.db.engine_transaction() as conn:
        carrier = await carriers.create_carrier(
            conn,
            keys,
            workspace_id,
            name=CARRIER_NAME,
            settings=link,
            password="demo",  # noqa: S106 (the lab's)
            prices=PRICES,
            simulated=True,
        )
        sender = await carriers.create_sender(conn, workspace_id, address=SENDER, kind=SenderKind.SHORT_CODE)
        lists = {name: (await contacts.create_list(conn, workspace_id, name)).id for name in (SHOP, CARD)}
    return Shop(workspace_id, carrier.id, sender.id, lists)


async def welcome(past: Past, shop: Shop, first: int, count: int, *, loyal: int, filename: str) -> None:
    """These people come in by an import, with their consent; the first `loyal` of all have a card."""
    consent = StatedConsent(basis="express", source=SOURCE, text=WORDING)
    async with past.db.engine_transaction() as conn:
        new = NewImport(
            list_id=shop.lists[SHOP], filename=filename, default_country="FR", consent=consent, mapping=None
        )
        await signup.open_import(conn, shop.workspace_id, new, _one(people_csv(count, first=first)))
    await run_next_import(past.db, past.clock)
    holders = [phone_of(n) for n in range(first, min(first + count, loyal))]
    if holders:
        async with past.db.engine_transaction() as conn:
            known = await contacts.ids_by_phone(conn, shop.workspace_id, holders)
            await contacts.join_list(conn, shop.workspace_id, shop.lists[CARD], list(known.values()))


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data
