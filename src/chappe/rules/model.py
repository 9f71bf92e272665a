"""What a rule on hours says. One rule holds for every country today; dated packs by country come later."""

from datetime import datetime, time

import msgspec

SUNDAY = 6

# The reason of a message that no instant would allow.
NO_COMMON_HOUR = "no_common_hour"


class AllowedHours(msgspec.Struct, frozen=True):
    """Marketing may be submitted from `opens` until before `closes`, recipient's wall clock."""

    opens: time
    closes: time
    closed_weekdays: frozenset[int]


# 8 to 20, Monday to Saturday: inside the French charter (8-22 on working days) and the strictest common
# state rules (8-20).
DEFAULT_HOURS = AllowedHours(opens=time(8), closes=time(20), closed_weekdays=frozenset({SUNDAY}))


class Window(msgspec.Struct, frozen=True):
    """The current or, when not `open`, the next stretch in which every zone allows; UTC, end excluded.

    Both ends are None when the zones never share an hour: the message is to be skipped, with
    NO_COMMON_HOUR as its reason.
    """

    open: bool
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def never(self) -> bool:
        return self.closes_at is None
