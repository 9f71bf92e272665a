"""The words of conditions: of each, what is true of people and, beside it, its contrary."""

from typing import Final, TypeAlias

from chappe.audience.model import Compare, Did, TextTest
from chappe.web.navigation import mark

Pair: TypeAlias = tuple[str, str]

SIGNS: Final = {Compare.EQ: "=", Compare.LT: "<", Compare.LE: "≤", Compare.GT: ">", Compare.GE: "≥"}
CONTRARY: Final = {Compare.LE: Compare.GT, Compare.GE: Compare.LT}

COMPARED: Final = {
    Compare.EQ: mark("%(value)s"),
    Compare.LT: mark("less than %(value)s"),
    Compare.LE: mark("at most %(value)s"),
    Compare.GT: mark("more than %(value)s"),
    Compare.GE: mark("at least %(value)s"),
}
COMPARED_DAYS: Final = {
    Compare.EQ: mark("%(value)s"),
    Compare.LT: mark("before %(value)s"),
    Compare.LE: mark("on or before %(value)s"),
    Compare.GT: mark("after %(value)s"),
    Compare.GE: mark("on or after %(value)s"),
}
LIMITS: Final = {
    Compare.LT: mark("less than %(amount)s"),
    Compare.LE: mark("at most %(amount)s"),
    Compare.GT: mark("more than %(amount)s"),
    Compare.GE: mark("at least %(amount)s"),
}

TEXTS: Final[dict[TextTest, Pair]] = {
    TextTest.IS: (mark("whose %(name)s is %(values)s"), mark("whose %(name)s is not %(values)s")),
    TextTest.CONTAINS: (
        mark("whose %(name)s contains %(values)s"),
        mark("whose %(name)s does not contain %(values)s"),
    ),
    TextTest.BEGINS: (
        mark("whose %(name)s begins with %(values)s"),
        mark("whose %(name)s does not begin with %(values)s"),
    ),
    TextTest.HAS: (
        mark("who have %(values)s among their %(name)s"),
        mark("who do not have %(values)s among their %(name)s"),
    ),
    TextTest.THERE: (mark("whose %(name)s is known"), mark("whose %(name)s is not known")),
}

CONSENTS: Final[dict[str, Pair]] = {
    "granted": (mark("who agreed to %(topic)s"), mark("who did not agree to %(topic)s")),
    "withdrawn": (mark("who left %(topic)s"), mark("who did not leave %(topic)s")),
    "pending": (
        mark("who have not yet answered about %(topic)s"),
        mark("of whom no answer about %(topic)s is awaited"),
    ),
}

# Some, and none.
DID: Final[dict[Did, Pair]] = {
    Did.SENT: (
        mark("to whom a message was sent%(often)s%(when)s"),
        mark("to whom no message was sent%(when)s"),
    ),
    Did.DELIVERED: (mark("who received a message%(often)s%(when)s"), mark("who received no message%(when)s")),
    Did.FAILED: (
        mark("for whom a message failed%(often)s%(when)s"),
        mark("for whom no message failed%(when)s"),
    ),
    Did.CLICKED: (mark("who clicked a link%(often)s%(when)s"), mark("who clicked no link%(when)s")),
    Did.REPLIED: (mark("who replied%(often)s%(when)s"), mark("who did not reply%(when)s")),
}

PHRASES: Final[dict[str, Pair]] = {
    "compared": (mark("whose %(name)s is %(told)s"), mark("whose %(name)s is not %(told)s")),
    "list": (mark("who are on the list %(name)s"), mark("who are not on the list %(name)s")),
    "country": (mark("whose country is %(values)s"), mark("whose country is not %(values)s")),
    "language": (mark("whose language is %(values)s"), mark("whose language is not %(values)s")),
    "zone": (mark("who may be in the zone %(values)s"), mark("who are not in the zone %(values)s")),
    "share": (
        mark("who are among the %(percent)s%% drawn at random"),
        mark("who are not among the %(percent)s%% drawn at random"),
    ),
    "segment": (mark("who are in the segment %(name)s"), mark("who are not in the segment %(name)s")),
    "engaged": (
        mark("who wrote or did something%(when)s"),
        mark("who neither wrote nor did anything%(when)s"),
    ),
    "recent": (
        mark("whose latest %(name)s was %(days)s ago at most"),
        mark("whose latest %(name)s was not in the last %(days)s"),
    ),
    "old": (
        mark("whose latest %(name)s was at least %(days)s ago"),
        mark("whose latest %(name)s was not as long ago as %(days)s"),
    ),
    "added": (mark("who became a contact%(when)s"), mark("who did not become a contact%(when)s")),
    "active": (mark("who are active contacts"), mark("who are blocked or archived")),
    "event": (
        mark("who did %(name)s%(where)s%(often)s%(when)s"),
        mark("who did no %(name)s%(where)s%(when)s"),
    ),
    # The contrary of an amount is in the amount.
    "worth": (mark("whose %(name)s%(where)s are worth %(amount)s%(when)s"), ""),
    "sum": (mark("whose %(name)s%(where)s add up to %(amount)s of %(of)s%(when)s"), ""),
}
