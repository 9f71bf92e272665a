"""The sums of an estimate, over the pages of an audience. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from heapq import heappush, heappushpop
from math import sqrt
from typing import Final

from chappe.campaigns.model import Cost, EncodingShare, Estimate, Long, PlaceShare, ZoneShare
from chappe.carriers.model import Price
from chappe.gate.model import Code, Decision
from chappe.kit.phone import country_of
from chappe.sending.model import Batch
from chappe.sms.encoding import Encoding, ucs2_causes

HELD_OUT: Final = "held_out"
"""Among the reasons for which somebody gets nothing."""

_ENCODINGS: Final = {encoding.value: encoding.name.lower() for encoding in Encoding}
# So many digits tell the country of any number.
_PREFIX: Final = 7
_MOST_LONG: Final = 5
_MOST_READ: Final = 5_000
"""Texts that are searched for characters: which ones are to blame is told by the first of them."""


class Tally:
    """Sums over the pages."""

    def __init__(self) -> None:
        self._codes: Counter[Code] = Counter()
        self._held_out = 0
        self._capped: Counter[str] = Counter()
        self._messages: Counter[int] = Counter()
        self._parts: Counter[int] = Counter()
        self._lengths: Counter[int] = Counter()
        self._places: Counter[tuple[str, int | None, str, Decimal, int]] = Counter()
        self._people: Counter[tuple[str, int | None]] = Counter()
        self._zones: dict[str, tuple[int, Decision, datetime]] = {}
        self._deferred_until: datetime | None = None
        self._unpriced = 0
        self._longest: list[tuple[int, int, int]] = []
        self._characters: Counter[str] = Counter()
        self._read = 0
        self._countries: dict[str, str] = {}

    def hold_out(self, n: int) -> None:
        """So many of a page are held out."""
        self._held_out += n

    def add(
        self, batch: Batch, prices: Sequence[Price | None], carrier: int | None, *, plain: bool = False
    ) -> None:
        """`carrier`: the number of the one that takes them first. `plain`: the text without its variables is
        of the cheap alphabet, so that what is not came with a contact.
        """
        n = len(batch.phones)
        self._codes[batch.decision.code] += n
        if batch.decision.code is Code.CAPPED and batch.decision.rule is not None:
            self._capped[batch.decision.rule] += n
        if batch.texts is None:
            return
        self._messages[batch.encoding] += n
        self._parts[batch.encoding] += n * batch.parts
        self._lengths[batch.parts] += n
        self._add_zone(batch, n)
        self._add_places(batch, prices, carrier)
        self._add_long(batch)
        if plain and batch.encoding == Encoding.UCS2.value:
            self._read_characters(batch.texts)

    def _add_places(self, batch: Batch, prices: Sequence[Price | None], carrier: int | None) -> None:
        for phone, price in zip(batch.phones, prices, strict=True):
            country = self._country(phone)
            self._people[country, carrier] += 1
            if price is None:
                self._unpriced += 1
            else:
                self._places[country, carrier, price.currency, price.price, batch.parts] += 1

    def _country(self, phone: int) -> str:
        beginning = str(phone)[:_PREFIX]
        known = self._countries.get(beginning)
        if known is None:
            known = self._countries[beginning] = country_of(phone) or ""
        return known

    def _add_long(self, batch: Batch) -> None:
        """Keeps the few longest messages, of those that take more than one part."""
        if batch.parts < 2 or batch.contact_ids is None or batch.texts is None:
            return
        for contact_id, text in zip(batch.contact_ids, batch.texts, strict=True):
            size = (batch.parts, len(text), contact_id)
            if len(self._longest) < _MOST_LONG:
                heappush(self._longest, size)
            elif size > self._longest[0]:
                heappushpop(self._longest, size)

    def _read_characters(self, texts: Sequence[str]) -> None:
        for text in texts[: max(0, _MOST_READ - self._read)]:
            self._read += 1
            self._characters.update({cause.character for cause in ucs2_causes(text)})

    def _add_zone(self, batch: Batch, n: int) -> None:
        # Where the number tells of zones that the contact does not, those are what is waited for.
        zones = batch.zones if batch.decision.where is None else batch.decision.where.zones
        due = _due(batch.decision)
        if batch.decision.code is Code.DEFERRED_HOURS:
            self._deferred_until = max(due, self._deferred_until or due)
        before, first, last = self._zones.get(zones, (0, batch.decision, due))
        self._zones[zones] = (before + n, min(first, batch.decision, key=_due), max(last, due))

    def estimate(self) -> Estimate:
        deferred = self._codes[Code.DEFERRED_HOURS]
        skipped = {code.reason: n for code, n in sorted(self._codes.items()) if code.skips}
        if self._held_out:
            skipped[HELD_OUT] = self._held_out
        return Estimate(
            recipients=self._codes.total() + self._held_out,
            sendable=self._codes[Code.SEND] + deferred,
            deferred=deferred,
            skipped=skipped,
            parts=self._parts.total(),
            encodings={
                _ENCODINGS[encoding]: EncodingShare(messages=n, parts=self._parts[encoding])
                for encoding, n in sorted(self._messages.items())
            },
            cost=self._cost(),
            unpriced=self._unpriced,
            zones=[
                ZoneShare(
                    zones=zones, messages=n, due_at=_due(first), last_at=last, closes_at=first.window_end
                )
                for zones, (n, first, last) in sorted(self._zones.items(), key=lambda zone: -zone[1][0])
            ],
            capped=dict(self._capped.most_common()),
            lengths=dict(sorted(self._lengths.items())),
            places=self._by_place(),
            longest=[
                Long(contact_id=contact_id, parts=parts, characters=characters)
                for parts, characters, contact_id in sorted(self._longest, reverse=True)
            ],
            characters=dict(self._characters.most_common(_MOST_LONG)),
            deferred_until=self._deferred_until,
            error=self._error(self._lengths),
            cost_error=max(map(self._error, self._spent().values()), default=0.0),
        )

    def _cost(self) -> list[Cost]:
        amounts: dict[str, Decimal] = {}
        for (_, _, currency, price, parts), n in self._places.items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + price * parts * n
        return [Cost(currency=currency, amount=amounts[currency]) for currency in sorted(amounts)]

    def _by_place(self) -> list[PlaceShare]:
        amounts: dict[tuple[str, int | None], dict[str, Decimal]] = {}
        parts: Counter[tuple[str, int | None]] = Counter()
        for (country, carrier, currency, price, size), n in self._places.items():
            known = amounts.setdefault((country, carrier), {})
            known[currency] = known.get(currency, Decimal(0)) + price * size * n
            parts[country, carrier] += size * n
        return [
            PlaceShare(
                country=place[0],
                carrier_number=place[1],
                messages=n,
                parts=parts[place],
                cost=[
                    Cost(currency=name, amount=sum_) for name, sum_ in sorted(amounts.get(place, {}).items())
                ],
            )
            for place, n in self._people.most_common()
        ]

    def _spent(self) -> dict[str, Counter[float]]:
        """How many people cost how much, by currency."""
        spent: dict[str, Counter[float]] = {}
        for (_, _, currency, price, parts), n in self._places.items():
            spent.setdefault(currency, Counter())[float(price) * parts] += n
        return spent

    def _error(self, sizes: Mapping[int, int] | Mapping[float, int]) -> float:
        """Were these people drawn by lot: half the interval of 95 % of their sum, as a share of it. `sizes`:
        how many have each; the others have none.
        """
        people = self._codes.total() + self._held_out
        mean = sum(n * size for size, n in sizes.items()) / people if people > 1 else 0.0
        if not mean:
            return 0.0
        squares = sum(n * size * size for size, n in sizes.items()) / people
        return 1.96 * sqrt(max(0.0, squares - mean * mean) / people) / mean


def _due(decision: Decision) -> datetime:
    assert decision.due_at is not None, "what is not skipped has a time"
    return decision.due_at
