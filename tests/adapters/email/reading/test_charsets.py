"""Charsets of the Chinese, Japanese and Korean world: labels as they are sent, wrong ones, and none."""

import pytest

from adapters.email.reading import charsets, read

CHINESE = "您好，我家停水了，请尽快派人来修理，谢谢！"
RARE = "您好，我叫李喆，住在堃街㙍路𠮷号 €"
JAPANESE = "断水しています。修理をお願いします。"
KOREAN = "안녕하세요. 물이 나오지 않습니다."
TRADITIONAL = "您好，我家停水了，請盡快派人來修理，謝謝！"
CASES = [
    ("gb2312", RARE, "gb18030"), ("gbk", RARE, "gb18030"), ("x-gbk", CHINESE, "gbk"),
    ("iso-gb2312", CHINESE, "gb2312"),
    ("GB18030", RARE, "gb18030"), ("cp936", CHINESE, "gbk"), ("hz-gb-2312", CHINESE, "hz"),
    ("big5", TRADITIONAL, "big5"),
    ("big5-hkscs", TRADITIONAL, "big5hkscs"), ("cp950", TRADITIONAL, "cp950"),
    ("shift_jis", "①髙﨑" + JAPANESE, "cp932"),
    ("windows-31j", "①" + JAPANESE, "cp932"), ("iso-2022-jp", JAPANESE, "iso2022_jp"), ("euc-jp", JAPANESE, "euc_jp"),
    ("ks_c_5601-1987", "똠방각하 " + KOREAN, "cp949"), ("euc-kr", KOREAN, "euc_kr"),
    ("unicode-1-1-utf-7", CHINESE, "utf-7"),
    ("utf-7", CHINESE, "utf-7"), ("cp-850", "Grüße", "cp850"), ("3Dutf-8", CHINESE, "utf-8"),
    ('"utf-8"', CHINESE, "utf-8"),
    ("utf8", CHINESE, "utf-8"), ("utf-8mb4", CHINESE, "utf-8"), ("iso-8859-1", "“Grüße” – €", "cp1252"),
    ("windows-1251", "Здравствуйте", "cp1251"), ("koi8-r", "Здравствуйте", "koi8_r"), ("utf-16", CHINESE, "utf-16"),
    ("iso-8859-15", "prix: 5 €", "iso8859_15"), ("tis-620", "สวัสดี", "cp874"), ("iso-8859-2", "Příliš", "iso8859_2"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "text", "codec"), CASES, ids=[label for label, _, _ in CASES])
def test_a_label_means_what_is_sent_under_it(label: str, text: str, codec: str) -> None:
    found = charsets.decode(text.encode(codec), label)
    assert found.text == text
    assert not found.fault


def test_half_width_katakana_and_circled_numbers_in_iso_2022_jp() -> None:
    data = b'\x1b$B-!$"\x1b(B \x1b(I1\x1b(B ok'
    assert charsets.decode(data, "iso-2022-jp").text == "①あ ｱ ok"


NAMELESS = [
    (CHINESE, "gbk"), (TRADITIONAL, "big5"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp"), (KOREAN, "euc_kr"),
    (CHINESE, "utf-8"), (JAPANESE, "iso2022_jp"), ("Sehr geehrte Damen und Herren, viele Grüße aus Köln", "cp1252"),
    ("停水", "gbk"), ("报修", "gbk"), ("关于停水的投诉", "gbk"), (CHINESE, "utf-16-le"),
]  # fmt: skip


@pytest.mark.parametrize("label", ["", "x-unknown", "us-ascii"])
@pytest.mark.parametrize(("text", "codec"), NAMELESS)
def test_without_a_true_label_it_is_guessed_and_said(label: str, text: str, codec: str) -> None:
    found = charsets.decode(text.encode(codec), label)
    assert found.text == text
    assert found.fault.startswith(("guessed:", "unlabelled:"))


def test_a_wrong_label_is_noticed() -> None:
    found = charsets.decode(CHINESE.encode("utf-8"), "us-ascii")
    assert found.text == CHINESE
    assert found.fault == "guessed:utf-8 instead of us-ascii"


def test_a_cut_last_character_costs_that_character_and_no_more() -> None:
    found = charsets.decode(CHINESE.encode("gbk")[:-1], "gb2312")
    assert found.text.startswith(CHINESE[:-1])
    assert found.fault == "damaged:gb2312"


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "big5"])
def test_raw_heads_are_read_with_the_charset_of_the_body(codec: str) -> None:
    label = {"gbk": "gb2312"}.get(codec, codec)
    subject = "關於停水" if codec == "big5" else "关于停水的投诉"
    head = f"From: 李雷 <li@example.com>\r\nSubject: {subject}\r\nContent-Type: text/plain; charset={label}"
    raw = f"{head}\r\n\r\n{subject}"
    mail = read(raw.encode(codec))
    assert mail.subject == subject
    assert mail.text == subject
    assert mail.sender.name == "李雷"


def test_half_surrogates_and_nul_never_come_out() -> None:
    found = charsets.decode(b"a\0b+2AA-", "utf-7")
    found.text.encode()
    assert "\0" not in found.text
