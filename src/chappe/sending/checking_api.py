"""REST: /v1/messages/check."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.carriers import service as carriers
from chappe.carriers.errors import UnknownSender
from chappe.carriers.model import SENDER_ID, SenderKind
from chappe.consent import service as consent
from chappe.content.checklist import Facts, Finding, check
from chappe.content.model import MissingVariable, Unrenderable
from chappe.content.replacing import replaced
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id
from chappe.messages.model import Purpose
from chappe.sending.shapes import SentPurpose
from chappe.sms.encoding import ucs2_causes
from chappe.sms.parts import measure
from chappe.sms.replacement import Level, replace


class CheckInput(Input, frozen=True, kw_only=True):
    """A text, or a template with the `values` of one recipient. `hour`: of the reader's day, at which it
    would leave.
    """

    body: Annotated[str, Meta(min_length=1, max_length=10_000)]
    values: dict[str, str] = msgspec.field(default_factory=dict)
    purpose: SentPurpose = SentPurpose.MARKETING
    sender_id: Annotated[str, Meta(max_length=60)] | None = None
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None


class CharacterView(msgspec.Struct, frozen=True, kw_only=True):
    """A character that makes the text UCS-2, at its place in code points of the rendered text."""

    position: int
    character: str
    name: str


class CheckedView(msgspec.Struct, frozen=True, kw_only=True):
    """`text`: as rendered; null when `missing`, a variable without a value or a default. `left`: units that
    remain in the last part. `characters`: those that force UCS-2; `replacement`: the body without them, and
    the parts it takes then. `checklist`: advice; the law is asked at POST /v1/decisions/preview.
    """

    text: str | None
    missing: str | None
    encoding: str | None
    parts: int | None
    left: int | None
    characters: list[CharacterView]
    replacement: str | None
    replacement_parts: int | None
    checklist: list[Finding]


@post(
    "/messages/check",
    guards=[needs(Scope.MESSAGES_SEND)],
    status_code=200,
    summary="What a text costs, and what could be better",
    tags=["Messages"],
)
async def check_text(data: JSONBody[CheckInput], caller: Asking, conn: Conn) -> CheckedView:
    """Counted by the code that sends; nothing is sent or kept."""
    facts = await _facts(conn, caller.workspace_id, data)
    findings = check(data.body, facts)
    try:
        text = Template(data.body).render(data.values)
    except MissingVariable as missing:
        return _unrendered(missing.name, findings)
    except Unrenderable:
        return _unrendered(None, findings)
    counted = measure(text)
    causes = ucs2_causes(text)
    better = replace(text, Level.SYMBOLS).text if causes else None
    return CheckedView(
        text=text,
        missing=None,
        encoding=counted.encoding.name.lower(),
        parts=counted.parts,
        left=counted.left,
        characters=[
            CharacterView(position=cause.position, character=cause.character, name=cause.name)
            for cause in causes
        ],
        replacement=None if better is None else replaced(data.body)[0],
        replacement_parts=None if better is None else measure(better).parts,
        checklist=findings,
    )


def _unrendered(missing: str | None, findings: list[Finding]) -> CheckedView:
    return CheckedView(
        text=None,
        missing=missing,
        encoding=None,
        parts=None,
        left=None,
        characters=[],
        replacement=None,
        replacement_parts=None,
        checklist=findings,
    )


async def _facts(conn: Connection, workspace_id: int, data: CheckInput) -> Facts:
    named = False
    if data.sender_id is not None:
        key = parse_public_id(SENDER_ID, data.sender_id)
        found = {} if key is None else await carriers.senders_by_id(conn, workspace_id, [key])
        if key not in found:
            raise UnknownSender("There is no sender with this id. See GET /v1/senders.", field="sender_id")
        named = found[key].kind is SenderKind.ALPHANUMERIC
    brand = await consent.brand(conn, workspace_id)
    return Facts(brand.name, named, Purpose.named(data.purpose) is Purpose.MARKETING, data.hour)


routes: list[ControllerRouterHandler] = [check_text]
