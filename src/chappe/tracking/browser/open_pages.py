"""/chappe.js and /b/{key}: what pages of a shop load, and where they tell what their visitors did.

For everybody: there is no cookie to misuse, and who may is said by the key and the page's origin (Fetch
standard, CORS). Errors are problem+json, which developers of the shop read.
"""

from importlib import resources
from typing import Any, Final

from litestar import HttpMethod, Request, Response, get, post, route
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.api.problems import problem_response
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id
from chappe.tracking.browser.model import KEY_ID, LARGEST_TOLD, BadBrowserEvent, TooLargeBrowserEvent
from chappe.tracking.given import GivenBrowserEvents
from chappe.web.viewer import PUBLIC

# Litestar's name for a handler that checks no token of its own.
_OPEN: Final[dict[str, Any]] = {PUBLIC: True, "exclude_from_csrf": True}
_SCRIPT: Final = resources.files("chappe.tracking.browser").joinpath("chappe.js").read_text(encoding="utf-8")
_ONE: Final = "/b/{key:str}"


@get("/chappe.js", opt=_OPEN)
async def script() -> Response[str]:
    """The same for every workspace."""
    headers = {"cache-control": "public, max-age=3600", "cross-origin-resource-policy": "cross-origin"}
    return Response(_SCRIPT, media_type="text/javascript", headers=headers)


@route(_ONE, http_method=[HttpMethod.OPTIONS], opt=_OPEN, status_code=200)
async def may_tell(
    key: FromPath[str], request: Request[Any, Any, Any], browser_events: GivenBrowserEvents
) -> Response[Any]:
    """Asked by browsers before they send JSON."""
    origin = _origin(request)
    try:
        may = await browser_events.may(parse_public_id(KEY_ID, key), origin, _address(request))
    except Problem as problem:
        return problem_response(request, problem)
    if not may:
        return Response(None, status_code=204, headers={"vary": "Origin"})
    allowed = {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }
    return Response(None, status_code=204, headers=_shared(origin) | allowed)


@post(_ONE, opt=_OPEN, status_code=200)
async def tell(
    key: FromPath[str], request: Request[Any, Any, Any], browser_events: GivenBrowserEvents
) -> Response[Any]:
    """An event; JSON whatever its type says. The answer says nothing of whom it is."""
    origin = _origin(request)
    try:
        body = await _body(request)
        await browser_events.take(parse_public_id(KEY_ID, key), origin, _address(request), body)
    except Problem as problem:
        answer: Response[Any] = problem_response(request, problem)
        # What is wrong with an event of a site that is named is for the developer of its page.
        shared = isinstance(problem, BadBrowserEvent)
        answer.headers.update(_shared(origin) if shared else {"vary": "Origin"})
        return answer
    return Response(None, status_code=204, headers=_shared(origin))


async def _body(request: Request[Any, Any, Any]) -> bytes:
    body = b""
    async for some in request.stream():
        body += some
        if len(body) > LARGEST_TOLD:
            raise TooLargeBrowserEvent(f"Keep an event under {LARGEST_TOLD:,} octets.")
    return body


def _origin(request: Request[Any, Any, Any]) -> str:
    return request.headers.get("origin", "")


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


def _shared(origin: str) -> dict[str, str]:
    """With this site a browser shares the answer."""
    return {"vary": "Origin", "access-control-allow-origin": origin}


routes: list[ControllerRouterHandler] = [script, may_tell, tell]
