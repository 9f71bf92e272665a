"""Rules in words, in both languages."""

import re
from typing import Any

import pytest

from chappe.audience.clauses import Names
from chappe.audience.model import Did
from chappe.audience.reading import read
from chappe.audience.sentence import told

DAY = "2026-01-02"
LIST = "lst_0190a5d2c5b37c3c8f0e1d2c3b4a5968"
SALE, GONE = "cmp_0190a5d2c5b37c3c8f0e1d2c3b4a5968", "cmp_0190a5d2c5b37c3c8f0e1d2c3b4a5969"
NAMES = Names(attributes={"city": "Ville"}, lists={LIST: "VIP"}, campaigns={SALE: "Sale"})
CITY = {"kind": "text", "name": "city", "values": ["Lyon", "Paris"]}
FR = {"kind": "country", "values": ["FR"]}
REPLIED = {"kind": "messages", "did": "replied", "at_least": 1, "period": {"last_days": 30}}


def contrary(rule: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "rule": rule}


def group(kind: str, *of: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "of": list(of)}


def ordered(**told_of_it: Any) -> dict[str, Any]:
    return {"kind": "events", "name": "Order", **told_of_it}


AND_NOT = group("all", {"kind": "list", "list_id": LIST}, contrary(group("any", FR, REPLIED)))
SHOES = [{"name": "category", "value": "shoes"}, {"name": "revenue", "compare": "ge", "value": 50}]
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
ITEMS = ordered(measure="sum", property="items", at_most=12.5, period=NOVEMBER)
# Without "People" and the full stop.
CASES: list[tuple[dict[str, Any], str, str]] = [
    (CITY, "whose “Ville” is “Lyon” or “Paris”", "dont « Ville » est « Lyon » ou « Paris »"),
    (contrary(FR), "whose country is not France", "dont le pays n’est pas France"),
    (REPLIED, "who replied in the last 30 days", "qui ont répondu ces 30 derniers jours"),
    (
        contrary(REPLIED),
        "who did not reply in the last 30 days",
        "qui n’ont pas répondu ces 30 derniers jours",
    ),
    (
        REPLIED | {"did": "clicked", "campaign_id": SALE},
        "who clicked a link of the campaign “Sale” in the last 30 days",
        "qui ont cliqué sur un lien de la campagne « Sale » ces 30 derniers jours",
    ),
    (
        contrary({"kind": "messages", "did": "replied", "at_least": 1, "campaign_id": SALE}),
        "who did not reply to the campaign “Sale”",
        "qui n’ont pas répondu à la campagne « Sale »",
    ),
    (
        {"kind": "messages", "did": "delivered", "at_least": 1, "campaign_id": GONE},
        "who received a message of the campaign that has no name or is gone",
        "qui ont reçu un message de la campagne sans nom ou disparue",
    ),
    (
        AND_NOT,
        "who are on the list “VIP” and (other than those whose country is France "
        "or who replied in the last 30 days)",
        "qui sont sur la liste « VIP » et (autres que celles dont le pays est France "
        "ou qui ont répondu ces 30 derniers jours)",
    ),
    (
        ordered(at_least=3, where=SHOES),
        "who did “Order” (category = “shoes”, revenue ≥ 50) at least 3 times",
        "qui ont fait « Order » (category = « shoes », revenue ≥ 50) au moins 3 fois",
    ),
    (
        contrary(ordered(at_least=3)),
        "who did “Order” less than 3 times",
        "qui ont fait « Order » moins de 3 fois",
    ),
    (contrary(ordered(at_least=1)), "who did no “Order”", "qui n’ont pas fait « Order »"),
    (
        ITEMS,
        "whose “Order” add up to at most 12.5 of “items” from 1 Nov 2026 to 30 Nov 2026",
        "dont les « Order » totalisent au plus 12,5 de « items » du 1 nov. 2026 au 30 nov. 2026",
    ),
    (
        {"kind": "recency", "name": "Order", "at_least": 90},
        "whose latest “Order” was at least 90 days ago",
        "dont le dernier « Order » date d’au moins 90 jours",
    ),
    (
        {"kind": "share", "percent": 10, "key": "k"},
        "who are among the 10% drawn at random",
        "qui font partie des 10 % tirés au sort",
    ),
    (
        {"kind": "number", "name": "points", "compare": "gt", "value": 1000},
        "whose “points” is more than 1,000",
        "dont « points » est plus de 1 000",
    ),
]


@pytest.mark.parametrize(("rule", "english", "french"), CASES)
def test_a_rule_reads_as_a_sentence(rule: dict[str, Any], english: str, french: str) -> None:
    assert told(read(rule), "en", NAMES) == f"People {english}."
    set_by_rule = told(read(rule), "fr", NAMES)
    assert (
        re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", set_by_rule)
        == f"Les personnes {french}."
    )


def test_who_is_in_an_empty_group() -> None:
    assert [told(read(group("all")), each, NAMES) for each in ("en", "fr")] == [
        "Everybody.",
        "Tout le monde.",
    ]
    assert [told(read(group("any")), each, NAMES) for each in ("en", "fr")] == ["Nobody.", "Personne."]


def test_every_condition_has_words_and_a_contrary() -> None:
    today, signs = {"last_days": 1}, ("eq", "lt", "le", "gt", "ge")
    text, number, day = (
        {"kind": kind, "name": "a"} | more
        for kind, more in (("text", {"values": ["x"]}), ("number", {"value": 1}), ("date", {"value": DAY}))
    )
    leaves: list[dict[str, Any]] = [
        *(text | {"test": test} for test in ("is", "contains", "begins", "has")),
        {"kind": "text", "name": "a", "test": "there"},
        *(each | {"compare": sign} for each in (number, day) for sign in signs),
        *({"kind": "consent", "state": state} for state in ("granted", "withdrawn", "pending")),
        *(REPLIED | {"did": did, "period": today} for did in Did),
        {"kind": "language", "values": ["fr"]},
        {"kind": "zone", "values": ["Europe/Paris"]},
        {"kind": "engaged", "last_days": 90},
        {"kind": "added", "period": {"from": DAY}},
        {"kind": "recency", "name": "Order", "at_most": 1},
        ordered(measure="worth", at_least=5),
        {"kind": "segment", "segment_id": LIST.replace("lst", "seg")},
    ]
    for language in ("en", "fr"):
        said = [told(read(each), language, NAMES) for each in [*leaves, *map(contrary, leaves)]]
        assert len(set(said)) == len(said)
        assert not [each for each in said if "%" in each or "()" in each]
