"""The phones of the carrier lab: what each received, and its answers. Reads and writes through the lab's own
control API, as a test would.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation, URLEncodedBody
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.app.lab_client import LabClient, NoLab, NoPhone, ReplyRefused
from chappe.lab.handset import Direction, HandsetView
from chappe.web.page import GivenPage
from chappe.web.streams import Closing, live_blocks
from chappe.web.viewer import GivenViewer, needs

GivenLab = NamedDependency[SkipValidation[LabClient]]
GivenClosing = NamedDependency[SkipValidation[Closing]]

PATH = "/lab/phones"
_PAGE = "lab/phones.html"
_SHOWN = 60
_EVERY = 1.0
_DIGITS = re.compile(r"\D")
# What a person of the campaign's country would answer first.
QUICK = ("STOP", "OUI", "START", "AIDE")


class Answer(msgspec.Struct, frozen=True):
    """The form beside a phone: `quick` is a button's word, `text` what was typed."""

    to: str = ""
    text: str = ""
    quick: str = ""


@get(PATH, opt=needs(Permission.MESSAGES_READ))
async def phones(
    page: GivenPage, viewer: GivenViewer, lab: GivenLab, q: FromQuery[str] = "", number: FromQuery[str] = ""
) -> Response[Any]:
    return page.render(_PAGE, refused=None, typed="", **await _seen(lab, q, number))


@get(f"{PATH}/live", opt=needs(Permission.MESSAGES_READ))
async def live(
    page: GivenPage,
    viewer: GivenViewer,
    lab: GivenLab,
    closing: GivenClosing,
    q: FromQuery[str] = "",
    number: FromQuery[str] = "",
) -> ServerSentEvent:
    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        while True:
            seen = await _seen(lab, q, number)
            yield {name: page.fragment(f"lab/live/{name}.html", **seen) for name in ("list", "thread")}
            await asyncio.sleep(_EVERY)

    return live_blocks(changes(), closing)


@post(PATH + "/{number:str}/messages", opt=needs(Permission.MESSAGES_SEND))
async def answer(
    number: FromPath[str],
    data: URLEncodedBody[Answer],
    page: GivenPage,
    viewer: GivenViewer,
    lab: GivenLab,
    q: FromQuery[str] = "",
) -> Response[Any]:
    digits = _digits(number)
    text = data.quick or data.text.strip()
    refused = await _refusal(lab, digits, data.to, text)
    if refused is None:
        return page.redirect(f"{PATH}?{urlencode({'number': digits, 'q': q} if q else {'number': digits})}")
    status = 422 if refused == "empty" else 409
    return page.render(_PAGE, status=status, refused=refused, typed=data.text, **await _seen(lab, q, digits))


async def _refusal(lab: LabClient, digits: str, to: str, text: str) -> str | None:
    """Why the phone did not send, as a word that the template knows; None when it did."""
    if not text:
        return "empty"
    try:
        await lab.reply(digits, to, text)
    except ReplyRefused as refusal:
        return refusal.code_of_lab or "failed"
    return None


async def _seen(lab: LabClient, q: str, number: str) -> dict[str, Any]:
    """The list, and the phone that is open: the asked one, else the first of the list."""
    # The lab knows numbers in international form: 06 12 is sought as 6 12, 00 33 as 33.
    query, digits = _digits(q).lstrip("0"), _digits(number)
    try:
        listed = await lab.phones(query, _SHOWN)
        running = True
    except NoLab:
        listed, running = [], False
    opened: HandsetView | None = None
    digits = digits or (listed[0].number if listed else "")
    if running and digits:
        try:
            opened = await lab.phone(digits)
        except (NoPhone, NoLab):
            opened = None
    return {
        "running": running,
        "phones": listed,
        "most": _SHOWN,
        "q": q,
        "number": digits,
        "opened": opened,
        "answer_to": _other(opened),
        "quick": QUICK,
        "phones_path": PATH,
    }


def _other(opened: HandsetView | None) -> str:
    """Who wrote last: the answer goes there."""
    if opened is None:
        return ""
    received = [one.other for one in opened.messages if one.direction is Direction.RECEIVED]
    return received[-1] if received else ""


def _digits(text: str) -> str:
    return _DIGITS.sub("", text)


routes: list[ControllerRouterHandler] = [phones, live, answer]
