"""An address as a square that a phone's camera reads."""

import io

import segno

# A quarter of it may be torn, wet or under a sticker (ISO/IEC 18004, level Q).
_LEVEL = "q"
_QUIET = 4  # modules of white around it: ISO/IEC 18004 section 6.3.8


def svg(address: str) -> bytes:
    """For print and pages: sharp at any size."""
    out = io.BytesIO()
    segno.make(address, error=_LEVEL, micro=False).save(
        out, kind="svg", border=_QUIET, scale=8, light="#fff", dark="#000", xmldecl=False, nl=False
    )
    return out.getvalue()


def png(address: str, *, scale: int = 16) -> bytes:
    """`scale`: pixels of a module; 16 makes about 700 pixels, enough for a hand's breadth in print."""
    out = io.BytesIO()
    segno.make(address, error=_LEVEL, micro=False).save(
        out, kind="png", border=_QUIET, scale=scale, light="#fff", dark="#000"
    )
    return out.getvalue()


def modules(address: str) -> list[list[bool]]:
    """Rows of dark and light, without the white around them: what a poster draws."""
    return [[bool(cell) for cell in row] for row in segno.make(address, error=_LEVEL, micro=False).matrix]
