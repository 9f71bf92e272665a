"""The answer to a click: ASGI, in front of everything else, because phones wait for it.

    GET /l/{code}     on the installation's own host
    GET /{code}       on a workspace's own link domain, of which nothing else is served

The click is on disk before the reader is sent on (`gathering`). Whoever asks again and again for codes that
nobody has is told to wait. A code that is somebody's leads on all the same: a whole company may share one
address. What keeps codes from being searched through is how few of the possible ones exist (`codes`).
"""

import hmac
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple, final

from litestar.enums import ScopeType
from litestar.types import HTTPScope, Scope, Send

from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.tracking import repo
from chappe.tracking.codes import LENGTH, Codes
from chappe.tracking.destinations import with_click
from chappe.tracking.gathering import Asked, ClickLog
from chappe.tracking.hosts import WELL_KNOWN, Hosts, proof
from chappe.tracking.model import MAIN_PATH, MISSES_WITHIN, MOST_MISSES
from chappe.tracking.networks import Networks
from chappe.tracking.resolving import Resolver
from chappe.web.environment import environments
from chappe.web.language import LANGUAGES, choose

_LONGEST_AGENT: Final = 400
_METHODS: Final = ("GET", "HEAD")
_ROBOTS: Final = b"User-agent: *\nDisallow: /\n"
_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
_PAGE: Final = (b"content-type", b"text/html; charset=utf-8")
# Nothing of it is kept anywhere, or the second click would not be seen.
_NEVER_KEPT: Final = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class _Answer(NamedTuple):
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


@final
class Redirect:
    """One per process."""

    def __init__(self, db: Database, keys: InstanceKeys, clock: Clock, base: str) -> None:
        """`base`: the address that people open this installation at."""
        self._db = db
        self._clock = clock
        self._secret = keys.sub("link visitors")
        self._proving = keys.sub("link domains")
        self._hosts = Hosts(db, clock, base)
        self._resolver = Resolver(db, Codes.of(keys), clock)
        self._log = ClickLog(db)
        self._networks = Networks()
        self._pages = _pages()

    async def close(self) -> None:
        """Wait until the clicks are written down."""
        await self._log.close()

    async def answered(self, scope: Scope, send: Send) -> bool:
        """False for what is no click: then nothing was sent."""
        if scope["type"] != ScopeType.HTTP:
            return False
        headers = dict(scope["headers"])
        path: str = scope["path"]
        host = headers.get(b"host", b"").decode("latin-1").rpartition("@")[2].partition(":")[0].lower()
        if path.startswith(MAIN_PATH):
            code = path[len(MAIN_PATH) :]
        elif path == f"/{WELL_KNOWN}" or await self._hosts.known(host):
            # The proof is answered for every name: a domain is verified before each process knows it.
            code = path[1:]
        else:
            return False
        await _say(await self._answer(scope, headers, host, code), scope, send)
        return True

    async def _answer(
        self, scope: HTTPScope, headers: Mapping[bytes, bytes], host: str, code: str
    ) -> _Answer:
        if scope["method"] not in _METHODS:
            return _Answer(405, ((b"allow", b"GET, HEAD"), _PLAIN), b"Only GET and HEAD.\n")
        if code == "robots.txt":
            return _Answer(200, (_PLAIN,), _ROBOTS)
        if code == WELL_KNOWN:
            return _Answer(200, (_PLAIN,), proof(self._proving, host).encode())
        who = self._who(scope)
        try:
            found = await self._resolver.find(code) if len(code) == LENGTH else None
        except ServerGone:
            return self._page(503, headers)
        if found is None:
            misses = await self._missed(who)
            return self._page(429 if misses > MOST_MISSES else 404, headers)
        leads = found.destination
        if leads.killed:
            return self._page(410, headers)
        agent = headers.get(b"user-agent", b"").decode("latin-1")[:_LONGEST_AGENT].replace("\0", "")
        client = scope["client"]
        asked = Asked(
            leads.workspace_id, self._clock.now(), leads.link_id, found.message_id, agent,
            scope["method"] == "HEAD", who, self._networks.of(client[0] if client else ""),
        )  # fmt: skip
        await self._log.write(asked)
        to = with_click(leads.url, code) if leads.with_code else leads.url
        return _Answer(302, ((b"location", to.encode()),))

    def _who(self, scope: HTTPScope) -> bytes:
        """The visitor, as a keyed hash: two clicks of one address can be told, the address cannot."""
        client = scope["client"]
        return hmac.digest(self._secret, one_visitor(client[0] if client else ""), "sha256")[:16]

    async def _missed(self, who: bytes) -> int:
        """Counted by all web processes together."""
        try:
            async with self._db.engine_transaction() as conn:
                return await repo.count_miss(conn, who, self._clock.now(), MISSES_WITHIN)
        except ServerGone:
            return 0

    def _page(self, status: int, headers: Mapping[bytes, bytes]) -> _Answer:
        language = choose([], headers.get(b"accept-language", b"").decode("latin-1"))
        more = ((b"retry-after", b"60"),) if status in (429, 503) else ()
        return _Answer(status, (_PAGE, *more), self._pages[status, language])


def one_visitor(address: str) -> bytes:
    """An address as one visitor has it: of IPv6 the first 64 bits, which leave any device 2**64 addresses."""
    try:
        known = ip_address(address)
    except ValueError:
        return address.encode()
    if not isinstance(known, IPv6Address):
        return known.packed
    return known.packed[:8] if known.ipv4_mapped is None else known.ipv4_mapped.packed


async def _say(answer: _Answer, scope: HTTPScope, send: Send) -> None:
    length = (b"content-length", str(len(answer.body)).encode())
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [*answer.headers, *_NEVER_KEPT, length],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _pages() -> dict[tuple[int, str], bytes]:
    """What is said where a code leads nowhere, by status and language: it loads nothing, not even a style."""
    made = {}
    for language, environment in environments(None).items():
        template = environment.get_template("tracking/nowhere.html")
        for status in (404, 410, 429, 503):
            made[status, language] = template.render(status=status).encode()
    assert {language for _, language in made} == set(LANGUAGES)
    return made
