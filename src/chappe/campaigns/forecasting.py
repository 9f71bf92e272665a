"""How many people a campaign will lose, told by those before it. Pure, but for reading them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Final, NamedTuple

from chappe.campaigns import figures
from chappe.campaigns.model import CampaignState, Wanted
from chappe.db.pool import Connection
from chappe.messages.model import Purpose

_MOST: Final = 20
_AGE: Final = timedelta(days=365)
_FEWEST_MESSAGES: Final = 20
_Z: Final = 1.96
_KNOWN: Final = 3
"""From so many campaigns on, how much they differ is told by themselves."""


class Past(NamedTuple):
    """A campaign: messages that were handed over, and who of them asked to stop."""

    handed: int
    stops: int


class Forecast(NamedTuple):
    """People who will opt out, with an interval of 95 % for this campaign. `campaigns`: that it rests on."""

    expected: float
    low: float
    high: float
    campaigns: int


def forecast(before: Sequence[Past], people: int) -> Forecast | None:
    """None where there is nothing to tell it by.

    Campaigns differ by more than chance, so their spread beyond chance is added to that of the people
    (moments of a random effect, as DerSimonian and Laird, 1986). Of fewer than three campaigns the spread is
    not known: it is taken to be as large as the share itself.
    """
    known = [each for each in before if each.handed >= _FEWEST_MESSAGES]
    handed, stops = sum(each.handed for each in known), sum(each.stops for each in known)
    if not known or people <= 0:
        return None
    share = (stops + 0.5) / (handed + 1)
    chance = share * (1 - share)
    between = share * share
    if len(known) >= _KNOWN:
        scatter = sum(each.handed * (each.stops / each.handed - share) ** 2 for each in known)
        weight = handed - sum(each.handed**2 for each in known) / handed
        between = max(0.0, (scatter - (len(known) - 1) * chance) / weight)
    deviation = sqrt(between * (1 + 1 / len(known)) + chance / people + chance / handed)
    reach = _quantile(len(known) - 1) * deviation
    low, high = max(0.0, share - reach), min(1.0, share + reach)
    return Forecast(share * people, low * people, high * people, len(known))


def _quantile(freedom: int) -> float:
    """Of Student's distribution, for 95 % (Cornish and Fisher's expansion); of the normal one where the
    spread was not measured.
    """
    if freedom < _KNOWN - 1:
        return _Z
    first = (_Z**3 + _Z) / (4 * freedom)
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)
    return _Z + first + second


async def past(conn: Connection, workspace_id: int, now: datetime) -> list[Past]:
    """The workspace's marketing campaigns of the last year, the newest twenty."""
    wanted = Wanted(states=(CampaignState.FINISHED, CampaignState.SENDING), since=now - _AGE)
    rows = await figures.rows(conn, workspace_id, wanted, earliest_first=False, after=None, limit=_MOST)
    return [
        Past(row.tally.handed, row.answered.stops)
        for row in rows
        if row.campaign.purpose is Purpose.MARKETING
    ]
