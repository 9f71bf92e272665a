"""What people do with the variants of a draft. Nothing here commits."""

from uuid import UUID

from chappe.campaigns import checks
from chappe.campaigns.holding import hold_draft
from chappe.campaigns.model import Campaign
from chappe.campaigns.variants import repo
from chappe.campaigns.variants.model import (
    FIRST,
    LETTERS,
    Difference,
    FirstVariant,
    TooManyVariants,
    UnknownVariant,
    Variant,
    resolved,
)
from chappe.db.pool import Connection
from chappe.offers import service as offers


async def variants_of(conn: Connection, campaign: Campaign) -> tuple[Variant, ...]:
    """A first; a campaign that tries nothing has it alone."""
    others = await repo.variants(conn, campaign.workspace_id, campaign.id)
    every = {FIRST: Difference(), **others}
    return tuple(
        resolved(letter, said, campaign.body, campaign.sender_id) for letter, said in sorted(every.items())
    )


async def variant_of(conn: Connection, campaign: Campaign, letter: str) -> Variant:
    """Raises UnknownVariant."""
    for variant in await variants_of(conn, campaign):
        if variant.letter == letter:
            return variant
    raise _unknown(letter)


async def add(conn: Connection, campaign: Campaign, said: Difference) -> Variant:
    """One more text to try. Raises TooManyVariants, WrongState, and what is wrong with its text, sender or
    offer.
    """
    await _check(conn, campaign.workspace_id, said)
    await hold_draft(conn, campaign)
    letter = await repo.add(conn, campaign.workspace_id, campaign.id, said)
    if letter is None:
        raise TooManyVariants(f"A campaign tries at most {len(LETTERS)} variants: remove one first.")
    return resolved(letter, said, campaign.body, campaign.sender_id)


async def change(conn: Connection, campaign: Campaign, letter: str, said: Difference) -> Variant:
    """Raises UnknownVariant, FirstVariant, WrongState, and what is wrong with its text or sender."""
    _require_other(letter)
    await _check(conn, campaign.workspace_id, said)
    await hold_draft(conn, campaign)
    if not await repo.change(conn, campaign.workspace_id, campaign.id, letter, said):
        raise _unknown(letter)
    return resolved(letter, said, campaign.body, campaign.sender_id)


async def remove(conn: Connection, campaign: Campaign, letter: str) -> None:
    """Raises UnknownVariant, FirstVariant, WrongState."""
    _require_other(letter)
    await hold_draft(conn, campaign)
    if not await repo.remove(conn, campaign.workspace_id, campaign.id, letter):
        raise _unknown(letter)


async def copy(conn: Connection, campaign: Campaign, other: UUID) -> None:
    """The variants of a campaign for another of the same workspace."""
    await repo.copy(conn, campaign.workspace_id, campaign.id, other)


async def check(conn: Connection, campaign: Campaign) -> None:
    """Whether every variant can be sent. Raises what is wrong with a text or a sender, with its letter."""
    for variant in await variants_of(conn, campaign):
        await checks.check_body(conn, campaign.workspace_id, variant.body)
        await checks.check_sender(conn, campaign.workspace_id, variant.sender_id)


async def _check(conn: Connection, workspace_id: int, said: Difference) -> None:
    # A text that is still being written may be empty; sending asks again.
    if said.body is not None and said.body.strip():
        await checks.check_body(conn, workspace_id, said.body)
    if said.sender_id is not None:
        await checks.check_sender(conn, workspace_id, said.sender_id)
    if said.offer_id is not None:
        await offers.require_open(conn, workspace_id, said.offer_id)


def _require_other(letter: str) -> None:
    if letter == FIRST:
        raise FirstVariant("Change the campaign's own text: it is variant A.")


def _unknown(letter: str) -> UnknownVariant:
    return UnknownVariant(f"The campaign has no variant {letter}. See GET /v1/campaigns/{{id}}/variants.")
