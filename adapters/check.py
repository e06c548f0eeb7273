"""What can be known to be wrong with a channel before anything starts; used by `yizhan check` and `make check`."""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from adapters import settings
from adapters.contract import Adapter
from adapters.manifest import Exempt, Manifest
from adapters.registry import Channel, Registry, find
from hub.errors import HubError

RECORDINGS = Path(__file__).parent.parent / "tests" / "adapters" / "recordings"
GUARDED = ("envelope", "none")
FROM_LIFE = re.compile(rb"^# source: (?!provider manual)\S.{10,}", re.MULTILINE)


def faults(registry: Registry | None = None, recordings: Path = RECORDINGS) -> Iterator[str]:
    """Give everything that is wrong, one line each; in a wheel, without the tests' folder, recordings are left out."""
    registry = registry or find()
    for name, error in registry.broken.items():
        yield f"channel {name}: {error}"
    if not registry.channels:
        yield "no channel was found"
    for name, channel in sorted(registry.channels.items()):
        evidence = recordings / name if recordings.is_dir() else None
        for rule in (_code, _proof, _settings, _readme):
            yield from (f"channel {name}: {fault}" for fault in rule(channel))
        if evidence is not None and channel.folder.parent == Path(__file__).parent:
            yield from (f"channel {name}: {fault}" for fault in _recorded(channel.manifest, evidence))


def _code(channel: Channel) -> Iterator[str]:
    try:
        module = importlib.import_module(f"{channel.package}.adapter")
    except Exception as error:  # noqa: BLE001  # whatever a stranger's code raises is the finding
        yield f"its code does not load: {type(error).__name__}: {error}"
        return
    if not callable(getattr(module, "build", None)):
        yield "adapter.py has no `build(setup, card)`"
    if not any(
        isinstance(one, type) and issubclass(one, Adapter) and one is not Adapter for one in vars(module).values()
    ):
        yield "adapter.py has no class on adapters.contract.Adapter"


def _proof(channel: Channel) -> Iterator[str]:
    card = channel.manifest
    if card.signature in GUARDED and card.guard is None:
        yield f"signature is `{card.signature}`: say in `guard` what makes up for it (encrypted mode, or a secret URL)"
    if card.signature == "body" and not card.secrets:
        yield "signature is `body`, and no setting is a secret to check it with"
    if len(set(card.carries)) != len(card.carries):
        yield "`carries` names a part twice"
    if set(card.carries) & {"image", "audio", "video", "file"} and not card.limits.attachment_bytes:
        yield "it carries files, and limits.attachment_bytes is 0"


def _settings(channel: Channel) -> Iterator[str]:
    seen: set[str] = set()
    for field in channel.manifest.settings:
        if field.name in seen:
            yield f"setting `{field.name}` is there twice"
        seen.add(field.name)
        if field.secret and field.default:
            yield f"setting `{field.name}` is a secret with a default, which everybody knows"
        if field.type == "choice" and not field.choices:
            yield f"setting `{field.name}` is a choice without choices"
        yield from _default(field)


def _default(field: settings.Field) -> Iterator[str]:
    try:
        re.compile(field.pattern)
        if field.default not in (None, ""):
            settings.check((field,), {field.name: field.default})
    except re.error as error:
        yield f"setting `{field.name}`: the pattern is none: {error}"
    except HubError as error:
        yield f"setting `{field.name}`: its own default is refused: {error.message}"


def _readme(channel: Channel) -> Iterator[str]:
    if channel.manifest.quality.documented != "done":
        return
    file = channel.folder / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for heading in ("## Keys", "## Known limits"):
        if heading not in text:
            yield f"quality.documented is `done`, and README.md has no `{heading}`"


def _recorded(card: Manifest, evidence: Path) -> Iterator[str]:
    """Look whether `recorded` is true: recordings that are no copies of a manual, a golden each, a sample a part."""
    if isinstance(card.quality.recorded, Exempt):
        return
    files = sorted(evidence.glob("*.http"))
    for file in files:
        yield from (f"{file.name}: {fault}" for fault in _one(file))
    if card.quality.recorded != "done":
        return
    if not any(FROM_LIFE.search(file.read_bytes()) for file in files):
        yield "quality.recorded is `done`, and there is no recording (a manual's example is none)"
    if not (evidence / "settings.json").is_file():
        yield f"quality.recorded is `done`, and {evidence.name}/settings.json is missing"
    samples = {file.stem for file in evidence.glob("send/*.json")}
    for part in sorted(set(card.carries) - samples):
        yield f"quality.recorded is `done`, and there is no sample of sending {part}"


def _one(file: Path) -> Iterator[str]:
    rules: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("does not begin with `# source: ...`", lambda: file.read_bytes().startswith(b"# source: ")),
        ("has no `# at: ...`", lambda: b"\n# at: " in file.read_bytes()),
        ("has no golden beside it", lambda: file.with_suffix(".json").is_file()),
    )
    yield from (fault for fault, holds in rules if not holds())
