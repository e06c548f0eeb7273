"""A mail house on this machine: takes what the hub sends by SMTP, holds a mailbox for it by IMAP, and asks for consent.

Nothing leaves the machine. IMAP listens on the next port after the API's (9210), SMTP on the one after that (9211).
"""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime
from pathlib import Path
from ssl import SSLContext
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from msgspec import Struct

from adapters.simulators import email_consent, email_imap
from adapters.simulators.email_consent import Authority
from adapters.simulators.email_imap import Mailbox
from adapters.simulators.email_tls import Paper, paper
from adapters.simulators.stage import Called, Command, Simulator, Tell
from hub.clock import Clock

ADDRESS = "help@hub.example"
PASSWORD = "simulated"  # noqa: S105  # of a mailbox that exists on this machine only
SIZE = 25 * 1024 * 1024


class Sent(Struct, frozen=True, kw_only=True):
    """One mail the hub handed over."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """Read it."""
        made = message_from_bytes(self.raw, policy=policy.default)
        if not isinstance(made, EmailMessage):
            raise TypeError("the policy makes others")
        return made


class SmtpFaults(Struct, kw_only=True):
    """What the SMTP side says no to, by its next answer: `mail`, `rcpt` and `data` are lines such as `450 4.2.0 later`.

    `hangs_up` closes before the end of the mail, `silent` says nothing after it.
    """

    mail: str = ""
    rcpt: dict[str, str] = {}
    data: str = ""
    hangs_up: bool = False
    silent: bool = False


class Post:
    """The SMTP side: what aiosmtpd calls."""

    def __init__(self, house: "MailHouse") -> None:
        self._house = house

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender."""
        if self._house.smtp_faults.mail:
            return self._house.smtp_faults.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, unless told otherwise."""
        fault = self._house.smtp_faults.rcpt.get(address, "")
        if fault:
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail."""
        faults = self._house.smtp_faults
        if faults.hangs_up or faults.silent:
            if faults.hangs_up and server.transport is not None:
                cast("asyncio.WriteTransport", server.transport).abort()
            await asyncio.sleep(3600)
        if faults.data:
            return faults.data
        raw = envelope.original_content or b""
        self._house.took(Sent(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), raw=raw))
        return "250 2.0.0 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """Log in with an access token; a refused one is told in a challenge first, as Gmail does."""
        words = base64.b64decode(args[1] if len(args) > 1 else "").decode().split("\1")
        token = words[1].removeprefix("auth=Bearer ") if len(words) > 1 else ""
        if self._house.authority.good(token):
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"401"}', encode_to_b64=True)
        return AuthResult(success=False, handled=False)


class MailHouse(Simulator):
    """The provider."""

    name: ClassVar[str] = "email"

    def __init__(self, hook: str = "", *, house: str = "password", security: str = "none", **more: Any) -> None:
        """`house` is `password`, `google` or `microsoft`; `security` is `none`, `starttls` or `tls`."""
        super().__init__(hook, **more)
        self._house = house
        self._security = security
        self._paper: Paper | None = None
        self._ports: tuple[int, int] | None = None
        self.mailbox = Mailbox(self.clock)
        self.authority = Authority(self.clock)
        self.authority.rotates = house == "microsoft"
        self.smtp_faults = SmtpFaults()
        self.sent: list[Sent] = []
        self._last: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the authorisation server."""
        return self.authority.routes()

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        base = urlsplit(self.url).port or 0
        imap, smtp = self._ports or (base + 1, base + 2)
        told = {
            "address": ADDRESS,
            "provider": self._house,
            "imap_host": "127.0.0.1",
            "imap_port": str(imap),
            "imap_security": self._security,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(smtp),
            "smtp_security": self._security,
        }
        if self._paper:
            told["tls_ca"] = self._paper.pem
        if self._house == "password":
            return {**told, "imap_password": PASSWORD}
        return {
            **told,
            "client_id": email_consent.CLIENT,
            "client_secret": email_consent.SECRET,
            "authorise_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
        }

    async def says(self, user: str, text: str) -> Called:
        """Let a customer write, in the thread of the last answer to him."""
        self.mailbox.deliver(self.letter(user, text))
        return Called(status=250)

    def letter(self, user: str, text: str, **fields: str) -> bytes:
        """Return a mail of a customer; `fields` are further header fields, `_` for `-`."""
        mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))  # a folded id is no id any more
        answered = self._last.get(_address(user), "")
        told = {
            "From": _address(user),
            "To": ADDRESS,
            "Subject": "Re: your answer" if answered else text[:40] or "mail",
            "Date": format_datetime(self.clock.now()),
            "Message-ID": f"<{uuid.uuid4().hex}@customer.example>",
            **({"In-Reply-To": answered, "References": answered} if answered else {}),
            **{name.replace("_", "-"): value for name, value in fields.items()},
        }
        for name, value in told.items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()

    def took(self, sent: Sent) -> None:
        """Show what the hub sent, and keep its id for the customer's next mail."""
        self.sent.append(sent)
        mail = sent.mail
        for one in sent.recipients:
            self._last[one.lower()] = str(mail["message-id"])
        body = mail.get_body(("plain", "html"))
        words = str(body.get_content()) if isinstance(body, EmailMessage) else ""
        self.tell(f"<- hub to {', '.join(sent.recipients)}: {mail['subject']}\n{words.strip()}")

    def bounce(self, user: str = "", *, action: str = "failed", status: str = "5.1.1") -> None:
        """Send the last mail to a customer back, as a mail server does (RFC 3464)."""
        sent = next(one for one in reversed(self.sent) if not user or _address(user) in one.recipients)
        head = sent.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
        about = Message()
        about["Reporting-MTA"] = "dns; mx.customer.example"
        text = (
            "From: MAILER-DAEMON@customer.example\r\n"
            f"To: {ADDRESS}\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
            f"Message-ID: <{uuid.uuid4().hex}@customer.example>\r\nDate: {format_datetime(self.clock.now())}\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=part\r\n\r\n"
            "--part\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you...\r\n"
            f"--part\r\nContent-Type: message/delivery-status\r\n\r\n{about.as_string().strip()}\r\n\r\n"
            f"Final-Recipient: rfc822; {sent.recipients[0]}\r\nAction: {action}\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n"
            f"--part\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--part--\r\n"
        )
        self.mailbox.deliver(text.encode())

    def commands(self) -> Mapping[str, Command]:
        """Return the words of the terminal."""

        async def eml(words: list[str]) -> str:
            self.mailbox.deliver(await asyncio.to_thread(Path(words[0]).read_bytes))
            return "delivered"

        async def bounce(words: list[str]) -> str:
            self.bounce(*words[:1])
            return "the last mail came back"

        async def auto(words: list[str]) -> str:
            self.mailbox.deliver(self.letter(words[0], "I am on holiday", Auto_Submitted="auto-replied"))
            return "an automatic reply was delivered"

        async def do(words: list[str]) -> str:
            acts = {
                "anew": self.mailbox.number_anew, "bye": self.mailbox.bye, "cut": self.mailbox.cut,
                "expire": self.authority.expire, "revoke": self.authority.revoke,
            }  # fmt: skip
            acts[words[0]]()
            return words[0]

        return {"eml": eml, "bounce": bounce, "auto": auto, "do": do}

    @asynccontextmanager
    async def running(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
        """Serve IMAP, SMTP and the authorisation server."""
        self._paper = await asyncio.to_thread(paper, host) if self._security != "none" else None
        whole = self._paper.context if self._paper and self._security == "tls" else None
        later = self._paper.context if self._paper and self._security == "starttls" else None
        loop = asyncio.get_running_loop()
        imap = await asyncio.start_server(
            lambda reader, writer: self._session(reader, writer, later), host, port + 1 if port else 0, ssl=whole
        )
        smtp = await loop.create_server(lambda: self._smtp(later), host, port + 2 if port else 0, ssl=whole)
        self._ports = (imap.sockets[0].getsockname()[1], smtp.sockets[0].getsockname()[1])
        try:
            async with super().running(port, host) as url:
                yield url
        finally:
            for server in (imap, smtp):
                server.close()
            self.mailbox.cut()
            await asyncio.sleep(0)

    async def _session(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secure: SSLContext | None
    ) -> None:
        # A cancelled session is no fault; left to the stream's own callback it would be told as one.
        with suppress(asyncio.CancelledError):
            await email_imap.Session(self.mailbox, reader, writer, self._may_enter, secure).serve()

    def _smtp(self, secure: SSLContext | None) -> SMTP:
        return SMTP(
            Post(self), hostname="simulated", enable_SMTPUTF8=True, data_size_limit=SIZE, tls_context=secure,
            require_starttls=secure is not None, auth_require_tls=False, loop=asyncio.get_running_loop(),
            authenticator=self._authenticated, auth_exclude_mechanism=["LOGIN", "PLAIN"] * (self._house != "password"),
        )  # fmt: skip

    async def _may_enter(self, user: str, secret: str) -> bool:
        if self._house == "password":
            return (user, secret) == (ADDRESS, PASSWORD)
        return secret.startswith("Bearer ") and self.authority.good(secret.removeprefix("Bearer "))

    def _authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = (data.login, data.password) == (ADDRESS.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)


def _address(user: str) -> str:
    return user if "@" in user else f"{user}@customer.example"


def build(hook: str = "", *, tell: Tell = print, clock: Clock | None = None, **settings: str) -> MailHouse:
    """Make the simulator."""
    return MailHouse(hook, tell=tell, clock=clock, **settings)
