"""Recipients and reasons from a bounce that is written for people only, whatever program wrote it."""

import re
from collections.abc import Collection, Iterator

from adapters.email.reading.bounces import signs
from adapters.email.reading.bounces.status import LATER, OVER, made
from adapters.email.reading.mail import Failed

LONGEST = 20_000
MOST = 100
_MAIL = r"[^\s<>()\[\]\"',;:：；，。、|*！“”（）《》]{1,64}@[A-Za-z0-9][A-Za-z0-9.\-]{0,250}"
_LABELLED = re.compile(
    r"(?:(?:final|original)-recipient\s*:\s*(?:rfc822\s*;)?|recipients?(?: address)?(?:\(s\))?\s*(?:is|:)|"
    r"收件人(?:邮件)?(?:地址)?\s*[:：]?|"
    r"收信人\s*[:：]?|rcpt to\s*:?|\bto\s*:|sent to|deliver(?:y|ed)? (?:failed )?to|(?:发送|投递|递送|寄|发|"
    r"传递)(?:到|给|至)|mailbox\s*:?|"
    r"address\s*:|user\s*:|宛先\s*[:：]?|失败地址\s*[:：]?|无法发送到|邮件到|致|for|"
    r"message to)\s*[“\"'<*\[(]*\s*(?:mailto:)?(" + _MAIL + ")",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^[\s>*•\-]*(?:\d+[.)]\s*)?(?:[^<>@\n]{0,60}[\s<(\[\"'“:：])?(?:mailto:)?("
    + _MAIL
    + r")[>)\]\"'”]*(?:\s*<mailto:[^>]*>)?\s*"
    r"(?:$|[:：;,(\[]|\.\.\.|\s(?:on|-|:|failed|unknown|has|is|user|smtp|[45]\d\d)\b|\s*于)",
    re.IGNORECASE,
)
_ANY = re.compile(_MAIL)
_NOT_PEOPLE = re.compile(r"(?:mailer-daemon|postmaster|abuse|support|help|noreply|no-reply)@", re.IGNORECASE)


def recipients(text: str, ours: Collection[str], failed: list[str]) -> list[Failed]:
    """Return who did not get the mail: `failed` are named in the head, `ours` are addresses that cannot be meant."""
    said = report(text)
    not_meant = {address.lower() for address in ours}
    named = list(dict.fromkeys([*failed, *(one for one in _named(said) if one.lower() not in not_meant)]))[:MOST]
    delayed = LATER.search(said) is not None and OVER.search(said) is None
    return [_failed(address, said, delayed=delayed, alone=len(named) == 1) for address in named]


def report(text: str) -> str:
    """Return what the server says, without the mail that it returns."""
    head = text[:LONGEST]
    found = next((one for one in signs.ORIGINAL.finditer(head) if head[: one.start()].strip()), None)
    return head[: found.start()] if found else head


def reason(text: str) -> str:
    """Return the sentence that says most, from what a server wrote for people."""
    lines = [re.sub(r"\s+", " ", line).strip(" *>-\t") for line in report(text).splitlines()]
    lines = [line for line in lines if len(line) > 3]
    coded = [
        line
        for line in lines
        if re.search(r"\b[45]\d\d[ \-]|[45]\.\d\.\d|退信原因|原因[:：]|reason|error|fail|拒|不存在", line, re.I)
    ]
    return (coded or lines or [""])[0][:300]


def _named(said: str) -> Iterator[str]:
    """Addresses that stand where reports name them; when there are none, the first one that is a person's."""
    found = False
    for line in said.splitlines():
        for pattern in (_LINE, _LABELLED):
            match = pattern.search(line[:1000])
            if match and not _NOT_PEOPLE.match(match[1]):
                found = True
                yield match[1].rstrip(".。")
    if not found:
        yield from (one[0].rstrip(".") for one in _ANY.finditer(said) if not _NOT_PEOPLE.match(one[0]))


def _failed(address: str, said: str, *, delayed: bool, alone: bool) -> Failed:
    near = said if alone else _near(address, said)
    one = made(address, "delayed" if delayed else "", "", _sentence(near))
    if one.status or not alone:
        return one
    return made(address, one.action, "", reason(said))


def _near(address: str, said: str) -> str:
    """Return what is said from an address on to the next one that begins a line."""
    at = said.lower().find(address.lower())
    if at < 0:
        return said[:1000]
    after = said[at + len(address) : at + len(address) + 1000]
    for found in re.finditer(r"\n(?=\s*<?" + _MAIL + r">?\s*[:(]?)", after):
        return after[: found.start()]
    return after


def _sentence(near: str) -> str:
    """Return the part that holds a code or a reason, joined over its lines."""
    joined = re.sub(r"\s+", " ", near).strip(" <>:.")
    found = re.search(r"(?:[^.]{0,40})(?<![\d.])(?:[45]\d\d[\s\-]|#?[45]\.\d\.\d)", joined)
    begin = found.start() if found else 0
    return joined[begin : begin + 400].strip()
