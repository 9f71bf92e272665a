"""What a form gives to who signs up: one code for all, or another one for each person."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chappe.db.pool import Connection
from chappe.signup.forms import checks, repo
from chappe.signup.forms.errors import BadCodes
from chappe.signup.forms.model import LONGEST_CODE, IncentiveKind
from chappe.signup.forms.repo import CodeCounts

MOST_CODES: Final = 100_000


async def take(conn: Connection, workspace_id: int, form_id: UUID | None, contact_id: int) -> str | None:
    """The code of this person: the same when asked again; None where the form gives none, or none is left.
    The welcome that holds it is written in the same transaction.
    """
    form = None if form_id is None else await repo.one(conn, workspace_id, form_id)
    seen = None if form is None else await repo.version(conn, workspace_id, form.id, form.version)
    if seen is None or seen.content.incentive is IncentiveKind.NONE:
        return None
    if seen.content.incentive is IncentiveKind.FIXED:
        return seen.content.code
    held = await repo.code_of(conn, workspace_id, seen.form_id, contact_id)
    return held or await repo.take_code(conn, workspace_id, seen.form_id, contact_id)


def said(code: str, language: str) -> str:
    """The sentence of the welcome that gives it."""
    return f"Votre code : {code}" if language == "fr" else f"Your code: {code}"


async def counts(conn: Connection, workspace_id: int, form_id: UUID) -> CodeCounts:
    """How many codes are left, and how many were given."""
    return await repo.code_counts(conn, workspace_id, form_id)


async def add(conn: Connection, workspace_id: int, form_id: UUID, text: str) -> int:
    """Codes one a line; how many are new. Raises BadCodes, with the first line that is none."""
    return await repo.add_codes(conn, workspace_id, form_id, read(text))


async def drop(conn: Connection, workspace_id: int, form_id: UUID) -> None:
    """Codes that nobody has are forgotten."""
    await repo.drop_free_codes(conn, workspace_id, form_id)


def read(text: str) -> Sequence[str]:
    """Each once, in order. Raises BadCodes."""
    codes = list(
        dict.fromkeys(line.strip() for line in text.replace("\ufeff", "").splitlines() if line.strip())
    )
    if not codes:
        raise BadCodes("Write the codes one below the other.", field="codes", fault="none")
    if len(codes) > MOST_CODES:
        raise BadCodes(f"Add at most {MOST_CODES} codes at a time.", field="codes", fault="many")
    for code in codes:
        if not checks.is_code(code):
            raise BadCodes(
                f"“{code[:LONGEST_CODE]}” is no code: use up to {LONGEST_CODE} letters, digits and hyphens.",
                field="codes",
                fault="code",
                code=code[:LONGEST_CODE],
            )
    return codes
