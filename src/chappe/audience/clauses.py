"""A condition in words: a clause that follows "People", as "who replied in the last 30 days".

Each clause has its contrary beside it, for no language makes one by putting a word in front.
"""

from collections.abc import Sequence
from datetime import date
from gettext import NullTranslations

import msgspec

from chappe.audience.model import (
    Active,
    Added,
    Compare,
    Consent,
    Country,
    Day,
    Did,
    Engaged,
    Events,
    InSegment,
    Language,
    Leaf,
    Measure,
    Messages,
    Number,
    OnList,
    Period,
    Recency,
    Share,
    Text,
    Where,
    Zone,
)
from chappe.audience.phrases import (
    COMPARED,
    COMPARED_DAYS,
    CONSENTS,
    CONTRARY,
    DID,
    LIMITS,
    PHRASES,
    SIGNS,
    TEXTS,
    Pair,
)
from chappe.web.formats import Formats
from chappe.web.language import catalogue
from chappe.web.navigation import mark


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What people call things: attributes by name, the others by the ids that rules hold."""

    attributes: dict[str, str] = {}
    lists: dict[str, str] = {}
    segments: dict[str, str] = {}
    campaigns: dict[str, str] = {}
    topics: dict[str, str] = {}
    truths: frozenset[str] = frozenset()
    """The attributes that are true or false."""


class Clauses:
    """Of one language."""

    def __init__(self, language: str, names: Names) -> None:
        self._texts: NullTranslations = catalogue(language)
        self._formats = Formats(language)
        self._names = names

    def of(self, leaf: Leaf, *, holds: bool = True) -> str:
        """What is true of them when the condition is; not `holds`: when it is not."""
        match leaf:
            case Text(name=name, test=test, values=values):
                which = self._or(self._values(name, values or ()))
                return self._say(TEXTS[test], holds, name=self._called(name), values=which)
            case Number(name=name, compare=compare, value=value):
                told = self.word(COMPARED[compare], value=self._number(value))
                return self._say(PHRASES["compared"], holds, name=self._called(name), told=told)
            case Day(name=name, compare=compare, value=day):
                told = self.word(COMPARED_DAYS[compare], value=self._formats.civil_day(day))
                return self._say(PHRASES["compared"], holds, name=self._called(name), told=told)
            case Messages() | Events():
                return self._counted(leaf, holds)
            case Engaged(last_days=days):
                return self._say(PHRASES["engaged"], holds, when=self.period(Period(last_days=days)))
            case Recency():
                return self._recent(leaf, holds)
            case Added(period=period):
                return self._say(PHRASES["added"], holds, when=self.period(period))
            case _:
                return self._standing(leaf, holds)

    def _standing(self, leaf: Leaf, holds: bool) -> str:
        match leaf:
            case OnList(list_id=key):
                name = self._names.lists.get(key) or self.word(mark("a list that is gone"))
                return self._say(PHRASES["list"], holds, name=self.quoted(name))
            case Consent(topic=topic, state=state):
                return self._say(CONSENTS[state], holds, topic=self.topic(topic))
            case Country(values=values):
                known = [self._formats.country(value.upper()) for value in values]
                return self._say(PHRASES["country"], holds, values=self._or(known))
            case Language(values=values):
                known = [self.language_called(value) for value in values]
                return self._say(PHRASES["language"], holds, values=self._or(known))
            case Zone(values=values):
                return self._say(PHRASES["zone"], holds, values=self._or(values))
            case Share(percent=percent):
                return self._say(PHRASES["share"], holds, percent=self._number(percent))
            case InSegment(segment_id=key):
                name = self._names.segments.get(key) or self.word(mark("a segment that is gone"))
                return self._say(PHRASES["segment"], holds, name=self.quoted(name))
            case Active():
                return self._say(PHRASES["active"], holds)
        raise AssertionError(leaf)

    def word(self, text: str, /, **values: str) -> str:
        """A marked text in this language."""
        return self._texts.gettext(text) % values

    def quoted(self, text: str) -> str:
        return self.word(mark("“%(text)s”"), text=text)

    def topic(self, topic: str) -> str:
        known = self._names.topics.get(topic)
        if topic == "marketing" and known is None:
            return self.word(mark("offers and news"))
        return self.quoted(known or topic)

    def language_called(self, code: str) -> str:
        return self._formats.language(code)

    def country(self, code: str | None) -> str:
        return self._formats.country(code) if code else ""

    def day(self, day: date) -> str:
        return self._formats.civil_day(day)

    def figure(self, n: float) -> str:
        return self._number(n)

    def period(self, period: Period) -> str:
        """With a space before it; empty for all of time."""
        if period.last_days is not None:
            if period.last_days == 1:
                return self.word(mark(" today"))
            n = period.last_days
            many = self._texts.ngettext(" in the last %(n)s day", " in the last %(n)s days", n)
            return many % {"n": self._formats.number(n)}
        first = "" if period.first is None else self._formats.civil_day(period.first)
        last = "" if period.last is None else self._formats.civil_day(period.last)
        if first and last:
            if first == last:
                return self.word(mark(" on %(day)s"), day=first)
            return self.word(mark(" from %(first)s to %(last)s"), first=first, last=last)
        if first:
            return self.word(mark(" since %(first)s"), first=first)
        return self.word(mark(" until %(last)s"), last=last) if last else ""

    def _counted(self, leaf: Messages | Events, holds: bool) -> str:
        when = self.period(leaf.period)
        if isinstance(leaf, Events):
            name, where = self.quoted(leaf.name), self._where(leaf.where)
            if leaf.measure is not Measure.COUNT:
                amount = self.amount(*_limit(leaf, holds))
                phrase = PHRASES["worth" if leaf.measure is Measure.WORTH else "sum"][0]
                of = self.quoted(leaf.property or "")
                return self.word(phrase, name=name, where=where, amount=amount, of=of, when=when)
            some, none = PHRASES["event"]
        else:
            name = where = ""
            some, none = DID[leaf.did]
            when = self._of_campaign(leaf) + when
        sign, n = _limit(leaf, holds)
        if (sign, n) in ((Compare.LE, 0), (Compare.LT, 1)):
            return self.word(none, name=name, where=where, when=when)
        often = "" if (sign, n) in ((Compare.GE, 1), (Compare.GT, 0)) else self._often(sign, n)
        return self.word(some, name=name, where=where, often=often, when=when)

    def _of_campaign(self, leaf: Messages) -> str:
        """With a space before it; empty for any campaign."""
        if leaf.campaign_id is None:
            return ""
        known = self._names.campaigns.get(leaf.campaign_id)
        name = self.quoted(known) if known else self.word(mark("that has no name or is gone"))
        to = mark(" to the campaign %(name)s"), mark(" of the campaign %(name)s")
        return self.word(to[leaf.did is not Did.REPLIED], name=name)

    def _often(self, sign: Compare, n: float) -> str:
        many = self._texts.ngettext(" %(n)s time", " %(n)s times", round(n)) % {"n": self._number(n)}
        return " " + self.word(LIMITS[sign], amount=many.strip())

    def amount(self, sign: Compare, n: float) -> str:
        return self.word(LIMITS[sign], amount=self._number(n))

    def _recent(self, leaf: Recency, holds: bool) -> str:
        least = leaf.at_most is None
        days = leaf.at_least if leaf.at_least is not None else leaf.at_most or 0
        many = self._texts.ngettext("%(n)s day", "%(n)s days", days) % {"n": self._formats.number(days)}
        return self._say(PHRASES["old" if least else "recent"], holds, name=self.quoted(leaf.name), days=many)

    def _where(self, where: Sequence[Where]) -> str:
        """As signs: they read alike in every language."""
        if not where:
            return ""
        told = [one.name if one.value is None else self._compared(one) for one in where]
        return f" ({', '.join(told)})"

    def _compared(self, one: Where) -> str:
        value = one.value
        if isinstance(value, bool):
            told = self.word(mark("yes")) if value else self.word(mark("no"))
        else:
            told = self._number(value) if isinstance(value, int | float) else self.quoted(str(value))
        return f"{one.name} {SIGNS[one.compare]} {told}"

    def _called(self, name: str) -> str:
        return self.quoted(self._names.attributes.get(name) or name)

    def _values(self, name: str, values: Sequence[str]) -> list[str]:
        truths = {"true": mark("yes"), "false": mark("no")} if name in self._names.truths else {}
        return [self.word(truths[each]) if each in truths else self.quoted(each) for each in values]

    def _or(self, values: Sequence[str]) -> str:
        *many, last = values or [""]
        return self.word(mark("%(many)s or %(last)s"), many=", ".join(many), last=last) if many else last

    def _number(self, value: float) -> str:
        return self._formats.number(int(value) if value == int(value) else value)

    def _say(self, pair: Pair, holds: bool, **values: str) -> str:
        return self.word(pair[0] if holds else pair[1], **values)


def _limit(leaf: Messages | Events, holds: bool) -> tuple[Compare, float]:
    """How the amount is limited: at least, at most, or the contrary of that."""
    sign = Compare.LE if leaf.at_least is None else Compare.GE
    amount = leaf.at_most if leaf.at_least is None else leaf.at_least
    return (sign if holds else CONTRARY[sign]), float(amount or 0)
