"""A mail customer with a real mailbox, and the web page whose picture their mail names."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from aiohttp import web
from aiosmtplib import send

from tests.journeys.test_work import a_picture
from tests.mailhouse import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.mailhouse import MailHouse

QUOTED = (
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">自来水公司 &lt;help@example.com&gt; '
    "于2026年11月20日周五 10:12写道：<br></div>"
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">上一封信的内容</blockquote></div>'
)
"""As Gmail writes it."""


class Correspondent:
    """A customer who writes and reads mail at the real servers."""

    def __init__(self, house: MailHouse, user: str, name: str) -> None:
        self.house = house
        self.user = user
        self.address = f"{user}@example.com"
        self._from = f"{name} <{self.address}>"

    async def writes(self, to: str, subject: str, text: str, *, answers: EmailMessage | None = None) -> str:
        """Send a plain mail, as an answer if it is one; return its id."""
        return await self.sends(self.mail(to, subject, text, answers=answers), to)

    def mail(self, to: str, subject: str, text: str, *, answers: EmailMessage | None = None) -> EmailMessage:
        """Return a mail to be added to."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = self._from, to, subject
        mail["Message-ID"] = f"<{self.user}.{abs(hash((subject, text)))}@kunde.example>"
        if answers is not None:
            mail["In-Reply-To"] = answers["Message-ID"]
            mail["References"] = f"{answers.get('References', '')} {answers['Message-ID']}".strip()
        mail.set_content(text)
        return mail

    async def sends(self, mail: EmailMessage, to: str) -> str:
        """Hand a mail to postfix; return its id."""
        await send(
            mail, sender=self.address, recipients=[to], hostname="127.0.0.1", port=self.house.smtp, start_tls=False
        )
        return str(mail["Message-ID"])

    async def reads(self) -> list[EmailMessage]:
        """Return what lies in the mailbox, oldest first."""
        raw = await asyncio.to_thread(self.house.mails, self.user)
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(mail) for mail in raw]


def adorned(mail: EmailMessage, picture: str) -> EmailMessage:
    """Give a mail a formatted body with a picture of its own and one from elsewhere, a quotation, and a file."""
    mail.add_alternative(
        f"<p>水表<b>不转</b>了，见图。</p><p><img src='cid:meter' width='60' height='60' alt='水表'></p>"
        f"<p><img src='{picture}' width='60' height='60' alt='logo'></p><script>alert(1)</script>{QUOTED}",
        subtype="html",
    )
    body = mail.get_body(("html",))
    assert body is not None
    body.add_related(a_picture(), maintype="image", subtype="png", cid="<meter>")
    mail.add_attachment("三吨水".encode(), maintype="text", subtype="plain", filename="账单.txt")
    return mail


def settings(house: MailHouse, user: str) -> dict[str, str | int]:
    """Return what to enter in the inbox of a mailbox."""
    return {
        "address": f"{user}@example.com", "from_name": "{author} - 自来水公司", "signature": "自来水公司\n热线 96116",
        "imap_host": "127.0.0.1", "imap_port": house.imap, "imap_security": "none", "imap_user": user,
        "imap_password": SECRET, "smtp_host": "127.0.0.1", "smtp_port": house.smtp, "smtp_security": "none",
    }  # fmt: skip


@asynccontextmanager
async def a_site() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve one picture; give its address, and who asked for it."""
    asked: list[str] = []

    async def picture(request: web.Request) -> web.Response:
        asked.append(request.headers.get("User-Agent", ""))
        return web.Response(body=a_picture(), content_type="image/png")

    app = web.Application()
    app.router.add_get("/logo.png", picture)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/logo.png", asked
    finally:
        await runner.cleanup()
