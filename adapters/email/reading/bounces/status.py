"""What a server's sentence comes to: an enhanced status (RFC 3463), and whether anybody will try again."""

import re

from adapters.email.reading.mail import Failed

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\-:])([45]\d\d)(?=[\s\-:#;,(]|$)")
REASONS = (
    ("5.1.1", r"user unknown|unknown user|no such (?:user|recipient|mailbox|address|person|account)|"
    r"does ?n[o']t exist|not exist|"
     r"mailbox (?:unavailable|not found|unknown)|recipient (?:unknown|not found|rejected|address rejected)|"
     r"invalid (?:recipient|mailbox|user)|"
     r"unknown (?:recipient|address|mailbox|local|e-?mail)|address (?:not found|unknown|invalid|"
     r"could ?n[o']t be found)|no mailbox here|"
     r"account (?:is )?(?:disabled|inactive|unavailable|has been)|not (?:a )?(?:valid|known)|isn't in|doesn't have|"
     r"wasn't found|unbekannt|"
     r"不存在|用户不存在|邮箱不存在|地址不存在|无此用户|未找到|找不到|无效|冻结|停用|拒收"),
    ("5.2.2", r"(?:mailbox|mail box|inbox|account|folder|disk|storage|user'?s?) (?:is |size |has )?(?:full|over|"
    r"exceed)|quota|out of space|"
     r"insufficient (?:disk|system storage)|mailbox limit|空间不足|已满|容量|超过限额|超出"),
    ("5.1.2", r"host (?:unknown|not found|or domain)|domain (?:not found|does|name)|name (?:or service|server)|"
    r"unrouteable|unroutable|nxdomain|"
     r"no such (?:host|domain)|could ?n[o']t find any host|no mx|illegal host|域名|主机"),
    ("5.3.4", r"too (?:large|big)|message size|size limit|exceeds (?:the )?(?:maximum|limit|size)|过大|太大|大小"),
    ("5.7.1", r"spam|blocked|block ?list|black ?list|denied|not allowed|prohibited|policy|refused|rejected|"
    r"unauthenticated|spf|dkim|dmarc|"
     r"拒绝|垃圾|反垃圾|拦截|黑名单|屏蔽"),
    ("5.4.7", r"timed? ?out|expired|too long|retry time|giving up|could not be delivered for|no longer|超时|过期"),
    ("5.4.1", r"connection (?:refused|timed)|unreachable|could ?n[o']t (?:connect|establish)|no answer|连接"),
)  # fmt: skip
_REASONS = tuple((status, re.compile(pattern, re.IGNORECASE)) for status, pattern in REASONS)
LATER = re.compile(
    r"will (?:keep|continue|be retried|retry|try|attempt)|(?:has been |is |was |being |"
    r"delivery )(?:temporarily )?delayed|delay(?:ed)? (?:mail|in|notif)|"
    r"still (?:undelivered|being|trying|waiting)|not yet (?:been )?delivered|could not (?:be sent|"
    r"send message) for|"
    r"do not need to resend|no action is required|not resend|temporarily deferred|warning message only|"
    r"继续尝试|仍在尝试|稍后重试|将重试|延迟|暂时",
    re.IGNORECASE,
)
OVER = re.compile(
    r"giving up|given up|will not (?:be )?(?:retr|try)|permanent|could not be delivered|failed permanently|"
    r"returned to (?:you|sender)|"
    r"undeliverable|been rejected|退回|退信|无法投递|无法送达",
    re.IGNORECASE,
)


def made(address: str, action: str, status: str, diagnostic: str) -> Failed:
    """Return the recipient with what can be told; `failed` is final whatever the status (RFC 3464, 2.3.3)."""
    sentence = re.sub(r"\s+", " ", diagnostic).strip()[:500]
    status = status or found(sentence)
    action = action or ("failed" if status[:1] != "4" else "")
    permanent = action == "failed" or (not action and status.startswith("5"))
    if status.endswith(".0.0") and (better := found(sentence)) and better[0] == status[0]:
        status = better
    return Failed(address=address[:320], action=action, status=status, diagnostic=sentence, permanent=permanent)


def found(sentence: str) -> str:
    """Return the status in a sentence, or the one that its words amount to, or ""."""
    enhanced = [status for status in _ENHANCED.findall(sentence) if not status.startswith("2")]
    exact = next((status for status in enhanced if not status.endswith(".0.0")), "")
    if exact:
        return exact
    reply = _REPLY.search(sentence)
    kind = enhanced[0][0] if enhanced else reply[1][0] if reply else ""
    meant = next((status for status, pattern in _REASONS if pattern.search(sentence)), "")
    if meant:
        return f"{kind or '5'}{meant[1:]}"
    return f"{kind}.0.0" if kind else ""
