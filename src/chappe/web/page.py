"""One page for one request: its language, theme and viewer, and how it is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from typing import Any, cast
from urllib.parse import urlsplit

import jinja2
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import SkipValidation
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState

from chappe.kit.origin import Origin
from chappe.web import language
from chappe.web.forms import Errors, Submitted
from chappe.web.navigation import Group
from chappe.web.policy import PAGE_HEADERS
from chappe.web.viewer import Viewer, viewer_of

LANGUAGE_COOKIE = "__Host-chappe-language"
THEME_COOKIE = "__Host-chappe-theme"
DENSITY_COOKIE = "__Host-chappe-density"
# By the word in the cookie: the name of the daisyUI theme. No cookie: as the system is.
THEMES = {"light": "chappe-light", "dark": "chappe-dark"}
SYSTEM = "system"
# How high the rows of tables are; the first unless another was chosen.
DENSITIES = ("roomy", "dense")
# Places of the layout into which a dialog or a drawer is fetched.
OVERLAYS = ("dialog", "drawer")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Shell:
    """What all pages share; built by the application."""

    environments: Mapping[str, jinja2.Environment]
    groups: Callable[[Viewer], Sequence[Group]]
    """The navigation of this person."""
    serves: Callable[[str], bool]
    """Whether an address has a page: the shell links to nothing that is not there."""
    demo_now: Callable[[], datetime | None]
    """What time the demo's clock shows, None when there is none."""


class Page:
    """How a handler answers a browser."""

    def __init__(self, shell: Shell, request: AnyRequest) -> None:
        self._shell = shell
        self._request = request
        self.viewer: Viewer | None = viewer_of(request)
        self.theme = request.cookies.get(THEME_COOKIE, SYSTEM)
        self.density = request.cookies.get(DENSITY_COOKIE, DENSITIES[0])
        chosen = [request.cookies.get(LANGUAGE_COOKIE), self.viewer.language if self.viewer else None]
        self.language = language.choose(chosen, request.headers.get("accept-language"))
        self._env = shell.environments[self.language]

    def render(self, template: str, *, status: int = 200, **values: object) -> Response[str]:
        """A whole page."""
        return Response(
            self.fragment(template, **values),
            status_code=status,
            media_type=MediaType.HTML,
            headers=PAGE_HEADERS | {"content-language": self.language},
        )

    def fragment(self, template: str, **values: object) -> str:
        """The text of a template, for a part of a page or an event of a stream."""
        return self._env.get_template(template).render(self._context() | values)

    @property
    def groups(self) -> Sequence[Group]:
        """The navigation of who looks at it; nothing for nobody."""
        return self._shell.groups(self.viewer) if self.viewer else ()

    @property
    def wants_fragment(self) -> bool:
        """Whether htmx asks, which puts the answer into the page that is there."""
        return self._request.headers.get("hx-request") == "true"

    def speak(self, chosen: str) -> None:
        """From here on in this language: a person's own, on a page that they opened without an account."""
        self.language = chosen
        self._env = self._shell.environments[chosen]

    def word(self, text: str) -> str:
        """A marked text in the language of the page."""
        return cast(NullTranslations, self._env.globals["texts"]).gettext(text)

    def turn_to(self, wanted: str) -> None:
        """Another language than the browser's, where the address or the person it is for says so."""
        if wanted in self._shell.environments:
            self.language = wanted
            self._env = self._shell.environments[wanted]

    def invalid(self, template: str, errors: Errors, **values: object) -> Response[str]:
        """The form again, with what was typed and `errors` at their fields."""
        return self.render(template, status=422, errors=errors, **values)

    def redirect(self, to: str) -> Redirect:
        """After a form: the browser asks again with GET, so a reload repeats nothing."""
        return Redirect(to, status_code=303)

    def leave(self, to: str) -> Response[Any]:
        """As `redirect`, also for a form in a dialog or drawer: the whole page goes there."""
        if self._request.headers.get("hx-request"):
            return Response("", status_code=200, headers=PAGE_HEADERS | {"hx-redirect": to})
        return self.redirect(to)

    @property
    def path(self) -> str:
        """This page's address, without its query."""
        return self._request.url.path

    @property
    def site(self) -> str:
        """Scheme and host by which this browser reaches us: for examples that can be copied."""
        return str(self._request.base_url).rstrip("/")

    @property
    def csrf(self) -> str:
        """What a form of this page carries."""
        return str(ScopeState.from_scope(self._request.scope).csrf_token or "")

    @property
    def overlay(self) -> str:
        """The template that a dialog's extends: over the page it was asked from, or, without scripts, a page
        of its own.
        """
        return f"shell/overlay/{self.within or 'page'}.html"

    @property
    def within(self) -> str:
        """`dialog` or `drawer` when this is asked for one, else empty."""
        place = self._request.headers.get("hx-target", "")
        return place if place in OVERLAYS else ""

    def asked(self, name: str) -> str:
        """A value of the address's query, empty when it is not there."""
        value: str = self._request.query_params.get(name, "")
        return value

    @property
    def address(self) -> Origin:
        """Where the request came from: what the audit trail keeps."""
        client = self._request.client
        return Origin.of(client.host if client else "", self._request.headers.get("user-agent", ""))

    def asked_all(self, name: str) -> list[str]:
        """Every value of this name in the address's query."""
        values: list[str] = self._request.query_params.getall(name, [])
        return values

    def cookie(self, name: str) -> str:
        """What this browser keeps under that name, empty when it keeps nothing."""
        return self._request.cookies.get(name, "")

    async def form(self) -> Submitted:
        """What was posted. A name may have several values."""
        posted = await self._request.form()
        return Submitted([(name, value) for name, value in posted.multi_items() if isinstance(value, str)])

    def _context(self) -> dict[str, object]:
        return {
            "page": self,
            "path": self._request.url.path,
            "here": _here(self._request),
            "viewer": self.viewer,
            "groups": self.groups,
            "theme": self.theme if self.theme in THEMES else SYSTEM,
            "theme_name": THEMES.get(self.theme),
            "density": self.density if self.density in DENSITIES else DENSITIES[0],
            "serves": self._shell.serves,
            "csrf_token": self.csrf,
            "demo_now": self._shell.demo_now(),
        }


def _here(request: AnyRequest) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def local_path(text: str | None) -> str:
    """`text` when it is an address within this site, else the front page: no open redirect.

    Browsers read `//host` and `/\\host` as another site, and drop tabs and line ends before reading.
    """
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable():
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc or "\\" in text else text


# What a handler asks for by the name `page`.
GivenPage = NamedDependency[SkipValidation[Page]]
