"""Pictures as they come, and as they are served: by their content, and without what their camera wrote."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from chappe.content.media.model import MOST_BYTES, MOST_PIXELS, BadPicture, Picture

_KINDS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def checked(data: bytes) -> Picture:
    """Written anew: place, camera and whatever hides behind the picture stay out. Raises BadPicture."""
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        with Image.open(BytesIO(data), formats=tuple(_KINDS)) as opened:
            # A phone's JPEG may carry a smaller copy of itself behind it (MPO): the first one is the picture.
            kind = "JPEG" if opened.format == "MPO" else opened.format or ""
            frames = 1 if kind == "JPEG" else getattr(opened, "n_frames", 1)
            if opened.width * opened.height * frames > MOST_PIXELS:
                raise _too_large()
            return _anew(opened, kind, moving=frames > 1)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadPicture(
            "Choose a PNG, JPEG, GIF or WebP picture that is whole.", field="file", why="kind"
        ) from error


def _anew(opened: Image.Image, kind: str, *, moving: bool) -> Picture:
    out = BytesIO()
    if moving:
        opened.save(out, kind, save_all=True, exif=b"", xmp=b"", comment=b"")
        return Picture(_KINDS[kind], opened.width, opened.height, out.getvalue())
    # How the camera was held is in what goes away: the picture is turned first.
    upright = ImageOps.exif_transpose(opened)
    bare = upright.copy()
    bare.info = {key: each for key, each in upright.info.items() if key in ("transparency", "icc_profile")}
    bare.save(out, kind, quality=90, exif=b"")
    return Picture(_KINDS[kind], bare.width, bare.height, out.getvalue())


def _too_large() -> BadPicture:
    return BadPicture(
        f"Choose a picture of at most {MOST_BYTES // 1_000_000} MB and {MOST_PIXELS // 1_000_000} million "
        "pixels, all frames together.",
        field="file",
        why="size",
    )
