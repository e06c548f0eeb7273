"""The texts of a project's folder: its YAML files by their path, within bounds."""

from pathlib import Path

from hub.errors import Invalid, TooLarge

FILES = 200
LARGEST = 8 * 1024 * 1024
"""Bytes of all files together; 100,000 examples need about 4 million."""
LEFT_OUT = {"actions", "models", "results", "node_modules", "__pycache__"}


def texts(path: Path) -> dict[str, str]:
    """Return every `*.yml` and `*.yaml` below a folder by its relative path.

    Raises `Invalid` when there is none or one is not UTF-8, `TooLarge` when they are too many or too large.
    """
    found = sorted(one for one in path.rglob("*.y*ml") if _counts(one, path)) if path.is_dir() else []
    if not found:
        raise Invalid("No YAML file there", path=path.name, hint="Name the folder of a Rasa project.")
    if len(found) > FILES or sum(one.stat().st_size for one in found) > LARGEST:
        raise TooLarge("The project is too large", files=len(found), most=FILES, bytes=LARGEST)
    return {one.relative_to(path).as_posix(): _text(one) for one in found}


def _counts(path: Path, root: Path) -> bool:
    inside = path.relative_to(root).parts
    named = path.suffix in (".yml", ".yaml") and path.is_file() and not path.is_symlink()
    return named and not any(part in LEFT_OUT or part.startswith(".") for part in inside)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("Not UTF-8 text", path=path.name, hint="Save the file as UTF-8.") from error
