"""Type by content: the honest files, and the ones that pretend."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.media import BINARY, media_type, shown


def picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (picture("BMP"), "image/bmp"),
        (picture("TIFF"), "image/tiff"),
        (picture("PDF"), "application/pdf"),
        (b"", "text/plain"),
        ("你好, world\n".encode(), "text/plain"),
        (("a" * 8191 + "中").encode(), "text/plain"),
        (b'{"json": 1 < 2}', "text/plain"),
        (b"BM is how this note starts", "text/plain"),
        (b"GIF is how this note starts", "text/plain"),
        (b"PK\x03\x04" + bytes(100), "application/zip"),
        (b"\0\1\2\3", BINARY),
        ("latin é".encode("latin-1"), BINARY),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/xml"),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><svg/>", "application/xml"),
        (b"<!-- a comment --><SVG\n/>", "application/xml"),
        (b"<x:svg xmlns:x='http://www.w3.org/2000/svg'/>", "application/xml"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"hello <script>alert(1)</script>", "text/html"),
        (b"text <img src=x onerror=alert(1)>", "text/html"),
        ("<svg/>".encode("utf-16"), BINARY),
        (b"<html>\0\xff", "text/html"),
        (b"GIF89a=1;/*<script src=x></script>*/", "text/html"),
        (b"\xff\xd8\xff\xe0" + bytes(20) + b"%PDF-1.7", BINARY),
        (picture("PNG") + b"<svg onload=alert(1)>", "text/html"),
    ],
)
def test_type_by_content(data: bytes, expected: str) -> None:
    assert media_type(data) == expected


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_shown(kind: str) -> None:
    assert shown(media_type(picture(kind)))


@given(
    st.sampled_from([b"<svg onload=alert(1)>", b"<script>", b"<html>", b"<!DOCTYPE html>", b"<?xml ?>", b"%PDF-1.4"]),
    st.text("\ufeff \n\t<!-a", max_size=10).map(str.encode),
    st.binary(max_size=30),
)
def test_a_document_is_never_shown(mark: bytes, before: bytes, behind: bytes) -> None:
    found = media_type(before + mark + behind)
    assert not shown(found)
    assert not found.startswith("image/")


@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(data: bytes) -> None:
    assert "/" in media_type(data)
