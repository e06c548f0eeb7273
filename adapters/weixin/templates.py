"""Texts registered at WeChat: template messages of service accounts, and notices that customers subscribe to.

https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md and notify/notify beside it.
"""

import re

from msgspec import Struct, field

from adapters.contract import TemplateCard
from adapters.weixin.client import Client, Reply
from hub.errors import Refused, Unsupported
from hub.model import Template

NOTICE = "notice:"
"""Before the id of a subscription notice, to tell it from a template message."""
_VARIABLE = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")


class Private(Struct, frozen=True, kw_only=True):
    """One template message of the account."""

    id: str = field(name="template_id", default="")
    title: str = ""
    content: str = ""


class PrivateReply(Reply, frozen=True, kw_only=True):
    """All of them."""

    items: list[Private] = field(name="template_list", default_factory=list)


class Notice(Struct, frozen=True, kw_only=True):
    """One subscription notice of the account."""

    id: str = field(name="priTmplId", default="")
    title: str = ""
    content: str = ""


class NoticeReply(Reply, frozen=True, kw_only=True):
    """All of them."""

    items: list[Notice] = field(name="data", default_factory=list)


class Sent(Reply, frozen=True, kw_only=True):
    """WeChat's id of what was sent; its result is pushed later with the same."""

    message: int | str = field(name="msgid", default="")


async def messages(client: Client) -> list[TemplateCard]:
    """List template messages; none for accounts that have not the right to them."""
    try:
        reply = await client.ask("/cgi-bin/template/get_all_private_template", shape=PrivateReply)
    except Refused:
        return []
    return [_card(one.id, one.title, one.content) for one in reply.items if one.id]


async def notices(client: Client) -> list[TemplateCard]:
    """List subscription notices; none for accounts that have not the right to them."""
    try:
        reply = await client.ask("/wxaapi/newtmpl/gettemplate", shape=NoticeReply)
    except Refused:
        return []
    return [_card(NOTICE + one.id, one.title, one.content) for one in reply.items if one.id]


async def send_message(client: Client, template: Template, to: str, id: str) -> str:
    """Send a template message. `id` keeps WeChat from sending it twice within ten minutes."""
    payload = {"touser": to, "template_id": template.template, "client_msg_id": id, "data": _data(template)}
    sent = await client.ask("/cgi-bin/message/template/send", payload, shape=Sent, once=True)
    return str(sent.message)


async def send_notice(client: Client, template: Template, to: str, path: str) -> str:
    """Send a subscription notice: one for each time that the person agreed to it."""
    id = template.template.removeprefix(NOTICE)
    payload = {"touser": to, "template_id": id, "data": _data(template)}
    sent = await client.ask(path, payload, shape=Sent, once=True)
    return str(sent.message)


def _data(template: Template) -> dict[str, dict[str, str]]:
    if not template.template:
        raise Unsupported("Which template?", hint="Choose one from the list.")
    return {name: {"value": value} for name, value in template.variables.items()}


def _card(id: str, title: str, content: str) -> TemplateCard:
    variables = tuple(dict.fromkeys(_VARIABLE.findall(content)))
    return TemplateCard(id=id, title=title, body=_VARIABLE.sub(r"{\1}", content).strip(), variables=variables)
