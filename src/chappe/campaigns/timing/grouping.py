"""Recipients by the hour that is theirs."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from chappe.campaigns.timing.model import Timed
from chappe.gate.model import Group

_SLOTS: Final = 8


def by_hour(group: Group, hours: Mapping[int, int]) -> Iterator[tuple[int | None, Group]]:
    """The group in parts of one best hour each; whole, without an hour, where none are wanted."""
    if not hours or group.contact_ids is None:
        yield None, group
        return
    places: dict[int | None, list[int]] = {}
    for at, contact_id in enumerate(group.contact_ids):
        places.setdefault(hours.get(contact_id), []).append(at)
    for hour, found in places.items():
        yield hour, group.only(found)


def spread(group: Group, timed: Timed) -> Iterator[tuple[timedelta, Group]]:
    """The group in parts that are due evenly over the time that was chosen, the first and the last at its
    ends: near enough to foresee which hours they meet.
    """
    parts = min(_SLOTS, len(group.phones)) if timed.timing.spread_minutes else 1
    for part in range(parts):
        some = group if parts == 1 else group.only(range(part, len(group.phones), parts))
        yield timed.later(part / max(1, parts - 1)), some
