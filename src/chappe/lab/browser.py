"""Phones that open the links they receive, and the programs that look at links before people do.

Only addresses of this machine are asked: a text of a test may name a real shop. A link on a domain of one's
own is asked for at `links` of the scenario, under the name that stands in the text.
"""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from chappe.config.settings import is_loopback
from chappe.kit.errors import Problem

_LINK: Final = re.compile(r"https?://[^\s<>\"]+")
# What a sentence puts behind an address.
_AFTER: Final = ".,;:!?)»”"
_TIMEOUT: Final = 10.0


class Agent(StrEnum):
    """Who opens a link: people by their phones, or a program that fetches it before them."""

    IPHONE = "iphone"
    ANDROID = "android"
    IMESSAGE = "imessage"
    """The preview that an iPhone makes when the text arrives."""
    WHATSAPP = "whatsapp"
    SCANNER = "scanner"
    """A filter of a carrier or a company: asks by HEAD, with the agent of a browser."""


_CHROME: Final = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
_SAFARI: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
NAMES: Final[dict[Agent, str]] = {
    Agent.IPHONE: (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1"
    ),
    Agent.ANDROID: f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36",
    # As Apple's LinkPresentation calls itself, with the names of two other programs.
    Agent.IMESSAGE: (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
    ),
    Agent.WHATSAPP: "WhatsApp/2.23.20.0",
    Agent.SCANNER: f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36",
}


class Opened(msgspec.Struct, frozen=True):
    """What came back: `location` where a redirect leads, which is not followed."""

    url: str
    status: int
    location: str | None


class NoLink(Problem):
    code = "no_link"
    status = 409
    title = "The phone has no link to open"


class NotOfThisMachine(Problem):
    code = "not_of_this_machine"
    status = 422
    title = "The phones of the lab stay on this machine"


class NobodyThere(Problem):
    code = "nobody_there"
    status = 502
    title = "The link does not answer"


def links_in(text: str) -> list[str]:
    """The links of a text, in its order."""
    return [found.rstrip(_AFTER) for found in _LINK.findall(text)]


def address_of(phone: str) -> str:
    """One of the sixteen million addresses that a machine has for itself (RFC 1122 section 3.2.1.3)."""
    n = int("".join(filter(str.isdigit, phone)) or "0") % (254 * 256 * 254)
    return f"127.{1 + n // (256 * 254)}.{n // 254 % 256}.{1 + n % 254}"


class Browser:
    """`links`: where links that name other hosts are asked for (`http://127.0.0.1:8080`); None: nowhere."""

    def __init__(self, links: str | None = None) -> None:
        self._links = links
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)

    async def open(self, url: str, agent: Agent, phone: str = "") -> Opened:
        """From the phone's own address of this machine, so that phones are apart as they are outside.
        Raises NotOfThisMachine, NobodyThere.
        """
        address, host = self._where(url)
        method = "HEAD" if agent is Agent.SCANNER else "GET"
        headers = {"Host": host, "User-Agent": NAMES[agent], "Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"}
        try:
            if phone and (urlsplit(address).hostname or "").startswith("127."):
                transport = httpx.AsyncHTTPTransport(local_address=address_of(phone))
                async with httpx.AsyncClient(
                    transport=transport, timeout=_TIMEOUT, trust_env=False, follow_redirects=False
                ) as own:
                    response = await own.request(method, address, headers=headers)
            else:
                response = await self._http.request(method, address, headers=headers)
        except httpx.TransportError as error:
            raise NobodyThere(f"{url} does not answer: {type(error).__name__}.", field="link") from error
        return Opened(url, response.status_code, response.headers.get("location"))

    def apply(self, links: str | None) -> None:
        self._links = links

    async def close(self) -> None:
        await self._http.aclose()

    def _where(self, url: str) -> tuple[str, str]:
        """The address to ask, and the host to name."""
        parts = urlsplit(url)
        if is_loopback(parts.hostname or ""):
            return url, parts.netloc
        if self._links is None:
            raise NotOfThisMachine(
                f"{parts.hostname} is another machine. Write phones.links in the scenario, the address at "
                "which links are answered here, or use a link of 127.0.0.1.",
                field="link",
            )
        rest = url.partition("://")[2].partition("/")[2]
        return f"{self._links.rstrip('/')}/{rest}", parts.netloc
