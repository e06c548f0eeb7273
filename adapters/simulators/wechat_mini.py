"""A mini-program's customer service as the hub meets it: WeChat with other windows, kinds and limits."""

from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import web
from msgspec import json

from adapters.simulators.wechat import WeChat
from adapters.simulators.weixin_rules import Refusal

MOST_TYPED = 2
MINUTE = timedelta(minutes=1)


class MiniProgram(WeChat):
    """One mini-program."""

    name = "wechat_mini"
    windows_of: ClassVar[dict[str, tuple[int, int]]] = {"message": (172_800, 5), "enter": (60, 2)}
    takes: ClassVar[frozenset[str]] = frozenset({"text", "image", "link", "miniprogrampage"})
    notice_path: ClassVar[str] = "/cgi-bin/message/subscribe/send"

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.showed: dict[str, list[Any]] = {}

    async def _typing(self, request: web.Request) -> Any:
        """Show it twice a minute, and no more."""
        user, now = json.decode(await request.read())["touser"], self.clock.now()
        lately = [at for at in self.showed.get(user, []) if now - at < MINUTE]
        if len(lately) >= MOST_TYPED:
            raise Refusal(45011, "api minute-quota reach limit")
        answer = await super()._typing(request)
        self.showed[user] = [*lately, now]
        return answer


def build(hook: str = "", **settings: Any) -> MiniProgram:
    """Make the simulator; settings are those of the class, as text."""
    return MiniProgram(hook, **settings)
