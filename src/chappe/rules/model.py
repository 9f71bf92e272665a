"""What a question about hours is answered with, and the hours that hold where no pack is asked."""

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

    Both ends are None when it is open without end, and when the zones never share an hour (`never`): then
    the message is to be skipped, with NO_COMMON_HOUR as its reason. `rule` is the id of the rule that closes.
    """

    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    rule: str | None = None

    @property
    def never(self) -> bool:
        return not self.open and self.opens_at is None
