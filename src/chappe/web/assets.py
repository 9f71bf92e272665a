"""The built front end: hashed file names from Vite's manifest, sent compressed from memory."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from chappe.kit.errors import Problem

DIST = Path(__file__).parent / "static" / "dist"
# For ever: a changed file has another name (RFC 8246).
_KEPT = "public, max-age=31536000, immutable"
# What the build makes. Not from the machine's own table, which may lack some.
_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
# A shared worker keeps to the policy of its own script: it may ask this server, for its stream.
_POLICY = "default-src 'none'; connect-src 'self'"
# The file beside another that holds it compressed, the smallest first.
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class NoFrontEnd(Problem):
    """The wheel carries the built front end; a checkout has to build it."""

    code = "front_end_not_built"
    status = 500
    title = "The front end has not been built"


class _Chunk(msgspec.Struct, frozen=True):
    file: str
    css: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


class Assets:
    """Addresses of the built files. NoFrontEnd when `frontend/` was never built."""

    def __init__(self, dist: Path = DIST, mounted_at: str = "/static") -> None:
        try:
            manifest = (dist / "manifest.json").read_bytes()
        except FileNotFoundError:
            raise NoFrontEnd(f"{dist} is missing. Run `make venv`, which builds the front end.") from None
        self._chunks = msgspec.json.decode(manifest, type=dict[str, _Chunk])
        self._at = mounted_at
        self.dist = dist

    def script(self, entry: str) -> str:
        """Address of a script: `script("src/app.js")`."""
        return f"{self._at}/{self._chunks[entry].file}"

    def styles(self, entry: str) -> list[str]:
        """Addresses of the style sheets that a script imports."""
        return [f"{self._at}/{name}" for name in self._chunks[entry].css]

    @property
    def icons(self) -> str:
        """Address of the sprite: `<use href="{{ icons }}#send">`."""
        return f"{self._at}/{self._chunks['icons.svg'].file}"

    @property
    def mark(self) -> str:
        """Address of the logo, for the browser's tab."""
        return f"{self._at}/{self._chunks['logo.svg'].file}"

    def router(self) -> Router:
        """Serves the files out of memory, 2 MB in all, compressed as the build left them."""
        files = {path.relative_to(self.dist).as_posix(): path.read_bytes() for path in self.dist.rglob("*.*")}

        @get("/{name:path}", include_in_schema=False, sync_to_thread=False, name="static")
        def static(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
            return _answer(files, name.lstrip("/"), request.headers.get("accept-encoding", ""))

        return Router(self._at, route_handlers=[static])


@cache
def built() -> Assets:
    """The front end that lies beside this code, read once in a process. NoFrontEnd if it was never built."""
    return Assets()


def _answer(files: Mapping[str, bytes], name: str, accepted: str) -> Response[bytes]:
    if name not in files:
        raise NotFoundException
    headers = {"cache-control": _KEPT, "vary": "accept-encoding", "content-security-policy": _POLICY}
    kind = _KINDS.get(PurePath(name).suffix, "application/octet-stream")
    takes = {item.split(";")[0].strip() for item in accepted.split(",") if not item.endswith("q=0")}
    for encoding, suffix in _ENCODINGS:
        if encoding in takes and (packed := files.get(name + suffix)) is not None:
            return Response(packed, media_type=kind, headers=headers | {"content-encoding": encoding})
    return Response(files[name], media_type=kind, headers=headers)
