"""What a campaign would do: the gate and the rendering of the plan, over the whole audience, writing nothing.

The audience is read through a cursor, so an estimate of ten million takes the memory of one page and sees
one snapshot of contacts.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from chappe.campaigns import repo
from chappe.campaigns.model import Campaign, Cost, EncodingShare, Estimate
from chappe.carriers import service as carriers
from chappe.carriers.model import Price, PriceTable
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.gate import service as gates
from chappe.gate.model import Code, SenderFacts
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import Clock
from chappe.sending.composing import Composer
from chappe.sending.model import Batch
from chappe.sms.encoding import Encoding

_PAGE: Final = 1_000
_ENCODINGS: Final = {encoding.value: encoding.name.lower() for encoding in Encoding}


async def estimate(conn: Connection, campaign: Campaign, *, clock: Clock, gate_clock: Clock) -> Estimate:
    """Counts, parts and cost if the campaign were sent now (or at its `send_at`, when that is later)."""
    workspace_id = campaign.workspace_id
    sender = (await gates.sender_facts(conn, workspace_id, [campaign.sender_id]))[campaign.sender_id]
    prices = await carriers.load_prices(conn, workspace_id)
    template = Template(campaign.body)
    composer = Composer(template)
    gate = _gate(campaign, sender, clock, gate_clock)
    tally = _Tally()
    async for page in repo.audience_pages(conn, workspace_id, campaign.audience, _PAGE):
        contact_ids, phones = (f"{{{','.join(map(str, column))}}}" for column in zip(*page, strict=True))
        groups = await gates.groups_of_contacts(conn, workspace_id, contact_ids, phones, template.variables)
        for batch in composer.compose(groups, gate, prices):
            tally.add(batch, _prices(prices, sender.route_id, batch.phones))
    return tally.estimate()


def _gate(campaign: Campaign, sender: SenderFacts, clock: Clock, gate_clock: Clock) -> Gate:
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
        )
    )


def _prices(prices: PriceTable, route_id: UUID | None, phones: Sequence[int]) -> list[Price | None]:
    return [None] * len(phones) if route_id is None else prices.of_route(route_id, phones)


class _Tally:
    """Sums over the pages."""

    def __init__(self) -> None:
        self._codes: Counter[Code] = Counter()
        self._messages: Counter[int] = Counter()
        self._parts: Counter[int] = Counter()
        self._parts_at: Counter[tuple[str, Decimal]] = Counter()
        self._unpriced = 0

    def add(self, batch: Batch, prices: Sequence[Price | None]) -> None:
        n = len(batch.phones)
        self._codes[batch.decision.code] += n
        if batch.texts is None:
            return
        self._messages[batch.encoding] += n
        self._parts[batch.encoding] += n * batch.parts
        for price in prices:
            if price is None:
                self._unpriced += 1
            else:
                self._parts_at[price.currency, price.price] += batch.parts

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
        )

    def _cost(self) -> list[Cost]:
        amounts: dict[str, Decimal] = {}
        for (currency, price), parts in self._parts_at.items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + price * parts
        return [Cost(currency=currency, amount=amounts[currency]) for currency in sorted(amounts)]
