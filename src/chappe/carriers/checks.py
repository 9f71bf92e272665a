"""What is asked of a carrier, its prices and its name before the database is: rules without it, and the
errors that tell what to do.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from chappe.carriers.errors import (
    BadPrices,
    DemoClockSet,
    NameTaken,
    NotSimulated,
    SenderExists,
    SimulatedOnly,
)
from chappe.carriers.model import Price
from chappe.carriers.settings import SmppSettings
from chappe.config.settings import is_loopback


def checked_prices(prices: Sequence[Price]) -> Sequence[Price]:
    seen = set()
    for number, price in enumerate(prices):
        if (price.prefix, price.since) in seen:
            when = f" from {price.since} on" if price.since else ""
            raise BadPrices(
                f"The prefix {price.prefix or '(empty)'} has two prices{when}. Keep one.",
                field=f"prices[{number}].prefix",
            )
        seen.add((price.prefix, price.since))
    if len({price.currency for price in prices}) > 1:
        raise BadPrices("A carrier bills in one currency. Give every price in it.", field="prices")
    return prices


def check_simulated(simulated: bool, settings: SmppSettings) -> None:
    if simulated and not is_loopback(settings.host):
        raise NotSimulated(
            f"{settings.host} is another machine. Leave simulated out: it marks the carrier lab of this one.",
            field="simulated",
        )


@contextmanager
def only_simulated_among_test_data() -> Iterator[None]:
    """The database refuses the row (0012_access.sql), however it is written; here it is said in words."""
    try:
        yield
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "carrier_of_test_is_simulated":
            raise
        raise SimulatedOnly(
            "These are the test data, and what is sent from them reaches simulated phones alone. Give the "
            "address of the carrier lab and simulated: true, or use a live key.",
            field="simulated",
        ) from None


def sender_exists(address: str) -> SenderExists:
    return SenderExists(
        f"The workspace has the sender {address} already. Find it with GET /v1/senders and use its id.",
        field="address",
    )


def demo_clock_set() -> DemoClockSet:
    return DemoClockSet(
        "This data folder is a demo: its clock is moved, so that a real carrier would send at night. Run "
        "chappe serve on another data folder (--home DIR) and add the carrier there. Here only the simulator "
        "(simulated: true) can be added, and a real carrier switched off (enabled: false)."
    )


def carrier_name_taken(name: str) -> NameTaken:
    return NameTaken(f"There is a carrier named {name} already. Choose another name.", field="name")


def route_name_taken(name: str) -> NameTaken:
    return NameTaken(f"There is a route named {name} already. Choose another name.", field="name")
