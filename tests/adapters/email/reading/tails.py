"""What mail programs hang below an answer, in plain text: written the way each of them writes it."""

OLD = "您好，我们已收到您的报修，维修人员今天下午到。"
"""The earlier mail: what must never stay in the answer."""

TAILS: dict[str, str] = {
    "outlook-cn": f"""
________________________________
发件人: 客服中心 <service@water.example>
发送时间: 2026年11月20日 9:15
收件人: 李雷 <lilei@example.com>
主题: 回复: 竹溪巷停水

{OLD}
""",
    "outlook-cn full-width colon": f"""
发件人： 客服中心 <service@water.example>
发送时间： 2026年11月20日 星期五 9:15
收件人： 李雷 <lilei@example.com>
抄送： 王芳 <wangfang@example.com>
主题： 答复： 竹溪巷停水

{OLD}
""",
    "outlook-cn classic": f"""

-----邮件原件-----
发件人: 客服中心 [mailto:service@water.example]
发送时间: 2026年11月20日 9:15
收件人: 李雷
主题: 答复: 竹溪巷停水

{OLD}
""",
    "outlook-cn bold in text": f"""
*发件人:* 客服中心 <service@water.example>
*发送时间:* 2026年11月20日 9:15
*收件人:* 李雷
*主题:* 回复: 竹溪巷停水

{OLD}
""",
    "outlook-tw": f"""
寄件者: 客服中心 <service@water.example>
寄件日期: 2026年11月20日 上午 09:15
收件者: 李雷 <lilei@example.com>
主旨: RE: 竹溪巷停水

{OLD}
""",
    "qq": f"""


------------------ 原始邮件 ------------------
发件人: "客服中心" <service@water.example>;
发送时间: 2026年11月20日(星期五) 上午9:15
收件人: "李雷"<lilei@qq.example>;
主题: 回复：竹溪巷停水

{OLD}
""",
    "qq with entities": f"""

------------------&nbsp;原始邮件&nbsp;------------------
发件人:&nbsp;"客服中心"&nbsp;<service@water.example>;
发送时间:&nbsp;2026年11月20日(星期五) 上午9:15
收件人:&nbsp;"李雷"<lilei@qq.example>;

主题:&nbsp;回复：竹溪巷停水

{OLD}
""",
    "qq english": f"""


------------------ Original ------------------
From:  "service"<service@water.example>;
Date:  Fri, Nov 20, 2026 09:15 AM
To:  "lilei"<lilei@qq.example>;
Subject:  Re: no water

{OLD}
""",
    "qq phone": f"""

---Original---
From: "service"<service@water.example>
Date: Fri, Nov 20, 2026 09:15 AM
To: "lilei"<lilei@qq.example>;
Subject: Re: no water

{OLD}
""",
    "gmail-cn": f"""

客服中心 <service@water.example> 于2026年11月20日周五 09:15写道：

> {OLD}
>
""",
    "gmail-cn broken line": f"""

客服中心 <service@water.example>
于2026年11月20日周五 上午9:15写道：

> {OLD}
>
> 客服中心
""",
    "gmail-tw": f"""

客服中心 <service@water.example> 於 2026年11月20日 週五 上午9:15寫道：

> {OLD}
""",
    "apple-cn": f"""

> 在 2026年11月20日，09:15，客服中心 <service@water.example> 写道：
>
> {OLD}
""",
    "apple-cn not marked": f"""

在 2026年11月20日，上午9:15，客服中心 <service@water.example> 写道：

{OLD}
""",
    "163": f"""





在 2026-11-20 09:15:02，"客服中心" <service@water.example> 写道：
{OLD}
""",
    "163 with marks": f"""


在 2026-11-20 09:15:02，service@water.example 写道：

>{OLD}
>
""",
    "163 english": f"""

At 2026-11-20 09:15:02, "service" <service@water.example> wrote:

{OLD}
""",
    "163 older": f"""


在2026-11-20 09:15:02,"客服中心"<service@water.example>写道：
 {OLD}
""",
    "netease master": f"""


---- 回复的原邮件 ----
| 发件人 | 客服中心<service@water.example> |
| 发送日期 | 2026年11月20日 09:15 |
| 收件人 | 李雷<lilei@163.example> |
| 主题 | 回复：竹溪巷停水 |
{OLD}
""",
    "netease master with its card": f"""


| |
李雷
|
|
lilei@163.example
|
签名由网易邮箱大师定制


---- 回复的原邮件 ----
| 发件人 | 客服中心<service@water.example> |
| 日期 | 2026年11月20日 09:15 |
| 收件人 | 李雷<lilei@163.example> |
| 主题 | 回复：竹溪巷停水 |
{OLD}
""",
    "foxmail": f"""



lilei@example.com

发件人： 客服中心
发送时间： 2026-11-20 09:15
收件人： 李雷
主题： 回复: 竹溪巷停水
{OLD}
""",
    "thunderbird-cn": f"""

在 2026/11/20 9:15, 客服中心 写道:
> {OLD}
""",
    "thunderbird-cn older": f"""

于 2026年11月20日 09:15, 客服中心 写道:
> {OLD}
>
""",
    "dingtalk": f"""


------------------------------------------------------------------
发件人：客服中心 <service@water.example>
日　期：2026年11月20日 09:15:02
收件人：李雷<lilei@example.com>
主　题：回复：竹溪巷停水

{OLD}
""",
    "sina": f"""

----- 原始邮件 -----
发件人：客服中心 <service@water.example>
收件人：lilei <lilei@sina.example>
主题：回复：竹溪巷停水
日期：2026年11月20日 09点15分

{OLD}
""",
    "139": f"""


----邮件原文----
发件人：客服中心 <service@water.example>
收件人：李雷 <139@example.com>
抄 送： (无)
发送时间：2026-11-20 09:15:02
主题：回复：竹溪巷停水

{OLD}
""",
    "coremail": f"""

-----原始邮件-----
发件人:"客服中心" <service@water.example>
发送时间:2026-11-20 09:15:02 (星期五)
收件人: 李雷 <lilei@example.edu.cn>
抄送:
主题: 回复: 竹溪巷停水

{OLD}
""",
    "huawei phone": f"""

发自我的华为手机


-------- 原始邮件 --------
发件人： 客服中心 <service@water.example>
日期： 2026年11月20日周五 09:15
收件人： 李雷 <lilei@example.com>
主题： 回复：竹溪巷停水
{OLD}
""",
    "xiaomi phone": f"""

客服中心 <service@water.example>，2026年11月20日 上午9:15写道：

{OLD}
""",
    "outlook for ios cn": f"""

下载适用于 iOS 的 Outlook<https://aka.ms/o0ukef>
________________________________
发件人: 客服中心 <service@water.example>
发送时间: 星期五, 十一月 20, 2026 9:15 上午
收件人: 李雷 <lilei@example.com>
主题: Re: 竹溪巷停水

{OLD}
""",
    "windows mail cn": f"""

从 Windows 版邮件发送

发件人: 客服中心
发送时间: 2026年11月20日 9:15
收件人: 李雷
主题: 竹溪巷停水

{OLD}
""",
    "iphone only": f"""

发自我的iPhone

> 在 2026年11月20日，09:15，客服中心 <service@water.example> 写道：
>
> \ufeff{OLD}
""",
    "gmail": f"""

On Fri, Nov 20, 2026 at 9:15 AM Customer Service <service@water.example> wrote:

> {OLD}
>
""",
    "gmail broken line": f"""

On Fri, Nov 20, 2026 at 9:15 AM Customer Service Center of Zhuxi <
service@water.example> wrote:

> {OLD}
> --
> Customer Service
""",
    "outlook": f"""

From: Customer Service <service@water.example>
Sent: Friday, November 20, 2026 9:15 AM
To: Li Lei <lilei@example.com>
Cc: Wang Fang <wangfang@example.com>
Subject: RE: no water

{OLD}
""",
    "outlook classic": f"""

-----Original Message-----
From: Customer Service [mailto:service@water.example]
Sent: Friday, November 20, 2026 9:15 AM
To: Li Lei
Subject: RE: no water

{OLD}
""",
    "apple": f"""

> On Nov 20, 2026, at 09:15, Customer Service <service@water.example> wrote:
>
> {OLD}
""",
    "apple with signature": f"""

Sent from my iPhone

> On Nov 20, 2026, at 09:15, Customer Service <service@water.example> wrote:
>
> {OLD}
""",
    "thunderbird": f"""

On 11/20/26 09:15, Customer Service wrote:
> {OLD}
""",
    "yahoo": f"""

Sent from Yahoo Mail for iPhone


On Friday, November 20, 2026, 9:15 AM, Customer Service <service@water.example> wrote:

{OLD}
""",
    "signature": f"""

--{" "}
李雷
竹溪巷 12 号 {OLD}
""",
    "signature without its blank": f"""

--
李雷 {OLD}
""",
    "german": f"""

Am Fr., 20. Nov. 2026 um 09:15 Uhr schrieb Kundendienst <service@water.example>:

> {OLD}
""",
    "french": f"""

Le ven. 20 nov. 2026 à 09:15, Service <service@water.example> a écrit :

> {OLD}
""",
    "gmail japanese": f"""

2026年11月20日(金) 9:15 カスタマー <service@water.example>:

> {OLD}
""",
}
