"""What a workspace decided about the rules, as a value."""

from datetime import datetime

import msgspec

from chappe.rules.pack import Profile, Rule, Value


class Choices(msgspec.Struct, frozen=True):
    """Hashable, so that the rulebook they lead to is made once. Nothing decided is the careful reading."""

    profile: Profile = Profile.CONSERVATIVE
    acknowledged: frozenset[tuple[str, str]] = frozenset()
    """Rule ids with the fingerprints of the wordings that were acknowledged."""
    replaced: tuple[tuple[str, str], ...] = ()
    """Rule ids with the JSON of what stands in the place of their values."""

    def has_acknowledged(self, rule: Rule) -> bool:
        return (rule.id, rule.fingerprint()) in self.acknowledged


class Override(msgspec.Struct, frozen=True):
    """Why a rule's value was replaced, and when."""

    rule: str
    reason: str
    made_at: datetime


NO_CHOICE = Choices()


def read_value(rule: Rule, written: str) -> Value | None:
    """A replacement in the shape of the rule's kind; None for what is not of that shape any more."""
    shapes = {type(value) for value in (rule.legal_minimum, rule.conservative) if value is not None}
    try:
        value: Value = msgspec.json.decode(written, type=shapes.pop())
    except (msgspec.DecodeError, ValueError):
        return None
    return value


def is_allowed(rule: Rule, value: Value) -> bool:
    """Whether a value may stand in the place of the rule's own: it is never below what the law demands."""
    least = rule.legal_minimum
    # A rule holds values of one kind: its own and what stands for them compare.
    return least is None or value.as_strict_as(least)  # type: ignore[arg-type]
