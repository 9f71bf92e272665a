"""Why: what was found of one person for each condition of a rule, in words."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from chappe.audience import repo, service
from chappe.audience.clauses import Clauses
from chappe.audience.compiling import Compiled, bounds
from chappe.audience.model import (
    Added,
    All,
    Consent,
    Country,
    Day,
    Did,
    Either,
    Engaged,
    Events,
    Language,
    Leaf,
    Messages,
    Moment,
    Not,
    Number,
    Placed,
    Reason,
    Recency,
    Rule,
    Text,
    Whom,
    Zone,
)
from chappe.contacts.model import Contact
from chappe.db.pool import Connection
from chappe.web.navigation import mark

_STATES = {
    "granted": mark("agreed"),
    "withdrawn": mark("left"),
    "pending": mark("not answered yet"),
}


class Found(NamedTuple):
    """Of one condition, wherever it stands: `holds` of it as it is written."""

    path: str
    holds: bool
    words: str
    found: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A condition, or a group of them (`of`), as it is with one person. `joint`: how a group is joined,
    `all`, `any` or `not`; `found` is what was found, empty where the truth says it all.
    """

    holds: bool
    words: str = ""
    found: str = ""
    joint: str = ""
    of: tuple["Told", ...] = ()


class Explained(NamedTuple):
    """`inside` is also false of who is blocked or archived, whatever `told` says."""

    inside: bool
    told: Told
    reasons: list["Found"]


class _About(NamedTuple):
    """The person who is asked about, and how it is said."""

    contact: Contact
    whom: Whom
    clauses: Clauses
    moment: Moment


async def explained(
    conn: Connection, workspace_id: int, contact: Contact, rule: Compiled, clauses: Clauses
) -> Explained:
    """Whether a contact is in it, and the tree of its rule with what was found. Raises UnknownContact."""
    inside, reasons = await service.explain(conn, rule, contact.id)
    about = _About(contact, Whom(workspace_id, contact.id, contact.phone), clauses, rule.moment)
    found = [await _found(conn, about, one.leaf) for one in reasons]
    pairs = list(zip(reasons, found, strict=True))
    flat = [Found(one.path, one.holds, clauses.of(one.leaf), what) for one, what in pairs]
    return Explained(inside, _tree(rule.rule, iter(pairs), clauses), flat)


def _tree(rule: Rule, pairs: Iterator[tuple[Reason, str]], clauses: Clauses) -> Told:
    match rule:
        case Placed():
            reason, found = next(pairs)
            return Told(holds=reason.holds, words=clauses.of(reason.leaf), found=found)
        case Not(Placed()):
            reason, found = next(pairs)
            return Told(holds=not reason.holds, words=clauses.of(reason.leaf, holds=False), found=found)
        case Not(inner):
            one = _tree(inner, pairs, clauses)
            return Told(holds=not one.holds, joint="not", of=(one,))
        case All(of):
            each = tuple(_tree(one, pairs, clauses) for one in of)
            return Told(holds=all(one.holds for one in each), joint="all", of=each)
        case Either(of):
            each = tuple(_tree(one, pairs, clauses) for one in of)
            return Told(holds=any(one.holds for one in each), joint="any", of=each)


async def _found(conn: Connection, about: _About, leaf: Leaf) -> str:
    contact, clauses = about.contact, about.clauses
    match leaf:
        case Text(name=name) | Number(name=name) | Day(name=name):
            return contact.attributes.get(name) or clauses.word(mark("nothing known"))
        case Country():
            return clauses.country(contact.country) or clauses.word(mark("nothing known"))
        case Language():
            return clauses.language_called(contact.language or "") or clauses.word(mark("nothing known"))
        case Zone():
            return contact.zones.replace(" ", ", ") or clauses.word(mark("nothing known"))
        case Added():
            return clauses.day(_day(contact.created_at, about.moment))
        case Consent(topic=topic):
            state = await repo.consent_state(conn, about.whom, topic)
            return clauses.word(_STATES[state]) if state in _STATES else clauses.word(mark("never asked"))
        case Messages() | Events():
            return clauses.figure(await _amount(conn, about, leaf))
        case Engaged() | Recency():
            return await _latest(conn, about, leaf)
        case _:
            return ""


async def _amount(conn: Connection, about: _About, leaf: Messages | Events) -> float:
    since, until = bounds(leaf.period, about.moment)
    if isinstance(leaf, Events):
        return await repo.events_of(conn, about.whom, leaf, since, until)
    if leaf.did is Did.REPLIED:
        return await repo.replies_of(conn, about.whom, leaf, since, until)
    if leaf.did is Did.CLICKED:
        return await repo.clicks_of(conn, about.whom, leaf, since, until)
    return await repo.messages_of(conn, about.whom, leaf, since, until)


async def _latest(conn: Connection, about: _About, leaf: Engaged | Recency) -> str:
    if isinstance(leaf, Recency):
        at = await repo.latest_event(conn, about.whom, leaf.name)
    else:
        at = await repo.latest_sign(conn, about.whom)
    if at is None:
        return about.clauses.word(mark("never"))
    return about.clauses.day(_day(at, about.moment))


def _day(at: datetime, moment: Moment) -> date:
    return at.astimezone(ZoneInfo(moment.zone)).date()
