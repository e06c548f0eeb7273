"""Aliyun SMS as a channel: registered templates out, replies and delivery reports in, at a secret address."""

from typing import Any

import msgspec

from adapters.aliyun import api, events
from adapters.contract import Ack, Adapter, Request, Step, TemplateCard
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.texting import guard, template
from adapters.texting.numbers import national
from hub.errors import HubError
from hub.model import Inbound, Outbound

ANSWER = Ack(body='{"code":0,"msg":"接收成功"}'.encode(), content_type="application/json")
PAGES = 10


class Aliyun(Adapter):
    """One signature of one account."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        words = setup.settings.get("stop_words")
        self._stop_words = tuple(map(str, words)) if isinstance(words, list) else ()

    def verify(self, request: Request) -> None:
        """Compare the secret in the address: Aliyun signs nothing."""
        guard.check(request, self._setup.text("hook_secret"))

    def challenge(self, request: Request) -> Ack | None:
        """Answer the GET by which Aliyun tries an address before it takes it; it waits 700 ms."""
        if request.method != "GET":
            return None
        self.verify(request)
        return ANSWER

    def parse(self, request: Request) -> list[Inbound]:
        """Read an array of replies or reports; `sequence_id` and `biz_id` stay the same when Aliyun repeats them."""
        return events.read(self._setup.inbox, request.body, at=request.at, stop_words=self._stop_words)

    def ack(self, request: Request) -> Ack:
        """Answer so that Aliyun does not repeat it after 1, 5 and 10 minutes."""
        return ANSWER

    async def send(self, message: Outbound) -> str:
        """Send one template to one number. Aliyun says itself that it dedupes nothing."""
        chosen = template.only(self._card, message)
        query = {
            "PhoneNumbers": national(message.to.user),
            "SignName": self._setup.text("sign_name"),
            "TemplateCode": chosen.template,
            "OutId": message.id,
        }
        if chosen.variables:
            query["TemplateParam"] = msgspec.json.encode(chosen.variables).decode()
        if code := self._setup.text("extend_code"):
            query["SmsUpExtendCode"] = code
        told = await api.call(self._setup, "SendSms", query)
        return str(told.get("BizId", "")) or message.id

    async def templates(self) -> list[TemplateCard]:
        """List the approved templates."""
        cards: list[TemplateCard] = []
        for page in range(1, PAGES + 1):
            told = await self._templates(page, 50)
            rows: list[dict[str, Any]] = told.get("SmsTemplateList") or []
            cards += [
                template.card_of(str(row.get("TemplateCode", "")), str(row.get("TemplateName", "")),
                                 str(row.get("TemplateContent", "")))
                for row in rows
                if row.get("AuditStatus") == "AUDIT_STATE_PASS"
            ]  # fmt: skip
            if len(rows) < 50:
                break
        return cards

    async def probe(self) -> list[Step]:
        """Ask for one page of templates, which proves address, key and permission."""
        try:
            told = await self._templates(1, 1)
        except HubError as error:
            return [Step(name="account", ok=False, detail=error.message, hint=error.hint)]
        return [Step(name="account", ok=True, detail=f"templates: {told.get('TotalCount', 0)}")]

    async def _templates(self, page: int, size: int) -> dict[str, Any]:
        return await api.call(self._setup, "QuerySmsTemplateList", {"PageIndex": str(page), "PageSize": str(size)})


def build(setup: Setup, card: Manifest) -> Aliyun:
    """Make the adapter of one inbox."""
    return Aliyun(setup, card)
