"""Pictures people send: decoded within limits, turned upright, and written again without what the camera told.

Blocking and heavy: call it in a thread. What cannot be decoded is no picture to us and travels as a file.
"""

import io
import warnings

from msgspec import Struct
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from hub.errors import Invalid

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
MOST_PIXELS = 50_000_000
MOST_FRAMES = 300


class Picture(Struct, frozen=True, kw_only=True):
    """A picture as it may be shown: bytes, and its size in pixels."""

    data: bytes
    width: int
    height: int


def clean(data: bytes, media_type: str) -> Picture | None:
    """Return the picture without metadata; None when it is not decodable. Raises `Invalid` for a bomb."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _clean(data, FORMATS[media_type])
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        return None
    except Image.DecompressionBombError as error:
        raise _bomb() from error


def _clean(data: bytes, format: str) -> Picture:
    with Image.open(io.BytesIO(data), formats=(format,)) as opened:
        frames = getattr(opened, "n_frames", 1)
        width, height = opened.size
        if width * height * frames > MOST_PIXELS or frames > MOST_FRAMES:
            raise _bomb()
        if frames > 1:
            return _moving(opened, format)
        return _still(opened, format)


def _still(opened: Image.Image, format: str) -> Picture:
    upright = ImageOps.exif_transpose(opened)
    bare = _bare(upright, format)
    out = io.BytesIO()
    if format == "JPEG":
        bare.save(out, format, quality=90)
    else:
        bare.save(out, format)
    return Picture(data=out.getvalue(), width=bare.width, height=bare.height)


def _moving(opened: Image.Image, format: str) -> Picture:
    frames = [_bare(frame.convert("RGBA"), format) for frame in ImageSequence.Iterator(opened)]
    lasts = [frame.info.get("duration", 100) for frame in ImageSequence.Iterator(opened)]
    out = io.BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], duration=lasts, loop=0)
    return Picture(data=out.getvalue(), width=opened.width, height=opened.height)


def _bare(image: Image.Image, format: str) -> Image.Image:
    """Copy the pixels alone: no EXIF, no XMP, no comment, no colour profile with a maker's note."""
    modes = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "RGB", "RGBA"), "GIF": ("L", "RGB", "RGBA")}
    wanted = modes.get(format, ("RGB", "RGBA"))
    plain = image if image.mode in wanted else image.convert("RGBA" if "RGBA" in wanted else "RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _bomb() -> Invalid:
    return Invalid("The picture has too many pixels", path="$.file", limit=MOST_PIXELS)
