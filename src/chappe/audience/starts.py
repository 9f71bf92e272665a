"""Segments to begin with: each teaches what a rule can say."""

from typing import Any, Final

import msgspec

from chappe.web.navigation import mark

_ORDER: Final = "Order Completed"


class Start(msgspec.Struct, frozen=True):
    """`name` and `about` are marked texts."""

    key: str
    name: str
    about: str
    icon: str
    rule: dict[str, Any]


def _all(*of: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "all", "of": list(of)}


def _not(rule: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "rule": rule}


def _ordered(days: int) -> dict[str, Any]:
    return {"kind": "events", "name": _ORDER, "at_least": 1, "period": {"last_days": days}}


_CONSENT: Final[dict[str, Any]] = {"kind": "consent"}

STARTS: Final = (
    Start(
        "buyers",
        mark("Bought in the last 90 days"),
        mark("Orders that your shop sends as events."),
        "shopping-cart",
        _all(_ordered(90), _CONSENT),
    ),
    Start(
        "cart",
        mark("Cart left, no order"),
        mark("Something in the cart this week, and nothing ordered."),
        "hourglass",
        _all(
            {"kind": "events", "name": "Product Added", "at_least": 1, "period": {"last_days": 7}},
            _not(_ordered(7)),
        ),
    ),
    Start(
        "best",
        mark("Best customers"),
        mark("At least three orders, worth 200 or more, in a year."),
        "star",
        _all(
            {"kind": "events", "name": _ORDER, "at_least": 3, "period": {"last_days": 365}},
            {
                "kind": "events",
                "name": _ORDER,
                "measure": "worth",
                "at_least": 200,
                "period": {"last_days": 365},
            },
        ),
    ),
    Start(
        "lapsed",
        mark("Not back for half a year"),
        mark("Ordered before, the last time at least 180 days ago."),
        "history",
        _all({"kind": "recency", "name": _ORDER, "at_least": 180}),
    ),
    Start(
        "quiet",
        mark("Never replied"),
        mark("Received three messages or more, and wrote nothing."),
        "message-square-reply",
        _all(
            {"kind": "messages", "did": "delivered", "at_least": 3},
            {"kind": "messages", "did": "replied", "at_most": 0},
        ),
    ),
    Start(
        "new",
        mark("New this month"),
        mark("Became contacts in the last 30 days and agreed to hear from you."),
        "user-plus",
        _all({"kind": "added", "period": {"last_days": 30}}, _CONSENT),
    ),
)


def start(key: str) -> Start | None:
    return next((each for each in STARTS if each.key == key), None)


def unclicked(campaign_id: str) -> dict[str, Any]:
    """The rule of those who received a campaign and opened no link of it."""
    of = {"kind": "messages", "campaign_id": campaign_id}
    return _all(of | {"did": "delivered", "at_least": 1}, of | {"did": "clicked", "at_most": 0})
