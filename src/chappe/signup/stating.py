"""The last step of an import: on what ground, to which topics and to which words people agreed."""

from collections.abc import Sequence
from datetime import date

from chappe.consent.topics import service as topics
from chappe.consent.topics.model import Topic, TopicPurpose
from chappe.db.pool import Connection
from chappe.signup.model import StatedConsent
from chappe.web.forms import Errors, Missing, Submitted

BASES = ("express", "written", "soft_opt_in")
NO_CONSENT = "none"


async def offered(conn: Connection, workspace_id: int) -> list[Topic]:
    """The topics that a file can state a consent to."""
    every = await topics.topics(conn, workspace_id)
    return [each for each in every if each.purpose is TopicPurpose.MARKETING]


def choices(form: Submitted, known: Sequence[Topic]) -> list[tuple[str, str, bool]]:
    """Word, name, and whether it is ticked; none where there is nothing to choose."""
    if len(known) < 2:
        return []
    chosen, fresh = form.all("topic"), not form.one("basis")
    return [(each.word, each.name, each.word in chosen or (fresh and each.is_default)) for each in known]


def read(form: Submitted, known: Sequence[Topic]) -> tuple[StatedConsent | None, Errors]:
    """The consent that is claimed, None when there is none, and what is missing of it."""
    errors = Errors()
    basis = form.one("basis")
    if basis == NO_CONSENT:
        return None, errors
    if basis not in BASES:
        errors.add(Missing("Say whether they agreed.", field="basis"))
        return None, errors
    for name in ("source", "text"):
        if not form.one(name):
            errors.add(Missing("Fill this in.", field=name))
    chosen = tuple(each.id for each in known if each.word in form.all("topic"))
    if not chosen and len(known) > 1:
        errors.add(Missing("Choose at least one topic.", field="topic"))
    collected = None
    try:
        collected = date.fromisoformat(form.one("collected_on")) if form.one("collected_on") else None
    except ValueError:
        errors.add(Missing("Choose a day.", field="collected_on"))
    stated = StatedConsent(
        basis=basis,
        source=form.one("source")[:500],
        text=form.one("text")[:10_000],
        collected_on=collected,
        topics=chosen,
    )
    return stated, errors
