"""The rulebook: what every pack together says of a place, a moment and a profile. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from chappe.rules.calendars import is_holiday, is_known
from chappe.rules.choices import NO_CHOICE, Choices, is_allowed, read_value
from chappe.rules.model import Window
from chappe.rules.opening import Day, Stretch, at_or_after, common, stretches
from chappe.rules.pack import (
    Confidence,
    FrequencyRule,
    HolidaysRule,
    HoursRule,
    Kind,
    Pack,
    Profile,
    Rule,
    Value,
    kind_of,
    value_of,
)
from chappe.rules.places import Places, places
from chappe.rules.requirements import Requirements, gathered
from chappe.rules.values import MINUTES_IN_A_DAY, OWN_CALENDAR, Frequency, Holidays, Hours, Scope

DEFAULT = "DEFAULT"
_WHOLE_DAY = ((0, MINUTES_IN_A_DAY),)
_ALWAYS = Window(open=True, opens_at=None, closes_at=None)
# What is kept of past days is thrown away whole: a day's rows are few.
_MOST_KEPT = 20_000

SomeRule = TypeVar("SomeRule", bound=Rule)


class Cap(msgspec.Struct, frozen=True):
    """At most `n` marketing messages to one person in any `window`, counted over `scope`."""

    n: int
    window: timedelta
    scope: Scope
    rule: str


class Rulebook:
    """Answers from packs, under the choices of a workspace."""

    def __init__(self, packs: Mapping[str, Pack], choices: Choices = NO_CHOICE) -> None:
        self.packs = packs
        self._choices = choices
        self._replaced = dict(self._replacements(choices))
        # A fingerprint costs as much as a hundred recipients do.
        self._unverified: dict[tuple[Places, date], tuple[str, ...]] = {}
        self._common: dict[tuple[Places, date, Profile], list[Stretch] | None] = {}
        self._own: dict[tuple[str, str, date, Profile], list[Stretch] | None] = {}

    def under(self, choices: Choices) -> "Rulebook":
        """The same packs as a workspace with these choices reads them."""
        return Rulebook(self.packs, choices)

    def places(self, phone: int, zones: str = "", country: str | None = None) -> Places:
        """See `places.places`."""
        return places(phone, zones, country)

    def hours(self, where: Places, now: datetime, profile: Profile) -> Window:
        """Whether every jurisdiction and zone allows marketing at `now` (aware), and until when; else the
        next stretch in which they all do. `rule` is the one that closes: now, or at the end of the stretch.

        Nothing is promised to who may be nowhere, or in a zone that is unknown here: never open.
        """
        day = now.astimezone(UTC).date()
        key = (where, day, profile)
        if key in self._common:
            shared = self._common[key]
        else:
            shared = _kept(self._common, key, self._shared(where, day, profile))
        if shared is None:
            return _ALWAYS
        found = at_or_after(shared, now)
        if found is not None and found.opens_at <= now:
            return Window(True, found.opens_at, found.closes_at, found.rule)
        closing = self._closing(where, now, profile)
        if found is None:
            return Window(False, None, None, closing)
        return Window(False, found.opens_at, found.closes_at, closing)

    def caps(self, where: Places, on: date, profile: Profile) -> tuple[Cap, ...]:
        """Every cap in force: all of them hold."""
        return tuple(
            Cap(value.n, timedelta(hours=value.hours), value.scope, rule.id)
            for jurisdiction in where.jurisdictions or (DEFAULT,)
            for rule in self.in_force(jurisdiction, on)
            if isinstance(rule, FrequencyRule) and isinstance(value := self.value(rule, profile), Frequency)
        )

    def requirements(self, where: Places, on: date, profile: Profile) -> Requirements:
        """All that is demanded of consent, text, sender and opt-out together."""
        return gathered(
            (rule.id, self.value(rule, profile))
            for jurisdiction in where.jurisdictions or (DEFAULT,)
            for rule in self.in_force(jurisdiction, on)
        )

    def unverified(self, where: Places, on: date) -> tuple[str, ...]:
        """Rules in force that rest on no primary text and were not acknowledged: they forbid marketing there.
        Reminders of carts have their own question.
        """
        known = self._unverified.get((where, on))
        if known is not None:
            return known
        found = tuple(
            rule.id
            for jurisdiction in where.jurisdictions or (DEFAULT,)
            for rule in self.in_force(jurisdiction, on)
            if rule.confidence is Confidence.UNVERIFIED
            and kind_of(rule) is not Kind.CART
            and not self._choices.has_acknowledged(rule)
        )
        return _kept(self._unverified, (where, on), found)

    def value(self, rule: Rule, profile: Profile) -> Value | None:
        """What the rule demands, or what the workspace put in its place."""
        return self._replaced.get(rule.id) or value_of(rule, profile)

    def in_force(self, jurisdiction: str, on: date) -> Iterator[Rule]:
        """Rules of one jurisdiction on a day. A country without a pack has the default one; a part of a
        country without one adds nothing to its country's.
        """
        pack = self.pack_of(jurisdiction)
        return iter(()) if pack is None else (rule for rule in pack.rules if rule.holds(on))

    def pack_of(self, jurisdiction: str) -> Pack | None:
        found = self.packs.get(jurisdiction)
        return found if found is not None or "-" in jurisdiction else self.packs.get(DEFAULT)

    def _replacements(self, choices: Choices) -> Iterator[tuple[str, Value]]:
        """What stands in the place of rules; not where the law has since come to demand more than that."""
        for rule_id, written in choices.replaced:
            jurisdiction = rule_id.partition(".")[0].upper()
            for rule in self.packs[jurisdiction].rules if jurisdiction in self.packs else ():
                value = read_value(rule, written) if rule.id == rule_id else None
                if value is not None and is_allowed(rule, value):
                    yield rule_id, value

    def _shared(self, where: Places, day: date, profile: Profile) -> list[Stretch] | None:
        """What all have in common; None when nobody closes at all."""
        shared: list[Stretch] | None = None
        for jurisdiction, zone in _pairs(where):
            own = self._stretches(jurisdiction, zone, day, profile)
            if own is not None:
                shared = own if shared is None else common(shared, own)
        return shared if where.zones else []

    def _stretches(self, jurisdiction: str, zone: str, day: date, profile: Profile) -> list[Stretch] | None:
        key = (jurisdiction, zone, day, profile)
        if key in self._own:
            return self._own[key]
        return _kept(self._own, key, self._worked_out(jurisdiction, zone, day, profile))

    def _worked_out(self, jurisdiction: str, zone: str, day: date, profile: Profile) -> list[Stretch] | None:
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            return []  # a name this machine's zone data does not know: nothing can be promised
        pack = self.pack_of(jurisdiction)
        closing = (HoursRule, HolidaysRule)
        if pack is None or not any(
            isinstance(rule, closing) and self.value(rule, profile) is not None for rule in pack.rules
        ):
            return None
        return stretches(known, day, self._by_day(jurisdiction, profile))

    def _by_day(self, jurisdiction: str, profile: Profile) -> Callable[[date], Day]:
        def on(local: date) -> Day:
            spans, closing = _WHOLE_DAY, ""
            for rule in self.in_force(jurisdiction, local):
                value = self.value(rule, profile)
                if isinstance(value, Holidays) and _closed(value, jurisdiction, local):
                    return (), rule.id
                if isinstance(value, Hours):
                    spans, closing = value.on(local.weekday()), rule.id  # type: ignore[assignment]
            return spans, closing

        return on

    def _closing(self, where: Places, now: datetime, profile: Profile) -> str | None:
        """The rule that keeps it closed now: of those that do, the one that does so longest."""
        day = now.astimezone(UTC).date()
        latest: tuple[datetime, str] | None = None
        for jurisdiction, zone in _pairs(where):
            own = self._stretches(jurisdiction, zone, day, profile)
            if own is None:
                continue
            found = at_or_after(own, now)
            if found is not None and found.opens_at > now and (latest is None or found.opens_at > latest[0]):
                _, rule = self._by_day(jurisdiction, profile)(now.astimezone(ZoneInfo(zone)).date())
                latest = (found.opens_at, rule)
        return None if latest is None else latest[1]


def _pairs(where: Places) -> Iterator[tuple[str, str]]:
    for jurisdiction in where.jurisdictions or (DEFAULT,):
        for zone in where.zones.split():
            yield jurisdiction, zone


def _closed(value: Holidays, jurisdiction: str, day: date) -> bool:
    calendars = (jurisdiction if name == OWN_CALENDAR else name for name in value.calendars)
    return any(is_known(calendar) and is_holiday(calendar, day) for calendar in calendars)


Key = TypeVar("Key")
Found = TypeVar("Found")


def _kept(memory: dict[Key, Found], key: Key, found: Found) -> Found:
    if len(memory) >= _MOST_KEPT:
        memory.clear()
    memory[key] = found
    return found
