"""Real mail, well-formed and broken: never a crash, never a part lost, nothing unreadable that can be read.

The mails lie beside the checkout and are no part of it; without them these tests are left out.
"""

import email
import hashlib
from collections import Counter
from email import policy
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.email.reading import Mail, inside, read
from server.parse import Given, mail, written

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "email"
FILES = {file.stem: file.read_bytes() for file in sorted(FOLDER.glob("*.eml"))}
pytestmark = pytest.mark.skipif(not FILES, reason="the mails of ../shared/data/email are not here")

MISLED = {
    "mime_emails__raw_email4",  # its last boundary is cut: the library makes a part of the rest of the boundary
    "plain_emails__raw_email_incorrect_header",  # the library ends the head at a line that is no field
    "rfc2822__example13",  # the same, at fields with a blank before the colon
    "error_emails__bad_date_header2",  # a multipart without its boundary: both read one text
    "error_emails__content_transfer_encoding_x_uuencode",
}


def _walked(raw: bytes) -> list[Message]:
    """The library's own view of the leaves, mbox separators taken off first, attached mails not entered."""
    start = raw.partition(b"\n")[2] if raw.startswith(b"From ") and not raw.startswith(b"From  ") else raw
    leaves: list[Message] = []
    left: list[Message] = [email.message_from_bytes(start, policy=policy.compat32)]
    while left:
        part = left.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            left = [one for one in part.get_payload() if isinstance(one, Message)] + left
        else:
            leaves.append(part)
    return leaves


@pytest.mark.parametrize("name", FILES)
def test_every_part_is_kept(name: str) -> None:
    found = read(FILES[name])
    walked = _walked(FILES[name])
    own = [piece for piece in found.leaves if not (piece.role == "attachment" and piece.name == "body.txt")]
    if name != "error_emails__multiple_content_types":
        assert len(own) == len(walked)
    kinds = Counter(piece.media_type for piece in own)
    assert sum(kinds.values()) == len(own)


@pytest.mark.parametrize("name", FILES)
def test_what_the_library_decodes_is_the_same_here(name: str) -> None:
    """Byte for byte, part for part, where the library decodes at all."""
    found = {hashlib.sha256(piece.content).hexdigest() for piece in read(FILES[name]).leaves}
    for part in _walked(FILES[name]):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload.strip() and name not in MISLED:
            assert hashlib.sha256(payload).hexdigest() in found


@pytest.mark.parametrize("name", FILES)
def test_heads_and_texts_can_be_read(name: str) -> None:
    found = read(FILES[name])
    there_already = FILES[name].count("\ufffd".encode()) + FILES[name].count(b"=EF=BF=BD")
    for text in (found.subject, str(found.sender), found.text, *map(str, found.to)):
        assert text.count("\ufffd") <= there_already
        assert "=?" not in text
        assert "\0" not in text
    assert found.sender.address or "from:missing" in found.faults


@pytest.mark.parametrize("name", FILES)
def test_a_guess_is_never_silent(name: str) -> None:
    for piece in read(FILES[name]).leaves:
        if piece.role in ("text", "html") and not piece.content.isascii() and piece.asked.lower() in ("", "us-ascii"):
            assert any(fault.startswith("charset:") for fault in piece.faults) or piece.role == "html"


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_the_text_is_in_one_half_or_the_other(name: str) -> None:
    found = read(FILES[name])
    if found.leaves and found.leaves[0].role == "text" and len([p for p in found.leaves if p.role == "text"]) == 1:
        said = found.leaves[0].content.decode("latin-1").split()
        kept = f"{found.text} {found.quoted_text}".split()
        assert len(kept) >= len(said) * 0.9 or found.leaves[0].charset not in ("us-ascii", "utf-8")


def test_all_of_them_become_json() -> None:
    for raw in FILES.values():
        assert written(mail(raw, Given())).startswith("{")


def _sound(found: Mail) -> None:
    """What must hold for any bytes."""
    assert found.message_id
    assert "\n" not in found.subject + str(found.sender)
    for piece in found.leaves:
        assert inside(piece) is not None
    written({"text": found.text, "html": found.html, "subject": found.subject})
    found.text.encode()
    found.html.encode()


RAWS = [raw for raw in FILES.values() if len(raw) < 12_000] or [b""]
SPLICES = [
    b"\r\n\r\n", b"\n", b"--", b"=?gb2312?B?", b"?=", b"Content-Type: multipart/mixed; boundary=x\r\n", b"\0",
    b"\xff\xfe", b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-7", b"\x1b$B", b">", b"<", b"begin 644 x\n",
    b"From ", b"(" * 50, b'"', b"message/rfc822", b"message/delivery-status", b"text/calendar", b"BEGIN:VEVENT\n",
    b"charset=idna", b"=" * 9, b"application/ms-tnef", b"x\x9f\x3e\x22", b";" * 20, b"\xd6\xd0\xce\xc4", b"+2AA-",
    b"filename*0*=utf-8''%ff",
]  # fmt: skip
EDITS = st.tuples(st.floats(0, 1), st.integers(0, 80), st.sampled_from(SPLICES) | st.binary(max_size=12))
Edits = list[tuple[float, int, bytes]]


@settings(max_examples=120, deadline=3000, suppress_health_check=list(HealthCheck))
@given(raw=st.sampled_from(RAWS), edits=st.lists(EDITS, max_size=8), end=st.floats(0, 1))
def test_mail_changed_at_random_is_read_all_the_same(raw: bytes, edits: Edits, end: float) -> None:
    for place, length, splice in edits:
        at = int(place * len(raw))
        raw = raw[:at] + splice + raw[at + length :]
    _sound(read(raw[: int(end * len(raw))] if end > 0.5 else raw))


@settings(max_examples=80, deadline=3000)
@given(st.binary(max_size=600))
def test_any_bytes_are_read(raw: bytes) -> None:
    _sound(read(raw))


@settings(max_examples=80, deadline=3000)
@given(st.lists(st.sampled_from(SPLICES), max_size=40))
def test_any_heap_of_mail_syntax_is_read(pieces: list[bytes]) -> None:
    _sound(read(b"".join(pieces)))
    _sound(read(b"Content-Type: text/calendar\r\n\r\n" + b"".join(pieces)))
    _sound(read(b"Content-Type: application/ms-tnef\r\n\r\n" + b"".join(pieces)))
