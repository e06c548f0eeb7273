"""A project as a zip file: what people download, edit at home and bring back. Pure; a zip bomb is refused unread."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from hub.errors import Invalid

MOST_FILES = 500
MOST_ENTRIES = 5000
LARGEST = 8 * 1024 * 1024
"""Bytes of all texts together."""
TEXTS = (".yml", ".yaml")


def packed(files: Mapping[str, str]) -> bytes:
    """Return the files as a zip; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(files.items()):
            info = zipfile.ZipInfo(path)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, str]:
    """Return the YAML files of a zip by their path; anything else in it is left alone.

    A single folder around everything is taken off. Raises `Invalid`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = _texts(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Invalid("That is no zip file we can read", reason=type(error).__name__) from error
    if not texts:
        raise Invalid("There is no YAML file in the zip", hint="Pack domain.yml, data/ and config.yml.")
    return _without_folder(texts)


def safe_path(path: str) -> bool:
    """Say whether a path stays inside its project and names a YAML file."""
    parts = PurePosixPath(path).parts
    tame = path == str(PurePosixPath(*parts)) if parts else False
    return tame and not path.startswith("/") and ".." not in parts and "\\" not in path and path.endswith(TEXTS)


def bounded(files: Mapping[str, str]) -> None:
    """Refuse files that are no project's: too many, too large, or with a path that leads elsewhere."""
    if len(files) > MOST_FILES:
        raise Invalid("Too many files", path="$.files", limit=MOST_FILES)
    for path in files:
        if not safe_path(path):
            raise Invalid("A file of a bot has a plain path that ends in .yml", path="$.files", file=path[:200])
    if sum(len(text.encode()) for text in files.values()) > LARGEST:
        raise Invalid("The files are too large", path="$.files", limit=LARGEST)


def _texts(archive: zipfile.ZipFile) -> dict[str, str]:
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise Invalid("Too many files in the zip", limit=MOST_ENTRIES)
    wanted = [info for info in infos if _is_text(info.filename)]
    if len(wanted) > MOST_FILES:
        raise Invalid("Too many files in the zip", limit=MOST_FILES)
    left, texts = LARGEST, {}
    for info in wanted:
        # The size an entry declares may be a lie: no more is inflated than is allowed.
        with archive.open(info) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Invalid("The files in the zip are too large", limit=LARGEST)
        texts[info.filename] = _decoded(info.filename, content)
    return texts


def _is_text(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return safe_path(name) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("A file in the zip is not UTF-8", file=name[:200], hint="Save it as UTF-8.") from error


def _without_folder(texts: Mapping[str, str]) -> dict[str, str]:
    first = {PurePosixPath(path).parts[0] for path in texts}
    if len(first) == 1 and all(len(PurePosixPath(path).parts) > 1 for path in texts):
        folder = first.pop()
        if folder != "data":
            return {path[len(folder) + 1 :]: text for path, text in texts.items()}
    return dict(texts)
