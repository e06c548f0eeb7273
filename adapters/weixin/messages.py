"""What a customer of WeChat said, as parts of ours. Files stay at WeChat, for three days, and are only named. Pure."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from adapters.weixin.push import Push
from hub.model import Card, Location, Notice, Part, Remote, Text

LONGEST = 20_000
SHORT = 256
MENU, MESSAGE = "menu", "message"
"""Words of the manifests' `windows`."""


class Pointer(Struct, frozen=True, kw_only=True):
    """Where a file is: WeChat's id of it, and for pictures an address as well."""

    media: str = ""
    url: str = ""

    def ref(self) -> str:
        """Return it as one word (`Remote.ref`)."""
        return f"{self.media} {self.url}".strip() if len(self.media) + len(self.url) < 2048 else self.media

    @classmethod
    def of(cls, ref: str) -> "Pointer":
        """Read what `ref` wrote."""
        media, _, url = ref.partition(" ")
        return cls(media="", url=media) if media.startswith(("http://", "https://")) else cls(media=media, url=url)


def parts(push: Push) -> tuple[Part, ...]:
    """Return what was said; kinds that we do not know, and those that came without content, are named as such."""
    read = KINDS.get(push.kind)
    said = read(push) if read else ()
    return said or (unsupported(push),)


def unsupported(push: Push) -> Notice:
    """Name a kind of message that cannot be shown."""
    title = {"title": push.title[:SHORT]} if push.title else {}
    return Notice(code="unsupported", facts={"type": push.kind, **title})


def window(push: Push) -> str:
    """Return what the message opens: a click on a menu of ours inside the chat counts as a menu's, not as a message.

    https://developers.weixin.qq.com/doc/service/guide/product/kf/intro.html
    """
    return MENU if push.menu else MESSAGE


def _text(push: Push) -> tuple[Part, ...]:
    return (Text(body=push.content[:LONGEST]),) if push.content else ()


def _image(push: Push) -> tuple[Part, ...]:
    return _file("image", push, "", push.picture)


def _voice(push: Push) -> tuple[Part, ...]:
    """Name the sound, and say what WeChat's speech recognition heard, where the account has that."""
    sound = _file("audio", push, f"voice.{push.format}" if push.format else "")
    heard = (push.recognised or "").strip()
    return (*sound, Text(body=heard[:LONGEST])) if heard else sound


def _video(push: Push) -> tuple[Part, ...]:
    return _file("video", push, "")


def _document(push: Push) -> tuple[Part, ...]:
    """Name a file; accounts get one without an id to fetch it by (title, key and length only): that is unsupported."""
    return _file("file", push, push.title)


def _file(kind: str, push: Push, name: str, url: str = "") -> tuple[Part, ...]:
    ref = Pointer(media=push.media, url=url).ref()
    return (Remote(kind=kind, ref=ref, name=name[:SHORT]),) if ref else ()  # type: ignore[arg-type]  # one of four words


def _place(push: Push) -> tuple[Part, ...]:
    try:
        latitude, longitude = float(push.x), float(push.y)
    except ValueError:
        return ()
    inside = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (Location(latitude=latitude, longitude=longitude, label=push.label[:SHORT]),) if inside else ()


def _link(push: Push) -> tuple[Part, ...]:
    if not push.url.startswith(("http://", "https://")) or len(push.url) > 2048:
        words = "\n".join(word for word in (push.title, push.description, push.url) if word)
        return (Text(body=words[:LONGEST]),) if words else ()
    return (Card(url=push.url, title=push.title[:SHORT], text=push.description[:1024]),)


def _page(push: Push) -> tuple[Part, ...]:
    if not push.app and not push.page:
        return ()
    thumb = push.thumb if len(push.thumb) <= 2048 else ""
    return (
        Card(kind="miniprogram", app=push.app[:SHORT], page=push.page[:1024], title=push.title[:SHORT], image=thumb),
    )


KINDS: Mapping[str, Callable[[Push], tuple[Part, ...]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _place,
    "link": _link,
    "miniprogrampage": _page,
    "file": _document,
}
