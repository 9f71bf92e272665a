"""Which way a message would go: the sender's route, its carriers in order, and which of them is up now.

By the engine's own rules: the sender's own route or the default one (`senders_by_id`), the first carrier that
is up (`model.taking`), the price of the longest prefix (`PriceTable`).
"""

from collections.abc import Sequence

import msgspec

from chappe.carriers.coverage import Coverage
from chappe.carriers.model import Carrier, LinkState, Price, PriceTable, Route, Sender, taking


class Step(msgspec.Struct, frozen=True):
    """One carrier of the route. `takes`: it would get the message now. `price` of a part to this number."""

    carrier: Carrier
    up: bool
    takes: bool
    price: Price | None


class Way(msgspec.Struct, frozen=True):
    """`route` is None when the workspace has none. No step takes it: the message waits for a link."""

    route: Route | None
    steps: Sequence[Step]

    @property
    def waits(self) -> bool:
        return not any(step.takes for step in self.steps)


def way_of(covered: Coverage, sender: Sender, phone: int) -> Way:
    """For a number in E.164 digits."""
    carriers = covered.through(sender.route_id)
    prices = PriceTable({each.number: each.prices for each in carriers})
    live = {each.number for each in carriers if each.enabled and each.state is LinkState.BOUND}
    first = taking([each.number for each in carriers], live)[:1]
    steps = [
        Step(each, each.number in live, each.number in first, prices.of_carrier(each.number, [phone])[0])
        for each in carriers
    ]
    return Way(covered.routes.get(sender.route_id) if sender.route_id else None, steps)
