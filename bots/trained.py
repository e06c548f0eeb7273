"""A trained bot as one file: the project, what was learned, and who made it. No code in it, nothing pickled.

The project stands in it as it was read: to read its YAML again would hold up a hub that loads it.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from bots.nlu.understanding import Understanding
from bots.project.model import Project
from hub.errors import Malformed

ENGINE = 3
"""Grows when a model trained before would be understood otherwise."""
LARGEST = 512 * 1024 * 1024
"""Bytes that a model may unfold to."""


class Trained(Struct, frozen=True, kw_only=True, weakref=True):
    """A bot that can answer. `key` is the same for the same project and engine."""

    project: Project
    understanding: Understanding
    key: str


class _Meta(Struct, frozen=True, kw_only=True):
    engine: int
    key: str


def key_of(files: Mapping[str, str]) -> str:
    """Return the content key of a project under this engine."""
    told = msgspec.json.encode((ENGINE, sorted(files.items())))
    return hashlib.sha256(told).hexdigest()


def trained_of(project: Project, understanding: Understanding) -> Trained:
    """Put both together."""
    return Trained(project=project, understanding=understanding, key=key_of(project.files))


def pack(trained: Trained) -> bytes:
    """Write a trained bot as a zip of JSON and arrays; the same bot gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, "meta.json", msgspec.json.encode(_Meta(engine=ENGINE, key=trained.key)))
        _add(archive, "project.json", msgspec.json.encode(trained.project))
        _add(archive, "nlu.npz", trained.understanding.dump())
    return out.getvalue()


def unpack(data: bytes) -> Trained:
    """Read what `pack` wrote; raises `Malformed` for anything else, also for a model of another engine."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _bounded(archive)
            meta = msgspec.json.decode(archive.read("meta.json"), type=_Meta)
            project = msgspec.json.decode(archive.read("project.json"), type=Project)
            learned = archive.read("nlu.npz")
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, msgspec.MsgspecError) as error:
        raise Malformed("This is no trained bot", hint="Train it again.") from error
    if meta.engine != ENGINE or meta.key != key_of(project.files):
        raise Malformed("The bot was trained by another engine, or its files were changed", hint="Train it again.")
    return Trained(project=project, understanding=Understanding.load(learned, project), key=meta.key)


def _bounded(archive: zipfile.ZipFile) -> None:
    if sum(one.file_size for one in archive.infolist()) > LARGEST:
        raise ValueError("The model unfolds to too much")


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
