"""By what a bounce is known that does not say so in the standard's form: subjects and first sentences."""

import re

SUBJECT = re.compile(
    r"undeliver|un-deliver|not (?:be )?deliver|delivery (?:status|notif|fail|report|problem|error|has failed|"
    r"unsuccessful|to .{1,80} failed|incomplete|delayed)|"
    r"deliver(?:y|able).{0,20}(?:fail|impossible)|failure (?:notice|delivery|delivering)|fail(?:ed|"
    r"ure).{0,12}(?:deliver|mail|notif)|"
    r"returned? (?:mail|to sender|message|e-?mail)|mail (?:delivery|system error|failure|could not|status|"
    r"returned|not delivered)|"
    r"(?:message|mail|e-?mail) (?:delivery|status|you sent|could not|not delivered|not sent|undeliver|returned|"
    r"rejected|delayed)|"
    r"non-?deliver|nondeliverable|could not send (?:message|mail)|rejected mail|bounced? (?:mail|message)|"
    r"^rejected:|^delayed mail|^mail delay|"
    r"unable to deliver|wasn't delivered|^warning: (?:message|could not|e-?mail)|unzustellbar|nicht zugestellt|"
    r"zustellung|"
    r"mensagem não entregue|no se (?:ha )?(?:pudo|puede) entregar|non remis|non recapitabile|配信不能|"
    r"配信できません|配達(?:不能|できません)|"
    r"退信|退回|退件|无法投递|無法投遞|无法送达|投递失败|投遞失敗|发送失败|未送达|未传递|未能送达|无法传递|"
    r"傳遞失敗|无法递送|未递送|投递状态|"
    r"投递延迟|递送状态|传递状态|傳遞狀態|送信できません|undelivered",
    re.IGNORECASE,
)
NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|administrator|system|router)|delivery sub ?system|postmaster|"
    r"message router|mail deliver|"
    r"系统退信|邮件系统|退信系统|系统邮件|邮件管理员|邮局管理员|メール配信|systemadministrator|"
    r"system administrator|internet mail delivery",
    re.IGNORECASE,
)
STRONG = re.compile(
    r"this is the (?:qmail|mail (?:system|delivery))|this is the .{0,40}qmail-send program|"
    r"this is the mail (?:delivery )?(?:system|agent|server|program)|"
    r"this message was created automatically by (?:the )?(?:mail|smtp)|"
    r"a message that you (?:have )?sen[td] (?:could not be|has not (?:yet )?been|was not|contained)|"
    r"i(?:'m| am) (?:sorry|afraid) (?:to have to inform you|i wasn't able to deliver)|"
    r"delivery (?:has failed )?to the following recipients?|delivery has failed to these recipients|"
    r"your message (?:did not reach|wasn't delivered|couldn't be delivered|was not delivered|"
    r"cannot be delivered|could not be (?:sent|delivered)|has been (?:rejected|blocked))|"
    r"your (?:e-?mail|mail)(?: message)? (?:could not be|was not|wasn't|cannot be|has not been) (?:delivered|"
    r"sent|posted)|"
    r"the following (?:address(?:es)?|recipients?)(?:\(s\))? (?:had|has|have|failed|could|were|was|cannot|did)|"
    r"the (?:e-?mail )?(?:message|mail) (?:you sent )?(?:could not|can ?not|couldn't|"
    r"was not) (?:be )?(?:delivered|sent)|"
    r"message (?:from|to) .{1,200} (?:was|could) not (?:be )?deliver|could not deliver (?:the )?(?:message|mail|"
    r"your)|"
    r"(?:was|were|is|are) undeliverable|undeliverable to the following|unable to deliver (?:the|your|this|"
    r"message|mail)|"
    r"error message below|the following error|rejected by a remote mail server|had delivery (?:problems|errors)|"
    r"reporting-mta:|final-recipient:|the original message was received at|(?:permanent|"
    r"transient) (?:fatal )?(?:errors?|failure)|"
    r"following message to .{1,200} was undeliverable|"
    r"this is an automatically generated delivery status notification|"
    r"message could not be delivered|recipient(?:'s)? (?:address )?(?:was )?(?:rejected|refused|unknown)|"
    r"das (?:senden|zustellen) .{0,80}(?:nicht möglich|fehlgeschlagen)|konnte nicht zugestellt|"
    r"(?:您|你)(?:所)?(?:发送|寄出|发)?(?:的|给.{1,100}的)?(?:电子)?(?:邮件|信件).{0,60}(?:退回|未能|无法|不能|"
    r"失败|没有|未送达|被拒)|退信原因|退信代码|"
    r"(?:邮件|信件|信).{0,40}(?:无法|未能|不能)(?:被)?(?:投递|送达|递送|发送|传递|到达)|被退回|"
    r"系统未能将您的邮件|您的邮件未送达|地址未找到|"
    r"(?:投递|发送|递送|传递)(?:到|给|至)?.{0,80}(?:失败|失敗)|抱歉[，,].{0,30}邮件.{0,20}退|傳遞失敗|無法傳遞|"
    r"無法投遞|"
    r"(?:送信|配信|配達)(?:できません|不能)|宛先.{0,40}(?:見つかりません|エラー)",
    re.IGNORECASE,
)
REPLY = re.compile(r"\s*(?:re|aw|回复|答复|回覆|sv|antw)\s*[:：]", re.IGNORECASE)
_COPY = (
    r"(?:below this line is a copy|this is a copy of|(?:the )?(?:headers?|text|body|beginning|"
    r"start)(?: page)? of (?:the )?"
    r"(?:original|your|returned|rejected|message)|(?:your )?original (?:message|mail|headers?)|"
    r"returned (?:message|mail|headers?)|"
    r"unsent message|rejected message|undelivered message|message (?:headers?|text|contents?)|copy of (?:the |"
    r"your )?(?:original|message)|"
    r"included is a copy|原始邮件|原邮件|邮件原文|元のメッセージ)"
)
ORIGINAL = re.compile(
    rf"^[ \t|*>]*(?:[-=_]{{2,}}[ \t]*{_COPY}|{_COPY}[^\n]{{0,60}}(?:follow|below|attached|headers?:|header:)|"
    rf"original message:?[ \t]*$|"
    r"(?:received|return-path|message-id|x-originating-ip|dkim-signature):[ \t])",
    re.IGNORECASE | re.MULTILINE,
)
"""From here on the text is our own mail, come back: no recipient is read from it, only its Message-ID."""
