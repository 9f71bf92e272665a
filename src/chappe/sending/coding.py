"""Batches whose texts give codes of an offer: how many they need, and who goes without when it runs dry."""

from collections.abc import Iterator, Sequence

from chappe.gate.model import Code, Decision
from chappe.offers.coding import CodedBody
from chappe.sending.model import Batch

_DRY = Decision(Code.NO_OFFER_CODE, None, None)


def needing(body: CodedBody, batches: Sequence[Batch]) -> int:
    """Codes that the texts of these batches need."""
    return sum(body.wanted(batch.texts) for batch in batches if batch.texts is not None)


def within(body: CodedBody, batches: Sequence[Batch], n: int) -> Sequence[Batch]:
    """The batches as they are with `n` codes: who needs one and comes after the last is skipped."""
    return batches if needing(body, batches) <= n else list(_within(body, batches, n))


def _within(body: CodedBody, batches: Sequence[Batch], left: int) -> Iterator[Batch]:
    for batch in batches:
        if batch.texts is None:
            yield batch
            continue
        kept, dry = list[int](), list[int]()
        for at, text in enumerate(batch.texts):
            needs = body.marker in text
            (dry if needs and not left else kept).append(at)
            left -= needs and left > 0
        if kept:
            yield _only(batch, kept)
        if dry:
            rest = _only(batch, dry)
            yield rest._replace(decision=_DRY, texts=None, encoding=0, parts=0, route_id=None)


def _only(batch: Batch, places: Sequence[int]) -> Batch:
    contact_ids, texts = batch.contact_ids, batch.texts
    return batch._replace(
        contact_ids=None if contact_ids is None else [contact_ids[at] for at in places],
        phones=[batch.phones[at] for at in places],
        texts=None if texts is None else [texts[at] for at in places],
    )
