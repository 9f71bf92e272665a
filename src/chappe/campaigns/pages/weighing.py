"""What a campaign costs and whom it reaches: of a sample at once, of everybody once they are counted."""

from typing import Any, Final, NamedTuple

from chappe.campaigns import forecasting, repo
from chappe.campaigns import review as reviews
from chappe.campaigns.estimator import Estimator, Guess
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import Campaign, Estimate
from chappe.carriers import service as carriers
from chappe.contacts.model import CONTACT_ID
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher

_PATIENCE: Final = 0.8
_NAMES: Final = ("first_name", "name", "last_name")


class LongOne(NamedTuple):
    """A message of several parts, and whose it is."""

    contact_id: str
    name: str
    parts: int
    characters: int


async def weighed(
    conn: Connection,
    estimator: Estimator,
    draft: Campaign,
    ids: IdCipher,
    clock: Clock,
    patience: float = _PATIENCE,
) -> dict[str, Any]:
    """`known`: of everybody, once they are counted; until then of a sample, and `guess` tells how large."""
    mark = await mark_of(conn, draft)
    look = await estimator.look(draft, mark, patience) if draft.audience.chosen else None
    guess: Guess | None = None
    if look is not None and not look.done:
        try:
            guess = await estimator.guess(conn, draft)
        except Problem:
            guess = None  # which the checklist says
    known = guess.estimate if guess else look.estimate if look else None
    every = {one.number: one for one in await carriers.carriers(conn, draft.workspace_id)}
    past = await forecasting.past(conn, draft.workspace_id, clock.now())
    return {
        "look": look,
        "mark": mark,
        "guess": guess,
        "known": known,
        "counted": look.estimate.recipients if look and look.estimate else 0,
        "warnings": await reviews.warnings(conn, draft, known),
        "carrier_names": {number: one.name for number, one in every.items()},
        "longest": await _longest(conn, draft, known, ids),
        "forecast": forecasting.forecast(past, known.sendable) if known else None,
        "takes": _minutes(known, draft, {n: one.settings.parts_per_second for n, one in every.items()}),
    }


async def _longest(conn: Connection, draft: Campaign, known: Estimate | None, ids: IdCipher) -> list[LongOne]:
    found = known.longest if known else []
    values = await repo.attributes_of(conn, draft.workspace_id, [one.contact_id for one in found])
    return [
        LongOne(
            ids.encode(CONTACT_ID, one.contact_id),
            next((v for name in _NAMES if (v := values.get(one.contact_id, {}).get(name))), ""),
            one.parts,
            one.characters,
        )
        for one in found
    ]


def _minutes(known: Estimate | None, draft: Campaign, rates: dict[int, float | None]) -> float | None:
    """From the first message to the last, by when people are due and at the slowest of the campaign's and
    the carriers' rates; None where no rate is set and everybody is due at once.
    """
    if known is None or not known.sendable:
        return None
    by_carrier: dict[int, int] = {}
    for place in known.places:
        if place.carrier_number is not None:
            by_carrier[place.carrier_number] = by_carrier.get(place.carrier_number, 0) + place.parts
    limits = [parts / rate for number, parts in by_carrier.items() if (rate := rates.get(number))]
    if draft.parts_per_second:
        limits.append(known.parts / draft.parts_per_second)
    first = min((zone.due_at for zone in known.zones), default=None)
    last = max((zone.last_at for zone in known.zones), default=None)
    if first is not None and last is not None and last > first:
        limits.append((last - first).total_seconds())
    return max(limits) / 60 if limits else None
