"""The oracle: rules over people as Python objects, one at a time, written apart from the compiler."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SENT, FAILED = {3, 4, 5, 11}, {5, 6, 7, 8}
STATES = {"sent": SENT, "delivered": {4}, "failed": FAILED}


@dataclass
class Person:
    id: int
    state: int
    country: str | None
    language: str | None
    zones: list[str]
    attributes: dict[str, str]
    lists: set[str] = field(default_factory=set)
    consents: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    messages: list[tuple[int, datetime, str | None]] = field(default_factory=list)
    """State, instant, and the campaign that it is of: as in the two below."""
    replies: list[tuple[datetime, str | None]] = field(default_factory=list)
    clicks: list[tuple[datetime, str | None]] = field(default_factory=list)
    added: datetime = datetime(2026, 11, 20, tzinfo=UTC)


def inside(person: Person, rule: dict[str, Any], now: datetime, zone: str) -> bool:
    return person.state == 1 and holds(person, rule, now, zone)


def holds(person: Person, rule: dict[str, Any], now: datetime, zone: str) -> bool:
    kind = rule["kind"]
    if kind == "all":
        return all(holds(person, each, now, zone) for each in rule["of"])
    if kind == "any":
        return any(holds(person, each, now, zone) for each in rule["of"])
    if kind == "not":
        return not holds(person, rule["rule"], now, zone)
    if kind in ("messages", "events"):
        return counted(person, rule, ZoneInfo(zone), now)
    if kind in TIMED:
        return TIMED[kind](person, rule, ZoneInfo(zone), now)
    return LEAVES[kind](person, rule)


def text(person: Person, rule: dict[str, Any]) -> bool:
    told = person.attributes.get(rule["name"])
    if not told:
        return False
    found, test = told.lower(), rule.get("test", "is")
    wanted = [value.lower() for value in rule.get("values") or []]
    if test == "there":
        return True
    if test == "has":
        return any(item.lower() in wanted for item in items_of(told))
    if test == "is":
        return found in wanted
    return any(found.startswith(each) if test == "begins" else each in found for each in wanted)


def items_of(told: str) -> list[str]:
    try:
        items = json.loads(told)
    except ValueError:
        return []
    return items if isinstance(items, list) and all(isinstance(item, str) for item in items) else []


def number(person: Person, rule: dict[str, Any]) -> bool:
    told = person.attributes.get(rule["name"], "")
    if not re.fullmatch(r"\s*-?[0-9]{1,15}(\.[0-9]{1,15})?\s*", told, re.ASCII):
        return False
    return compared(float(told), rule["compare"], rule["value"])


def day(person: Person, rule: dict[str, Any]) -> bool:
    told = person.attributes.get(rule["name"], "")
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", told):
        return False
    return compared(told[:10], rule["compare"], rule["value"])


def share(person: Person, rule: dict[str, Any]) -> bool:
    drawn = hashlib.md5(f"{rule['key']}:{person.id}".encode()).hexdigest()[:8]
    return int(drawn, 16) < int(rule["percent"] / 100 * 2**32)


LEAVES = {
    "text": text,
    "number": number,
    "date": day,
    "share": share,
    "list": lambda person, rule: rule["list_id"] in person.lists,
    "consent": lambda person, rule: person.consents.get(rule["topic"]) == rule["state"],
    "country": lambda person, rule: person.country in [each.upper() for each in rule["values"]],
    "language": lambda person, rule: (
        person.language is not None and person.language.lower() in [each.lower() for each in rule["values"]]
    ),
    "zone": lambda person, rule: bool(set(person.zones) & set(rule["values"])),
}


def within(period: dict[str, Any], at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    local = at.astimezone(zone).date()
    if "last_days" in period:
        return local > now.astimezone(zone).date() - timedelta(days=period["last_days"])
    first, last = period.get("from"), period.get("to")
    return (first is None or local >= date.fromisoformat(first)) and (
        last is None or local <= date.fromisoformat(last)
    )


def engaged(person: Person, rule: dict[str, Any], zone: ZoneInfo, now: datetime) -> bool:
    signs = [at for at, _ in [*person.replies, *person.clicks]] + [at for _, at, _ in person.events]
    return any(within({"last_days": rule["last_days"]}, at, zone, now) for at in signs)


def recency(person: Person, rule: dict[str, Any], zone: ZoneInfo, now: datetime) -> bool:
    instants = [at for name, at, _ in person.events if name == rule["name"]]
    if not instants:
        return False
    days = (now.astimezone(zone).date() - max(instants).astimezone(zone).date()).days
    return days <= rule["at_most"] if "at_most" in rule else days >= rule["at_least"]


TIMED = {
    "engaged": engaged,
    "recency": recency,
    "added": lambda person, rule, zone, now: within(rule["period"], person.added, zone, now),
}


def counted(person: Person, rule: dict[str, Any], zone: ZoneInfo, now: datetime) -> bool:
    def during(at: datetime) -> bool:
        return within(rule.get("period", {}), at, zone, now)

    def of(campaign: str | None) -> bool:
        return rule.get("campaign_id") in (None, campaign)

    if rule["kind"] == "events":
        amount = amount_of(person, rule, during)
    elif rule["did"] == "clicked":
        amount = sum(during(at) and of(campaign) for at, campaign in person.clicks)
    elif rule["did"] == "replied":
        amount = sum(during(at) and of(campaign) for at, campaign in person.replies)
    else:
        amount = sum(
            state in STATES[rule["did"]] and during(at) and of(campaign)
            for state, at, campaign in person.messages
        )
    return amount <= rule["at_most"] if "at_most" in rule else amount >= rule["at_least"]


def amount_of(person: Person, rule: dict[str, Any], during: Any) -> float:
    total = 0.0
    for name, at, properties in person.events:
        if name != rule["name"] or not during(at):
            continue
        if not all(matches(properties, one) for one in rule.get("where", [])):
            continue
        measure = rule.get("measure", "count")
        if measure == "count":
            total += 1
        elif measure == "worth":
            told = [
                properties[key] for key in ("revenue", "total", "value") if is_number(properties.get(key))
            ]
            total += told[0] if told else 0
        elif is_number(properties.get(rule["property"])):
            total += properties[rule["property"]]
    return total


def matches(properties: dict[str, Any], one: dict[str, Any]) -> bool:
    if one["name"] not in properties:
        return False
    wanted, told = one.get("value"), properties[one["name"]]
    if wanted is None:
        return True
    if (is_number(wanted) and is_number(told)) or (isinstance(wanted, str) and isinstance(told, str)):
        return compared(told, one.get("compare", "eq"), wanted)
    return (
        isinstance(wanted, bool)
        and isinstance(told, bool)
        and compared(told, one.get("compare", "eq"), wanted)
    )


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def compared(left: Any, how: str, right: Any) -> bool:
    return {
        "eq": left == right, "lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right,
    }[how]  # fmt: skip
