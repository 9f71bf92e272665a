"""The rules as people look them up: a place's rules with what a workspace decided, and what changes next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from chappe.kit.folding import sort_key
from chappe.rules.book import DEFAULT
from chappe.rules.choices import Override
from chappe.rules.pack import Confidence, Kind, Pack, Rule, Source, Value, kind_of
from chappe.rules.service import REPLACEABLE, Rules


class Standing(StrEnum):
    """Of a rule, on a day."""

    IN_FORCE = "in_force"
    COMING = "coming"
    OVER = "over"


class RuleState(NamedTuple):
    """A rule with what this workspace made of it. `value` is what it is held to; None: to nothing."""

    rule: Rule
    kind: Kind
    source: Source
    value: Value | None
    standing: Standing
    override: Override | None
    acknowledged_at: datetime | None

    @property
    def waits(self) -> bool:
        """Nobody verified it, and nobody of the workspace has acknowledged it."""
        return self.rule.confidence is Confidence.UNVERIFIED and self.acknowledged_at is None

    @property
    def blocks(self) -> bool:
        """It keeps marketing from leaving."""
        return self.waits and self.standing is Standing.IN_FORCE and self.kind is not Kind.CART

    @property
    def replaceable(self) -> bool:
        return self.kind in REPLACEABLE


class PlaceLine(NamedTuple):
    """A jurisdiction in the list: its hours and caps of the day, and the rules that wait or were replaced."""

    pack: Pack
    hours: Value | None
    holidays: Value | None
    frequency: Value | None
    waiting: int
    read: int
    replaced: int


class PlaceGroup(NamedTuple):
    """Countries, or the parts of one; `country` is empty for the countries themselves."""

    country: str
    lines: Sequence[PlaceLine]


class Waiting(NamedTuple):
    """A place with the rules that keep marketing from leaving to it."""

    pack: Pack
    rules: Sequence[Rule]


class Change(NamedTuple):
    """A rule begins to hold, or holds no more, on `on`."""

    on: date
    pack: Pack
    rule: Rule
    kind: Kind
    begins: bool
    value: Value | None


def states(
    pack: Pack,
    rules: Rules,
    overrides: Sequence[Override],
    acknowledged: Mapping[tuple[str, str], datetime],
    on: date,
) -> list[RuleState]:
    """Every rule of a pack, those in force first."""
    replaced = {override.rule: override for override in overrides}
    order = list(Kind)
    found = [
        RuleState(
            rule,
            kind_of(rule),
            pack.source_of(rule),
            rules.book.value(rule, rules.profile),
            standing_of(rule, on),
            replaced.get(rule.id),
            acknowledged.get((rule.id, rule.fingerprint())),
        )
        for rule in pack.rules
    ]
    return sorted(
        found,
        key=lambda state: (list(Standing).index(state.standing), order.index(state.kind), state.rule.id),
    )


def standing_of(rule: Rule, on: date) -> Standing:
    if rule.holds(on):
        return Standing.IN_FORCE
    return Standing.COMING if on < rule.valid_from else Standing.OVER


def groups(rules: Rules, on: date, language: str = "en") -> list[PlaceGroup]:
    """Countries by their name, every other country last; then the parts of each country."""
    packs = rules.book.packs

    def by_name(codes: Iterable[str]) -> list[PlaceLine]:
        names = {
            code: sort_key(packs[code].name.fr if language == "fr" else packs[code].name.en) for code in codes
        }
        return [
            _line(packs[code], rules, on)
            for code in sorted(names, key=lambda code: (code == DEFAULT, names[code]))
        ]

    parts: dict[str, list[str]] = {}
    for code in sorted(packs):
        parts.setdefault(code.partition("-")[0] if "-" in code else "", []).append(code)
    return [PlaceGroup(country, by_name(codes)) for country, codes in sorted(parts.items())]


def _line(pack: Pack, rules: Rules, on: date) -> PlaceLine:
    values: dict[Kind, Value | None] = {}
    waiting = read = replaced = 0
    overridden = {rule for rule, _ in rules.choices.replaced}
    for rule in rules.book.in_force(pack.jurisdiction, on):
        kind = kind_of(rule)
        values.setdefault(kind, rules.book.value(rule, rules.profile))
        replaced += rule.id in overridden
        read += rule.confidence is Confidence.PRIMARY
        unread = rule.confidence is Confidence.UNVERIFIED and kind is not Kind.CART
        waiting += unread and not rules.choices.has_acknowledged(rule)
    return PlaceLine(
        pack,
        values.get(Kind.HOURS),
        values.get(Kind.HOLIDAYS),
        values.get(Kind.FREQUENCY),
        waiting,
        read,
        replaced,
    )


def waiting(pack: Pack, rules: Rules, on: date) -> list[Waiting]:
    """What waits to be acknowledged of a place and, for a country, of its parts; the country first."""
    here = pack.jurisdiction
    places = sorted(code for code in rules.book.packs if code == here or code.startswith(f"{here}-"))
    found = [
        Waiting(
            rules.book.packs[code],
            [
                rule
                for rule in rules.book.in_force(code, on)
                if rule.confidence is Confidence.UNVERIFIED
                and kind_of(rule) is not Kind.CART
                and not rules.choices.has_acknowledged(rule)
            ],
        )
        for code in places
    ]
    return [group for group in found if group.rules]


def waits(rules: Rules, on: date, language: str = "en") -> list[tuple[Pack, int, bool]]:
    """Countries with rules that wait, how many there and in their parts, and whether the whole country waits;
    those of which parts alone do come last.
    """
    found = []
    for code, pack in rules.book.packs.items():
        groups = [] if "-" in code else waiting(pack, rules, on)
        if groups:
            found.append((pack, sum(len(group.rules) for group in groups), groups[0].pack is pack))
    return sorted(
        found,
        key=lambda each: (
            not each[2],
            each[0].jurisdiction == DEFAULT,
            sort_key(each[0].name.fr if language == "fr" else each[0].name.en),
        ),
    )


def changes(rules: Rules, on: date) -> list[Change]:
    """What begins or ends after `on`, the next first."""
    found = []
    for pack in rules.book.packs.values():
        for rule in pack.rules:
            value = rules.book.value(rule, rules.profile)
            if rule.valid_from > on:
                found.append(Change(rule.valid_from, pack, rule, kind_of(rule), True, value))
            if rule.valid_to is not None and rule.valid_to >= on:
                after = rule.valid_to + timedelta(days=1)
                found.append(Change(after, pack, rule, kind_of(rule), False, value))
    return sorted(found, key=lambda change: (change.on, change.pack.jurisdiction, change.rule.id))
