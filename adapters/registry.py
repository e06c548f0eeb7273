"""Which channels there are: folders beside this file, and packages of entry point group `yizhan.adapters`.

Manifests are read without importing any channel's code; code is imported when the first inbox is built.
One broken channel is named, logged and left out; the others go on.
"""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import structlog
from msgspec import Struct

from adapters import manifest, settings
from adapters.contract import Adapter
from adapters.manifest import FILE, Manifest
from adapters.setup import Setup
from hub.errors import ChannelBroken, HubError, NotFound

GROUP = "yizhan.adapters"
HERE = Path(__file__).parent
log = structlog.get_logger(__name__)


class Channel(Struct, frozen=True, kw_only=True):
    """A channel that was found: its card, the folder it lives in, and the package that holds its code."""

    manifest: Manifest
    folder: Path
    package: str


class Registry:
    """Every channel found at start, by name. `broken` says what is wrong with those that were left out."""

    def __init__(self, channels: Mapping[str, Channel], broken: Mapping[str, HubError]) -> None:
        self.channels = channels
        self.broken = broken

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every channel's card, by name."""
        return tuple(self.channels[name].manifest for name in sorted(self.channels))

    def manifest(self, channel: str) -> Manifest:
        """Return the card of a channel; raises `NotFound`."""
        return self._channel(channel).manifest

    def check_settings(self, channel: str, given: Mapping[str, object]) -> dict[str, settings.Value]:
        """Return the settings complete with defaults; raises `NotFound`, or `Invalid` with the path."""
        return settings.check(self.manifest(channel).settings, given)

    def build(self, channel: str, setup: Setup) -> Adapter:
        """Make the adapter of one inbox.

        Raises `NotFound`, `Invalid` for its settings, `ChannelBroken` for its code.
        """
        found = self._channel(channel)
        complete = setup.with_settings(**self.check_settings(channel, setup.settings))
        try:
            made = importlib.import_module(f"{found.package}.adapter").build(complete, found.manifest)
        except HubError:
            raise
        except Exception as error:
            log.exception("channel_does_not_load", channel=channel, inbox=setup.inbox)
            raise ChannelBroken(
                "The channel's code does not load",
                channel=channel,
                hint="See the log; `yizhan check` tells more.",
            ) from error
        if not isinstance(made, Adapter):
            raise ChannelBroken("`build` did not return an Adapter", channel=channel, made=type(made).__name__)
        return made

    def _channel(self, name: str) -> Channel:
        if name in self.channels:
            return self.channels[name]
        if name in self.broken:
            raise ChannelBroken("The channel cannot be used", channel=name, hint=str(self.broken[name]))
        raise NotFound("There is no such channel", channel=name, known=sorted(self.channels))


def find(folder: Path = HERE, package: str = "adapters", *, installed: bool = True) -> Registry:
    """Find every channel in `folder` and, unless told otherwise, among the installed packages."""
    channels: dict[str, Channel] = {}
    broken: dict[str, HubError] = {}
    places = _folders(folder, package)
    for name, place, home in (*places, *(_installed() if installed else ())):
        try:
            card = manifest.read(place)
            if card.name != name:
                raise ChannelBroken("The manifest has another name than its folder", folder=name, name=card.name)
            if name in channels:
                raise ChannelBroken("Two channels have the same name", name=name, package=home)
        except HubError as error:
            log.error("channel_left_out", channel=name, fault=str(error))  # noqa: TRY400  # the sentence says all
            broken[name] = error
            continue
        channels[name] = Channel(manifest=card, folder=place, package=home)
    return Registry(channels, broken)


def _folders(folder: Path, package: str) -> Iterator[tuple[str, Path, str]]:
    for file in sorted(folder.glob(f"*/{FILE}")):
        yield file.parent.name, file.parent, f"{package}.{file.parent.name}"


def _installed() -> Iterable[tuple[str, Path, str]]:
    for point in entry_points(group=GROUP):
        root, *inner = point.module.split(".")
        spec = find_spec(root)  # a top-level package is found without being imported
        homes = (spec.submodule_search_locations if spec else None) or [point.module]
        yield point.name, Path(homes[0]).joinpath(*inner), point.module
