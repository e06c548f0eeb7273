"""Files of visitors: typed by content, cleaned, theirs alone, and nothing of them ever runs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from PIL import Image

from hub.model import File
from hub.model import Image as Picture
from server.attachments import file_name, headers
from tests.chat.house import KEY, House, house

if TYPE_CHECKING:
    from pathlib import Path

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.__pwned=1</script></svg>'
PAGE = b"<!doctype html><script>window.__pwned=1</script>"
RUN = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript")


def jpeg(width: int = 60, height: int = 40, **more: Any) -> bytes:
    """Return a photo that tells where it was taken."""
    picture = Image.new("RGB", (width, height), "navy")
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif[0x0112] = 6  # lying on its side
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, **more)
    return out.getvalue()


async def put(hub: House, token: str, data: bytes, name: str = "x.jpg") -> tuple[int, Any]:
    """Upload a file."""
    form = aiohttp.FormData(quote_fields=False)  # browsers write a name as it is
    form.add_field("file", io.BytesIO(data), filename=name, content_type="image/jpeg")
    url = f"{hub.url}/chat/{KEY}/upload"
    async with hub.http.post(url, data=form, headers={"Authorization": f"Bearer {token}", **hub.origin}) as answer:
        return answer.status, await answer.json()


async def fetch(hub: House, token: str, hash: str) -> tuple[int, Any, bytes]:
    """Fetch a file."""
    url = f"{hub.url}/chat/{KEY}/blobs/{hash}?name=x"
    async with hub.http.get(url, headers={"Authorization": f"Bearer {token}", **hub.origin}) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_a_picture_is_turned_upright_and_tells_nothing(hub: House) -> None:
    token = (await hub.session())["token"]
    status, part = await put(hub, token, jpeg(), "水表 照片.jpg")
    assert (status, part["type"], part["width"], part["height"], part["name"]) == (
        201,
        "image",
        40,
        60,
        "水表 照片.jpg",
    )
    status, told, data = await fetch(hub, token, part["blob"])
    assert (status, told["Content-Type"], told["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert b"SECRET-PLACE" not in data
    with Image.open(io.BytesIO(data)) as kept:
        assert (kept.size, len(kept.getexif())) == ((40, 60), 0)


async def test_a_picture_travels_in_a_message_and_comes_back(hub: House) -> None:
    token = (await hub.session())["token"]
    _, part = await put(hub, token, jpeg())
    window = await hub.window(token)
    lie = {**part, "media_type": "text/html", "name": "<script>", "size": 1}
    await window.send(type="send", client_id="message-1", parts=[lie])
    frame = (await window.until("message"))[-1]
    assert frame["parts"] == [part], "what the hub stored counts, not what the frame says of it"


async def test_nobody_sends_or_fetches_a_file_of_another(hub: House) -> None:
    mine, theirs = [(await hub.session())["token"] for _ in range(2)]
    _, part = await put(hub, mine, jpeg())
    assert (await fetch(hub, theirs, part["blob"]))[0] == 404
    window = await hub.window(theirs)
    await window.send(type="send", client_id="message-1", parts=[part])
    assert (await window.until("refused"))[-1]["client_id"] == "message-1"
    assert (await fetch(hub, mine, part["blob"]))[0] == 200


async def test_what_an_agent_sends_can_be_fetched_by_its_visitor_alone(hub: House) -> None:
    mine, theirs = [(await hub.session())["token"] for _ in range(2)]
    window = await hub.window(mine)
    await window.send(type="send", client_id="message-1", parts=[{"type": "text", "body": "请发报修单"}])
    thread = (await window.until("message"))[-1]["conversation"]
    kept = await hub.chat.blobs.put(_chunks(b"%PDF-1.7 report"))
    secret = await hub.chat.blobs.put(_chunks(b"%PDF-1.7 for colleagues only"))
    await hub.say(thread, File(blob=kept.hash, name="单.pdf", media_type="application/pdf", size=kept.size))
    note = Picture(blob=secret.hash, name="内部.png", media_type="image/png", size=secret.size)
    await hub.say(thread, note, note=True)
    status, told, data = await fetch(hub, mine, kept.hash)
    assert (status, data) == (200, b"%PDF-1.7 report")
    assert told["Content-Disposition"].startswith("attachment")
    assert (await fetch(hub, theirs, kept.hash))[0] == 404
    assert (await fetch(hub, mine, secret.hash))[0] == 404


@pytest.mark.parametrize(
    ("data", "name"),
    [(SVG, "x.svg"), (SVG, "x.png"), (PAGE, "x.html"), (PAGE, "x.jpg"), (b"\x89PNG\r\n\x1a\n" + PAGE, "x.png"),
     (b"GIF89a" + PAGE, "x.gif"), (b"<?xml version='1.0'?><x/>", "x.xml"), (b"\xff\xfe<\0s\0", "x.txt"),
     (jpeg() + PAGE, "x.jpg"), (b"%PDF-1.7" + PAGE, "x.pdf"), (b"alert(1)", "x.js"), (b"MZ\x90\x00" * 100, "x.exe")],
)  # fmt: skip
async def test_nothing_that_is_uploaded_can_run(hub: House, data: bytes, name: str) -> None:
    token = (await hub.session())["token"]
    status, part = await put(hub, token, data, name)
    assert status == 201
    _, told, body = await fetch(hub, token, part["blob"])
    assert told["Content-Type"] not in RUN
    assert told["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told["X-Content-Type-Options"] == "nosniff"
    inline = told["Content-Disposition"].startswith("inline")
    assert inline is (part["type"] == "image")
    assert not (inline and b"__pwned" in body)


async def test_a_bomb_is_refused_before_it_goes_off(hub: House) -> None:
    token = (await hub.session())["token"]
    out = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    status, told = await put(hub, token, out.getvalue(), "bomb.png")
    assert (status, told["code"]) == (422, "invalid")


async def test_a_moving_picture_keeps_moving(hub: House) -> None:
    token = (await hub.session())["token"]
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, comment=b"SECRET-PLACE")
    _, part = await put(hub, token, out.getvalue(), "x.gif")
    _, _, data = await fetch(hub, token, part["blob"])
    assert b"SECRET-PLACE" not in data
    with Image.open(io.BytesIO(data)) as kept:
        assert getattr(kept, "n_frames", 1) == 3


async def test_too_large_empty_or_unwanted_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, upload_megabytes="1") as hub:
        token = (await hub.session())["token"]
        assert (await put(hub, token, b"x" * (1024 * 1024 + 1), "x.bin"))[0] == 413
        assert (await put(hub, token, jpeg() + b"\0" * 1024 * 1024, "x.jpg"))[0] == 413
        assert (await put(hub, token, b""))[0] == 422
        url = f"{hub.url}/chat/{KEY}/upload"
        bodies: list[Any] = [{"json": {}}, {"data": aiohttp.FormData({"other": "x"})}]
        for body in bodies:
            async with hub.http.post(url, headers={"Authorization": f"Bearer {token}"}, **body) as answer:
                assert answer.status == 400
    async with house(tmp_path / "off", uploads="false") as hub:
        assert (await put(hub, (await hub.session())["token"], jpeg()))[0] == 403


async def test_a_name_is_only_a_name(hub: House) -> None:
    token = (await hub.session())["token"]
    names = {
        "../../etc/passwd": "passwd",
        "a\u202egpj.exe": "agpj.exe",
        "C:\\x\\y.txt": "y.txt",
        "字" * 300 + ".pdf": "字" * 116 + ".pdf",
    }
    for given, kept in names.items():
        status, part = await put(hub, token, b"words", given)
        assert (status, part["name"]) == (201, kept)
        _, told, _ = await fetch(hub, token, part["blob"])
        assert "\n" not in told["Content-Disposition"]


@pytest.mark.parametrize("name", ["\r\nSet-Cookie: x=1", 'a"; filename="b', "\x00", "...", "", "\u202e\u202e"])
def test_no_name_gets_out_of_its_header(name: str) -> None:
    told = headers("text/plain", name)["Content-Disposition"]
    assert told.count('"') == 2
    assert told.isascii()
    assert not any(letter in told for letter in "\r\n\x00")
    assert file_name(name)


async def _chunks(data: bytes) -> Any:
    yield data
