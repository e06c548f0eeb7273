"""Small pictures for lists and threads; the full one is fetched when somebody looks. Blocking: call it in a thread."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from hub.errors import Refused
from server.pictures import FORMATS, MOST_PIXELS

EDGE = 480
"""Pixels of the longer side, at most."""


def thumb(data: bytes) -> bytes:
    """Return a WebP of the picture's first frame, no side longer than `EDGE`; raises `Refused` for what is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _made(data)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Refused("That is no picture that can be made small", hint="Download it instead.") from error


def _made(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=tuple(FORMATS.values())) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        opened.draft("RGB", (EDGE, EDGE))  # lets JPEG be decoded small
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((EDGE, EDGE))
        out = io.BytesIO()
        picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB").save(
            out, "WEBP", quality=80, method=2
        )
        return out.getvalue()
