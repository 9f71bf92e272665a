"""What other rooms ask of the rules: the zones of a number, the rulebook, and how a workspace reads it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from chappe.db.pool import Connection
from chappe.rules import repo
from chappe.rules.addresses import zones_of_address
from chappe.rules.book import Cap, Rulebook
from chappe.rules.choices import Choices, Override, is_allowed
from chappe.rules.declared import UnknownZone, declared_zone, named_zone, nearest_zone, zone_names
from chappe.rules.errors import (
    BelowTheMinimum,
    NothingToAcknowledge,
    NotReplaceable,
    UnknownJurisdiction,
    UnknownRule,
)
from chappe.rules.hours import window
from chappe.rules.loading import packaged
from chappe.rules.pack import Confidence, Kind, Pack, Profile, Rule, Value, kind_of
from chappe.rules.places import Places
from chappe.rules.requirements import Requirements
from chappe.rules.zones import zone_table, zones_of, zones_of_country

__all__ = [
    "Cap",
    "Choices",
    "Places",
    "Profile",
    "Requirements",
    "Rulebook",
    "Rules",
    "UnknownZone",
    "acknowledge",
    "acknowledgements",
    "book",
    "choose_profile",
    "declared_zone",
    "named_zone",
    "nearest_zone",
    "override",
    "overrides",
    "pack",
    "restore",
    "rule",
    "rules_of",
    "rules_under",
    "window",
    "zone_names",
    "zone_table",
    "zones_of",
    "zones_of_address",
    "zones_of_country",
]

# What a workspace may put another value in the place of: the gate counts with these.
REPLACEABLE = frozenset({Kind.HOURS, Kind.FREQUENCY})
# Why a value is refused, of no single field of a form.
REFUSALS = (BelowTheMinimum, NotReplaceable)
_MOST_WORKSPACES = 512


class Rules(NamedTuple):
    """The rules as one workspace reads them."""

    book: Rulebook
    profile: Profile
    choices: Choices


@cache
def book() -> Rulebook:
    """Every pack that comes with the program. BrokenPack when one is not sound."""
    return Rulebook(packaged())


@lru_cache(maxsize=_MOST_WORKSPACES)
def rules_under(choices: Choices) -> Rules:
    """The rules with these choices; those of a workspace that decided nothing are those of `book()`."""
    if choices.replaced or choices.acknowledged:
        return Rules(book().under(choices), choices.profile, choices)
    return Rules(book(), choices.profile, choices)


async def rules_of(conn: Connection, workspace_id: int) -> Rules:
    """The rules as this workspace reads them now: one statement."""
    return rules_under(await repo.choices(conn, workspace_id))


def pack(jurisdiction: str) -> Pack:
    """UnknownJurisdiction."""
    found = packaged().get(jurisdiction.upper())
    if found is None:
        raise UnknownJurisdiction("There are no rules for this place; GET /v1/rules lists those there are.")
    return found


def rule(jurisdiction: str, rule_id: str, fingerprint: str | None = None) -> Rule:
    """One rule; of several wordings of it, the one with this fingerprint, else the latest.

    UnknownJurisdiction, UnknownRule.
    """
    wordings = [one for one in pack(jurisdiction).rules if one.id == rule_id]
    if fingerprint is not None:
        wordings = [one for one in wordings if one.fingerprint() == fingerprint]
    if not wordings:
        raise UnknownRule("There is no such rule, or it was changed: read the rules of this place again.")
    return max(wordings, key=lambda one: one.valid_from)


async def choose_profile(conn: Connection, workspace_id: int, profile: Profile) -> bool:
    """False when it was so already."""
    return await repo.choose_profile(conn, workspace_id, profile)


async def acknowledge(conn: Connection, workspace_id: int, rule: Rule) -> bool:
    """The workspace takes upon itself a rule that nobody verified; False when it had before.

    NothingToAcknowledge for a rule that was read in its source.
    """
    if rule.confidence is not Confidence.UNVERIFIED:
        raise NothingToAcknowledge(
            "It rests on a text that was read: there is nothing to take upon yourself."
        )
    return await repo.acknowledge(conn, workspace_id, rule.id, rule.fingerprint())


async def override(conn: Connection, workspace_id: int, rule: Rule, value: Value, reason: str) -> None:
    """Another value in the place of the rule's. NotReplaceable, BelowTheMinimum."""
    if kind_of(rule) not in REPLACEABLE:
        raise NotReplaceable("Hours and caps alone can be changed.")
    if not is_allowed(rule, value):
        raise BelowTheMinimum("Choose a value at least as strict as the legal minimum of this rule.")
    await repo.override(conn, workspace_id, rule.id, msgspec.json.encode(value).decode(), reason)


async def restore(conn: Connection, workspace_id: int, rule: Rule) -> bool:
    """Follow the pack again; False when nothing had been put in its place."""
    return await repo.restore(conn, workspace_id, rule.id)


async def overrides(conn: Connection, workspace_id: int) -> Sequence[Override]:
    """What stands in the place of rules, and why."""
    return await repo.overrides(conn, workspace_id)


async def acknowledgements(conn: Connection, workspace_id: int) -> Mapping[tuple[str, str], datetime]:
    """When each wording of a rule was acknowledged, by rule id and fingerprint."""
    return await repo.acknowledgements(conn, workspace_id)
