"""The envelope against WeChat's own vectors and wechatpy as the opposite party, and what must never open."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException

from adapters.weixin.envelope import Seal, check, signature
from hub.errors import ChannelBroken, Unverified

# https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
TOKEN, KEY, APP = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT"
    "740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8Y"
    "L/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
AT = datetime.fromtimestamp(1714112445, UTC)
QUERY = {"timestamp": "1714112445", "nonce": "415670741", "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"}
OTHER = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@pytest.mark.parametrize(
    ("seconds", "nonce", "signed"),
    [
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ],
)
def test_the_manuals_signatures(seconds: str, nonce: str, signed: str) -> None:
    assert signature(TOKEN, seconds, nonce) == signed


def test_the_manuals_envelope() -> None:
    check(QUERY, TOKEN, SEALED, at=AT, tolerance=1, name="msg_signature")
    inside = json.loads(Seal([KEY], APP).open(SEALED))
    assert (inside["Event"], inside["debug_str"]) == ("debug_demo", "hello world")


@pytest.mark.parametrize("late", [-601, 601])
def test_a_signature_outside_the_tolerance_is_refused(late: int) -> None:
    at = AT + timedelta(seconds=late)
    with pytest.raises(Unverified, match="too old") as refused:
        check(QUERY, TOKEN, SEALED, at=at, tolerance=600, name="msg_signature")
    assert "tolerance_seconds" in refused.value.hint
    check(QUERY, TOKEN, SEALED, at=at, tolerance=601, name="msg_signature")


@pytest.mark.parametrize("word", ["timestamp", "nonce", "msg_signature"])
@pytest.mark.parametrize("value", ["", "1", "é", "1" * 400])
def test_every_word_of_the_proof_counts(word: str, value: str) -> None:
    with pytest.raises(Unverified):
        check({**QUERY, word: value}, TOKEN, SEALED, at=AT, tolerance=1, name="msg_signature")


def test_a_signed_time_that_is_none_is_refused() -> None:
    for odd in ("-1", "1e9", "１７１４", "9" * 12, " 17"):
        query = {"timestamp": odd, "nonce": "n", "signature": signature(TOKEN, odd, "n")}
        with pytest.raises(Unverified):
            check(query, TOKEN, at=AT, tolerance=10**9)


def test_without_a_token_nothing_is_accepted() -> None:
    query = {"timestamp": "1714112445", "nonce": "n", "signature": signature("", "1714112445", "n")}
    with pytest.raises(ChannelBroken, match="no token"):
        check(query, "", at=AT, tolerance=10)


@given(st.binary(max_size=300), st.sampled_from(["", APP, "ww0123456789"]))
def test_what_we_close_opens_again_here_and_for_wechatpy(inside: bytes, receiver: str) -> None:
    sealed = Seal([KEY, OTHER], receiver).close(inside)
    assert Seal([OTHER, KEY], receiver).open(sealed) == inside
    crypto = PrpCrypto(base64.b64decode(KEY + "="))
    text = inside.decode("utf-8", "replace")
    if inside and text.encode() == inside:
        assert crypto.decrypt(sealed, receiver) == text


@given(st.text(min_size=1, max_size=200))
def test_what_wechatpy_seals_opens(text: str) -> None:
    sealed = WeChatCrypto(TOKEN, KEY, APP).encrypt_message(text, "n", "1714112445")
    inside = sealed.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert Seal([KEY], APP).open(inside) == text.encode()


def test_another_account_and_another_key_open_nothing() -> None:
    for key, receiver in ((KEY, "wxba5fad812f8e6fb8"), (KEY, ""), (OTHER, APP)):
        with pytest.raises(Unverified) as refused:
            Seal([key], receiver).open(SEALED)
        assert "encoding_aes_key" in refused.value.hint
    with pytest.raises(InvalidAppIdException):
        PrpCrypto(base64.b64decode(KEY + "=")).decrypt(SEALED, "wxba5fad812f8e6fb8")


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    for sealed in (base64.b64encode(data).decode(), data.decode("latin-1")):
        with pytest.raises(Unverified):
            Seal([KEY], APP).open(sealed)


@given(st.integers(0, 159), st.integers(1, 255))
def test_one_changed_byte_changes_the_signature_or_opens_nothing_else(at: int, by: int) -> None:
    data = bytearray(base64.b64decode(SEALED))
    data[at] ^= by
    changed = base64.b64encode(bytes(data)).decode()
    with pytest.raises(Unverified):
        check(QUERY, TOKEN, changed, at=AT, tolerance=1, name="msg_signature")


@pytest.mark.parametrize("key", ["A" * 42, "A" * 44, "!" * 43, ""])
def test_a_key_that_is_none_breaks_the_channel_with_a_hint(key: str) -> None:
    with pytest.raises(ChannelBroken) as broken:
        Seal([key], APP)
    assert "encoding_aes_key" in broken.value.hint


def test_a_padding_that_wechat_never_makes_opens_nothing() -> None:
    key = base64.b64decode(KEY + "=")
    inside = b"x" * 16 + (1).to_bytes(4, "big") + b"m" + APP.encode()
    for missing in (64 - len(inside), 96 - len(inside)):
        closer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        sealed = base64.b64encode(closer.update(inside + bytes([missing]) * missing) + closer.finalize()).decode()
        if missing <= 32:
            assert Seal([KEY], APP).open(sealed) == b"m"
            continue
        with pytest.raises(Unverified):
            Seal([KEY], APP).open(sealed)


def test_a_seal_never_shows_its_keys() -> None:
    seal = Seal([OTHER], APP)
    assert OTHER not in repr(seal) + repr(vars(seal))
