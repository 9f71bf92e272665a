"""STOP, START and HELP: what a text that came in does, in batches, within the transaction that records it.

A STOP suppresses before anything else is done. One confirmation follows, and none for a day after it: two
machines that answer each other fall silent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from chappe.consent import repo
from chappe.consent.answers import answer, language_of
from chappe.consent.model import (
    BY_TEXT,
    Brand,
    InboundText,
    NewSuppression,
    Outcome,
    OutcomeKind,
    SuppressionScope,
)
from chappe.contacts import service as contacts
from chappe.contacts.model import Contact
from chappe.db.pool import Connection
from chappe.kit.phone import country_of
from chappe.sms.keywords import Keyword, classify

# A keyword is short: the reading of a longer text is left to later rules. Kept of what was written: enough
# to prove the wish.
_LONGEST_RAW = 500


async def handle_inbound_text(
    conn: Connection,
    workspace_id: int,
    phone: int | None,
    destination: str,
    text: str,
    *,
    at: datetime,
    inbound_id: int | None = None,
) -> Outcome:
    """As `handle_inbound`, for one text."""
    item = InboundText(phone=phone, destination=destination, text=text, at=at, inbound_id=inbound_id)
    return (await handle_inbound(conn, workspace_id, [item]))[0]


async def handle_inbound(conn: Connection, workspace_id: int, items: Sequence[InboundText]) -> list[Outcome]:
    """Do what each text asks and say what to answer, in the order of `items`.

    A person's texts are taken one after the other: STOP then START ends subscribed.
    """
    outcomes = [Outcome(kind=OutcomeKind.NONE)] * len(items)
    asked: list[tuple[int, InboundText, Keyword]] = []
    for position, item in enumerate(items):
        keyword = classify(item.text)
        if keyword is not None:
            outcomes[position] = Outcome(kind=OutcomeKind(keyword.kind.value), keyword=keyword.word)
            asked.append((position, item, keyword))
    if not asked:
        return outcomes
    brand = await repo.brand(conn, workspace_id)
    for requests in _rounds(asked):
        for position, text in (await _handle_round(conn, workspace_id, brand, requests)).items():
            item_outcome = outcomes[position]
            outcomes[position] = Outcome(kind=item_outcome.kind, keyword=item_outcome.keyword, answer=text)
    return outcomes


class _Request(msgspec.Struct, frozen=True):
    """One person's keyword."""

    position: int
    item: InboundText
    keyword: Keyword
    phone: int

    @property
    def kind(self) -> OutcomeKind:
        return OutcomeKind(self.keyword.kind.value)


def _rounds(asked: Iterable[tuple[int, InboundText, Keyword]]) -> list[list[_Request]]:
    """At most one request of a person per round, so that each round is a few set statements."""
    rounds: list[list[_Request]] = []
    turn_of: dict[int, int] = {}
    for position, item, keyword in asked:
        if item.phone is None:
            continue  # a name or a short code: there is nobody to suppress or to answer
        turn = turn_of.get(item.phone, 0)
        turn_of[item.phone] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(_Request(position, item, keyword, item.phone))
    return rounds


async def _handle_round(
    conn: Connection, workspace_id: int, brand: Brand, requests: Sequence[_Request]
) -> dict[int, str]:
    """The answers of a round, by position."""
    stopped = await _stop(conn, workspace_id, _of(requests, OutcomeKind.STOP))
    people = await contacts.by_phone(conn, workspace_id, [request.phone for request in requests])
    started = await _start(conn, workspace_id, _of(requests, OutcomeKind.START), people)
    await _withdraw(conn, workspace_id, _of(requests, OutcomeKind.STOP), people)
    due = {
        OutcomeKind.STOP: stopped,
        OutcomeKind.START: started,
        OutcomeKind.HELP: {request.phone for request in _of(requests, OutcomeKind.HELP)},
    }
    answers: dict[int, str] = {}
    for kind, phones in due.items():
        waiting = {request.phone: request for request in _of(requests, kind) if request.phone in phones}
        allowed = await repo.may_answer(
            conn, workspace_id, kind.value, {phone: request.item.at for phone, request in waiting.items()}
        )
        for phone in allowed:
            request = waiting[phone]
            answers[request.position] = _answer(request, people.get(phone), brand)
    return answers


def _of(requests: Sequence[_Request], kind: OutcomeKind) -> list[_Request]:
    return [request for request in requests if request.kind is kind]


async def _stop(conn: Connection, workspace_id: int, requests: Sequence[_Request]) -> set[int]:
    """The numbers that were not suppressed yet."""
    if not requests:
        return set()
    new = await repo.suppress(
        conn,
        workspace_id,
        [
            NewSuppression(
                phone=request.phone,
                scope=SuppressionScope.MARKETING,
                reason=OutcomeKind.STOP.value,
                source=BY_TEXT,
                raw=request.item.text[:_LONGEST_RAW],
                inbound_id=request.item.inbound_id,
            )
            for request in requests
        ],
    )
    return {suppression.phone for suppression in new}


async def _withdraw(
    conn: Connection, workspace_id: int, requests: Sequence[_Request], people: Mapping[int, Contact]
) -> None:
    known = {
        people[request.phone].id: request.item.inbound_id for request in requests if request.phone in people
    }
    if known:
        await repo.withdraw(conn, workspace_id, known)


async def _start(
    conn: Connection, workspace_id: int, requests: Sequence[_Request], people: Mapping[int, Contact]
) -> set[int]:
    """The numbers whose own STOP was lifted. A block is not theirs to lift, and who never stopped gains no
    consent by START alone.
    """
    if not requests:
        return set()
    lifted = await repo.lift_own(conn, workspace_id, [request.phone for request in requests])
    known = {
        people[request.phone].id: request.item.inbound_id
        for request in requests
        if request.phone in lifted and request.phone in people
    }
    if known:
        await repo.return_to(conn, workspace_id, known)
    return lifted


def _answer(request: _Request, person: Contact | None, brand: Brand) -> str:
    language = language_of(
        None if person is None else person.language,
        country_of(request.phone),
        request.keyword,
        brand.language,
    )
    return answer(request.kind, language, brand.name)
