"""Bytes to text as the sender meant it: labels put right, wrong labels noticed, nothing guessed silently.

What a label means follows what mail programs really send under it (WHATWG Encoding Standard, section 4.2, and the
vendors' supersets): `gb2312` is GB 18030, `shift_jis` is code page 932, `iso-8859-1` is Windows-1252.
"""

import re

from msgspec import Struct

from adapters.email.reading.guessing import guess, plainly_utf8
from adapters.email.reading.jis import decode_jis

SUPERSETS = {
    "gb18030": "gb18030 gb2312 gbk gb_2312 gb_2312_80 gb2312_80 iso_gb2312 x_gbk x_gb18030 csgb2312 csgb231280 "
    "euc_cn euccn "
    "x_euc_cn cn_gb chinese gb18030_2000 gb18030_2005 gb18030_2022 gb_18030 gb cp936 ms936 windows_936 x_cp936 936 "
    "iso_ir_58 csiso58gb231280 gb_2312_1980 gb231280 x_mac_chinesesimp x_mac_simp_chinese cngb gb2132 gb23l2",
    "hz": "hz hz_gb_2312 hz_gb2312 hz_gb x_hz",
    "iso2022_jp_2": "iso_2022_jp_2 iso_2022_cn iso_2022_cn_ext",
    "big5hkscs": "big5 big5_hkscs big5hkscs big5_eten x_x_big5 x_big5 cn_big5 big5_tw csbig5 cp950 ms950 "
    "windows_950 "
    "x_windows_950 950 x_mac_chinesetrad x_mac_trad_chinese big_5 zh_tw_big5",
    "cp932": "shift_jis shiftjis shift_jisx0213 shift_jis_2004 sjis x_sjis ms_kanji csshiftjis windows_31j "
    "cswindows31j ms932 "
    "cp932 x_ms_cp932 windows_932 cp943 ibm943 932 x_mac_japanese shift_jis_ms s_jis sjis_win",
    "euc_jp": "euc_jp eucjp x_euc_jp x_euc ujis cseucpkdfmtjapanese eucjp_ms eucjp_win cp51932 euc_jis_2004 "
    "x_eucjp",
    "iso2022_jp": "iso_2022_jp iso2022jp iso2022_jp csiso2022jp iso_2022_jp_1 iso_2022_jp_3 iso_2022_jp_ms "
    "iso_2022_jp_ext "
    "iso_2022_jp_2004 cp50220 cp50221 cp50222 x_iso_2022_jp jis jis7 iso_2022jp",
    "cp949": "euc_kr euckr ks_c_5601_1987 ks_c_5601 ks_c_5601_1989 ksc5601 ksc_5601 ksc5601_1987 cseuckr "
    "csksc56011987 uhc "
    "cp949 ms949 windows_949 x_windows_949 949 korean iso_ir_149 x_mac_korean kr ks_c5601_1987",
    "iso2022_kr": "iso_2022_kr csiso2022kr",
    "johab": "johab cp1361 x_johab",
    "utf-8": "utf_8 utf8 utf8mb4 utf_8mb4 utf_8_bom x_utf_8 utf_8_sig unicode_1_1_utf_8 utf_8_strict cp65001 "
    "65001 u8 utf8_bom "
    "x_unicode20utf8 unicode20utf8 utf_8_mac",
    "utf-7": "utf_7 utf7 unicode_1_1_utf_7 csunicode11utf7 x_unicode_2_0_utf_7 cp65000 utf_7_imap "
    "unicode_2_0_utf_7",
    "utf-16": "utf_16 utf16 unicode ucs_2 ucs2 iso_10646_ucs_2 csunicode",
    "utf-16-le": "utf_16le utf_16_le utf16le unicodefeff",
    "utf-16-be": "utf_16be utf_16_be utf16be unicodefffe",
    "utf-32": "utf_32 utf32 ucs_4",
    "cp1252": "iso_8859_1 iso8859_1 iso88591 iso_8859_1_1987 iso_ir_100 latin1 latin_1 l1 csisolatin1 cp819 ibm819 "
    "windows_1252 cp1252 x_cp1252 win_1252 win1252 ansi ansi_1252 western x_ansi iso_8859 iso8859 iso_8859_l "
    "windows1252 8859_1 iso_latin_1",
    "cp1254": "iso_8859_9 iso8859_9 latin5 l5 windows_1254 cp1254 x_cp1254 turkish",
    "cp874": "iso_8859_11 iso8859_11 tis_620 tis620 windows_874 cp874 dos_874 x_tis620",
    "mac_roman": "macintosh mac csmacintosh x_mac_roman mac_roman macroman applemac",
    "mac_cyrillic": "x_mac_cyrillic x_mac_ukrainian mac_cyrillic",
    "iso8859_8": "iso_8859_8 iso_8859_8_i iso_8859_8_e iso8859_8 hebrew csisolatinhebrew logical visual",
    "koi8_u": "koi8_u koi8_ru",
    "koi8_r": "koi8_r koi8 koi koi8r cskoi8r",
    "iso8859_15": "iso_8859_15 iso8859_15 latin9 latin_9 l9",
}  # fmt: skip
"""Codec by what is found on it; labels are folded first (`_folded`)."""
LABELS = {label: codec for codec, labels in SUPERSETS.items() for label in labels.split()}
NUMBERED = re.compile(r"(?:x_)?(?:windows|win|cp|ibm|dos|oem|microsoft_cp|ms|cp_win)_?(\d{3,4})")
PAGES = frozenset(
    [
        "437",
        "720",
        "737",
        "775",
        "850",
        "852",
        "855",
        "857",
        "858",
        "860",
        "861",
        "862",
        "863",
        "864",
        "865",
        "866",
        "869",
        "874",
        "932",
        "949",
        "950",
        "1125",
        "1250",
        "1251",
        "1252",
        "1253",
        "1254",
        "1255",
        "1256",
        "1257",
        "1258",
    ]
)
ISO = re.compile(r"iso_?8859_?(\d{1,2})(?:_.*)?")
ASCII = frozenset({
    "", "us_ascii", "ascii", "ansi_x3.4_1968", "iso646_us", "iso_ir_6", "us", "cp367", "usascii", "7bit", "x_us_ascii",
    "iso_646", "ansi_x3_4_1968", "x_ascii", "en",
})  # fmt: skip
RELATED = {
    "big5hkscs": ("cp950",),
    "cp932": ("shift_jis_2004",),
    "euc_jp": ("euc_jis_2004",),
    "cp1252": ("latin-1",),
}
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LONE = re.compile("[\ud800-\udfff]")
TOLERATED = 50
"""One wrong byte in so many is damage; more is a wrong label."""


class Read(Struct, frozen=True, kw_only=True):
    """Text, the codec it was read with, and what was wrong: "" when the label said the truth."""

    text: str
    charset: str
    fault: str = ""


def codec(label: str) -> str:
    """Return the codec for a label, "ascii" when it names none, or "" when we know no such label."""
    folded = _folded(label)
    if folded in ASCII:
        return "ascii"
    if known := LABELS.get(folded):
        return known
    if (numbered := NUMBERED.fullmatch(folded)) and numbered[1] in PAGES:
        return f"cp{numbered[1]}"
    if (iso := ISO.fullmatch(folded)) and int(iso[1]) in range(2, 17) and int(iso[1]) != 12:
        return f"iso8859_{int(iso[1])}"
    return ""


def _folded(label: str) -> str:
    """Undo what programs do to labels: quotes, an undecoded `=3D`, a second parameter, blanks and dashes."""
    first = re.split(r"[;,\s]", label.strip(" \t\r\n\"'"), maxsplit=1)[0].strip("\"'").lower()
    first = re.sub(r"^(?:3d|charset=)+[\"']?", "", first)
    return re.sub(r"[-_ ]+", "_", first).strip("_")


def decode(data: bytes, label: str = "", hint: str = "") -> Read:
    """Return the text of `data`; `hint` is the charset of the mail around it, tried before anything is guessed."""
    meant = codec(label)
    for name in dict.fromkeys((*_by_mark(data), meant, *RELATED.get(meant, ()))):
        text = _strict(data, name) if name else None
        if text is not None:
            return Read(text=clean(text), charset=_shown(name))
    return _mended(data, label, meant, codec(hint) if hint else "")


def _by_mark(data: bytes) -> list[str]:
    return [name for mark, name in _BOMS if data.startswith(mark)]


def _mended(data: bytes, label: str, meant: str, hint: str) -> Read:
    asked = label.strip()[:40] or "none"
    if meant not in ("", "ascii", "utf-16", "utf-32") and (text := _damaged(data, meant)) is not None:
        return Read(text=clean(text), charset=_shown(meant), fault=f"damaged:{asked}")
    if not label and b"\x1b" not in data and plainly_utf8(data):
        return Read(text=clean(data.decode()), charset="utf-8", fault="unlabelled:utf-8")
    found = hint if hint not in ("", "ascii") and _strict(data, hint) is not None else guess(data)
    text = _strict(data, found)
    text = data.decode("latin-1") if text is None else text
    return Read(text=clean(text), charset=_shown(found), fault=f"guessed:{_shown(found)} instead of {asked}")


def _damaged(data: bytes, name: str) -> str | None:
    """Read past a few broken bytes (a cut last character), unless the bytes are plainly UTF-8."""
    if name != "utf-8" and _strict(data, "utf-8") is not None:
        return None
    text = data.decode("iso2022_jp_ext" if name == "iso2022_jp" else name, errors="replace")
    broken = text.count("�")
    few = broken * TOLERATED <= len(text) or (broken <= 2 and text.rstrip().endswith("�"))
    return text if few else None


def _strict(data: bytes, name: str) -> str | None:
    try:
        if name == "iso2022_jp":
            return decode_jis(data)
        if name == "ascii" and (b"\x1b$" in data or b"\x1b(" in data):
            return None
        return data.decode(name)
    except ValueError:
        return None


def _shown(name: str) -> str:
    return {"iso2022_jp": "iso-2022-jp", "ascii": "us-ascii", "cp1252": "windows-1252"}.get(name, name)


def clean(text: str) -> str:
    """Take out what no store and no JSON can hold: NUL, half surrogates, the mark of a byte order."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else _LONE.sub("�", text)
