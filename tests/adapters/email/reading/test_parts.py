"""Parts: which are the body, which are attached, and what is inside the odd ones."""

import base64

import pytest

from adapters.email.reading import Mail, inside, read


def _mixed(*parts: str, kind: str = "mixed") -> Mail:
    joined = "".join(f"--b\n{part}\n" for part in parts)
    raw = f"From: a@b.example\nContent-Type: multipart/{kind}; boundary=b\n\n{joined}--b--\n"
    return read(raw.replace("\n", "\r\n").encode())


TEXT = "Content-Type: text/plain; charset=utf-8\n\n家里停水了"
PNG = "Content-Type: image/png\nContent-ID: <meter@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="


def test_a_picture_of_the_page_is_inline_and_an_attached_mail_whole() -> None:
    page = 'Content-Type: text/html; charset=utf-8\n\n<p>看<img src="cid:meter@x"></p>'
    attached = "Content-Type: message/rfc822\n\nSubject: =?utf-8?B?5YGc5rC0?=\n\nold"
    mail = _mixed(page, PNG, attached, kind="related")
    picture, letter = mail.attachments
    assert (picture.cid, picture.inline, picture.content[:4]) == ("meter@x", True, b"\x89PNG")
    assert letter.name == "停水.eml"
    assert letter.content == b"Subject: =?utf-8?B?5YGc5rC0?=\r\n\r\nold"
    assert [piece.content for piece in inside(letter)] == [b"old"]
    assert "cid:meter@x" in mail.html
    assert mail.text == "看"


def test_texts_between_pictures_are_one_text() -> None:
    mail = _mixed(TEXT, PNG.replace("Content-ID: <meter@x>\n", ""), TEXT.replace("家里停水了", "第二段"))
    assert mail.text == "家里停水了\n第二段"
    assert [piece.media_type for piece in mail.attachments] == ["image/png"]


def test_html_alone_becomes_text_and_a_footer_joins_it() -> None:
    mail = _mixed("Content-Type: text/html; charset=utf-8\n\n<p>一</p><p>二</p>", TEXT)
    assert mail.text == "一\n\n二\n\n家里停水了"
    assert "家里停水了" in mail.html


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ('Content-Disposition: attachment; filename="a b.pdf"', "a b.pdf"),
        ("Content-Disposition: attachment; filename=a b.pdf", "a b.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''%E5%81%9C.pdf", "停.pdf"),
        ("Content-Disposition: attachment; filename*=gb18030''%CD%A3.pdf", "停.pdf"),
        ("Content-Disposition: attachment;\n filename*0*=utf-8''%E5%81;\n filename*1*=%9C.pdf", "停.pdf"),
        ('Content-Disposition: attachment; filename*0="long"; filename*1=".pdf"', "long.pdf"),
        ('Content-Disposition: attachment; filename="=?gb2312?B?zaM=?=.pdf"', "停.pdf"),
        ("Content-Disposition: attachment; filename=停.pdf", "停.pdf"),
        ("Content-Disposition: attachment", "part-2.pdf"),
    ],
)
def test_names_of_attachments(fields: str, name: str) -> None:
    mail = _mixed(TEXT, f"Content-Type: application/pdf\n{fields}\n\n%PDF")
    assert [piece.name for piece in mail.attachments] == [name]


def test_a_name_in_raw_gbk_is_read_like_the_body() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n停水\r\n"
        '--b\r\nContent-Type: application/pdf; name="水表.pdf"\r\n\r\nx\r\n--b--\r\n'
    )
    assert read(raw.encode("gbk")).attachments[0].name == "水表.pdf"


def test_uuencode_in_a_text_is_a_file() -> None:
    mail = read(b"Subject: x\n\nsee\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nbye")
    assert mail.text == "see\nbye"
    assert [(piece.name, piece.content) for piece in mail.attachments] == [("a.txt", b"hello")]
    assert read(b"Subject: x\n\nbegin 644 words\nof mine\n").text == "begin 644 words\nof mine"


@pytest.mark.parametrize("encoding", ["base64", "Base64 ", "BASE64;", '"base64"', "base-64"])
def test_transfer_encodings_as_they_are_written(encoding: str) -> None:
    coded = base64.b64encode("停水".encode()).decode()
    raw = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{coded}"
    assert read(raw.encode()).text == "停水"


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_base64_that_was_cut_gives_what_it_can(cut: int) -> None:
    coded = base64.b64encode(b"hello world!").decode()[:-cut]
    mail = read(f"Content-Transfer-Encoding: base64\n\n{coded}".encode())
    assert mail.text.startswith("hello wor")
    assert "base64:cut" in mail.faults


def test_a_boundary_that_is_missing_or_wrong_is_found() -> None:
    for named in ("", "; boundary=other", '; boundary="--b"'):
        raw = f"Content-Type: multipart/mixed{named}\n\n--b\n{TEXT}\n--b\nContent-Type: application/pdf\n\nx\n--b--\n"
        mail = read(raw.encode())
        assert mail.text == "家里停水了"
        assert len(mail.attachments) == 1
        assert "boundary:guessed" in mail.faults


def test_a_boundary_that_begins_like_another_is_another() -> None:
    inner = f'Content-Type: multipart/alternative; boundary="b_alt"\n\n--b_alt\n{TEXT}\n--b_alt--'
    assert len(_mixed(inner, PNG).leaves) == 2


def test_a_boundary_within_a_line_is_text() -> None:
    assert _mixed(f"{TEXT} --b\nmore", PNG).text == "家里停水了 --b\nmore"


def test_lines_that_were_broken_to_fit_are_whole_again() -> None:
    raw = "Content-Type: text/plain; charset=utf-8; format=flowed\n\none \ntwo\n> three \n> four\n-- \nLi"
    mail = read(raw.encode())
    assert mail.text == "one two"
    assert "> three four" in mail.quoted_text


INVITATION = """Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Asia/Shanghai
BEGIN:STANDARD
DTSTART:19700101T000000
RRULE:FREQ=SECONDLY
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:u1@example.com
DTSTART;TZID=Asia/Shanghai:20261120T140000
DTEND:20261120T070000Z
SUMMARY:上门维修\\, 竹溪巷
LOCATION:竹溪巷 12 号
ORGANIZER;CN=客服:mailto:service@water.example
BEGIN:VALARM
SUMMARY:not this
END:VALARM
END:VEVENT
END:VCALENDAR"""


def test_an_invitation_is_told_in_short() -> None:
    mail = _mixed(TEXT, INVITATION)
    told = mail.calendar
    assert told
    assert (told.method, told.summary, told.place) == ("REQUEST", "上门维修, 竹溪巷", "竹溪巷 12 号")
    assert (told.starts, told.ends) == ("2026-11-20T14:00:00[Asia/Shanghai]", "2026-11-20T07:00:00Z")
    assert (told.organiser, told.uid) == ("service@water.example", "u1@example.com")
    assert mail.attachments[0].role == "calendar"


@pytest.mark.parametrize("broken", ["BEGIN:VCALENDAR", "BEGIN:VEVENT\nDTSTART", "SUMMARY:x", "\n;;;:\n", "END:VEVENT"])
def test_a_broken_invitation_is_an_attachment(broken: str) -> None:
    mail = _mixed(TEXT, f"Content-Type: text/calendar\n\n{broken}")
    assert mail.calendar is None
    assert len(mail.attachments) == 1


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    """One attribute of TNEF (MS-OXTNEF 2.1.3.3): level, id, type, length, data, checksum."""
    head = bytes([level]) + name.to_bytes(2, "little") + kind.to_bytes(2, "little")
    return head + len(data).to_bytes(4, "little") + data + (sum(data) % 65536).to_bytes(2, "little")


WINMAIL = (
    (0x223E9F78).to_bytes(4, "little") + b"\x01\x00"
    + _attribute(1, 0x9006, 8, b"\x00\x00\x01\x00") + _attribute(1, 0x800C, 2, b"hello from outlook\0")
    + _attribute(2, 0x9002, 6, b"\x01\x00" + b"\0" * 12) + _attribute(2, 0x8010, 1, b"bill.pdf\0")
    + _attribute(2, 0x800F, 6, b"%PDF-1.4")
)  # fmt: skip


def test_a_winmail_dat_is_unpacked() -> None:
    coded = base64.b64encode(WINMAIL).decode()
    part = f"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{coded}"
    mail = _mixed(TEXT, part)
    assert [(piece.name, piece.content) for piece in mail.attachments] == [("bill.pdf", b"%PDF-1.4")]
    assert mail.text == "家里停水了"
    assert [piece.role for piece in mail.leaves] == ["text", "packed", "attachment"]
    assert _mixed(part).text == "hello from outlook"


def test_a_winmail_dat_that_is_none_stays_an_attachment() -> None:
    mail = _mixed(TEXT, "Content-Type: application/ms-tnef; name=winmail.dat\n\nnothing")
    assert [piece.name for piece in mail.attachments] == ["winmail.dat"]


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\0", b"Subject: x", b"Subject: x\r\n\r\n", b"hello\nworld"])
def test_hardly_anything_is_a_mail_too(raw: bytes) -> None:
    mail = read(raw)
    assert mail.message_id
    assert mail.text == ("hello\nworld" if raw.startswith(b"hello") else "")
