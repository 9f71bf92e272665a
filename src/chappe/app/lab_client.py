"""The lab's control API, as the phones page uses it."""

from pathlib import Path

import httpx
import msgspec

from chappe.app.lab_address import find_lab
from chappe.kit.errors import Problem
from chappe.lab.handset import HandsetSummary, HandsetView

_TIMEOUT = 5.0


class NoLab(Problem):
    """No lab has announced itself in this data folder, or it does not answer."""

    code = "no_lab"
    status = 404
    title = "The carrier lab is not running"


class NoPhone(Problem):
    """The phone has received nothing yet."""

    code = "unknown_phone"
    status = 404
    title = "This phone has received nothing"


class ReplyRefused(Problem):
    """The phone cannot send this: `code_of_lab` says why."""

    code = "reply_refused"
    status = 409
    title = "The phone cannot send this"

    def __init__(self, detail: str, code_of_lab: str) -> None:
        super().__init__(detail)
        self.code_of_lab = code_of_lab


class _Refusal(msgspec.Struct):
    code: str = ""
    detail: str = ""


class LabClient:
    """Asks the lab of one data folder; it listens elsewhere at each start, so it is looked up each time."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)

    def running(self) -> bool:
        """Whether a lab has announced itself."""
        return find_lab(self._home) is not None

    async def phones(self, digits: str, limit: int) -> list[HandsetSummary]:
        """The phones whose number contains `digits`, the one that got a message last first. NoLab."""
        response = await self._ask("GET", "/phones", params={"query": digits, "limit": limit})
        return msgspec.json.decode(response.content, type=list[HandsetSummary])

    async def phone(self, number: str) -> HandsetView:
        """What one phone shows. NoLab, NoPhone."""
        response = await self._ask("GET", f"/phones/{number}")
        return msgspec.json.decode(response.content, type=HandsetView)

    async def reply(self, number: str, to: str, text: str) -> None:
        """Have the phone send `text`. NoLab, ReplyRefused."""
        await self._ask("POST", f"/phones/{number}/messages", json={"to": to, "text": text})

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str | int] | None = None,
        json: dict[str, str] | None = None,
    ) -> httpx.Response:
        lab = find_lab(self._home)
        if lab is None:
            raise NoLab("Start it with: chappe serve --lab, or chappe demo.")
        try:
            response = await self._http.request(
                method, f"{lab.control}/lab/api{path}", params=params, json=json
            )
        except httpx.TransportError:
            raise NoLab("It has announced itself and does not answer. Start it again.") from None
        if response.is_error:
            raise _refused(response)
        return response


def _refused(response: httpx.Response) -> Problem:
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except msgspec.DecodeError:
        refusal = _Refusal()
    if refusal.code == NoPhone.code:
        return NoPhone(refusal.detail)
    return ReplyRefused(refusal.detail, refusal.code)
