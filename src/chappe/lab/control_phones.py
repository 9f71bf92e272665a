"""The phones in the lab's control API: what they received, what they send, the links that they open."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.kit.errors import Problem
from chappe.lab.browser import Agent, Opened
from chappe.lab.handset import HandsetSummary, HandsetView
from chappe.lab.lab import Lab
from chappe.sms.parts import TooManyParts

_Lab = Request[Any, Any, State]
_Limit = Annotated[int, QueryParameter(ge=1, le=100_000)]


class PhoneReplyRequest(msgspec.Struct, forbid_unknown_fields=True):
    to: str
    text: Annotated[str, msgspec.Meta(min_length=1)]
    carrier: str | None = None


class Sent(msgspec.Struct):
    parts: int


class ClickRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`link` None: the last one that the phone got."""

    link: str | None = None
    agent: Agent = Agent.IPHONE


class TextTooLong(Problem):
    code = "text_too_long"
    status = 422
    title = "The text is too long"


@get("/phones")
async def list_phones(
    request: _Lab, digits: Annotated[str, QueryParameter(name="query")] = "", limit: _Limit = 50
) -> list[HandsetSummary]:
    return lab_of(request).phones.handsets(digits, limit)


@get("/phones/{number:str}")
async def show_phone(request: _Lab, number: FromPath[str]) -> HandsetView:
    return lab_of(request).phones.handset(number)


@post("/phones/{number:str}/messages")
async def send_from_phone(request: _Lab, number: FromPath[str], data: JSONBody[PhoneReplyRequest]) -> Sent:
    try:
        return Sent(lab_of(request).reply(number, to=data.to, text=data.text, carrier=data.carrier))
    except TooManyParts as error:
        raise TextTooLong(f"text: {error}.", field="text") from error


@post("/phones/{number:str}/clicks")
async def open_link(request: _Lab, number: FromPath[str], data: JSONBody[ClickRequest]) -> Opened:
    """Where the redirect leads is told, and not asked: it is a shop's page."""
    return await lab_of(request).visits.open(number, data.link, data.agent)


def lab_of(request: _Lab) -> Lab:
    lab: Lab = request.app.state.lab
    return lab


routes: list[ControllerRouterHandler] = [list_phones, show_phone, send_from_phone, open_link]
