"""What a message is made of: a closed vocabulary that every channel renders as well as it can."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Short = Annotated[str, Meta(max_length=256)]
Words = Annotated[str, Meta(min_length=1, max_length=20_000)]


class Text(Struct, frozen=True, kw_only=True, tag="text", forbid_unknown_fields=True):
    """Plain text, as the person wrote it. `quoted` is the earlier mail that hung below it."""

    body: Words
    quoted: Annotated[str, Meta(max_length=200_000)] = ""


class Html(Struct, frozen=True, kw_only=True, tag="html", forbid_unknown_fields=True):
    """A formatted body. `body` is the sender's own HTML, untrusted until sanitised; `text` the same in plain words.

    `quoted` is the HTML of the earlier mail that hung below it. `cid` maps content ids to the blobs of inline pictures.
    """

    body: Annotated[str, Meta(max_length=2_000_000)]
    text: Annotated[str, Meta(max_length=200_000)] = ""
    quoted: Annotated[str, Meta(max_length=2_000_000)] = ""
    cid: dict[str, str] = {}


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stored blob: `blob` is its content hash, `media_type` found by content, `size` in bytes."""

    blob: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    name: Short
    media_type: Short
    size: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


class Image(Attachment, frozen=True, kw_only=True, tag="image", forbid_unknown_fields=True):
    """A picture a browser may show."""


class Audio(Attachment, frozen=True, kw_only=True, tag="audio", forbid_unknown_fields=True):
    """A voice message or sound."""


class Video(Attachment, frozen=True, kw_only=True, tag="video", forbid_unknown_fields=True):
    """A film."""


class File(Attachment, frozen=True, kw_only=True, tag="file", forbid_unknown_fields=True):
    """Anything else: offered for download, never opened in the page."""


class Location(Struct, frozen=True, kw_only=True, tag="location", forbid_unknown_fields=True):
    """A place, WGS 84 degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    label: Short = ""


class Card(Struct, frozen=True, kw_only=True, tag="card", forbid_unknown_fields=True):
    """A link shown as a card: a page, a piece of music, or a page (`page`) of a mini-program (`app`).

    A mini-program may have no `url`; anything else has one.
    """

    kind: Literal["link", "music", "miniprogram"] = "link"
    app: Short = ""
    page: Annotated[str, Meta(max_length=1024)] = ""
    url: Annotated[str, Meta(max_length=2048, pattern="^(https?://|$)")] = ""
    title: Short
    text: Annotated[str, Meta(max_length=1024)] = ""
    image: Annotated[str, Meta(max_length=2048)] = ""


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One quick reply: `label` is shown, `value` comes back."""

    label: Annotated[str, Meta(min_length=1, max_length=64)]
    value: Annotated[str, Meta(min_length=1, max_length=256)]


class Choices(Struct, frozen=True, kw_only=True, tag="choices", forbid_unknown_fields=True):
    """A question with quick replies."""

    body: Words
    choices: Annotated[tuple[Choice, ...], Meta(min_length=1, max_length=20)]


class FormField(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of a form. `kind` is text, email, phone or choice (with `choices`)."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    label: Short
    kind: Annotated[str, Meta(pattern="^(text|email|phone|choice)$")] = "text"
    required: bool = True
    choices: tuple[Choice, ...] = ()


class Form(Struct, frozen=True, kw_only=True, tag="form", forbid_unknown_fields=True):
    """A form to fill in (`answers` empty), or one that was filled in."""

    name: Short
    fields: tuple[FormField, ...] = ()
    answers: dict[str, Annotated[str, Meta(max_length=2000)]] = {}


class Template(Struct, frozen=True, kw_only=True, tag="template", forbid_unknown_fields=True):
    """A text registered at the provider, with its variables; `body` is how it reads, for our own people."""

    template: Short
    variables: dict[str, str] = {}
    body: Annotated[str, Meta(max_length=2000)] = ""


class Notice(Struct, frozen=True, kw_only=True, tag="notice", forbid_unknown_fields=True):
    """Something that happened, told in the thread: `code` for machines and translation, `facts` to fill it."""

    code: Annotated[str, Meta(pattern="^[a-z_.]{1,64}$")]
    facts: dict[str, str] = {}


class Remote(Struct, frozen=True, kw_only=True, tag="remote", forbid_unknown_fields=True):
    """A file that is still at the provider: fetched after the message is stored, and put in this part's place.

    `ref` is the adapter's own word for it (`Adapter.media`). `fault` is a code, set when it could not be had.
    """

    kind: Literal["image", "audio", "video", "file"]
    ref: Annotated[str, Meta(max_length=2048)]
    name: Short = ""
    fault: Short = ""


Media = Image | Audio | Video | File
Part = Text | Html | Image | Audio | Video | File | Location | Card | Choices | Form | Template | Notice | Remote


def plain(parts: tuple[Part, ...]) -> str:
    """Say the parts in plain words: for previews, search and channels that carry text only."""
    return "\n".join(line for line in map(_words, parts) if line)


def _words(part: Part) -> str:
    match part:
        case Text(body=body):
            return body
        case Html(text=text):
            return text
        case Choices(body=body):
            return body
        case Image() | Audio() | Video() | File():
            return f"[{part.name}]"
        case Location(label=label):
            return label
        case Card(title=title, url=url):
            return f"{title} {url}"
        case Form(answers=answers):
            return " ".join(f"{name}: {value}" for name, value in answers.items())
        case Template() | Remote():
            return _promised(part)
        case Notice():
            return ""


def _promised(part: Template | Remote) -> str:
    """Say what stands for words or a file that are at the provider."""
    match part:
        case Template(template=template, body=body):
            return body or f"[{template}]"
        case Remote(name=name, kind=kind):
            return f"[{name or kind}]"
