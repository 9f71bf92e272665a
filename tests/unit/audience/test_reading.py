"""A rule is read strictly, and an error names its place."""

from typing import Any

import pytest

from chappe.audience.errors import BadRule
from chappe.audience.reading import leaves, read

FR = {"kind": "country", "values": ["FR"]}


def deep(levels: int) -> dict[str, Any]:
    return FR if levels == 0 else {"kind": "not", "rule": deep(levels - 1)}


def events(**told: Any) -> dict[str, Any]:
    return {"kind": "events", "name": "Visit", **told}


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ("FR", "rule"),
        ({"kind": "nothing"}, "rule.kind"),
        ({"kind": "all", "of": [FR, {"kind": "country", "values": "FR"}]}, "rule.of[1].values"),
        ({"kind": "any", "of": [{"kind": "not"}]}, "rule.of[0].rule"),
        ({"kind": "all", "of": [], "or": []}, "rule.or"),
        ({"kind": "any", "of": [{"kind": "all", "of": []}]}, "rule.of[0].of"),
        ({**FR, "value": "US"}, "rule"),
        (deep(8), "rule" + ".rule" * 8),
        ({"kind": "text", "name": "a"}, "rule.values"),
        ({"kind": "text", "name": "a", "values": [""]}, "rule.values[0]"),
        ({"kind": "list", "list_id": "seg_1"}, "rule.list_id"),
        ({"kind": "segment", "segment_id": "1"}, "rule.segment_id"),
        ({"kind": "messages", "did": "replied"}, "rule.at_least"),
        ({"kind": "messages", "did": "sent", "at_least": 1, "campaign_id": "lst_x"}, "rule.campaign_id"),
        (events(), "rule.at_least"),
        (events(at_least=0), "rule.at_least"),
        (events(at_least=1, at_most=2), "rule.at_least"),
        (events(at_least=1, measure="sum"), "rule.property"),
        (events(at_least=1, period={"last_days": 3, "from": "2026-01-01"}), "rule.period"),
        (events(at_least=1, period={"from": "2026-01-02", "to": "2026-01-01"}), "rule.period.to"),
        ({"kind": "all", "of": [{"kind": "any", "of": [FR] * 50}] * 3}, "rule"),
    ],
)
def test_an_error_names_its_place(told: object, field: str) -> None:
    with pytest.raises(BadRule) as refused:
        read(told)
    assert refused.value.field == field


def test_leaves_stand_where_they_were_told() -> None:
    rule = read({"kind": "all", "of": [FR, {"kind": "not", "rule": events(at_most=0)}]})
    assert [leaf.path for leaf in leaves(rule)] == ["rule.of[0]", "rule.of[1].rule"]
    assert leaves(read({"kind": "all", "of": []})) == []
