"""`docs/channels.md`: what every channel carries and promises, drawn from the manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from adapters.manifest import Exempt, Manifest, Tag, Window
from adapters.registry import find

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = """# Channels

Written from the manifests by `python -m tools.generated`; `adapters/<channel>/README.md` says how to get the keys, and
what does not work.

● carried as it is, ◐ sent as something simpler (buttons as numbers, a file as a link), · refused before it leaves.
"""
SIGNATURES = {"body": "the whole body", "envelope": "time and nonce", "none": "none", "session": "a session of ours"}


def written() -> str:
    """Return the page."""
    cards = find(installed=False).manifests
    tags = [tag for tag in get_args(Tag) if tag != "notice"]
    carried = [[_title(card), *(_carried(card, tag) for tag in tags)] for card in cards]
    return "\n".join(
        [
            HEAD,
            "## What a message may be\n",
            *_table(["channel", *tags], carried),
            "\n## Limits and windows\n",
            *_table(["channel", "text", "files", "we may write"], [_limits(card) for card in cards]),
            "\n## Proof and abilities\n",
            *_table(["channel", "signature covers", "repeat is safe", "abilities", "evidence"], map(_proof, cards)),
            "",
        ]
    )


def _title(card: Manifest) -> str:
    return f"{card.title.zh} {card.title.en} (`{card.name}`)"


def _carried(card: Manifest, tag: str) -> str:
    return "●" if tag in card.carries else "◐" if tag in card.degrades else "·"


def _limits(card: Manifest) -> list[str]:
    limits = card.limits
    text = f"{limits.text:,} characters" + (f", {limits.text_bytes:,} bytes" if limits.text_bytes else "")
    by_type = "; ".join(f"{kind} {_size(size)}" for kind, size in limits.by_type.items())
    files = (
        f"{_size(limits.attachment_bytes)}{f' ({by_type})' if by_type else ''}" if limits.attachment_bytes else "none"
    )
    windows = "; ".join(map(_window, card.windows)) or "at any time"
    outside = f"; outside only {', '.join(card.outside)}" if card.windows and card.outside else ""
    return [_title(card), text, files, windows + outside]


def _window(window: Window) -> str:
    count = "any number" if window.messages is None else str(window.messages)
    hours, rest = divmod(window.seconds, 3600)
    life = f"{hours} h" if hours and not rest else f"{window.seconds} s"
    return f"{count} in {life} after {', '.join(window.opened_by)}"


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:g} MB" if count >= 1024 * 1024 else f"{count / 1024:g} KB"


def _proof(card: Manifest) -> list[str]:
    guard = f" ({card.guard.replace('_', ' ')})" if card.guard else ""
    signature = "no webhook" if not card.webhook else SIGNATURES[card.signature] + guard
    abilities = ("typing", "templates", "consent", "listens", "mail", "opt_out")
    able = [name.replace("_", " ") for name in abilities if getattr(card, name)]
    tick = card.quality.recorded
    evidence = f"no recordings: {tick.exempt}" if isinstance(tick, Exempt) else {"done": "recorded"}.get(tick, "to do")
    return [_title(card), signature, "yes" if card.idempotent else "no", ", ".join(able) or "·", evidence]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    return [_row(names), _row(["---"] * len(names)), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
