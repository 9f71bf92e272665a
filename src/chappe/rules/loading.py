"""Reads rule packs, strictly: a pack that says something doubtful is refused whole, naming every doubt."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import combinations, pairwise

import msgspec

from chappe.rules.pack import Confidence, Pack, Rule, SourceKind, kind_of
from chappe.rules.values import Hours

_PRIMARY_SOURCES = {SourceKind.STATUTE, SourceKind.REGULATION, SourceKind.REGULATOR, SourceKind.CHARTER}


class BrokenPack(Exception):
    """A pack cannot be used; the message lists what is wrong with it."""


@cache
def packaged() -> dict[str, Pack]:
    """The packs that come with the program, by jurisdiction. BrokenPack when one is not sound."""
    packs = {}
    for file in sorted(
        resources.files("chappe.rules").joinpath("packs").iterdir(), key=lambda file: file.name
    ):
        if file.name.endswith(".toml"):
            pack = read_pack(file.name, file.read_bytes())
            packs[pack.jurisdiction] = pack
    return packs


def read_pack(name: str, written: bytes) -> Pack:
    """A pack from its file. BrokenPack for what does not decode, and for what contradicts itself."""
    try:
        pack = msgspec.toml.decode(written, type=Pack)
    except msgspec.DecodeError as error:
        raise BrokenPack(f"{name}: {error}") from error
    if doubts := list(_doubts(name, pack)):
        raise BrokenPack("\n".join(f"{name}: {doubt}" for doubt in doubts))
    return pack


def _doubts(name: str, pack: Pack) -> Iterator[str]:
    if name != f"{pack.jurisdiction.lower()}.toml":
        yield f"holds the rules of {pack.jurisdiction}"
    sources = {source.id: source for source in pack.sources}
    if unused := sources.keys() - {rule.source for rule in pack.rules}:
        yield f"no rule rests on {', '.join(sorted(unused))}"
    for rule in pack.rules:
        if not rule.id.startswith(f"{pack.jurisdiction.lower()}."):
            yield f"{rule.id} does not begin with its jurisdiction"
        source = sources.get(rule.source)
        if source is None:
            yield f"{rule.id}: no source {rule.source}"
        elif rule.confidence is Confidence.PRIMARY and (
            source.read_on is None or source.kind not in _PRIMARY_SOURCES
        ):
            yield f"{rule.id}: primary without a primary text that was read"
        yield from _doubts_of_values(rule)
    for one, other in combinations(pack.rules, 2):
        if one.id == other.id and _overlap(one, other):
            yield f"{one.id} holds twice on one day"
        if one.id == other.id and kind_of(one) is not kind_of(other):
            yield f"{one.id} is of two kinds"


def _doubts_of_values(rule: Rule) -> Iterator[str]:
    least, careful = rule.legal_minimum, rule.conservative
    if least is None and careful is None:
        yield f"{rule.id} demands nothing"
    if least is not None and careful is None:
        yield f"{rule.id}: the conservative profile forgets what the law demands"
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        yield f"{rule.id} ends before it begins"
    try:
        for value in (least, careful):
            if isinstance(value, Hours):
                yield from _doubts_of_hours(rule.id, value)
        # The union of values has one kind in a rule: its two sides compare.
        if least is not None and careful is not None and not careful.as_strict_as(least):  # type: ignore[arg-type]
            yield f"{rule.id}: the conservative value allows what the law does not"
    except ValueError as error:
        yield f"{rule.id}: {error} is no day or time"


def _doubts_of_hours(rule_id: str, hours: Hours) -> Iterator[str]:
    for weekday in range(7):
        spans = hours.on(weekday)
        if any(opens >= closes for opens, closes in spans):
            yield f"{rule_id} closes before it opens"
        if any(closes > opens for (_, closes), (opens, _) in pairwise(spans)):
            yield f"{rule_id} opens twice at one time"


def _overlap(one: Rule, other: Rule) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )
