"""Use cases on forms. Nothing here commits."""

from collections.abc import Sequence
from uuid import UUID

from chappe.consent import service as consent
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import Topic
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.notation import PLAIN, notation
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7
from chappe.signup.forms import checks, repo, wording
from chappe.signup.forms.answers import HeldTo
from chappe.signup.forms.errors import FormNameTaken, NotPublished, TooManyForms, UnknownForm
from chappe.signup.forms.model import (
    LANGUAGES,
    MOST_FORMS,
    Form,
    FormContent,
    FormState,
    FormVersion,
)
from chappe.signup.forms.repo import Brand

_NONE = "There is no such form. See the forms with GET /v1/forms."


async def brand(conn: Connection, workspace_id: int) -> Brand:
    """Who asks."""
    return await repo.brand(conn, workspace_id)


async def held_to(conn: Connection, workspace_id: int, language: str | None = None) -> HeldTo:
    """What the answers of a person who reads this language have to fit; None: those of a program."""
    home = (await repo.brand(conn, workspace_id)).country
    written = PLAIN if language is None else notation(home, language)
    return HeldTo(home, await attributes.known(conn, workspace_id), written)


async def create(conn: Connection, workspace_id: int, name: str, content: FormContent) -> Form:
    """Nobody sees it until it is published. Raises BadForm, NotATopic, FormNameTaken, TooManyForms."""
    name = checks.checked_name(name)
    await check(conn, workspace_id, content)
    if await repo.how_many(conn, workspace_id) >= MOST_FORMS:
        raise TooManyForms(f"There are {MOST_FORMS} forms. Archive one first.")
    form_id = uuid7()
    if not await repo.add(conn, workspace_id, form_id, name, content):
        raise _taken(name)
    return await form(conn, workspace_id, form_id)


async def change(
    conn: Connection, workspace_id: int, form_id: UUID | None, name: str, content: FormContent
) -> Form:
    """The draft; what people see stays until it is published. Raises as `create`, and UnknownForm."""
    known = await form(conn, workspace_id, form_id)
    name = checks.checked_name(name)
    await check(conn, workspace_id, content)
    if not await repo.change(conn, workspace_id, known.id, name, content):
        raise _taken(name)
    return await form(conn, workspace_id, known.id)


async def check(conn: Connection, workspace_id: int, content: FormContent) -> None:
    """Raises BadForm, NotATopic."""
    checks.check(content, await contacts.attribute_names(conn, workspace_id))
    await topics.require(conn, workspace_id, content.topics, field="topics")


async def form(conn: Connection, workspace_id: int, form_id: UUID | None) -> Form:
    """Raises UnknownForm, also for None (an id that is not one of ours)."""
    found = None if form_id is None else await repo.one(conn, workspace_id, form_id)
    if found is None:
        raise UnknownForm(_NONE)
    return found


async def page(
    conn: Connection, workspace_id: int, *, after: UUID | None, limit: int, archived: bool = False
) -> list[Form]:
    """Forms, oldest first."""
    return await repo.page(conn, workspace_id, after, limit, archived=archived)


async def publish(conn: Connection, workspace_id: int, form_id: UUID | None) -> Form:
    """The draft becomes what people see, with the words of its consent kept. What is published already stays
    as it is. Raises UnknownForm, NotPublished when it is archived or was published by another meanwhile.
    """
    known = await form(conn, workspace_id, form_id)
    if known.state is FormState.PUBLISHED and not known.changed:
        return known
    await check(conn, workspace_id, known.draft)
    wordings = {
        language: await consent.keep_wording(
            conn, workspace_id, await consent_of(conn, workspace_id, known.draft, language)
        )
        for language in LANGUAGES
    }
    if not await repo.publish(conn, workspace_id, known.id, known.version + 1, known.draft, wordings):
        raise NotPublished("The form was archived or published by somebody else. Look at it again.")
    return await form(conn, workspace_id, known.id)


async def archive(conn: Connection, workspace_id: int, form_id: UUID | None) -> Form:
    """It answers nobody any more. Raises UnknownForm."""
    known = await form(conn, workspace_id, form_id)
    await repo.archive(conn, workspace_id, known.id)
    return known


async def restore(conn: Connection, workspace_id: int, form_id: UUID | None) -> Form:
    """An archived form answers again. Raises UnknownForm, FormNameTaken."""
    known = await form(conn, workspace_id, form_id)
    if known.state is FormState.ARCHIVED and not await repo.restore(conn, workspace_id, known.id):
        raise _taken(known.name)
    return await form(conn, workspace_id, known.id)


async def versions(conn: Connection, workspace_id: int, form_id: UUID) -> list[FormVersion]:
    """All that people ever saw, the newest first."""
    return await repo.versions(conn, workspace_id, form_id)


async def published(conn: Connection, workspace_id: int, form_id: UUID | None) -> FormVersion:
    """What people see now. Raises UnknownForm, NotPublished."""
    known = await form(conn, workspace_id, form_id)
    found = None
    if known.state is FormState.PUBLISHED:
        found = await repo.version(conn, workspace_id, known.id, known.version)
    if found is None:
        raise NotPublished("This form takes no sign-ups: publish it first.")
    return found


async def version(conn: Connection, workspace_id: int, form_id: UUID, number: int) -> FormVersion:
    """Raises UnknownForm."""
    found = await repo.version(conn, workspace_id, form_id, number)
    if found is None:
        raise UnknownForm("This form has no such version.")
    return found


async def wordings(conn: Connection, workspace_id: int, seen: FormVersion) -> dict[str, str]:
    """The consent that people agreed to in this version, by language."""
    texts = await repo.wordings(conn, workspace_id, seen.wordings.values())
    return {language: texts[key] for language, key in seen.wordings.items()}


async def offered(conn: Connection, workspace_id: int, content: FormContent) -> Sequence[Topic]:
    """The topics that the form subscribes to; one that was archived since is left out."""
    known = {each.id: each for each in await topics.topics(conn, workspace_id)}
    found = [known[topic_id] for topic_id in content.topics if topic_id in known]
    return found or [await topics.default_topic(conn, workspace_id)]


async def consent_of(conn: Connection, workspace_id: int, content: FormContent, language: str) -> str:
    """The words that people agree to."""
    who = await repo.brand(conn, workspace_id)
    return wording.consent(content, language, who.name, await offered(conn, workspace_id, content))


def _taken(name: str) -> FormNameTaken:
    return FormNameTaken(f"A form is called “{name}” already. Choose another name.", field="name")
