"""What a campaign would do: the gate and the rendering of the plan, over the whole audience, writing nothing.

The audience is read through a cursor, so an estimate of ten million takes the memory of one page and sees
one snapshot of contacts.
"""

import re
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from msgspec import structs

from chappe.campaigns import repo
from chappe.campaigns.drawing import drawn
from chappe.campaigns.experiments import parting
from chappe.campaigns.links.service import linked_body
from chappe.campaigns.model import Campaign, Estimate
from chappe.campaigns.offers.service import sampled
from chappe.campaigns.tallying import Tally
from chappe.campaigns.timing import service as timing
from chappe.campaigns.timing.grouping import by_hour, spread
from chappe.campaigns.timing.model import How, Timed
from chappe.campaigns.variants.model import FIRST
from chappe.carriers import routing
from chappe.carriers.model import Price
from chappe.carriers.prices import PriceTable
from chappe.consent.preference_links import Addressing, PreferenceLinks
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.gate import promises
from chappe.gate import service as gates
from chappe.gate.law import Law, law_of
from chappe.gate.model import Group, SenderFacts, Subject
from chappe.gate.promises import Claim
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import Clock
from chappe.sending.capping import within_caps
from chappe.sending.composing import Composer
from chappe.sending.model import Batch
from chappe.sms.encoding import ucs2_causes
from chappe.sms.options import TextOptions

_PAGE: Final = 1_000
# An estimate in the making is told of after so many pages.
_TELL_EVERY: Final = 20
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
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
    judges = await Judges.of(conn, campaign, clock=clock, gate_clock=gate_clock, links=links)
    tally = Tally()
    pages = 0
    whom = await drawn(conn, campaign.workspace_id, campaign.audience, clock.now())
    async for page in repo.audience_pages(conn, whom, _PAGE):
        await judges.add(conn, page, tally)
        pages += 1
        if pages % _TELL_EVERY == 0:
            yield tally.estimate()
    yield tally.estimate()


async def sample(
    conn: Connection,
    campaign: Campaign,
    first: Sequence[Record],
    *,
    letter: str = FIRST,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
) -> Estimate:
    """As `estimate`, of some of the audience: in the time that a person's typing leaves. `letter`: the
    variant whose words `campaign` has.
    """
    judges = await Judges.of(conn, campaign, letter, clock=clock, gate_clock=gate_clock, links=links)
    tally = Tally()
    if first:
        await judges.add(conn, first, tally)
    return tally.estimate()


class Judges:
    """A judge for each text that a campaign tries. Who gets which is told by the hash that parts the audience
    when it is taken; those who will wait for the winner are counted with variant A.
    """

    def __init__(self, judges: Sequence["Judge | None"], bounds: Sequence[int], seed: int | None) -> None:
        self._judges = judges
        self._bounds = bounds
        self._seed = seed

    @classmethod
    async def of(
        cls,
        conn: Connection,
        campaign: Campaign,
        letter: str = FIRST,
        *,
        clock: Clock,
        gate_clock: Clock,
        links: PreferenceLinks | None = None,
    ) -> "Judges":
        """Raises what a text of the campaign can raise. What is handed in is variant `letter` as it is being
        written, the others are as they are saved.
        """

        async def judge(
            body: str, sender_id: UUID | None, hour: int | None = None, offer_id: UUID | None = None
        ) -> Judge:
            tried = structs.replace(campaign, body=body, sender_id=sender_id)
            return await Judge.of(
                conn, tried, hour, offer_id, clock=clock, gate_clock=gate_clock, links=links
            )

        own = campaign
        if letter != FIRST and (saved := await repo.one(conn, campaign.workspace_id, campaign.id)):
            own = structs.replace(campaign, body=saved.body, sender_id=saved.sender_id)
        split = await parting.split(conn, own)
        if split is None:
            return cls([await judge(own.body, own.sender_id)], [0], None)
        by_letter = {}
        for one in split.variants:
            said = campaign if one.letter == letter else one
            by_letter[one.letter] = await judge(said.body, said.sender_id, one.send_hour, one.offer_id)
        judges = [None if arm.role is None else by_letter[arm.letter] for arm in split.arms]
        return cls(judges, [arm.first for arm in split.arms], split.seed)

    async def add(self, conn: Connection, page: Sequence[Record], tally: Tally) -> None:
        """Count these recipients."""
        if self._seed is None:
            assert self._judges[0] is not None, "without a test everybody gets the campaign's own text"
            await self._judges[0].add(conn, page, tally)
            return
        buckets = await parting.buckets(conn, [row["id"] for row in page], self._seed)
        parts: list[list[Record]] = [[] for _ in self._judges]
        for row, bucket in zip(page, buckets, strict=True):
            parts[bisect_right(self._bounds, bucket) - 1].append(row)
        for judge, rows in zip(self._judges, parts, strict=True):
            if judge is None:
                tally.hold_out(len(rows))
            elif rows:
                await judge.add(conn, rows, tally)


class Judge:
    """The gate and the composer of one campaign, as its planner would use them. `options`: how the carrier
    that its sender asks first wants texts.
    """

    def __init__(
        self,
        campaign: Campaign,
        sender: SenderFacts,
        prices: PriceTable,
        template: Template,
        gates: "Gates",
        law: Law,
        addressing: Addressing | None,
    ) -> None:
        self._workspace_id = campaign.workspace_id
        self._subject = Subject.of(campaign.topic_id, campaign.purpose)
        self._prices = prices
        self.options = prices.options_of(sender.route_id)
        self._template = template
        self._composer = Composer(template, addressing)
        # What the template says by itself: characters beyond it came with a contact.
        self._plain = not ucs2_causes(_TAG.sub("", template.source), self.options)
        self._gates = gates
        self._law = law

    @classmethod
    async def of(
        cls,
        conn: Connection,
        campaign: Campaign,
        hour: int | None = None,
        offer_id: UUID | None = None,
        *,
        clock: Clock,
        gate_clock: Clock,
        links: PreferenceLinks | None = None,
    ) -> "Judge":
        """Raises what the text of the campaign can raise. An empty text is judged as one part. `hour`,
        `offer_id`: a variant's own.
        """
        sender = _NO_SENDER
        if campaign.sender_id is not None:
            facts = await gates.sender_facts(conn, campaign.workspace_id, [campaign.sender_id])
            sender = facts.get(campaign.sender_id, _NO_SENDER)
        prices = await routing.load_prices(conn, campaign.workspace_id, campaign.send_at)
        linked = None if links is None else await linked_body(conn, campaign, links.base)
        body = await sampled(conn, campaign, campaign.body if linked is None else linked.source, offer_id)
        template = Template(body if body.strip() else "…")
        law = await law_of(conn, campaign.workspace_id)
        timed = await timing.foreseen(conn, campaign, hour, gate_clock.now())
        moments = Gates(campaign, sender, law, clock, gate_clock, timed)
        addressing = links and links.addressing(campaign.workspace_id, clock.now())
        return cls(campaign, sender, prices, template, moments, law, addressing)

    async def add(self, conn: Connection, page: Sequence[Record], tally: Tally) -> None:
        """Count these recipients."""
        for batch in await self.batches(conn, page):
            route = batch.route_id
            tally.add(
                batch,
                _prices(self._prices, route, batch.phones),
                None if route is None else self._prices.first_of(route),
                plain=self._plain,
            )

    def options_of(self, batch: Batch) -> TextOptions:
        """The same of a message."""
        return self.options if batch.route_id is None else self._prices.options_of(batch.route_id)

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
        batches = [
            batch
            for gate, due in await self._gates.of(conn, groups)
            for batch in self._composer.compose(due, gate, self._prices)
        ]
        return await within_caps(batches, self._subject, self._law.limits, ask)


class Gates:
    """The gate of a campaign at each moment at which somebody is due."""

    def __init__(
        self,
        campaign: Campaign,
        sender: SenderFacts,
        law: Law,
        clock: Clock,
        gate_clock: Clock,
        timed: Timed | None,
    ) -> None:
        self._campaign = campaign
        self._sender = sender
        self._law = law
        self._now = gate_clock.now()
        self._ahead = clock.now() - self._now
        self._timed = timed
        self._known: dict[datetime, Gate] = {}

    async def of(self, conn: Connection, groups: Sequence[Group]) -> list[tuple[Gate, list[Group]]]:
        """Who is due when, as the planner will part them."""
        begins = max(self._now, self._campaign.send_at or self._now)
        if self._timed is None:
            return [(self._at(begins), list(groups))]
        # Where the day begins before the workspace's, so does the campaign.
        now = begins if self._timed.timing.how is How.MOMENT else self._now
        hours: dict[int, int] = {}
        if self._timed.by_person:
            ids = [each for group in groups for each in group.contact_ids or ()]
            workspace_id = self._campaign.workspace_id
            hours = await timing.best_hours(conn, workspace_id, ids, self._timed, now)
        due: dict[datetime, list[Group]] = {}
        for group in groups:
            for best, part in by_hour(group, hours):
                at = self._timed.due(part.zones, now, best)
                for later, some in spread(part, self._timed):
                    due.setdefault(at + later, []).append(some)
        return [(self._at(at), due[at]) for at in sorted(due)]

    def _at(self, at: datetime) -> Gate:
        if at not in self._known:
            campaign, form = self._campaign, self._sender.form
            asked = Asked(
                campaign.purpose,
                self._sender,
                gate_now=at,
                real_now=at + self._ahead,
                expires_at=campaign.expires_at,
                to_contacts=True,
                until_left=Subject.of(campaign.topic_id, campaign.purpose).until_left,
                says=self._law.says(campaign.body, form) if campaign.body.strip() else None,
            )
            self._known[at] = Gate(asked, self._law)
        return self._known[at]


def _prices(prices: PriceTable, route_id: UUID | None, phones: Sequence[int]) -> list[Price | None]:
    return [None] * len(phones) if route_id is None else prices.of_route(route_id, phones)
