"""REST: /v1/forms."""

from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.consent.evidence import Evidence
from chappe.contacts.model import CONTACT_ID
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.forms import answers, checks, service, shapes
from chappe.signup.forms.answers import PHONE, Given
from chappe.signup.forms.errors import BadAnswer, BadForm
from chappe.signup.forms.given import GivenSigning
from chappe.signup.forms.model import FORM_ID, Channel
from chappe.signup.forms.shapes import FormInput, FormView, SignUpInput, SignUpView, VersionView
from chappe.signup.forms.signing import Came
from chappe.web.forms import Errors

_TAGS = ["Forms"]
_ONE = "/forms/{form_id:str}"


@post("/forms", guards=[needs(Scope.CONTACTS_WRITE)], summary="Create a sign-up form", tags=_TAGS)
async def create_form(data: JSONBody[FormInput], caller: Asking, conn: Conn) -> FormView:
    """A draft: nobody sees it until it is published."""
    here = caller.workspace_id
    return shapes.form_view(await service.create(conn, here, data.name, shapes.content_of(data)))


@get("/forms", guards=[needs(Scope.CONTACTS_READ)], summary="Sign-up forms, oldest first", tags=_TAGS)
async def list_forms(caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None) -> Page[FormView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page(conn, caller.workspace_id, after=after, limit=limit + 1, archived=True)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.form_view)


@get(_ONE, guards=[needs(Scope.CONTACTS_READ)], summary="A sign-up form", tags=_TAGS)
async def read_form(form_id: FromPath[str], caller: Asking, conn: Conn) -> FormView:
    return shapes.form_view(await service.form(conn, caller.workspace_id, _key(form_id)))


@put(_ONE, guards=[needs(Scope.CONTACTS_WRITE)], summary="Change a sign-up form", tags=_TAGS)
async def change_form(
    form_id: FromPath[str], data: JSONBody[FormInput], caller: Asking, conn: Conn
) -> FormView:
    """The draft is replaced as a whole; what people see stays until it is published."""
    content = shapes.content_of(data)
    changed = await service.change(conn, caller.workspace_id, _key(form_id), data.name, content)
    return shapes.form_view(changed)


@post(
    f"{_ONE}/publish",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Show the draft of a form to people",
    tags=_TAGS,
    status_code=200,
)
async def publish_form(form_id: FromPath[str], caller: Asking, conn: Conn) -> FormView:
    """It becomes a version that is kept. Nothing happens when it says nothing new."""
    return shapes.form_view(await service.publish(conn, caller.workspace_id, _key(form_id)))


@post(
    f"{_ONE}/archive",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Archive a sign-up form",
    tags=_TAGS,
    status_code=200,
)
async def archive_form(form_id: FromPath[str], caller: Asking, conn: Conn) -> FormView:
    """It takes no more sign-ups; its versions stay as proof."""
    await service.archive(conn, caller.workspace_id, _key(form_id))
    return shapes.form_view(await service.form(conn, caller.workspace_id, _key(form_id)))


@get(
    f"{_ONE}/versions",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="What people saw of a form, the newest first",
    tags=_TAGS,
)
async def list_versions(form_id: FromPath[str], caller: Asking, conn: Conn) -> list[VersionView]:
    """With the words of consent that they agreed to, in each language."""
    known = await service.form(conn, caller.workspace_id, _key(form_id))
    return [
        shapes.version_view(each, await service.wordings(conn, caller.workspace_id, each))
        for each in await service.versions(conn, caller.workspace_id, known.id)
    ]


@post(
    f"{_ONE}/sign-ups",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Sign somebody up who agreed on your side",
    tags=_TAGS,
    status_code=200,
)
async def sign_up(
    form_id: FromPath[str],
    data: JSONBody[SignUpInput],
    caller: Asking,
    conn: Conn,
    ids: Ids,
    signing: GivenSigning,
) -> SignUpView:
    """For a page or a till of your own. The contact is made or completed; whether they are asked to confirm
    is the topics' and the country's to say, as on the form itself.
    """
    here = caller.workspace_id
    seen = await service.published(conn, here, _key(form_id))
    given = Given({**data.values, PHONE: data.phone}, shapes.topics_of(data.topics), agreed=True)
    read, errors = answers.read(seen.content, given, await service.held_to(conn, here))
    if read is None:
        raise _first(errors)
    came = Came(Channel.API, data.source or seen.content.source, data.language)
    if not checks.is_source(came.source):
        raise BadForm("Write the source in small letters, digits and hyphens: till-2.", field="source")
    evidence = _evidence(data, seen.form_id, seen.version, caller.key_id)
    joined = await signing.join(conn, here, seen, read, came, evidence, basis=data.basis)
    return SignUpView(contact_id=ids.encode(CONTACT_ID, joined.contact_id), state=joined.state)


def _first(errors: Errors) -> Problem:
    """What is wrong first, named as it stands in the request."""
    field, problem = next(iter(errors))
    problem.field = field if field in ("phone", "topics") else f"values.{field}"
    return problem


def _evidence(data: SignUpInput, form_id: UUID, version: int, key_id: object) -> Evidence:
    """Raises BadAnswer when nothing proves anything."""
    told = {name: value for name, value in msgspec.structs.asdict(data.evidence).items() if value}
    if not told:
        raise BadAnswer("Say how they agreed: page, address, raw or collected_on.", field="evidence")
    return Evidence(
        channel=Channel.API.value,
        form=public_id(FORM_ID, form_id),
        form_version=str(version),
        language=data.language,
        campaign=data.source or "",
        actor=f"key {key_id}",
        **told,
    )


def _key(text: str) -> UUID | None:
    return parse_public_id(FORM_ID, text)


routes: list[ControllerRouterHandler] = [
    create_form,
    list_forms,
    read_form,
    change_form,
    publish_form,
    archive_form,
    list_versions,
    sign_up,
]
