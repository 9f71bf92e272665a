"""What a campaign would do: the gate and the rendering of the plan, over the whole audience, writing nothing.

The audience is read through a cursor, so an estimate of ten million takes the memory of one page and sees
one snapshot of contacts.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from asyncpg import Record

from chappe.campaigns import repo
from chappe.campaigns.drawing import drawn
from chappe.campaigns.links.service import linked_body
from chappe.campaigns.model import Campaign, Cost, EncodingShare, Estimate, ZoneShare
from chappe.campaigns.offers.service import sampled
from chappe.carriers import routing
from chappe.carriers.model import Price
from chappe.carriers.prices import PriceTable
from chappe.consent.preference_links import Addressing, PreferenceLinks
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.gate import promises
from chappe.gate import service as gates
from chappe.gate.law import Law, law_of
from chappe.gate.model import Code, Decision, SenderFacts, Subject
from chappe.gate.promises import Claim
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import Clock
from chappe.sending.capping import within_caps
from chappe.sending.composing import Composer
from chappe.sending.model import Batch
from chappe.sms.encoding import Encoding

_PAGE: Final = 1_000
# An estimate in the making is told of after so many pages.
_TELL_EVERY: Final = 20
_ENCODINGS: Final = {encoding.value: encoding.name.lower() for encoding in Encoding}
# Of a draft that names no sender yet, all that does not rest on the sender is judged: any route will do.
_NO_SENDER: Final = SenderFacts(UUID(int=0), "", False, UUID(int=0), False)


async def estimate(
    conn: Connection,
    campaign: Campaign,
    *,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
) -> Estimate:
    """Counts, parts and cost if the campaign were sent now (or at its `send_at`, when that is later).

    `links` where a text may ask for the links of recipients: they count with their real length.
    """
    counted = Estimate(
        recipients=0, sendable=0, deferred=0, skipped={}, parts=0, encodings={}, cost=[], unpriced=0
    )
    async for growing in estimates(conn, campaign, clock=clock, gate_clock=gate_clock, links=links):
        counted = growing
    return counted


async def estimates(
    conn: Connection,
    campaign: Campaign,
    *,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
) -> AsyncIterator[Estimate]:
    """The estimate as it grows, the last one whole."""
    judge = await Judge.of(conn, campaign, clock=clock, gate_clock=gate_clock, links=links)
    tally = _Tally()
    pages = 0
    whom = await drawn(conn, campaign.workspace_id, campaign.audience, clock.now())
    async for page in repo.audience_pages(conn, whom, _PAGE):
        await judge.add(conn, page, tally)
        pages += 1
        if pages % _TELL_EVERY == 0:
            yield tally.estimate()
    yield tally.estimate()


async def sample(
    conn: Connection,
    campaign: Campaign,
    first: Sequence[Record],
    *,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
) -> Estimate:
    """As `estimate`, of the first of the audience: in the time that a person's typing leaves."""
    judge = await Judge.of(conn, campaign, clock=clock, gate_clock=gate_clock, links=links)
    tally = _Tally()
    if first:
        await judge.add(conn, first, tally)
    return tally.estimate()


class Judge:
    """The gate and the composer of one campaign, as its planner would use them."""

    def __init__(
        self,
        campaign: Campaign,
        sender: SenderFacts,
        prices: PriceTable,
        template: Template,
        gate: Gate,
        law: Law,
        addressing: Addressing | None,
    ) -> None:
        self._workspace_id = campaign.workspace_id
        self._subject = Subject.of(campaign.topic_id, campaign.purpose)
        self._prices = prices
        self._template = template
        self._composer = Composer(template, addressing)
        self._gate = gate
        self._law = law

    @classmethod
    async def of(
        cls,
        conn: Connection,
        campaign: Campaign,
        *,
        clock: Clock,
        gate_clock: Clock,
        links: PreferenceLinks | None = None,
    ) -> "Judge":
        """Raises what the text of the campaign can raise. An empty text is judged as one part."""
        sender = _NO_SENDER
        if campaign.sender_id is not None:
            facts = await gates.sender_facts(conn, campaign.workspace_id, [campaign.sender_id])
            sender = facts.get(campaign.sender_id, _NO_SENDER)
        prices = await routing.load_prices(conn, campaign.workspace_id)
        linked = None if links is None else await linked_body(conn, campaign, links.base)
        body = await sampled(conn, campaign, campaign.body if linked is None else linked.source)
        template = Template(body if body.strip() else "…")
        law = await law_of(conn, campaign.workspace_id)
        gate = _gate(campaign, sender, law, clock, gate_clock)
        addressing = links and links.addressing(campaign.workspace_id, clock.now())
        return cls(campaign, sender, prices, template, gate, law, addressing)

    async def add(self, conn: Connection, page: Sequence[Record], tally: "_Tally") -> None:
        """Count these recipients."""
        for batch in await self.batches(conn, page):
            tally.add(batch, _prices(self._prices, batch.route_id, batch.phones))

    async def batches(
        self, conn: Connection, page: Sequence[Record] | Sequence[tuple[int, int]]
    ) -> list[Batch]:
        """What would become of each (contact id, number), by the caps as far as they are taken now."""

        async def ask(claims: Sequence[Claim]) -> list[dict[int, str]]:
            return await promises.standing(conn, self._workspace_id, claims)

        contact_ids, phones = (f"{{{','.join(map(str, column))}}}" for column in zip(*page, strict=True))
        groups = await gates.groups_of_contacts(
            conn, self._workspace_id, contact_ids, phones, self._template.variables, self._subject
        )
        batches = self._composer.compose(groups, self._gate, self._prices)
        return await within_caps(batches, self._subject, self._law.limits, ask)


def _gate(campaign: Campaign, sender: SenderFacts, law: Law, clock: Clock, gate_clock: Clock) -> Gate:
    gate_now, real_now = gate_clock.now(), clock.now()
    if campaign.send_at is not None and campaign.send_at > gate_now:
        real_now += campaign.send_at - gate_now
        gate_now = campaign.send_at
    return Gate(
        Asked(
            campaign.purpose,
            sender,
            gate_now=gate_now,
            real_now=real_now,
            expires_at=campaign.expires_at,
            to_contacts=True,
            until_left=Subject.of(campaign.topic_id, campaign.purpose).until_left,
            says=law.says(campaign.body, sender.form) if campaign.body.strip() else None,
        ),
        law,
    )


def _due(decision: Decision) -> datetime:
    assert decision.due_at is not None, "what is not skipped has a time"
    return decision.due_at


def _prices(prices: PriceTable, route_id: UUID | None, phones: Sequence[int]) -> list[Price | None]:
    return [None] * len(phones) if route_id is None else prices.of_route(route_id, phones)


class _Tally:
    """Sums over the pages."""

    def __init__(self) -> None:
        self._codes: Counter[Code] = Counter()
        self._capped: Counter[str] = Counter()
        self._messages: Counter[int] = Counter()
        self._parts: Counter[int] = Counter()
        self._parts_at: Counter[tuple[str, Decimal]] = Counter()
        self._zones: dict[str, tuple[int, Decision]] = {}
        self._unpriced = 0

    def add(self, batch: Batch, prices: Sequence[Price | None]) -> None:
        n = len(batch.phones)
        self._codes[batch.decision.code] += n
        if batch.decision.code is Code.CAPPED and batch.decision.rule is not None:
            self._capped[batch.decision.rule] += n
        if batch.texts is None:
            return
        self._messages[batch.encoding] += n
        self._parts[batch.encoding] += n * batch.parts
        self._add_zone(batch, n)
        for price in prices:
            if price is None:
                self._unpriced += 1
            else:
                self._parts_at[price.currency, price.price] += batch.parts

    def _add_zone(self, batch: Batch, n: int) -> None:
        # Where the number tells of zones that the contact does not, those are what is waited for.
        zones = batch.zones if batch.decision.where is None else batch.decision.where.zones
        before, first = self._zones.get(zones, (0, batch.decision))
        self._zones[zones] = (before + n, min(first, batch.decision, key=_due))

    def estimate(self) -> Estimate:
        deferred = self._codes[Code.DEFERRED_HOURS]
        skipped = {code.reason: n for code, n in sorted(self._codes.items()) if code.skips}
        return Estimate(
            recipients=self._codes.total(),
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
                ZoneShare(zones=zones, messages=n, due_at=_due(first), closes_at=first.window_end)
                for zones, (n, first) in sorted(self._zones.items(), key=lambda zone: -zone[1][0])
            ],
            capped=dict(self._capped.most_common()),
        )

    def _cost(self) -> list[Cost]:
        amounts: dict[str, Decimal] = {}
        for (currency, price), parts in self._parts_at.items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + price * parts
        return [Cost(currency=currency, amount=amounts[currency]) for currency in sorted(amounts)]
