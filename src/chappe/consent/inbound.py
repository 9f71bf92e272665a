"""What a text that came in does, in batches, within the transaction that records it.

A STOP, in one word or in many, suppresses before anything else is done. One confirmation follows, and none
for a day after it: two machines that answer each other fall silent. A doubtful text holds marketing and is
answered with one question.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec

from chappe.consent import questions, repo
from chappe.consent.answers import TEXTS, answer, language_of
from chappe.consent.evidence import BY_SMS, Evidence
from chappe.consent.model import (
    BY_TEXT,
    Brand,
    Confirmed,
    InboundText,
    NewSuppression,
    Outcome,
    OutcomeKind,
    SuppressionScope,
)
from chappe.consent.opt_in import service as opt_in
from chappe.consent.optout.detector import detect
from chappe.consent.optout.reading import Reading, Wish
from chappe.contacts import service as contacts
from chappe.contacts.model import Contact, ContactState
from chappe.db.pool import Connection
from chappe.kit.phone import country_of

# What another installation answers is no wish of a person's.
_OUR_ANSWERS = tuple(TEXTS.values())
# Kept of what was written: enough to prove the wish.
_LONGEST_RAW = 500
_KINDS = {
    Wish.WITHDRAW: OutcomeKind.STOP,
    Wish.ASK: OutcomeKind.ASK,
    Wish.START: OutcomeKind.START,
    Wish.HELP: OutcomeKind.HELP,
}


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
    asked = [
        _Request(position, item, kind, reading)
        for position, item in enumerate(items)
        for kind, reading in [_read(item.text)]
        if kind is not OutcomeKind.NONE
    ]
    if not asked:
        return outcomes
    brand = await repo.brand(conn, workspace_id)
    for each in asked:
        if each.item.phone is None and each.reply is None:
            outcomes[each.position] = each.outcome(None)
    for requests in _rounds(asked):
        outcomes_of_round = await _handle_round(conn, workspace_id, brand, requests)
        for position, outcome in outcomes_of_round.items():
            outcomes[position] = outcome
    return outcomes


class _Request(msgspec.Struct, frozen=True):
    """One person's wish. A yes or no is KEEP until it is known whether a question waits."""

    position: int
    item: InboundText
    kind: OutcomeKind
    reading: Reading

    @property
    def phone(self) -> int:
        assert self.item.phone is not None, "requests of no number are left out of the rounds"
        return self.item.phone

    @property
    def reply(self) -> questions.Reply | None:
        return questions.reply_of(self.item.text) if self.kind is OutcomeKind.KEEP else None

    def outcome(self, text: str | None) -> Outcome:
        exact = self.reading.exact or self.kind is OutcomeKind.KEEP
        word = self.reading.word if exact else self.kind.value
        return Outcome(kind=self.kind, keyword=word, answer=text, settled=exact)


def _read(text: str) -> tuple[OutcomeKind, Reading]:
    reading = detect(text, ours=_OUR_ANSWERS)
    kind = _KINDS.get(reading.wish, OutcomeKind.NONE)
    if kind is OutcomeKind.NONE and questions.reply_of(text) is not None:
        return OutcomeKind.KEEP, reading
    return kind, reading


def _rounds(asked: Iterable[_Request]) -> list[list[_Request]]:
    """At most one request of a person per round, so that each round is a few set statements."""
    rounds: list[list[_Request]] = []
    turn_of: dict[int, int] = {}
    for request in asked:
        if request.item.phone is None:
            continue  # a name or a short code: there is nobody to suppress or to answer
        turn = turn_of.get(request.item.phone, 0)
        turn_of[request.item.phone] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(request)
    return rounds


async def _handle_round(
    conn: Connection, workspace_id: int, brand: Brand, given: Sequence[_Request]
) -> dict[int, Outcome]:
    """What became of a round's requests, by position."""
    confirming = await _confirmed(conn, workspace_id, given)
    requests = await _answered(conn, workspace_id, [one for one in given if one.position not in confirming])
    if not requests:
        return confirming
    stops, starts = _of(requests, OutcomeKind.STOP), _of(requests, OutcomeKind.START)
    keeps, doubts = _of(requests, OutcomeKind.KEEP), _of(requests, OutcomeKind.ASK)
    stopped = await _suppress(conn, workspace_id, stops, OutcomeKind.STOP.value)
    held = await _suppress(conn, workspace_id, doubts, questions.HELD)
    people = await contacts.by_phone(conn, workspace_id, [request.phone for request in requests])
    lifted = await _start(conn, workspace_id, starts, people)
    await opt_in.close(conn, workspace_id, [request.phone for request in (*stops, *doubts)])
    await _withdraw(conn, workspace_id, stops, people)
    if keeps:
        await repo.lift_own(conn, workspace_id, [request.phone for request in keeps])
    answered = [request.phone for request in (*stops, *starts, *keeps)]
    await questions.close(conn, workspace_id, answered)
    new = {
        request.phone: (request.reading.word, request.item.at) for request in doubts if request.phone in held
    }
    # A yes to the question is a STOP of who was held already: it is confirmed as any other.
    agreed = {request.phone for request in stops if request.reading.wish is not Wish.WITHDRAW}
    due = {
        OutcomeKind.STOP: stopped | agreed,
        OutcomeKind.START: lifted,
        OutcomeKind.HELP: {request.phone for request in _of(requests, OutcomeKind.HELP)},
        OutcomeKind.KEEP: {request.phone for request in keeps},
        OutcomeKind.ASK: await questions.ask(conn, workspace_id, new),
    }
    answers = await _answers(conn, workspace_id, brand, requests, due, people)
    taken = {request.position: request.outcome(answers.get(request.position)) for request in requests}
    return confirming | taken


async def _confirmed(conn: Connection, workspace_id: int, given: Sequence[_Request]) -> dict[int, Outcome]:
    """What became, by position, of each yes or no of who is asked to confirm that they subscribe. Where both
    questions wait, it answers the other: whether to stop.
    """
    replies = {request.phone: request.item.at for request in given if request.kind is OutcomeKind.KEEP}
    asked = await opt_in.waiting(conn, workspace_id, replies)
    if asked:
        asked -= await questions.waiting(conn, workspace_id, {phone: replies[phone] for phone in asked})
        refused = await _refused(conn, workspace_id, asked)
        await opt_in.close(conn, workspace_id, sorted(refused))
        asked -= refused
    outcomes = {}
    for request in given:
        if request.kind is not OutcomeKind.KEEP or request.phone not in asked:
            continue
        if request.reply is questions.Reply.NO:
            await opt_in.decline(conn, workspace_id, request.item)
            outcomes[request.position] = Outcome(kind=OutcomeKind.DECLINE, keyword="no", settled=True)
        elif confirmed := await opt_in.confirm(conn, workspace_id, request.item):
            found, welcome = confirmed
            who = Confirmed(contact_id=found.contact_id, language=found.language, form_id=found.form_id)
            outcomes[request.position] = Outcome(
                kind=OutcomeKind.CONFIRM, keyword="yes", answer=welcome, settled=True, confirmed=who
            )
    return outcomes


async def _refused(conn: Connection, workspace_id: int, phones: AbstractSet[int]) -> set[int]:
    """Those who were suppressed or blocked after they were asked: a yes takes neither back."""
    known = await contacts.by_phone(conn, workspace_id, list(phones)) if phones else {}
    blocked = {phone for phone, person in known.items() if person.state is ContactState.BLOCKED}
    return blocked | {phone for phone, _ in await repo.suppressed(conn, workspace_id, list(phones))}


async def _answered(conn: Connection, workspace_id: int, given: Sequence[_Request]) -> list[_Request]:
    """The requests, with a yes as the STOP that it is where a question waits; elsewhere a yes or no is
    nothing.
    """
    replies = {request.phone: request.item.at for request in given if request.kind is OutcomeKind.KEEP}
    waiting = await questions.waiting(conn, workspace_id, replies)
    found = []
    for request in given:
        if request.kind is not OutcomeKind.KEEP:
            found.append(request)
        elif request.phone in waiting:
            stops = request.reply is questions.Reply.YES
            kind = OutcomeKind.STOP if stops else OutcomeKind.KEEP
            word = OutcomeKind.STOP.value if stops else OutcomeKind.KEEP.value
            reading = Reading(request.reading.wish, word, exact=True)
            found.append(_Request(request.position, request.item, kind, reading))
    return found


async def _answers(
    conn: Connection,
    workspace_id: int,
    brand: Brand,
    requests: Sequence[_Request],
    due: Mapping[OutcomeKind, set[int]],
    people: Mapping[int, Contact],
) -> dict[int, str]:
    """The texts to send, by position: none to who had one of the kind within a day."""
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


async def _suppress(
    conn: Connection, workspace_id: int, requests: Sequence[_Request], reason: str
) -> set[int]:
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
                reason=reason,
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
    known = {people[request.phone].id: _told(request) for request in requests if request.phone in people}
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
        people[request.phone].id: _told(request)
        for request in requests
        if request.phone in lifted and request.phone in people
    }
    if known:
        await repo.return_to(conn, workspace_id, known)
    return lifted


def _told(request: _Request) -> repo.Told:
    item = request.item
    return repo.Told(
        item.inbound_id, Evidence(channel=BY_SMS, raw=item.text[:_LONGEST_RAW], to=item.destination)
    )


def _answer(request: _Request, person: Contact | None, brand: Brand) -> str:
    language = language_of(
        None if person is None else person.language,
        country_of(request.phone),
        request.reading,
        brand.language,
    )
    return answer(request.kind, language, brand.name)
