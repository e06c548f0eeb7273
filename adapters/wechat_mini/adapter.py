"""A mini-program's customer service as a channel.

https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/send.html
"""

from adapters.contract import TemplateCard
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.weixin import templates
from adapters.weixin.adapter import Weixin
from adapters.weixin.writing import Payload
from hub.errors import Unsupported
from hub.model import Card, Outbound, Template

NOTICE_PATH = "/cgi-bin/message/subscribe/send"


class MiniProgram(Weixin):
    """One mini-program."""

    pace = (2, 60.0)

    async def payload(self, message: Outbound) -> Payload:
        """Return links and pages in the shape of mini-programs; the rest is as in accounts."""
        (part,) = message.parts
        return await self._card_of(part) if isinstance(part, Card) else await super().payload(message)

    async def _card_of(self, card: Card) -> Payload:
        match card.kind:
            case "link":
                link = {"title": card.title, "description": card.text, "url": card.url, "thumb_url": card.image}
                return {"msgtype": "link", "link": link}
            case "miniprogram":
                if card.app not in ("", self._setup.text("app_id")):
                    raise Unsupported("A mini-program can show its own pages only", app=card.app)
                page = {"title": card.title, "pagepath": card.page, "thumb_media_id": await self._writer.cover(card)}
                return {"msgtype": "miniprogrampage", "miniprogrampage": page}
            case "music":
                raise Unsupported("Mini-programs carry no music", part="card", hint="Send it as a link.")

    async def templated(self, part: Template, message: Outbound) -> str:
        """Send a notice that the person subscribed to."""
        return await templates.send_notice(self._client, part, message.to.user, NOTICE_PATH)

    async def templates(self) -> list[TemplateCard]:
        """List the subscription notices."""
        return await templates.notices(self._client)


def build(setup: Setup, card: Manifest) -> MiniProgram:
    """Make the adapter of one inbox."""
    return MiniProgram(setup, card)
