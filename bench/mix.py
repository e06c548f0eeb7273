"""Signed calls of six providers, each made by what the provider's own side uses: the requests of the `hooks` figure."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from twilio.request_validator import RequestValidator
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto

from bench.words import sentence

PUBLIC = "https://hub.example"
"""The public address under which providers call; Twilio signs it."""
SECRET = "bench-secret-of-a-provider-0123456789"
TOKEN = "benchToken0123456789"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT = "wx5823bf96d3bd56c7"
CORP = "ww5823bf96d3bd56c7"
WEIBO = "1900000001"
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "wechat": {"app_id": WECHAT, "app_secret": SECRET, "token": TOKEN, "encoding_aes_key": AES_KEY},
    "wechat_kf": {
        "corp_id": CORP,
        "app_secret": SECRET,
        "open_kfid": "wkbench",
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
    },
    "weibo": {"uid": WEIBO, "app_secret": SECRET, "access_token": SECRET},
    "twilio": {"account_sid": "AC" + "0" * 32, "auth_token": "a" * 32, "from_number": "+15005550006"},
    "aliyun": {"access_key_id": "bench-key", "access_key_secret": SECRET, "sign_name": "驿站", "hook_secret": SECRET},
    "tencent": {"secret_id": "benchSecretId", "secret_key": SECRET, "app_id": "1400000000", "hook_secret": SECRET},
}
"""What the bench's inboxes are set to; `inbox` of a channel is `bench-<channel>`."""


class Call(Struct, frozen=True, kw_only=True):
    """One webhook call."""

    path: str
    body: bytes
    headers: Mapping[str, str]


def inbox(channel: str) -> str:
    """Return the id of the bench's inbox of a channel."""
    return f"bench-{channel.replace('_', '-')}"


def requests(count: int) -> Iterator[bytes]:
    """Give so many calls, the six channels in turn, as HTTP/1.1."""
    rng = random.Random(6)
    for number in range(count):
        channel = tuple(MAKERS)[number % len(MAKERS)]
        yield _written(MAKERS[channel](number, sentence(rng, number)))


def _wechat(number: int, text: str) -> Call:
    message = (
        "<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>"
        f"<FromUserName><![CDATA[o{number % 500:027}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{7_000_000_000 + number}</MsgId></xml>"
    )
    stamp, nonce = str(int(time.time())), str(number)
    sealed = WeChatCrypto(TOKEN, AES_KEY, WECHAT).encrypt_message(message, nonce, stamp)
    return _weixin("wechat", sealed, stamp, nonce)


def _kf(number: int, text: str) -> Call:
    bell = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><CreateTime>{int(time.time())}</CreateTime>"
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
        f"<Token><![CDATA[token{number}]]></Token><OpenKfId><![CDATA[wkbench]]></OpenKfId></xml>"
    )
    stamp, nonce = str(int(time.time())), str(number)
    return _weixin("wechat_kf", WorkCrypto(TOKEN, AES_KEY, CORP).encrypt_message(bell, nonce, stamp), stamp, nonce)


def _weixin(channel: str, sealed: str, stamp: str, nonce: str) -> Call:
    proof = sealed.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0]
    plain = _sorted_sha1(TOKEN, stamp, nonce)
    query = urlencode(
        {"signature": plain, "timestamp": stamp, "nonce": nonce, "encrypt_type": "aes", "msg_signature": proof}
    )
    return Call(path=f"/hooks/{inbox(channel)}?{query}", body=sealed.encode(), headers={"Content-Type": "text/xml"})


def _weibo(number: int, text: str) -> Call:
    at = datetime.now(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")
    body = {"type": "text", "receiver_id": WEIBO, "sender_id": f"{2_000_000_000 + number}", "created_at": at,
            "text": text, "data": {}}  # fmt: skip
    stamp, nonce = str(int(time.time() * 1000)), str(number)
    query = urlencode({"signature": _sorted_sha1(SECRET, stamp, nonce), "timestamp": stamp, "nonce": nonce})
    return _json(f"/hooks/{inbox('weibo')}?{query}", body)


def _twilio(number: int, text: str) -> Call:
    path, settings = f"/hooks/{inbox('twilio')}", SETTINGS["twilio"]
    form = {
        "MessageSid": f"SM{number:032x}", "AccountSid": settings["account_sid"], "From": f"+1415555{number % 9999:04}",
        "To": settings["from_number"], "Body": text, "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    proof = RequestValidator(settings["auth_token"]).compute_signature(PUBLIC + path, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": proof}
    return Call(path=path, body=urlencode(form).encode(), headers=headers)


def _aliyun(number: int, text: str) -> Call:
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    body = [{"phone_number": f"1390000{number % 9999:04}", "content": text, "send_time": at, "dest_code": "01",
             "sequence_id": number}]  # fmt: skip
    return _json(f"/hooks/{inbox('aliyun')}?{urlencode({'key': SECRET})}", body)


def _tencent(number: int, text: str) -> Call:
    body = {"extend": "01", "mobile": f"1380000{number % 9999:04}", "nationcode": "86", "sign": "驿站", "text": text,
            "time": int(time.time()) + number}  # fmt: skip
    return _json(f"/hooks/{inbox('tencent')}?{urlencode({'key': SECRET})}", body)


MAKERS: Mapping[str, Callable[[int, str], Call]] = {
    "wechat": _wechat, "wechat_kf": _kf, "weibo": _weibo, "twilio": _twilio, "aliyun": _aliyun, "tencent": _tencent,
}  # fmt: skip


def _json(path: str, body: object) -> Call:
    return Call(path=path, body=msgspec.json.encode(body), headers={"Content-Type": "application/json"})


def _sorted_sha1(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()  # the providers' choice


def _written(call: Call) -> bytes:
    lines = (
        f"POST {call.path} HTTP/1.1", "Host: hub.example", f"Content-Length: {len(call.body)}",
        *(f"{name}: {value}" for name, value in call.headers.items()), "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + call.body
