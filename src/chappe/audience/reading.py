"""From JSON to a rule, strictly: an error names the place in the tree."""

from collections.abc import Mapping
from typing import Final

import msgspec

from chappe.audience.errors import BadRule
from chappe.audience.model import (
    DEEPEST,
    MOST_LEAVES,
    SEGMENT_ID,
    Added,
    All,
    Condition,
    Either,
    Events,
    InSegment,
    Leaf,
    Measure,
    Messages,
    Not,
    OnList,
    Period,
    Placed,
    Recency,
    Rule,
    Text,
    TextTest,
)
from chappe.contacts.model import LIST_ID
from chappe.kit.ids import parse_public_id
from chappe.messages.model import CAMPAIGN_ID

_GROUPS: Final[dict[object, type[All] | type[Either]]] = {"all": All, "any": Either}
_MOST_IN_GROUP: Final = 50


def read(told: object, path: str = "rule") -> Rule:
    """Raises BadRule."""
    rule = _read(told, path, 1)
    if sum(1 for _ in leaves(rule)) > MOST_LEAVES:
        raise BadRule(f"Keep a rule to {MOST_LEAVES} conditions.", field=path)
    return rule


def leaves(rule: Rule) -> list[Placed]:
    """In the order they stand."""
    match rule:
        case Placed():
            return [rule]
        case Not(inner):
            return leaves(inner)
        case All(of) | Either(of):
            return [leaf for each in of for leaf in leaves(each)]


def _read(told: object, path: str, depth: int) -> Rule:
    if depth > DEEPEST:
        raise BadRule(f"Keep groups to {DEEPEST} levels.", field=path)
    if not isinstance(told, Mapping):
        raise BadRule("A rule is an object with a kind.", field=path)
    kind = told.get("kind")
    if kind in _GROUPS:
        return _group(told, str(kind), path, depth)
    if kind == "not":
        _only(told, {"kind", "rule"}, path)
        return Not(_read(told.get("rule"), f"{path}.rule", depth + 1))
    return Placed(path, _leaf(told, path))


def _group(told: Mapping[str, object], kind: str, path: str, depth: int) -> Rule:
    _only(told, {"kind", "of"}, path)
    of = told.get("of")
    if not isinstance(of, list) or len(of) > _MOST_IN_GROUP:
        raise BadRule(f"A group has a list `of` up to {_MOST_IN_GROUP} rules.", field=f"{path}.of")
    if not of and path != "rule":
        raise BadRule("A group inside another needs a rule.", field=f"{path}.of")
    return _GROUPS[kind](tuple(_read(each, f"{path}.of[{at}]", depth + 1) for at, each in enumerate(of)))


def _only(told: Mapping[str, object], known: set[str], path: str) -> None:
    for name in told:
        if name not in known:
            raise BadRule("There is no such field here.", field=f"{path}.{name}")


def _leaf(told: Mapping[str, object], path: str) -> Leaf:
    try:
        leaf: Condition = msgspec.convert(dict(told), Condition)
    except msgspec.ValidationError as error:
        words, _, at = str(error).partition(" - at `$")
        raise BadRule(words.replace("`", "") + ".", field=path + at.rstrip("`")) from None
    if fault := _fault(leaf):
        raise BadRule(fault[1], field=f"{path}.{fault[0]}")
    return leaf


def _fault(leaf: Leaf) -> tuple[str, str] | None:
    """The field that is wrong, and what to do."""
    match leaf:
        case Text(test=test, values=values) if (values is None) != (test is TextTest.THERE):
            return "values", "Give the texts to look for; none where the question is whether it is there."
        case OnList(list_id=key) if parse_public_id(LIST_ID, key) is None:
            return "list_id", "This is not the id of a list."
        case InSegment(segment_id=key) if parse_public_id(SEGMENT_ID, key) is None:
            return "segment_id", "This is not the id of a segment."
        case Recency(at_least=least, at_most=most) if (least is None) == (most is None):
            return "at_least", "Say `at_least` or `at_most` so many days."
        case Messages(campaign_id=str(key)) if parse_public_id(CAMPAIGN_ID, key) is None:
            return "campaign_id", "This is not the id of a campaign."
        case Messages(at_least=least, at_most=most) if (least is None) == (most is None):
            return "at_least", "Say `at_least` or `at_most`."
        case Events(at_least=least, at_most=most) if (least is None) == (most is None) or least == 0:
            return "at_least", "Say `at_least`, more than 0, or `at_most`."
        case Events(measure=measure, property=name) if (measure is Measure.SUM) != (name is not None):
            return "property", "Name the property whose numbers are summed; none otherwise."
    match leaf:
        case Added(period=period) if period == Period():
            return "period", "Say `last_days`, or `from` and `to`."
        case Messages(period=period) | Events(period=period) | Added(period=period):
            return _fault_of_period(period)
        case _:
            return None


def _fault_of_period(period: Period) -> tuple[str, str] | None:
    days = period.first is not None or period.last is not None
    if days and period.last_days is not None:
        return "period", "Say `last_days`, or `from` and `to`."
    if period.first is not None and period.last is not None and period.last < period.first:
        return "period.to", "The period ends before it begins."
    return None
