"""Which way a message would go: the sender's route, its carriers in order, and which of them is up now.

By the engine's own rules: the sender's own route or the default one (`senders_by_id`), the first carrier
that takes the number and the purpose (`filters`) and is up (`model.taking`), the price of the longest
prefix (`PriceTable`).
"""

from collections.abc import Sequence

import msgspec

from chappe.carriers.coverage import Coverage
from chappe.carriers.model import Carrier, LinkState, Price, Route, Sender, taking
from chappe.carriers.prices import PriceTable


class Step(msgspec.Struct, frozen=True):
    """One carrier of the route. `meant`: its filter lets the message through. `takes`: it would get it now.
    `price` of a part to this number.
    """

    carrier: Carrier
    meant: bool
    up: bool
    takes: bool
    price: Price | None


class Way(msgspec.Struct, frozen=True):
    """`route` is None when the workspace has none. The message is skipped when no carrier is meant to
    take it; while none of those is up, it waits for a link.
    """

    route: Route | None
    steps: Sequence[Step]

    @property
    def meant(self) -> Sequence[Step]:
        return [step for step in self.steps if step.meant]

    @property
    def waits(self) -> bool:
        return bool(self.meant) and not any(step.takes for step in self.steps)


def way_of(covered: Coverage, sender: Sender, phone: int, purpose: str) -> Way:
    """For a number in E.164 digits and a purpose by its word."""
    carriers = covered.through(sender.route_id)
    route = covered.routes.get(sender.route_id) if sender.route_id else None
    filters = dict(route.by_carrier) if route else {}
    meant = {each.number for each in carriers if filters[each.id].takes(purpose, str(phone))}
    prices = PriceTable({each.number: each.prices for each in carriers})
    live = {each.number for each in carriers if each.enabled and each.state is LinkState.BOUND}
    first = taking([each.number for each in carriers if each.number in meant], live)[:1]
    steps = [
        Step(
            carrier=each,
            meant=each.number in meant,
            up=each.number in live,
            takes=each.number in first,
            price=prices.of_carrier(each.number, [phone])[0],
        )
        for each in carriers
    ]
    return Way(route, steps)
