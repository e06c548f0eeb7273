"""A part as `send_msg` wants it. Pure, given the ids of the files that were uploaded.

Source: https://developer.work.weixin.qq.com/document/path/94677. Lengths are in bytes of UTF-8.
"""

from collections.abc import Mapping

from adapters.wechat_kf.items import MENU_MARK
from hub.errors import Unsupported
from hub.model import Attachment, Card, Choice, Choices, Location, Part, Text

TEXT, HEAD, ENTRY, ENTRY_ID = 2048, 1024, 128, 64
ENTRIES = 10
TITLE, DESCRIPTION, APP_TITLE = 128, 512, 64
LARGEST = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
KINDS = {"image/jpeg": "image", "image/png": "image", "audio/amr": "voice", "video/mp4": "video"}
SMALLEST = 6
Content = Mapping[str, object]


def kind_of(part: Attachment) -> str:
    """Return as what a file goes out: a picture, voice or film when WeCom takes it as one, else as a file."""
    kind = KINDS.get(part.media_type, "file")
    return kind if part.size <= LARGEST[kind] else "file"


def render(part: Part, media: str, *, tail: str) -> Content:
    """Return `msgtype` and its content; `media` is the file's or the cover's id. Raises `Unsupported`."""
    match part:
        case Text(body=body):
            return _typed("text", content=_fits(body, TEXT, "text"))
        case Attachment():
            return _typed(kind_of(part), media_id=media)
        case Location() as place:
            return _typed("location", name=place.label, address=place.label, latitude=place.latitude,
                          longitude=place.longitude)  # fmt: skip
        case Card(kind="miniprogram") as app:
            return _typed("miniprogram", appid=app.app, title=cut(app.title, APP_TITLE), pagepath=app.page,
                          thumb_media_id=media)  # fmt: skip
        case Card() as card:
            return _typed("link", title=cut(card.title, TITLE), desc=cut(card.text, DESCRIPTION), url=card.url,
                          thumb_media_id=media)  # fmt: skip
        case Choices() as asked:
            return _menu(asked, tail)
        case _:
            raise Unsupported("WeChat customer service does not carry this", part=type(part).__name__)


def cut(text: str, size: int) -> str:
    """Return as much of a text as fits into `size` bytes, as WeCom would cut it, but never within a letter."""
    return text.encode()[:size].decode(errors="ignore")


def _menu(asked: Choices, tail: str) -> Content:
    if len(asked.choices) > ENTRIES:
        raise Unsupported("A menu has at most 10 entries", entries=len(asked.choices))
    entries = [{"type": "click", "click": _entry(choice)} for choice in asked.choices]
    head = _fits(asked.body, HEAD, "question")
    return _typed("msgmenu", head_content=head, list=entries, **({"tail_content": tail} if tail else {}))


def _entry(choice: Choice) -> dict[str, str]:
    """Return a menu entry; a value that is too long for an id is left out."""
    id = MENU_MARK + choice.value
    label = _fits(choice.label, ENTRY, "choice")
    return {"content": label, **({"id": id} if len(id.encode()) <= ENTRY_ID else {})}


def _fits(text: str, size: int, what: str) -> str:
    if len(text.encode()) > size:
        raise Unsupported(f"The {what} is too long for WeChat", limit=size, length=len(text.encode()))
    return text


def _typed(type_: str, **content: object) -> Content:
    return {"msgtype": type_, type_: content}
