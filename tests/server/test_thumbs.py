"""Small pictures: small, upright, and made of pictures alone."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hub.errors import Refused
from server.thumbs import EDGE, thumb


def picture(size: tuple[int, int], format: str, mode: str = "RGB", **how: object) -> bytes:
    """Return a picture whose left half is red."""
    made = Image.new(mode, size, "white")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, format, **how)
    return out.getvalue()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_large_picture_becomes_small(format: str) -> None:
    small = Image.open(io.BytesIO(thumb(picture((2000, 1000), format))))
    assert (small.format, small.size) == ("WEBP", (EDGE, EDGE // 2))
    red, green, _ = small.convert("RGB").getpixel((5, 5))  # type: ignore[misc]  # RGB has three
    assert red > 200
    assert green < 60


def test_a_small_one_is_not_blown_up() -> None:
    assert Image.open(io.BytesIO(thumb(picture((20, 10), "PNG")))).size == (20, 10)


def test_what_the_camera_turned_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(io.BytesIO(thumb(picture((200, 100), "JPEG", exif=exif)))).size == (100, 200)


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\nxx", picture((9, 9), "BMP")])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        thumb(data)
