"""What the law of the workspace's own country demands of a campaign's text, and the words that make it right.

Recipients elsewhere are the gate's: who may not get such a text is skipped, and counted by the estimate.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from chappe.campaigns.model import Campaign, TextLacks
from chappe.campaigns.variants.model import FIRST
from chappe.campaigns.variants.service import variants_of
from chappe.consent import service as consent
from chappe.consent.model import Brand
from chappe.content.model import PREFERENCES_URL
from chappe.db.pool import Connection
from chappe.gate import service as gate
from chappe.gate.law import law_of
from chappe.gate.model import SenderFacts
from chappe.messages.model import Purpose
from chappe.rules.service import Places
from chappe.rules.values import Content, SenderForm

# What cannot be written for the sender: how to reach them, and where they are.
_ONLY_THEIRS: Final = frozenset({Content.CONTACT, Content.ADDRESS})
_LEAVING: Final = {
    "fr": {SenderForm.SHORT_CODE: "STOP au {sender}", SenderForm.LONG_CODE: "Pour ne plus recevoir : STOP"},
    "en": {SenderForm.SHORT_CODE: "STOP to {sender}", SenderForm.LONG_CODE: "Reply STOP to opt out"},
}
_BY_LINK: Final = f"STOP: {{{{ {PREFERENCES_URL} }}}}"


class Lacking(NamedTuple):
    """`must`: what the text does not tell, in the order of the rules. `completed`: the text with what can be
    written for its author; None where nothing can.
    """

    must: tuple[Content, ...]
    rule: str
    source: str
    completed: str | None


async def lacking(conn: Connection, campaign: Campaign, now: datetime) -> Lacking | None:
    """None when all is told, or nothing is demanded. `now` of the gate's clock."""
    if campaign.purpose is not Purpose.MARKETING or not campaign.body.strip() or campaign.sender_id is None:
        return None
    sender = (await gate.sender_facts(conn, campaign.workspace_id, [campaign.sender_id])).get(
        campaign.sender_id
    )
    if sender is None:
        return None  # which the checks say
    brand = await consent.brand(conn, campaign.workspace_id)
    law = await law_of(conn, campaign.workspace_id)
    found = law.lacks(Places((brand.country,), ""), now, law.says(campaign.body, sender.form))
    if not found:
        return None
    must = tuple(one.must for one in found)
    rule = found[0].rule
    return Lacking(must, rule, law.origin(rule).source, completed(campaign.body, must, brand, sender))


async def check_contents(conn: Connection, campaign: Campaign, now: datetime) -> None:
    """Of every variant. Raises TextLacks."""
    for variant in await variants_of(conn, campaign):
        tried = msgspec.structs.replace(campaign, body=variant.body, sender_id=variant.sender_id)
        _require(await lacking(conn, tried, now), "" if variant.letter == FIRST else variant.letter)


def _require(found: Lacking | None, letter: str) -> None:
    if found is not None:
        text = f"The text of variant {letter}" if letter else "The text"
        raise TextLacks(
            f"{text} lacks: {', '.join(found.must)}. The rule {found.rule} demands it ({found.source}).",
            field="body",
            lacks=found,
            rule=found.rule,
            source=found.source,
        )


def completed(body: str, must: Collection[Content], brand: Brand, sender: SenderFacts) -> str | None:
    """The text with the brand before it and the way to leave behind it, as far as they are wanted."""
    if not set(must) - _ONLY_THEIRS:
        return None
    lines: Sequence[str] = (f"{brand.name}: {body}" if Content.BRAND in must else body,)
    if Content.OPT_OUT in must:
        words = _LEAVING["fr" if brand.language.startswith("fr") else "en"].get(sender.form)
        lines = (*lines, _BY_LINK if words is None else words.format(sender=sender.address))
    return "\n".join(line.rstrip() for line in lines)
