"""Numbers that are erased and stay suppressed: a keyed hash is all that is left of them."""

from collections.abc import Sequence
from typing import Final

from chappe.consent import repo
from chappe.consent.hashed import schemes
from chappe.consent.hashed.matching import recognise
from chappe.consent.hashed.model import OWN, Scheme, hasher
from chappe.consent.hashed.schemes import SQL
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.consent.reasons import Reason
from chappe.consent.told.hearing import SQL as TOLD
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection

SOURCE: Final = "erasure"


async def forget_numbers(
    conn: Connection, workspace_id: int, phones: Sequence[int], keys: NumberKeys
) -> None:
    """Every number leaves a hash and nothing else here. Who had no suppression gets one of marketing: who
    asked to be erased is not to be written to because a file brings the number back.

    Raises NumberKeyMissing of a ring without keys. The caller erases the contact in the same transaction.
    """
    if not phones:
        return
    numbers, key = sorted(set(phones)), keys.current
    # What was forgotten before, perhaps under an older key, is forgotten again under this one.
    await recognise(conn, workspace_id, numbers, keys)
    await conn.execute(SQL.drop_narrow, workspace_id, numbers)
    bare = [row["phone"] for row in await conn.fetch(SQL.unsuppressed, workspace_id, numbers)]
    if bare:
        await repo.suppress(conn, workspace_id, [_erased(phone) for phone in bare])
    scheme_id = await schemes.scheme_for(conn, workspace_id, OWN, key)
    made = hasher(workspace_id, Scheme(scheme_id, key.id, OWN.algorithm, OWN.spelling, None), key)
    await conn.execute(SQL.forget, workspace_id, numbers, made(numbers), scheme_id, list(Reason))
    await conn.execute(TOLD.forget_told, workspace_id, numbers)
    await conn.execute(SQL.forget_answers, workspace_id, numbers)
    await conn.execute(SQL.forget_questions, workspace_id, numbers)
    await conn.execute(SQL.queue_known, workspace_id, numbers)


def _erased(phone: int) -> NewSuppression:
    return NewSuppression(
        phone=phone, scope=SuppressionScope.MARKETING, reason=Reason.ERASED.value, source=SOURCE
    )
