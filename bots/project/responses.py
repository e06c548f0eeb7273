"""The `responses:` of a domain or of a file of their own: what the bot says, in variants."""

import re

import msgspec
import yaml

from bots.project.model import Button, Holds, Json, Response
from bots.project.nodes import File, json

_KEYS = frozenset(
    {"text", "buttons", "image", "custom", "channel", "condition", "metadata", "id", "attachment", "quick_replies",
     "elements", "button_type"}
)  # fmt: skip
_BUTTON = frozenset({"title", "payload", "type", "url", "image_url"})
PAYLOAD = re.compile(r"/([^\s{]+)(\{.*\})?\s*$", re.DOTALL)


def read(file: File, node: yaml.Node) -> dict[str, tuple[Response, ...]]:
    """Read every response of one file."""
    found: dict[str, tuple[Response, ...]] = {}
    for name, key, value in file.pairs(node, "responses"):
        if not name.startswith("utter_"):
            file.error(key, f"The response {name!r} does not begin with utter_", "Rename it.")
        variants = tuple(_response(file, one) for one in file.items(value, f"The response {name!r}"))
        if not variants:
            file.error(key, f"The response {name!r} says nothing", "Give it at least one `- text:`.")
        found[name] = variants
    return found


def _response(file: File, node: yaml.Node) -> Response:
    entries = file.known(node, "A response", _KEYS)
    for unread in ("elements", "quick_replies"):
        if unread in entries:
            file.warning(entries[unread], f"`{unread}` is not said by this engine", "Use `buttons` or `custom`.")
    said = file.text(entries.get("text"), "text")
    if not said and not {"image", "custom", "attachment"} & entries.keys():
        file.error(node, "A response says nothing", "Give it a `text`.")
    return Response(
        text=said, buttons=tuple(_button(file, one) for one in file.items(entries.get("buttons"), "buttons")),
        image=file.text(entries.get("image"), "image"), attachment=json(entries.get("attachment")),
        custom=json(entries.get("custom")), channel=file.text(entries.get("channel"), "channel"),
        conditions=tuple(_holds(file, one) for one in file.items(entries.get("condition"), "condition")),
        metadata=_metadata(entries.get("metadata")), id=file.text(entries.get("id"), "id"), place=file.place(node),
    )  # fmt: skip


def _metadata(node: yaml.Node | None) -> dict[str, Json]:
    found = json(node)
    return found if isinstance(found, dict) else {}


def _button(file: File, node: yaml.Node) -> Button:
    entries = file.known(node, "A button", _BUTTON)
    title, payload = file.text(entries.get("title"), "title"), file.text(entries.get("payload"), "payload")
    if not title or not (payload or "url" in entries):
        file.error(node, "A button has a title and a payload")
    if payload.startswith("/") and not _sound(payload):
        file.error(entries["payload"], f"The payload {payload!r} cannot be read",
                   'Write /intent or /intent{{"entity": "value"}}.')  # fmt: skip
    return Button(title=title, payload=payload or file.text(entries.get("url"), "url"))


def _sound(payload: str) -> bool:
    """Say whether a payload is an intent with, perhaps, a JSON object; braces may be doubled, with `{slot}` inside."""
    found = PAYLOAD.match(payload)
    if found is None:
        return False
    told = (found[2] or "{}").replace("{{", "{").replace("}}", "}")
    try:
        return isinstance(msgspec.json.decode(re.sub(r'"\{\w+\}"|\{\w+\}', '""', told)), dict)
    except ValueError:
        return False


def _holds(file: File, node: yaml.Node) -> Holds:
    entries = file.known(node, "A condition", frozenset({"type", "name", "value"}))
    if file.text(entries.get("type"), "type") != "slot":
        file.error(node, "A condition of a response is of type slot")
    return Holds(slot=file.text(entries.get("name"), "name"), value=json(entries.get("value")))
