"""What who signs up by a form reads on their phone: for the builder."""

from uuid import UUID

from chappe.consent.opt_in import service as opt_in
from chappe.consent.topics.model import TopicPurpose
from chappe.db.pool import Connection
from chappe.signup.forms import offers, repo, service
from chappe.signup.forms.answers import taken
from chappe.signup.forms.model import FormContent, IncentiveKind
from chappe.signup.texts.conversation import Conversation, conversation


async def texts(
    conn: Connection, workspace_id: int, content: FormContent, form_id: UUID | None, language: str
) -> Conversation:
    """Of somebody with a number of the form's first country who wants all its topics. The code is the next of
    the list; without one the welcome says that none is left.
    """
    chosen = await opt_in.settings(conn, workspace_id)
    topics = await service.offered(conn, workspace_id, content)
    home = (await repo.brand(conn, workspace_id)).country
    everywhere = taken(content, home)[0] in chosen.countries
    asked = [
        each
        for each in topics
        if each.purpose is TopicPurpose.MARKETING and (each.double_opt_in or everywhere)
    ]
    return await conversation(
        conn,
        workspace_id,
        chosen.texts,
        topics,
        language,
        asked=bool(asked),
        code=await _code(conn, workspace_id, content, form_id, language),
    )


async def _code(
    conn: Connection, workspace_id: int, content: FormContent, form_id: UUID | None, language: str
) -> str:
    if content.incentive is IncentiveKind.NONE:
        return ""
    code: str | None = content.code
    if content.incentive is IncentiveKind.UNIQUE:
        code = None if form_id is None else await offers.next_code(conn, workspace_id, form_id)
    return offers.sentence(code, language)
