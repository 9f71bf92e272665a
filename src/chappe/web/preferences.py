"""Language, theme, density and columns, kept in this browser by cookies: the server renders them without a
flash.
"""

import re

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
from chappe.web.tables import COLUMNS_COOKIE
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


# A table's key and its columns' names are identifiers of ours.
_NAME = re.compile(r"[a-z_]{1,40}")
_MOST_COLUMNS = 60


@post("/preferences/columns", opt={PUBLIC: True}, include_in_schema=False)
async def arrange(page: GivenPage) -> Redirect:
    """The columns of a table, from the menu above it."""
    form = await page.form()
    response = page.redirect(local_path(form.one("back")))
    key = form.one("key")
    columns = [name for name in form.all("column") if _NAME.fullmatch(name)][:_MOST_COLUMNS]
    if _NAME.fullmatch(key) and columns:
        _keep(response, COLUMNS_COOKIE.format(key=key), ".".join(columns))
    return response


def _keep(response: Response[str], name: str, value: str) -> None:
    response.set_cookie(own_cookie(name, value, LONGEST))


def own_cookie(name: str, value: str, max_age: int) -> Cookie:
    """A cookie of this host alone, out of reach of scripts and of other sites' requests."""
    return Cookie(
        key=name, value=value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )
