"""The suppression list as people keep it: looked through, added to, and lifted with a reason. Nothing here
commits.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final, NamedTuple

from chappe.consent import evidence, repo
from chappe.consent.errors import LiftNeedsReason, NewConsentNeeded, UnknownSuppression
from chappe.consent.evidence import Evidence
from chappe.consent.model import Entry, NewSuppression, StatedConsent, Suppression, SuppressionScope
from chappe.contacts import service as contacts
from chappe.contacts.search.typed import read
from chappe.db.pool import Connection
from chappe.kit import phone

MOST_COUNTED: Final = 10_000
MOST_NUMBERS: Final = 10_000
BY_HAND: Final = "page"
_HISTORY: Final = 20
_EXPORTED_AT_ONCE: Final = 5_000
_MOST_FOUND: Final = 2_000
"""Suppressions of a number that is half typed: enough to see that more digits are wanted."""


class Narrowed(NamedTuple):
    """What the list is narrowed to; None does not narrow. `number` in any spelling."""

    number: str | None = None
    scopes: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    reasons: Sequence[str] | None = None


class Line(NamedTuple):
    """A line of numbers that were pasted: what it says, and the number, or the fault of it."""

    text: str
    read: "int | phone.PhoneFault"


async def page(
    conn: Connection, workspace_id: int, which: Narrowed, *, sort: str, after: int | None, limit: int
) -> list[Entry]:
    """Suppressions that hold, by when they began: `created`, or `-created` for the newest first."""
    ids = None
    if which.number is not None:
        typed = read(which.number, await repo.country(conn, workspace_id))
        ids = await repo.ids_of_numbers(conn, workspace_id, typed, _MOST_FOUND) if typed.numeric else []
    filters = repo.Filters(which.scopes, which.sources, which.reasons, ids)
    newest = sort.startswith("-")
    return await repo.listed(conn, workspace_id, filters, after=after, newest=newest, limit=limit)


async def count(conn: Connection, workspace_id: int) -> int:
    """How many hold, up to one more than MOST_COUNTED."""
    return await repo.held_count(conn, workspace_id, MOST_COUNTED + 1)


async def get(conn: Connection, workspace_id: int, suppression_id: int | None) -> Entry:
    """Raises UnknownSuppression."""
    found = None if suppression_id is None else await repo.entry(conn, workspace_id, suppression_id)
    if found is None:
        raise UnknownSuppression("There is no suppression at this address.")
    return found


async def history(conn: Connection, workspace_id: int, entry: Entry) -> list[Entry]:
    """What was suppressed of its number and lifted, the newest first. Of a number that was forgotten nothing
    else is known.
    """
    if entry.phone is None:
        return [entry]
    return await repo.history_of(conn, workspace_id, entry.phone, _HISTORY)


async def lines(conn: Connection, workspace_id: int, text: str) -> list[Line]:
    """Numbers as they were pasted: one a line, or with commas and semicolons between them."""
    country = await repo.country(conn, workspace_id)
    pieces = [piece.strip() for piece in text.replace(",", "\n").replace(";", "\n").splitlines()]
    return [Line(piece, phone.try_parse(piece, country)) for piece in pieces if piece]


async def add(
    conn: Connection, workspace_id: int, numbers: Sequence[int], scope: SuppressionScope, reason: str
) -> list[Suppression]:
    """Suppress numbers by hand; those that are new."""
    wanted = [
        NewSuppression(phone=number, scope=scope, reason=reason, source=BY_HAND)
        for number in dict.fromkeys(numbers)
    ]
    return await repo.suppress(conn, workspace_id, wanted)


async def lift(
    conn: Connection, workspace_id: int, entry: Entry, *, by: str, reason: str, proof: StatedConsent | None
) -> None:
    """End a suppression. What a person asked for themselves ends only with a new consent, in words that they
    agreed to. Raises LiftNeedsReason, NewConsentNeeded, UnknownSuppression.
    """
    if not reason.strip():
        raise LiftNeedsReason("Say why it is lifted.", field="reason")
    if entry.own_wish and (proof is None or not proof.text.strip()):
        raise NewConsentNeeded(
            "This person asked to stop. Write the words of their new consent.", field="words"
        )
    if entry.own_wish and proof is not None and not proof.source.strip():
        raise NewConsentNeeded("Say where they agreed.", field="source")
    kept = reason if proof is None else f"{reason} · {proof.source} · “{proof.text}”"
    if not await repo.lift_because(conn, workspace_id, entry.id, by, kept):
        raise UnknownSuppression("This suppression was lifted already.")
    known = {} if entry.phone is None else await contacts.ids_by_phone(conn, workspace_id, [entry.phone])
    if proof is not None and entry.phone in known:
        wording = await repo.keep_wording(conn, workspace_id, proof.text)
        proved = await evidence.keep(conn, workspace_id, Evidence(channel="staff", actor=by))
        await repo.agree_again(conn, workspace_id, known[entry.phone], proof, wording, proved)


async def everything(conn: Connection, workspace_id: int) -> AsyncIterator[list[Entry]]:
    """All that hold, the oldest first, a few thousand at a time."""
    after = None
    while True:
        found = await repo.listed(
            conn, workspace_id, repo.Filters(), after=after, newest=False, limit=_EXPORTED_AT_ONCE
        )
        if not found:
            return
        yield found
        after = found[-1].id
