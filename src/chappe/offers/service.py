"""What people and other rooms do with offers. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asyncpg import UniqueViolationError

from chappe.db.pool import Connection
from chappe.kit.ids import uuid7
from chappe.offers import repo
from chappe.offers.model import (
    LONGEST_NAME,
    MOST_DRAWN,
    MOST_IN_OFFER,
    BadCodes,
    BadOfferName,
    BadUse,
    CodeTold,
    CodeUsed,
    Given,
    Low,
    Offer,
    OfferArchived,
    OfferNameTaken,
    Span,
    UnknownCode,
    UnknownOffer,
    checked_codes,
)
from chappe.offers.patterns import checked_pattern, drawn

_MOST_DRAWS = 20


class Taken(NamedTuple):
    """Codes that are this transaction's, and their numbers; fewer than asked for when there are no more."""

    spans: Sequence[Span]
    codes: Sequence[str]


async def offers(conn: Connection, workspace_id: int) -> list[Offer]:
    """The newest first, with those that are archived."""
    return await repo.offers(conn, workspace_id)


async def offer_of(conn: Connection, workspace_id: int, offer_id: UUID | None) -> Offer:
    """Raises UnknownOffer."""
    found = await repo.offers(conn, workspace_id, offer_id) if offer_id else []
    if not found:
        raise UnknownOffer("There is no offer with this id. List them with GET /v1/offers.", field="offer_id")
    return found[0]


async def require_open(conn: Connection, workspace_id: int, offer_id: UUID | None) -> Offer:
    """An offer that gives codes. Raises UnknownOffer, OfferArchived."""
    offer = await offer_of(conn, workspace_id, offer_id)
    if offer.archived_at is not None:
        raise OfferArchived(f"“{offer.name}” is archived: restore it, or choose another.", field="offer_id")
    return offer


async def import_offer(
    conn: Connection, workspace_id: int, name: str, codes: Sequence[str], warn_below: int
) -> Offer:
    """An offer with these codes. Raises BadOfferName, OfferNameTaken, BadCodes."""
    found = checked_codes(codes, None)
    made = await _begin(conn, workspace_id, name, None, len(found[0]), warn_below)
    return await _added(conn, workspace_id, made, found)


async def generate_offer(
    conn: Connection, workspace_id: int, name: str, pattern: str, n: int, warn_below: int
) -> Offer:
    """An offer with `n` codes of this pattern. Raises BadOfferName, OfferNameTaken, BadCodes."""
    _check_number(n)
    kept = checked_pattern(pattern, n)
    made = await _begin(conn, workspace_id, name, kept, len(kept), warn_below)
    return await generate_more(conn, workspace_id, made, n)


async def import_more(conn: Connection, workspace_id: int, offer_id: UUID, codes: Sequence[str]) -> Offer:
    """Raises UnknownOffer, BadCodes: none of them is added then."""
    offer = await offer_of(conn, workspace_id, offer_id)
    return await _added(conn, workspace_id, offer, checked_codes(codes, offer.length))


async def generate_more(conn: Connection, workspace_id: int, offer: Offer, n: int) -> Offer:
    """Raises BadCodes: its codes were imported, or its pattern cannot make so many that nobody guesses."""
    _check_number(n)
    if offer.pattern is None:
        raise BadCodes(
            "The codes of this offer are imported: add some with `codes`.", field="generate", why="none"
        )
    checked_pattern(offer.pattern, offer.size + n)
    size = await _locked(conn, workspace_id, offer, n)
    added = 0
    for _ in range(_MOST_DRAWS):
        if added < n:
            codes = drawn(offer.pattern, n - added)
            added += await repo.add_codes(conn, workspace_id, offer.id, size + added, codes)
    return await offer_of(conn, workspace_id, offer.id)


async def change(conn: Connection, workspace_id: int, offer_id: UUID, name: str, warn_below: int) -> Offer:
    """Raises UnknownOffer, BadOfferName, OfferNameTaken."""
    try:
        async with conn.transaction():
            changed = await repo.change(conn, workspace_id, offer_id, _checked_name(name), warn_below)
    except UniqueViolationError:
        raise _taken(name) from None
    return await offer_of(conn, workspace_id, offer_id if changed else None)


async def archive(conn: Connection, workspace_id: int, offer_id: UUID, *, archived: bool) -> Offer:
    """It gives no codes any more, or does again; those given stay good. Raises UnknownOffer,
    OfferNameTaken.
    """
    offer = await offer_of(conn, workspace_id, offer_id)
    try:
        async with conn.transaction():
            await repo.archive(conn, workspace_id, offer_id, archived=archived)
    except UniqueViolationError:
        raise _taken(offer.name) from None
    return await offer_of(conn, workspace_id, offer_id)


async def take(conn: Connection, workspace_id: int, offer_id: UUID, n: int) -> Taken:
    """At most `n` codes, in a set, whose only owner is this transaction. Call it once for an offer in a
    transaction, offers by their id.

    Ranges that others have locked are passed over. Only when the rest is too little are they waited for, one
    at a time and with nothing in hand, so that nobody can wait for who waits.
    """
    if n <= 0:
        return Taken((), ())
    spans: list[Span] = []
    try:
        async with conn.transaction():
            spans = await repo.take(conn, workspace_id, offer_id, n, waiting=False)
            if sum(span.hi - span.lo for span in spans) < n:
                raise _Few
    except _Few:
        await repo.wait(conn, offer_id)
        spans = await repo.take(conn, workspace_id, offer_id, n, waiting=True)
    return Taken(spans, await repo.codes(conn, offer_id, spans) if spans else ())


async def give(
    conn: Connection, workspace_id: int, offer_id: UUID, run_id: int | None, given: Sequence[Given]
) -> None:
    """Note whose the codes are that were taken."""
    if given:
        await repo.give(conn, workspace_id, offer_id, run_id, given)


async def code_of_message(conn: Connection, workspace_id: int, message_id: int) -> str | None:
    """The code that a message got."""
    return await repo.of_message(conn, workspace_id, message_id)


async def low(conn: Connection, workspace_id: int) -> list[Low]:
    """Offers with fewer free codes than people want to be told of: five at most."""
    return await repo.low(conn, workspace_id)


async def told(conn: Connection, workspace_id: int, code: str) -> CodeTold:
    """Raises UnknownCode."""
    found = await repo.told(conn, workspace_id, [code.strip().upper()])
    if not found:
        raise UnknownCode(f"No offer has the code “{code[:40]}”.", field="code")
    return found[0]


async def use(
    conn: Connection,
    workspace_id: int,
    code: str,
    *,
    at: datetime,
    amount: Decimal,
    currency: str,
    order_id: str | None,
) -> CodeTold:
    """Somebody used the code: a conversion of the message that brought it. Raises UnknownCode, CodeUsed,
    BadUse.
    """
    if amount < 0 or (amount and len(currency) != 3):
        raise BadUse("Give an amount of 0 or more, with its currency: EUR.", field="amount")
    found = await told(conn, workspace_id, code)
    if not await repo.use(conn, workspace_id, [(found.offer_id, found.n, at)]):
        raise CodeUsed(f"“{found.code}” was used before: each code counts once.", field="code")
    await repo.note_use(conn, workspace_id, found, at, amount, currency.upper(), order_id)
    return found._replace(used_at=at)


class _Few(Exception):
    """Too little is free without waiting: what was taken is given back first."""


async def _begin(
    conn: Connection, workspace_id: int, name: str, pattern: str | None, length: int, warn_below: int
) -> Offer:
    key = uuid7()
    if not await repo.add(conn, workspace_id, key, _checked_name(name), pattern, length, warn_below):
        raise _taken(name)
    return await offer_of(conn, workspace_id, key)


async def _added(conn: Connection, workspace_id: int, offer: Offer, codes: list[str]) -> Offer:
    size = await _locked(conn, workspace_id, offer, len(codes))
    for known in await repo.told(conn, workspace_id, [code.upper() for code in codes]):
        raise BadCodes(
            f"“{known.code}” is a code of this workspace already: each is given once.",
            field="codes",
            why="known",
            example=known.code,
        )
    await repo.add_codes(conn, workspace_id, offer.id, size, codes)
    return await offer_of(conn, workspace_id, offer.id)


async def _locked(conn: Connection, workspace_id: int, offer: Offer, more: int) -> int:
    """The number of the next code, which is this transaction's alone."""
    row = await repo.lock(conn, workspace_id, offer.id)
    if row is None:
        raise UnknownOffer("There is no offer with this id. List them with GET /v1/offers.")
    size: int = row["size"]
    if size + more > MOST_IN_OFFER:
        raise BadCodes(
            f"An offer has at most {MOST_IN_OFFER:,} codes: begin another.",
            field="codes",
            why="full",
            example="",
        )
    return size


def _check_number(n: int) -> None:
    if not 1 <= n <= MOST_DRAWN:
        raise BadCodes(
            f"Generate 1 to {MOST_DRAWN:,} codes at a time.", field="generate", why="many", example=""
        )


def _checked_name(name: str) -> str:
    found = name.strip()
    if not 1 <= len(found) <= LONGEST_NAME:
        raise BadOfferName(f"Give the offer a name of 1 to {LONGEST_NAME} characters.", field="name")
    return found


def _taken(name: str) -> OfferNameTaken:
    return OfferNameTaken(f"Another offer is called “{name.strip()}”. Choose another name.", field="name")
