"""The rules of the places where people may be, and the workspace's own caps, as the gate asks them."""

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple

from chappe.consent import service as consent
from chappe.db.pool import Connection
from chappe.gate import caps
from chappe.gate.caps import NO_LIMITS, Limit, Limits, Patience
from chappe.gate.model import OFFERS, Code, Subject
from chappe.gate.wording import said
from chappe.rules.choices import NO_CHOICE
from chappe.rules.model import Window
from chappe.rules.requirements import ContentDemand
from chappe.rules.service import Places, Requirements, Rulebook, Rules, rules_of, rules_under, window
from chappe.rules.values import Basis, Content, SenderForm

_BETWEEN: Final = "@"
# A box that was ticked and a text that was sent are writing (15 USC 7001); a word that was spoken is not.
_IN_WRITING: Final = frozenset({Basis.EXPRESS, Basis.WRITTEN})
_PROVES: Final = {
    "spoken": frozenset({Basis.EXPRESS}),
    "soft_opt_in": frozenset({Basis.SOFT_OPT_IN}),
    "implied": frozenset({Basis.IMPLIED}),
}


class Origin(NamedTuple):
    """Which edition of a rule decided, and where it can be read."""

    version: str = ""
    source: str = ""


class Law:
    """What one workspace is bound by. Pure: read once, asked for as many people as there are."""

    def __init__(self, rules: Rules, own: Patience = NO_LIMITS, brand: str = "") -> None:
        """`brand`: the name that texts must tell, where rules demand one; every text tells an empty one."""
        self._book = rules.book
        self._profile = rules.profile
        self._own = own
        self._brand = brand
        self._caps: dict[tuple[Places, date, str], Limits] = {}
        self._requirements: dict[tuple[Places, date], Requirements] = {}

    def places(self, phone: int, zones: str, country: str | None) -> Places:
        """Everywhere the person may be; a block of numbers is worked out once."""
        return self._book.places(phone, zones, country)

    def hours(self, where: Places, now: datetime) -> Window:
        """Whether marketing may leave now, in every one of the places; with the rule that closes."""
        return self._book.hours(where, now, self._profile)

    def unverified(self, where: Places, now: datetime) -> str | None:
        """A rule of the places that rests on no primary text, and that nobody here has acknowledged."""
        return next(iter(self._book.unverified(where, now.date())), None)

    def says(self, body: str, sender: SenderForm) -> frozenset[Content]:
        """What a text or template tells of all that rules may demand."""
        return said(body, self._brand, sender)

    def unmet(
        self,
        where: Places,
        now: datetime,
        basis: str,
        sender: SenderForm,
        says: frozenset[Content] | None = None,
    ) -> tuple[Code, str] | None:
        """What the rules ask of consent, sender and text and is not so, with the rule; None when all is met,
        or there is no text yet.

        What `basis` accepts as proof is `_PROVES`; an implied one also ends some time after what it is drawn
        from, which is not known: where that is asked, it does not do.
        """
        asked = self._demands(where, now)
        if (consent := asked.consent) is not None:
            ended = basis == Basis.IMPLIED and consent.implied_days is not None
            if ended or not _PROVES.get(basis, _IN_WRITING) & consent.bases:
                return Code.WRONG_BASIS, consent.rules[0]
        if (senders := asked.senders) is not None and sender not in senders.forms:
            return Code.WRONG_SENDER, senders.rules[0]
        return next(
            (
                (Code.WRONG_CONTENT, one.rule)
                for one in asked.contents
                if says is not None and one.must not in says
            ),
            None,
        )

    def lacks(self, where: Places, now: datetime, says: frozenset[Content]) -> tuple[ContentDemand, ...]:
        """All that the rules of the places demand of a text that tells only this."""
        return tuple(one for one in self._demands(where, now).contents if one.must not in says)

    def _demands(self, where: Places, now: datetime) -> Requirements:
        key = (where, now.date())
        known = self._requirements.get(key)
        if known is None:
            known = self._book.requirements(where, now.date(), self._profile)
            self._requirements[key] = known
        return known

    def limits(self, where: Places | None, now: datetime, subject: Subject = OFFERS) -> Limits:
        """The caps that hold for a person there: the workspace's own, those of the topic, what people want,
        then those of the rules; nowhere, none, since marketing alone is asked where it goes.

        A rule that counts messages on one subject is held against all of them, which is stricter.
        """
        if where is None:
            return ()
        key = (where, now.date(), subject.word)
        known = self._caps.get(key)
        if known is None:
            found = self._book.caps(where, now.date(), self._profile)
            known = (*self._own.limits(subject.word), *(Limit(cap.rule, cap.window, cap.n) for cap in found))
            self._caps[key] = known
        return known

    def origin(self, rule: str) -> Origin:
        """The edition of a rule that is in force; of a workspace's own rule, nothing."""
        return _origins(self._book).get(rule, Origin())


async def law_of(conn: Connection, workspace_id: int) -> Law:
    """What binds this workspace now: three statements."""
    rules, own = await rules_of(conn, workspace_id), await caps.patience_of(conn, workspace_id)
    return Law(rules, own, (await consent.brand(conn, workspace_id)).name)


@cache
def cautious() -> Law:
    """The law of a workspace that decided nothing."""
    return Law(rules_under(NO_CHOICE))


@lru_cache(maxsize=64)
def _origins(book: Rulebook) -> dict[str, Origin]:
    """By rule id; of several wordings the latest."""
    found = {}
    for pack in book.packs.values():
        for rule in sorted(pack.rules, key=lambda one: one.valid_from):
            found[rule.id] = Origin(rule.reviewed_on.isoformat(), pack.source_of(rule).url)
    return found


def written(where: Places) -> str:
    """Places as a chunk keeps them, for the next hours that it may have to wait for."""
    return f"{','.join(where.jurisdictions)}{_BETWEEN}{where.zones}"


@lru_cache(maxsize=8192)
def _read(text: str) -> Places:
    jurisdictions, _, zones = text.partition(_BETWEEN)
    return Places(tuple(filter(None, jurisdictions.split(","))), zones)


def next_hours(text: str, now: datetime, law: Law) -> Window:
    """The hours of places as a chunk keeps them. A chunk of an older version names zones alone."""
    return law.hours(_read(text), now) if _BETWEEN in text else window(text, now)
