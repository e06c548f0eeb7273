"""How mail programs mark earlier mail: dividers, heads in the text, "... wrote:", signatures. Chinese first."""

import re

LONGEST = 300
"""No mark is longer; longer lines are what somebody wrote."""
_DASH = r"[-‐-―_=*#~─━－\s]"
_TITLES = (
    "邮件原件|郵件原件|原始邮件|原邮件|原始信件|原始消息|原始信息|邮件原文|原文|原信|来信原文|回复的原邮件|回复邮件|回复原文|"
    "引用内容|原始約會|原始约会|"
    "原始訊息|原始郵件|原始郵件內容|原郵件|回覆的原郵件|"
    "original message|original mail|original e-?mail|original|original appointment|reply message|replied message|"
    "reply original message|previous message|ursprüngliche nachricht|originalnachricht|message d'origine|"
    "message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|"
    "originalmeddelande|"
    "元のメッセージ|원본 메시지|원본 메일|исходное сообщение"
)
_FORWARDS = (
    "forwarded message|forwarded mail|forwarded e-?mail|forwarded by|forwarded|forward message|"
    "转发的消息|转发的邮件|转发邮件信息|转发邮件|转发的原邮件|已转发邮件|已转发消息|转发消息|转发信件|轉寄郵件|"
    "轉寄的郵件|轉寄訊息|轉寄信件|"
    "weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|"
    "doorgestuurd bericht|転送メッセージ|転送されたメッセージ|전달된 메시지|пересылаемое сообщение"
)
DIVIDER = re.compile(rf"[\s>|]*+{_DASH}{{2,}}+(?:{_TITLES}){_DASH}{{2,}}+:?\s*", re.IGNORECASE)
FORWARD = re.compile(
    rf"[\s>|]*+{_DASH}{{2,}}+(?:{_FORWARDS})\b.{{0,80}}"
    r"|[\s>]*(?:begin forwarded message|start of forwarded message|forwarded message|下面是被转发的邮件|"
    r"以下是被转发的邮件|开始转发的邮件|"
    r"开始转发邮件|以下是转发的邮件|以下為轉寄的郵件|以下是轉寄的郵件|開始轉寄郵件|"
    r"anfang der weitergeleiteten nachricht|"
    r"début du message réexpédié|inicio del mensaje reenviado)\s*[:：]\s*",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"\s*(?:fwd?|fw|tr|wg|rv|enc|vs|转发|轉發|轉寄|转寄|転送|전달)\s*[:：]", re.IGNORECASE)
"""A subject that says so. `Re: Fwd:` is an answer again."""
STROKES = re.compile(r"[|\s]*\|[|\s]*")
RULE = re.compile(r"[-‐-―_=*─━－]{5,}|-{3,}[^-]{1,30}-{3,}")

HEADS = {
    "from": "发件人|发信人|发送人|发送者|寄件者|寄件人|寄信人|来自|from|von|de|da|van|från|fra|от|差出人|送信者|"
    "보낸 사람|보낸사람|od",
    "date": "发送时间|发送日期|发件日期|发件时间|日期|时间|寄件日期|傳送時間|寄送日期|時間|已发送|已傳送|"
    "傳送日期|date|sent|sent at|datum|gesendet|"
    "envoyé|enviado|enviado el|data|inviato|verzonden|skickat|отправлено|дата|送信日時|日時|日付|보낸 날짜|날짜",
    "to": "收件人|收信人|收件者|to|an|à|para|a|aan|till|кому|宛先|받는 사람|받는사람",
    "cc": "抄送|抄送人|副本|抄送至|密送|cc|bcc|kopie|copia|копия",
    "subject": "主题|主旨|标题|主題|邮件主题|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|тема|"
    "件名|제목|re",
}
_HEAD = re.compile(
    r"[\s*>|•]*(?:" + "|".join(f"(?P<{kind}>{names})" for kind, names in HEADS.items()) + r")[\s*|]*(?:[:：]|\|)",
    re.IGNORECASE,
)
_INNER = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000\xa0]+(?=[\u4e00-\u9fff])")

_WHEN = (
    r"(?:\d{4}\s?[-/年.]\s?\d{1,2}|\d{1,2}[-/月.]\s?\d{1,2}|\d{1,2}[:：]\d{2}|"
    r"\d{1,2}[.,]? \w{3,9}[.,]? \d{4}|\w{3,9} \d{1,2}, ?\d{4}|@)"
)
_DATED = re.compile(_WHEN, re.IGNORECASE)
ATTRIBUTION = re.compile(
    rf"[\s>]*(?:"
    rf"(?=.{{0,400}}{_WHEN}).{{0,400}}(?:写道|寫道|写到|寫到|的来信|写的)\s*[:：]?"
    rf"|(?:on|at|in)\b(?=.{{0,400}}{_WHEN}).{{3,400}}\b(?:wrote|writes|said)\s*[:：]?"
    rf"|(?=.{{0,400}}{_WHEN}).{{1,300}}\bwrote(?:\s+(?:on|at|in)\s.{{3,80}})?\s*[:：]"
    rf"|(?:am|le|el|il|em|op|den|dne|w dniu|no dia|em)\b(?=.{{0,400}}{_WHEN}).{{3,400}}"
    r"(?:schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napsal|pisze|napisał)\b.{0,200}[:：]"
    r"|\d{4}年\d{1,2}月\d{1,2}日.{0,60}<[^<>\s]+@[^<>\s]+>\s*[:：]"
    rf"|(?=.{{0,400}}{_WHEN}).{{1,300}}(?:님이 작성|пишет|написал[аи]?)\s*[:：]"
    r")\s*",
    re.IGNORECASE,
)
TRIGGER = re.compile(
    r"写道|寫道|写到|寫到|来信|写的|wrote|writes|said|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|"
    r"napsal|pisze|napisał|"
    r"님이 작성|пишет|написал|>\s*[:：]\s*$",
    re.IGNORECASE,
)
NAMED = re.compile(r"[\s>]*(?:\"?[^<>\"]{0,80}\"?\s*)?<[^<>\s]+@[^<>\s]+>\s*,?\s*")
OPENS = re.compile(r"[\s>]*(?:on|at|in|在|于|於|am|le|el|il|em|op)\b|[\s>]*[在于於]", re.IGNORECASE)

SIGNATURE = re.compile(r"--\s?")
_DEVICE = (
    r"iphone|ipad|ios|android|安卓|手机|手機|平板|outlook|邮箱|郵箱|邮件|郵件|信箱|mail|华为|華為|huawei|小米|"
    r"xiaomi|红米|荣耀|honor|vivo|oppo|三星|"
    r"samsung|网易|新浪|windows|mac|钉钉|企业微信|foxmail|移动设备|設備|设备|客户端|blackberry|yahoo|galaxy|wps|"
    r"飞书|电脑"
)
SENT_FROM = re.compile(
    rf"[\s(*]*(?:发自|发送自|发送于|来自|來自|傳自|傳送自|寄自|从我的|從我的|由我的|自我的|发于|从|從|"
    rf"使用)\s*.{{0,24}}(?:{_DEVICE}).{{0,40}}"
    r"|[\s(*]*(?:发自|從|从)我的.{1,20}"
    r"|[\s(*]*(?:sent|enviado|envoyé|gesendet|inviato|verzonden|skickat) (?:from|with|via|using|desde|de|depuis|"
    r"von|mit|dal?|vanaf|från) .{1,80}"
    r"|[\s(*]*get (?:outlook|bluemail|typeapp|yahoo mail)\b.{0,100}"
    rf"|[\s(*]*(?:获取|下载|取得)\s*.{{0,20}}outlook.{{0,80}}"
    r"|[\s|]*(?:签名由|簽名由|邮件由|本邮件由).{0,30}(?:定制|发送|签发).{0,10}"
    r"|.{0,10}(?:iPhone|iPad|Android)\s?(?:から送信|에서 보냄|에서 나의)?",
    re.IGNORECASE,
)


def _plainly(text: str) -> str:
    """QQ writes its blanks as entities in plain text too."""
    return text.replace("&nbsp;", " ").strip()


def wrote(text: str) -> bool:
    """Say whether a text, its line breaks taken out, says when or by whom what follows was written."""
    return len(text) <= 2 * LONGEST and _DATED.search(text) is not None and ATTRIBUTION.fullmatch(text) is not None


def divides(text: str) -> bool:
    """Say whether a line is the divider above an earlier mail."""
    return len(text) <= LONGEST and DIVIDER.fullmatch(_plainly(text)) is not None


def forwards(text: str) -> bool:
    """Say whether a line is the divider above a mail that is forwarded."""
    return len(text) <= LONGEST and FORWARD.fullmatch(_plainly(text)) is not None


def sent_from(text: str) -> bool:
    """Say whether a line is what a program adds about itself."""
    return len(text) <= LONGEST and SENT_FROM.fullmatch(text.strip()) is not None


def named(text: str) -> bool:
    """Say whether a line is `name <address>` and nothing else."""
    return len(text) <= LONGEST and NAMED.fullmatch(text.strip()) is not None


def head(text: str) -> str:
    """Return which field of a mail's head a line shows (`from`, `date`, ...), or ""."""
    found = _HEAD.match(_INNER.sub("", _plainly(text[:200])))
    return found.lastgroup or "" if found else ""
