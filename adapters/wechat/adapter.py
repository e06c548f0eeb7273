"""A WeChat Official Account as a channel."""

from adapters.contract import TemplateCard
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.wechat.account import Account
from adapters.weixin import templates
from adapters.weixin.adapter import Weixin
from adapters.weixin.writing import Payload
from hub.model import Outbound, Template

NOTICE_PATH = "/cgi-bin/message/subscribe/bizsend"


class OfficialAccount(Weixin):
    """One account."""

    @property
    def account(self) -> Account:
        """Return what the account can do besides writing: codes to scan, tags, remarks."""
        return Account(self._client)

    def extra(self) -> Payload:
        """Name the customer-service account that customers see, if one is set."""
        shown = self._setup.text("kf_account")
        return {"customservice": {"kf_account": shown}} if shown else {}

    async def templated(self, part: Template, message: Outbound) -> str:
        """Send a template message, or the notice that the person subscribed to."""
        if part.template.startswith(templates.NOTICE):
            return await templates.send_notice(self._client, part, message.to.user, NOTICE_PATH)
        return await templates.send_message(self._client, part, message.to.user, message.id)

    async def templates(self) -> list[TemplateCard]:
        """List template messages and subscription notices."""
        return [*await templates.messages(self._client), *await templates.notices(self._client)]


def build(setup: Setup, card: Manifest) -> OfficialAccount:
    """Make the adapter of one inbox."""
    return OfficialAccount(setup, card)
