"""The rules of tools/house: evidence for each fault to be seen, and for what is to be left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.house import code, files
from tools.house.__main__ import faults

ROOT = Path("/srv/checkout")
LONG_FUNCTION = '"""Doc."""\ndef long() -> None:\n' + "    pass\n" * 50
GOOD = '"""Doc."""\n\n\nclass Seen:\n    """Doc."""\n\n\nclass _Private:\n    pass\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", "no docstring"),
        ('"""Doc."""\nclass Seen:\n    pass\n', "class Seen has no docstring"),
        (LONG_FUNCTION, "long has 51 lines"),
        ("def broken(:\n", "invalid syntax"),
    ],
)
def test_a_fault_in_the_code_is_named_with_its_place(text: str, words: str) -> None:
    [line] = code.faults(Path("hub/x.py"), text)
    assert line.startswith("hub/x.py:")
    assert words in line


def test_good_code_passes_in_silence() -> None:
    assert code.faults(Path("hub/x.py"), GOOD) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("hub/long.py", "x\n" * 401, "401 lines"),
        ("web/src/long.vue", "x\n" * 401, "401 lines"),
        ("hub/utils.py", "x\n", "says nothing"),
        ("hub/helpers/part.py", "x\n", "says nothing"),
        ("requirements/run.lock", "--index-url x\n", "place a package comes from"),
        ("requirements/run.lock", "a @ https://host/a.whl\n", "place a package comes from"),
        ("web/package-lock.json", '"resolved": "x"\n', "place a package comes from"),
        ("web/.npmrc", "registry=x\n", "place a package comes from"),
        ("docs/x.md", "see " + "/home/" + "ann/x\n", "path of one machine"),
        ("docs/x.md", f"see {ROOT}/hub\n", "path of one machine"),
    ],
)
def test_a_fault_in_a_file_is_named_with_its_place(name: str, text: str, words: str) -> None:
    [line] = files.faults(Path(name), text, ROOT)
    assert line.startswith(name)
    assert words in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hub/fine.py", "x\n" * 400),
        ("docs/long.md", "x\n" * 900),
        ("web/src/schema.d.ts", "x\n" * 9000),
        ("requirements/run.lock", "aiohttp==3 \\\n    --hash=sha256:00\n"),
        ("docs/x.md", "GET /api/v1/home/ and ./root/ are not paths of a machine\n"),
    ],
)
def test_what_is_allowed_passes_in_silence(name: str, text: str) -> None:
    assert files.faults(Path(name), text, ROOT) == []


def test_bytes_that_are_no_text_are_left_alone() -> None:
    assert faults(Path("docs/picture.png"), b"\x89PNG\xff") == []
