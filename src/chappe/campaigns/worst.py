"""The recipient whose message takes the most: the one to look at before a campaign leaves."""

from chappe.campaigns import repo
from chappe.campaigns.drafts import Clocks
from chappe.campaigns.drawing import Drawn
from chappe.campaigns.estimate import Judge
from chappe.campaigns.model import Campaign
from chappe.consent.preference_links import PreferenceLinks
from chappe.contacts import service as contacts
from chappe.contacts.model import Contact
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.kit.errors import Problem

_CANDIDATES = 50


async def worst_contact(
    conn: Connection, draft: Campaign, whom: Drawn, clocks: Clocks, links: PreferenceLinks | None
) -> Contact | None:
    """Of everybody in the audience. Those whose values are the longest, and those whose values hold
    characters that GSM 7-bit lacks, are rendered and measured; None for an empty audience, or a text that
    cannot be read.
    """
    try:
        variables = Template(draft.body).variables
        judge = await Judge.of(conn, draft, clock=clocks.wall, gate_clock=clocks.gate, links=links)
    except Problem:
        return None
    candidates = await repo.audience_longest(conn, whom, variables, _CANDIDATES)
    if not candidates:
        return None
    most, worst = (0, 0), candidates[0]["id"]
    for batch in await judge.batches(conn, candidates):
        for contact_id, text in zip(batch.contact_ids or (), batch.texts or (), strict=False):
            if (size := (batch.parts, len(text))) > most:
                most, worst = size, contact_id
    return await contacts.get_contact(conn, whom.workspace_id, worst)
