"""Recipients by the hour that is theirs."""

from collections.abc import Iterator, Mapping

from chappe.gate.model import Group


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
