"""The digest of a multipart form while it streams by: it may be far larger than memory.

A form is encoded anew at each try: its boundary is random (RFC 2046 section 5.1.1). So the digest is of what
stands between the boundaries.
"""

import hashlib
import re
from typing import Final

from litestar.types import HTTPReceiveMessage, Receive

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)


class FormDigest:
    """Of one request. `receive` hands its body on; `whole` reads what nobody read."""

    def __init__(self, method: str, path: str, content_type: str, receive: Receive) -> None:
        match = _BOUNDARY.search(content_type)
        # Without a boundary there is no form: the handler refuses it.
        self._boundary = ((match[1] or match[2]) if match else "\n").encode()
        self._sum = hashlib.sha256(f"{method} {path}\n".encode())
        self._receive = receive
        self._rest = b""
        self._ended = False

    async def receive(self) -> HTTPReceiveMessage:
        message = await self._receive()
        if message["type"] == "http.request":
            self.add(message.get("body", b""))
            self._ended = not message.get("more_body", False)
        else:
            self._ended = True
        return message  # type: ignore[return-value]  # a request's messages are HTTP's

    def add(self, octets: bytes) -> None:
        """The next octets of the body, cut wherever it was cut."""
        *whole, last = (self._rest + octets).split(self._boundary)
        for piece in whole:
            self._sum.update(piece)
        held = len(last) - len(self._boundary) + 1
        self._sum.update(last[: max(0, held)])
        self._rest = last[max(0, held) :]

    async def whole(self) -> bytes:
        """The digest, once the body has ended."""
        while not self._ended:
            await self.receive()
        done = self._sum.copy()
        done.update(self._rest)
        return done.digest()
