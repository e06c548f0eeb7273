"""Tencent Cloud SMS as a channel: registered templates out, replies and delivery reports in, at a secret address."""

from typing import Any

import msgspec
from msgspec import Struct

from adapters.contract import Ack, Adapter, Request, Step, TemplateCard
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.tencent import api, events
from adapters.texting import beijing, guard, template
from adapters.texting.numbers import national
from hub.errors import HubError, OutcomeUnknown, TryLater
from hub.model import Inbound, Outbound

ANSWER = Ack(body=b'{"result":0,"errmsg":"OK"}', content_type="application/json")
PAGES, PAGE = 5, 100
APPROVED = 0


class Sent(Struct, frozen=True, kw_only=True, rename="pascal"):
    """What became of one number of a call."""

    code: str
    serial_no: str = ""
    message: str = ""


class Tencent(Adapter):
    """One application and signature of one account."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        words = setup.settings.get("stop_words")
        self._stop_words = tuple(map(str, words)) if isinstance(words, list) else ()

    def verify(self, request: Request) -> None:
        """Compare the secret in the address: Tencent signs nothing."""
        guard.check(request, self._setup.text("hook_secret"))

    def parse(self, request: Request) -> list[Inbound]:
        """Read one reply or an array of reports; `sid` and number are a report's identity."""
        return events.read(self._setup.inbox, request.body, at=request.at, stop_words=self._stop_words)

    def ack(self, request: Request) -> Ack:
        """Answer as Tencent wants to hear it."""
        return ANSWER

    async def send(self, message: Outbound) -> str:
        """Send one template to one number; marketing not by night. Tencent dedupes nothing."""
        chosen = template.only(self._card, message)
        digits = national(message.to.user)
        self._by_day(message)
        asked = {
            "PhoneNumberSet": [message.to.user if message.to.user.startswith("+") else f"+{digits}"],
            "SmsSdkAppId": self._setup.text("app_id"),
            "TemplateId": chosen.template,
            "TemplateParamSet": template.in_order(chosen),
            "SessionContext": message.id,
            **{name: value for name, value in self._further.items() if value},
        }
        told = await api.call(self._setup, "SendSms", asked)
        return self._sent(told)

    async def templates(self) -> list[TemplateCard]:
        """List the approved templates."""
        cards: list[TemplateCard] = []
        for page in range(PAGES):
            told = await self._templates(page * PAGE, PAGE)
            rows: list[dict[str, Any]] = told.get("DescribeTemplateStatusSet") or []
            cards += [
                template.card_of(str(row.get("TemplateId", "")), str(row.get("TemplateName", "")),
                                 str(row.get("TemplateContent", "")))
                for row in rows
                if row.get("StatusCode") == APPROVED
            ]  # fmt: skip
            if len(rows) < PAGE:
                break
        return cards

    async def probe(self) -> list[Step]:
        """Ask for one template, which proves address, key and permission."""
        try:
            await self._templates(0, 1)
        except HubError as error:
            return [Step(name="account", ok=False, detail=error.message, hint=error.hint)]
        return [Step(name="account", ok=True)]

    @property
    def _further(self) -> dict[str, str]:
        return {"SignName": self._setup.text("sign_name"), "ExtendCode": self._setup.text("extend_code")}

    def _by_day(self, message: Outbound) -> None:
        wait = beijing.until_opening(self._setup.clock.now())
        if message.purpose == "marketing" and wait:
            raise TryLater("Marketing is sent from 8 to 22 o'clock", after=wait)

    def _sent(self, told: dict[str, Any]) -> str:
        try:
            [sent] = msgspec.convert(told.get("SendStatusSet"), list[Sent])
        except ValueError as error:
            raise OutcomeUnknown("Tencent Cloud did not say what became of it", hint="Look at its log.") from error
        if sent.code.lower() != "ok":
            api.refuse(api.Fault(code=sent.code, message=sent.message), self._setup.clock.now())
        return sent.serial_no

    async def _templates(self, begin: int, size: int) -> dict[str, Any]:
        asked = {"International": 0, "Limit": size, "Offset": begin}
        return await api.call(self._setup, "DescribeSmsTemplateList", asked)


def build(setup: Setup, card: Manifest) -> Tencent:
    """Make the adapter of one inbox."""
    return Tencent(setup, card)
