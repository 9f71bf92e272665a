"""Language, theme and density, kept in this browser by cookies: the server renders them without a flash."""

import msgspec
from litestar import Response, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from chappe.web.language import LANGUAGES
from chappe.web.page import (
    DENSITIES,
    DENSITY_COOKIE,
    LANGUAGE_COOKIE,
    SYSTEM,
    THEME_COOKIE,
    THEMES,
    GivenPage,
    local_path,
)
from chappe.web.viewer import PUBLIC

# The most that browsers keep a cookie (RFC 6265bis section 5.5).
LONGEST = 400 * 24 * 3600


class Choice(msgspec.Struct, frozen=True):
    """What was clicked; `back` is the page it was clicked on."""

    back: str = "/"
    language: str | None = None
    theme: str | None = None
    density: str | None = None


@post("/preferences", opt={PUBLIC: True}, include_in_schema=False)
async def choose(data: URLEncodedBody[Choice], page: GivenPage) -> Redirect:
    response = page.redirect(local_path(data.back))
    if data.language in LANGUAGES:
        _keep(response, LANGUAGE_COOKIE, data.language)
    if data.theme in THEMES or data.theme == SYSTEM:
        _keep(response, THEME_COOKIE, data.theme)
    if data.density in DENSITIES:
        _keep(response, DENSITY_COOKIE, data.density)
    return response


def _keep(response: Response[str], name: str, value: str) -> None:
    response.set_cookie(own_cookie(name, value, LONGEST))


def own_cookie(name: str, value: str, max_age: int) -> Cookie:
    """A cookie of this host alone, out of reach of scripts and of other sites' requests."""
    return Cookie(
        key=name, value=value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )
