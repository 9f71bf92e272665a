"""Caps over what a page of a campaign would send: who has had enough is skipped, with the cap as the rule."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from chappe.gate.caps import Limits
from chappe.gate.model import Code, Decision, Subject
from chappe.gate.promises import Claim
from chappe.rules.places import Places
from chappe.sending.model import Batch

Refused = Sequence[dict[int, str]]
"""For each claim the contacts that are refused, with the rule."""
LimitsOf = Callable[[Places | None, datetime, Subject], Limits]
Ask = Callable[[Sequence[Claim]], Awaitable[Refused]]


async def within_caps(
    batches: Sequence[Batch], subject: Subject, limits_of: LimitsOf, ask: Ask
) -> list[Batch]:
    """The batches, those whom `ask` refuses apart. It is not asked when there is nothing to ask."""
    claims, claiming = [], []
    for at, batch in enumerate(batches):
        due_at = batch.decision.due_at
        if due_at is None or batch.contact_ids is None:
            continue
        limits = limits_of(batch.decision.where, due_at, subject)
        if limits:
            claims.append(Claim(limits, due_at, batch.contact_ids))
            claiming.append(at)
    if not claims:
        return list(batches)
    refused = dict(zip(claiming, await ask(claims), strict=True))
    kept: list[Batch] = []
    for at, batch in enumerate(batches):
        kept += _parted(batch, refused[at]) if refused.get(at) else (batch,)
    return kept


def _parted(batch: Batch, refused: dict[int, str]) -> list[Batch]:
    """Those who pass, and a batch for each rule of the others."""
    assert batch.contact_ids is not None  # only contacts are refused
    places: dict[str | None, list[int]] = {}
    for at, contact_id in enumerate(batch.contact_ids):
        places.setdefault(refused.get(contact_id), []).append(at)
    return [
        _only(batch, chosen, batch.decision if rule is None else Decision(Code.CAPPED, None, None, rule))
        for rule, chosen in places.items()
    ]


def _only(batch: Batch, places: Sequence[int], decision: Decision) -> Batch:
    assert batch.contact_ids is not None
    texts = None if decision.skipped or batch.texts is None else [batch.texts[at] for at in places]
    return batch._replace(
        decision=decision,
        contact_ids=[batch.contact_ids[at] for at in places],
        phones=[batch.phones[at] for at in places],
        texts=texts,
        encoding=0 if texts is None else batch.encoding,
        parts=0 if texts is None else batch.parts,
    )
