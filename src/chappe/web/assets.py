"""The built front end: hashed file names from Vite's manifest."""

from pathlib import Path

import msgspec
from litestar.datastructures import CacheControlHeader
from litestar.router import Router
from litestar.static_files import create_static_files_router

from chappe.kit.errors import Problem

DIST = Path(__file__).parent / "static" / "dist"
_YEAR = 365 * 24 * 3600


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
        """Serves the files, for ever: a changed file has another name."""
        return create_static_files_router(
            path=self._at,
            directories=[self.dist],
            cache_control=CacheControlHeader(public=True, max_age=_YEAR, immutable=True),
            include_in_schema=False,
        )
