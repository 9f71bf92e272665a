"""Pages go out gzipped. Their length must not tell what they hold.

A page holds a secret (the token of its forms) beside words that an address can choose; by the compressed
length one could guess the secret letter by letter (BREACH, CVE-2013-3587). Session cookies are SameSite=Lax,
so another site cannot make the browser ask for such pages unseen; and a name of random length in the gzip
header (RFC 1952 section 2.3) blurs the length, as Django does.
"""

import secrets
import struct
import zlib
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

# Below this the headers weigh more than what is saved.
_LEAST = 1_000
_MOST_NAME = 100
# Near the best length at a third of the time.
_LEVEL = 5


def gzipped(content: bytes) -> bytes:
    """`content` as a gzip member whose name is of a random length."""
    name = secrets.token_hex(_MOST_NAME)[: secrets.randbelow(_MOST_NAME)].encode()
    head = struct.pack("<4BIBB", 0x1F, 0x8B, 8, 8, 0, 0, 255) + name + b"\0"
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return head + packer.compress(content) + packer.flush() + tail


class PageCompression:
    """ASGI middleware of the pages. What is not one whole HTML page passes as it is: streams, redirects."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _takes_gzip(scope):
            await self._app(scope, receive, send)
            return
        held: list[Any] = []

        async def packing(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
            elif held and message["type"] == "http.response.body":
                start = held.pop()
                for each in _packed(start, message):
                    await send(each)
            else:
                await send(message)

        await self._app(scope, receive, packing)


def _takes_gzip(scope: Any) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _is_page(start: Any) -> bool:
    headers = dict(start["headers"])
    return headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers


def _packed(start: Any, body: Any) -> tuple[Any, Any]:
    content = body.get("body", b"")
    if body.get("more_body") or len(content) < _LEAST:
        return start, body
    content = gzipped(content)
    changed = (b"content-length", b"content-encoding", b"vary")
    headers = [each for each in start["headers"] if each[0] not in changed]
    headers += [
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(content)).encode()),
        (b"vary", b"accept-encoding"),
    ]
    return start | {"headers": headers}, body | {"body": content}
