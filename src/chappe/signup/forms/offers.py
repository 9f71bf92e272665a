"""What a form gives to who signs up: one code for all, or another one for each person."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from chappe.consent.model import Outcome
from chappe.db.pool import Connection
from chappe.signup.forms import checks, repo
from chappe.signup.forms.errors import BadCodes
from chappe.signup.forms.model import LONGEST_CODE, FormVersion, IncentiveKind
from chappe.signup.forms.repo import CodeCounts

MOST_CODES: Final = 100_000
# When the marketer is told that codes run out: days.
_SOON: Final = 14
# Sentences of the welcome, in characters that GSM 7-bit has.
_GIVEN: Final = {"en": "Your code: {code}", "fr": "Votre code : {code}"}
_NONE_LEFT: Final = {
    "en": "Sorry: all the codes of this offer are given.",
    "fr": "Tous les codes de cette offre ont été donnés, avec nos regrets.",
}


async def welcome(
    conn: Connection, workspace_id: int, text: str, form_id: UUID | None, contact_id: int, language: str
) -> str:
    """The welcome of who signs up now, with the code of the form they came by, where it gives one: the same
    when asked again. Where none is left the text says so. Call it in the transaction that sends the text.
    """
    form = None if form_id is None else await repo.one(conn, workspace_id, form_id)
    seen = None if form is None else await repo.version(conn, workspace_id, form.id, form.version)
    return text if seen is None else await _with_code(conn, workspace_id, text, seen, contact_id, language)


async def rewarded(conn: Connection, workspace_id: int, outcome: Outcome) -> Outcome:
    """The answer to a yes by text, with the code that waited for it: what the form promised when they filled
    it in holds, though it says something else since.
    """
    who, text = outcome.confirmed, outcome.answer
    if who is None or who.form_id is None or text is None:
        return outcome
    number = await repo.version_seen(conn, workspace_id, who.form_id, who.contact_id)
    seen = None if number is None else await repo.version(conn, workspace_id, who.form_id, number)
    if seen is None:
        return outcome
    text = await _with_code(conn, workspace_id, text, seen, who.contact_id, who.language)
    return msgspec.structs.replace(outcome, answer=text)


async def _with_code(
    conn: Connection, workspace_id: int, text: str, seen: FormVersion, contact_id: int, language: str
) -> str:
    if seen.content.incentive is IncentiveKind.NONE:
        return text
    code: str | None = seen.content.code
    if seen.content.incentive is IncentiveKind.UNIQUE:
        code = await repo.code_of(conn, workspace_id, seen.form_id, contact_id)
        code = code or await repo.take_code(conn, workspace_id, seen.form_id, contact_id)
    return f"{text} {sentence(code, language)}"


def sentence(code: str | None, language: str) -> str:
    """What the welcome says of the code, or that there is none any more."""
    return _GIVEN[language].format(code=code) if code else _NONE_LEFT[language]


async def next_code(conn: Connection, workspace_id: int, form_id: UUID) -> str | None:
    """The code that the next person would get of a list; nothing is taken."""
    return await repo.next_code(conn, workspace_id, form_id)


async def counts(conn: Connection, workspace_id: int, form_id: UUID) -> CodeCounts:
    """How many codes are left, and how many were given."""
    return await repo.code_counts(conn, workspace_id, form_id)


def days_left(counts: CodeCounts, recent: int) -> int | None:
    """How long the codes last if as many people come as in the last 30 days, `recent`; None while that is
    longer than a fortnight.
    """
    if not counts.free or not recent:
        return None
    days = counts.free * 30 // recent
    return days if days < _SOON else None


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
