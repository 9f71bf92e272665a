"""What a report tells besides sums."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from chappe.tracking.conversions.model import Sold

WITHIN: Final = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440, 2_880, 10_080)
"""Minutes after a message by which people have acted, as a curve shows it."""


class By(StrEnum):
    """What the messages of a campaign are parted by."""

    COUNTRY = "country"
    CARRIER = "carrier"
    HOUR = "hour"
    AUDIENCE = "audience"


class Group(NamedTuple):
    """Messages that share a key: a country's code, a carrier's name, an hour of the workspace's day from 00
    to 23, a list or segment of the audience by its name; empty where it is not known. `replied` with those
    who ask to stop; people count once.
    """

    key: str
    handed: int
    delivered: int
    failed: int
    clicked: int
    replied: int
    opted_out: int
    parts: int
    converted: int


class Delay(NamedTuple):
    """How many had acted within so many minutes of their message."""

    minutes: int
    clicked: int
    replied: int


class Acts(NamedTuple):
    """People who first clicked, replied, asked to stop or converted in the ten minutes from `at` on."""

    at: datetime
    clicked: int
    replied: int
    opted_out: int
    converted: int


class Link(NamedTuple):
    """`people`: each once for a link; `machines`: previews and scanners. `killed`: it leads nowhere."""

    url: str
    position: int
    clicks: int
    people: int
    machines: int
    killed: bool


class Breakdown(NamedTuple):
    """`at`: when it was counted; None: not wholly yet."""

    at: datetime | None
    groups: dict[By, tuple[Group, ...]]
    delays: tuple[Delay, ...]
    acts: tuple[Acts, ...]


class Sales(NamedTuple):
    """What a campaign sold. `messages`: those that a conversion is owed to, each once."""

    messages: int
    lines: tuple[Sold, ...]

    @property
    def net(self) -> dict[str, Decimal]:
        """Revenue less refunds, by currency; of goals without an amount, none."""
        sums: dict[str, Decimal] = {}
        for one in self.lines:
            if one.amount:
                sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.net
        return sums


class Clicked(NamedTuple):
    """Messages that were clicked by a person, and by anything, previews and scanners included."""

    people: int
    anything: int
