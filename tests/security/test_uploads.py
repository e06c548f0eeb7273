"""Files that would run in a page are only ever saved: typed by content, sent with headers that stop everything."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData

from server.mount import PREFIX
from tests.security.site import Answer, Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCRIPT = "<script>window.__pwned=1</script>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.__pwned=1">{SCRIPT}</svg>'
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
GIF_END = b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "svg": (SVG.encode(), "a.svg", "image/svg+xml"),
    "svg as png": (SVG.encode(), "a.png", "image/png"),
    "svg with xml head": (b'<?xml version="1.0"?>' + SVG.encode(), "a.svg", "image/svg+xml"),
    "svg in utf-16": (SVG.encode("utf-16"), "a.svg", "image/svg+xml"),
    "html": (f"<!doctype html><html>{SCRIPT}".encode(), "a.html", "text/html"),
    "html as jpeg": (f"<html>{SCRIPT}".encode(), "a.jpg", "image/jpeg"),
    "html with spaces": (b" \n\t" * 200 + f"<html>{SCRIPT}".encode(), "a.txt", "text/plain"),
    "html after a comment": (f"<!-- {'x' * 600} --><html>{SCRIPT}".encode(), "a", "text/plain"),
    "xhtml": (f'<html xmlns="http://www.w3.org/1999/xhtml">{SCRIPT}</html>'.encode(), "a.xhtml",
              "application/xhtml+xml"),
    "xml with a style sheet": (b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>', "a.xml", "text/xml"),
    "gif and script": (GIF + f"/*{SCRIPT}*/=1;".encode() + GIF_END, "a.gif", "image/gif"),
    "javascript": (b"window.__pwned=1", "a.js", "text/javascript"),
    "pdf with script": (b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "a.pdf",
                        "application/pdf"),
    "mhtml": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + SCRIPT.encode(), "a.mht",
              "message/rfc822"),
    "jar": (b"PK\x03\x04" + b"\x00" * 200, "a.jar", "application/java-archive"),
    "word with macro": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.doc", "application/msword"),
    "utf-7": (b"+ADw-script+AD4-window.__pwned=1+ADw-/script+AD4-", "a.txt", "text/html; charset=utf-7"),
}  # fmt: skip
NAMES = [
    "../../etc/passwd", "..\\..\\x", "/abs", "a\r\nX-Evil: 1", 'a";x="b', "a\x00.html", "\u202egnp.exe",
    "a" * 500 + ".txt", "", "<img src=x onerror=alert(1)>.png", "名字 测试.txt", "a%0d%0aX-Evil:1", "con.txt",
    ".htaccess", "…/…", "a;b=c.txt",
]  # fmt: skip


async def _upload(browser: Browser, data: bytes, name: str, kind: str) -> Answer:
    form = FormData(quote_fields=True)
    form.add_field("file", data, filename=name, content_type=kind)
    return await browser.call("POST", f"{PREFIX}/uploads", data=form)


def _is_harmless(answer: Answer) -> None:
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.search(r"(^|;)\s*sandbox\s*(;|$)", answer.headers["Content-Security-Policy"])
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    if not answer.headers["Content-Disposition"].startswith("attachment"):
        assert re.fullmatch(r"(image/(png|jpeg|gif|webp|avif)|audio/[\w.+-]+|video/[\w.+-]+)", kind), kind
    assert "svg" not in kind
    assert "html" not in kind
    assert "script" not in kind


@pytest.mark.parametrize("case", HOSTILE)
async def test_what_would_run_is_only_saved(boss: Browser, case: str) -> None:
    data, name, kind = HOSTILE[case]
    made = await _upload(boss, data, name, kind)
    if made.status != 201:
        assert made.status in (400, 413, 415, 422), made.text
        return
    part = made.json
    assert part["type"] != "image" or part["media_type"] == "image/gif", part
    for asked in ("", "?name=a.html", "?name=a.svg", f"?name={name}"):
        got = await boss.call("GET", f"{PREFIX}/blobs/{part['blob']}{asked}")
        assert got.status == 200
        _is_harmless(got)


async def test_a_picture_is_shown_and_nothing_rides_on_it(boss: Browser) -> None:
    """A GIF that is a script too is drawn anew, or saved: its passenger does not come back in a picture."""
    data, name, kind = HOSTILE["gif and script"]
    made = await _upload(boss, data, name, kind)
    if made.status == 201 and made.json["type"] == "image":
        got = await boss.call("GET", f"{PREFIX}/blobs/{made.json['blob']}")
        assert b"__pwned" not in got.body


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_names(boss: Browser, name: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nplain words\r\n--b--\r\n'
    sent = {"Content-Type": "multipart/form-data; boundary=b"}
    made = await boss.call("POST", f"{PREFIX}/uploads", data=head.encode(), headers=sent)
    assert made.status in (201, 400), made.text
    if made.status == 201:
        shown = made.json["name"]
        assert not re.search(r"[/\\\x00-\x1f\u202e]", shown)
        got = await boss.call("GET", f"{PREFIX}/blobs/{made.json['blob']}", headers={})
        assert "X-Evil" not in got.headers
        _is_harmless(got)


@pytest.mark.parametrize(
    "hash", ["x", "0" * 64, "../secret.keys", "%2e%2e%2fsecret.keys", "A" * 64, "0" * 63 + "\u0660"]
)
async def test_nothing_but_a_blob_is_a_blob(boss: Browser, hash: str) -> None:
    answer = await boss.call("GET", f"{PREFIX}/blobs/{hash}")
    assert answer.status in (400, 404, 422)
    assert b"k1:" not in answer.body


PATHS = [
    "/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/../../pyproject.toml", "/..%2fpyproject.toml",
    "/demo/..%2f..%2fpyproject.toml", "/.env", "/data/secret.keys",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_leads_out_of_the_folder(boss: Browser, path: str) -> None:
    answer = await boss.bare("GET", path)
    assert b"[build-system]" not in answer.body
    assert b"k1:" not in answer.body
