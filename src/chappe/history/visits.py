"""What people do on the shop's site, as a shop tells it: events, named as Segment's specification does."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.history.past import Past
from chappe.history.people import phone_of

VIEWED: Final = "Product Viewed"
ADDED: Final = "Product Added"
ORDERED: Final = "Order Completed"
REFUNDED: Final = "Order Refunded"

# (what it is, where it hangs, what it costs)
_ARTICLES: Final = (
    ("Caban marine", "Manteaux", 189.0), ("Trench beige", "Manteaux", 229.0),
    ("Robe longue", "Robes", 89.0), ("Robe portefeuille", "Robes", 79.0),
    ("Marinière", "Hauts", 39.0), ("Chemise en lin", "Hauts", 59.0), ("Pull torsadé", "Hauts", 75.0),
    ("Foulard", "Accessoires", 29.0), ("Béret", "Accessoires", 25.0),
)  # fmt: skip
# Of those who look: who puts something in the cart, and leaves it there.
_LEFT: Final = 0.3
_LOOKERS: Final = 2
"""For each who orders, as many come to look."""


class Visits:
    """Of one shop's site."""

    def __init__(self, past: Past, workspace_id: int, chance: random.Random) -> None:
        self._past = past
        self._workspace_id = workspace_id
        self._chance = chance

    async def record(self, buyers: dict[str, int], people: int) -> None:
        """`buyers`: the number of an order, and which of the `people` made it. Others came to look."""
        now = self._past.clock.now()
        told = [event for order, who in buyers.items() for event in self._order(order, who, now)]
        for _ in range(len(buyers) * _LOOKERS):
            told += self._look(self._chance.randrange(people), now)
        async with self._past.db.engine_transaction() as conn:
            await events.record(conn, self._workspace_id, told, now)

    def _order(self, order: str, who: int, now: datetime) -> Iterator[IncomingEvent]:
        bought = self._chance.sample(_ARTICLES, self._chance.choice((1, 1, 1, 2, 3)))
        at = now - timedelta(minutes=self._chance.randrange(2, 240))
        for name, category, price in bought:
            product = {"name": name, "category": category, "price": price}
            yield _event(VIEWED, who, at - timedelta(minutes=9), product)
            yield _event(ADDED, who, at - timedelta(minutes=4), product)
        total = sum(price for _, _, price in bought)
        yield _event(ORDERED, who, at, {"order_id": order, "total": total, "currency": "EUR"})

    def _look(self, who: int, now: datetime) -> Iterator[IncomingEvent]:
        at = now - timedelta(minutes=self._chance.randrange(10, 240))
        for name, category, price in self._chance.sample(_ARTICLES, self._chance.choice((1, 2, 3))):
            product = {"name": name, "category": category, "price": price}
            yield _event(VIEWED, who, at, product)
            if self._chance.random() < _LEFT:
                yield _event(ADDED, who, at + timedelta(minutes=3), product)


def price(chance: random.Random) -> float:
    """Of one article or two."""
    return sum(one for _, _, one in chance.sample(_ARTICLES, chance.choice((1, 1, 2))))


def _event(name: str, who: int, at: datetime, properties: dict[str, object]) -> IncomingEvent:
    return IncomingEvent(name=name, at=at, phone=phone_of(who), properties=properties)
