"""Rules as forms: what is stored comes back from the form it is shown in, and buttons do one thing each."""

from typing import Any

import pytest

from chappe.audience import drafts, rows
from chappe.audience.drafts import Group, Row
from chappe.audience.reading import read
from chappe.audience.starts import STARTS
from chappe.web.forms import Submitted

LIST = "lst_0190a5d2c5b37c3c8f0e1d2c3b4a5968"
FILTERS = [
    {"name": "category", "compare": "eq", "value": "shoes"},
    {"name": "revenue", "compare": "ge", "value": 50.5},
    {"name": "gift", "value": True},
    {"name": "coupon"},
]
LEAVES: list[dict[str, Any]] = [
    {"kind": "text", "name": "city", "test": "begins", "values": ["Ly", "Pa"]},
    {"kind": "text", "name": "city", "test": "there"},
    {"kind": "number", "name": "points", "compare": "ge", "value": -3.5},
    {"kind": "date", "name": "born", "compare": "lt", "value": "2000-02-29"},
    {"kind": "list", "list_id": LIST},
    {"kind": "consent", "topic": "marketing", "state": "pending"},
    {"kind": "country", "values": ["FR", "BE"]},
    {"kind": "language", "values": ["fr"]},
    {"kind": "zone", "values": ["Europe/Paris"]},
    {"kind": "messages", "did": "replied", "at_most": 0},
    {
        "kind": "messages",
        "did": "clicked",
        "campaign_id": "cmp_0190a5d2c5b37c3c8f0e1d2c3b4a5968",
        "at_most": 0,
    },
    {"kind": "messages", "did": "delivered", "at_least": 2, "period": {"from": "2026-01-01"}},
    {"kind": "events", "name": "Visit", "where": FILTERS, "measure": "count", "at_least": 2},
    {
        "kind": "events",
        "name": "Order",
        "where": [],
        "measure": "sum",
        "property": "items",
        "at_most": 9.5,
        "period": {"last_days": 30},
    },
    {"kind": "engaged", "last_days": 90},
    {"kind": "recency", "name": "Order", "at_least": 180},
    {"kind": "added", "period": {"from": "2026-01-01", "to": "2026-02-01"}},
    {"kind": "share", "percent": 12.5, "key": "k"},
    {"kind": "segment", "segment_id": LIST.replace("lst", "seg")},
]


def posted(draft: Group) -> Submitted:
    """As the builder's form would post it."""
    pairs: list[tuple[str, str]] = []
    for path, node in drafts.nodes(draft):
        above = path.rpartition("-")[0]
        pairs += [(f"{above}.of", path)] if above else []
        if isinstance(node, Group):
            pairs.append((f"{path}.join", node.join))
        else:
            pairs += [(f"{path}.kind", node.kind), (f"{path}.not", str(int(node.without)))]
            pairs += [(f"{path}.{name}", value) for name, told in node.fields.items() for value in told]
    return Submitted(pairs)


def through_the_form(rule: dict[str, Any]) -> dict[str, Any]:
    again, errors = drafts.rule_of(drafts.of_form(posted(drafts.of_rule(rule))))
    assert not len(errors), [problem.field for _, problem in errors]
    return again


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: str(leaf["kind"]))
def test_what_is_stored_comes_back(leaf: dict[str, Any]) -> None:
    for rule in (leaf, {"kind": "not", "rule": leaf}):
        again = through_the_form(rule)
        assert read(again) == read({"kind": "all", "of": [rule]})


def test_groups_come_back() -> None:
    inner = {"kind": "any", "of": LEAVES[:2]}
    nand = {"kind": "not", "rule": {"kind": "all", "of": LEAVES[2:4]}}
    rule = {"kind": "all", "of": [{"kind": "not", "rule": inner}, inner, nand]}
    assert read(through_the_form(rule)) == read(rule)
    assert [each.join for _, each in drafts.nodes(drafts.of_rule(rule)) if isinstance(each, Group)] == [
        "all", "none", "any", "not_all",
    ]  # fmt: skip


@pytest.mark.parametrize("begun", STARTS, ids=lambda begun: str(begun.key))
def test_what_one_begins_with_is_a_rule(begun: Any) -> None:
    assert read(through_the_form(begun.rule)) == read(begun.rule)


def test_buttons_do_one_thing_each() -> None:
    draft = Group()
    for place, kind in (("r", "country"), ("r", "group"), ("r-1", "events"), ("r-1", "number:points")):
        drafts.add(draft, place, kind)
    drafts.add_filter(draft, "r-1-0")
    drafts.add_filter(draft, "r-1-0")
    event = drafts.at(draft, "r-1-0")
    assert isinstance(event, Row)
    event.fields["where-1-name"] = ["second"]
    drafts.remove_filter(draft, "r-1-0", 0)
    assert (event.fields["filters"], event.fields["where-0-name"]) == (["1"], ["second"])
    drafts.remove(draft, "r-0")
    assert [path for path, _ in drafts.nodes(draft)] == ["r", "r-0", "r-0-0", "r-0-1"]
    for nothing in ("", "r", "r-9", "r-0-0-0", "x"):
        drafts.remove(draft, nothing)
        drafts.add_filter(draft, nothing)
        drafts.add(draft, "r", nothing)
    assert len(list(drafts.nodes(draft))) == 4


def test_what_is_missing_is_said_at_its_field() -> None:
    for kind in rows.FIELDS:
        draft = Group(of=[Row(kind, {})])
        _, errors = drafts.rule_of(draft)
        assert all(name.startswith("r-0.") for name, _ in errors)
        assert len(errors) or kind == "consent", kind


def test_places_in_the_rule_are_places_in_the_form() -> None:
    assert drafts.path_of("rule.of[1].rule.of[0].values") == "r-1-0"
    assert drafts.path_of("rule") == "r"


def test_a_form_from_elsewhere_breaks_nothing() -> None:
    deep = [("r.of", "r-0")] + [(f"r{'-0' * n}.of", f"r{'-0' * (n + 1)}") for n in range(1, 40)]
    circle = [
        ("r.of", "r"),
        ("r.of", "r-0"),
        ("r-0.kind", "nothing"),
        ("r-1.kind", "events"),
        ("r.of", "r-1"),
    ]
    for pairs in (deep, circle, [("r-1.filters", "99999999"), *circle], [("r.of", "x" * 99)]):
        rule, _ = drafts.rule_of(drafts.of_form(Submitted(pairs)))
        assert rule["kind"] == "all"
