"""How a workspace looks on pages that strangers see: one colour and a logo."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.signup.forms.errors import BadLook

SQL = load_statements("chappe.signup.forms")

MOST_LOGO: Final = 200_000
DEFAULT_COLOUR: Final = "1d2b4f"
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# WCAG 2.2, "relative luminance" and "contrast ratio".
_LINEAR_UP_TO = 0.04045
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_HALF = 0.179  # above it black contrasts more than white


class Look(NamedTuple):
    """`colour`: six hex digits. `logo_kind`: a MIME type, None without a logo."""

    colour: str = DEFAULT_COLOUR
    logo_kind: str | None = None
    updated_at: datetime | None = None

    @property
    def ink(self) -> str:
        """What can be read on the colour: black or white, whichever contrasts more (at least 4.5 to 1)."""
        return "000000" if luminance(self.colour) > _HALF else "ffffff"

    @property
    def edition(self) -> str:
        """Changes with it, for addresses that browsers keep."""
        return "0" if self.updated_at is None else f"{self.updated_at.timestamp():.0f}"

    @property
    def stylesheet(self) -> str:
        """The colour as custom properties: policies forbid style attributes."""
        return f":root{{--brand:#{self.colour};--brand-ink:#{self.ink}}}\n"


class Logo(NamedTuple):
    data: bytes
    kind: str


def luminance(colour: str) -> float:
    """From 0 (black) to 1 (white), of six hex digits."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))


def checked_colour(text: str) -> str:
    """Raises BadLook."""
    found = _COLOUR.fullmatch(text.strip())
    if found is None:
        raise BadLook("Write the colour as #1d2b4f.", field="colour", fault="colour")
    return found[1].lower()


def checked_logo(data: bytes) -> Logo:
    """PNG and JPEG alone: an SVG can hold programs. Raises BadLook."""
    kind = "image/png" if data.startswith(_PNG) else "image/jpeg" if data.startswith(_JPEG) else None
    if kind is None:
        raise BadLook("Choose a PNG or JPEG picture.", field="logo", fault="kind")
    if len(data) > MOST_LOGO:
        raise BadLook("Choose a picture of up to 200 kB.", field="logo", fault="size")
    return Logo(data, kind)


async def of(conn: Connection, workspace_id: int) -> Look:
    row = await conn.fetchrow(SQL.look, workspace_id)
    return Look() if row is None else Look(row["colour"], row["logo_kind"], row["updated_at"])


async def logo(conn: Connection, workspace_id: int) -> Logo | None:
    row = await conn.fetchrow(SQL.logo, workspace_id)
    return None if row is None else Logo(row["logo"], row["logo_kind"])


async def choose(
    conn: Connection, workspace_id: int, colour: str, logo: Logo | None, *, without_logo: bool = False
) -> None:
    """Another colour, and another logo where one is given."""
    await conn.execute(SQL.set_colour, workspace_id, colour)
    if logo is not None or without_logo:
        data, kind = (None, None) if logo is None else logo
        await conn.execute(SQL.set_logo, workspace_id, data, kind)
