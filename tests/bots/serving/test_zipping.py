"""A project as a zip: there and back, and nothing that is none gets in."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from bots.serving import zipping
from bots.serving.zipping import LARGEST, bounded, packed, unpacked
from hub.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = {"domain.yml": "version: '3.1'\n", "data/nlu.yml": "nlu:\n- intent: 问候\n"}


def _zip(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_there_and_back() -> None:
    assert unpacked(packed(FILES)) == FILES
    assert packed(FILES) == packed(dict(reversed(FILES.items())))


def test_the_folder_around_everything_is_taken_off_and_other_files_are_left_alone() -> None:
    inside = {f"my-bot/{path}": text.encode() for path, text in FILES.items()}
    more = {"my-bot/actions/actions.py": b"print()", "__MACOSX/my-bot/._domain.yml": b"x", "my-bot/.git/a.yml": b"x"}
    assert unpacked(_zip({**inside, **more})) == FILES


def test_a_lone_data_folder_is_part_of_the_path() -> None:
    assert unpacked(_zip({"data/nlu.yml": b"nlu: []\n"})) == {"data/nlu.yml": "nlu: []\n"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no zip"),
        (b"PK\x03\x04 but no more", "no zip"),
        (_zip({"readme.md": b"hello"}), "no YAML"),
        (_zip({"../domain.yml": b"x"}), "no YAML"),
        (_zip({"/etc/domain.yml": b"x"}), "no YAML"),
        (_zip({"domain.yml": b"\xff\xfe"}), "not UTF-8"),
        (_zip({"domain.yml": b" " * (LARGEST + 1)}), "too large"),
        (_zip({"a.yml": b" " * (LARGEST // 2), "b.yml": b" " * (LARGEST // 2 + 1)}), "too large"),
        (_zip({f"{number}.yml": b"" for number in range(zipping.MOST_FILES + 1)}), "Too many"),
    ],
)
def test_what_is_no_project_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        unpacked(data)


def test_a_size_that_lies_inflates_no_more_than_is_allowed() -> None:
    honest = _zip({"domain.yml": b" " * (LARGEST + 1)})
    size = (LARGEST + 1).to_bytes(4, "little")
    with pytest.raises(Invalid):
        unpacked(honest.replace(size, (10).to_bytes(4, "little")))


@pytest.mark.parametrize("path", ["../a.yml", "/a.yml", "a/../b.yml", "a.py", "", "a\\b.yml", "./a.yml", "a//b.yml"])
def test_paths_stay_inside(path: str) -> None:
    with pytest.raises(Invalid, match="plain path"):
        bounded({path: ""})


def test_too_much_is_refused() -> None:
    bounded({"domain.yml": "x" * LARGEST})
    with pytest.raises(Invalid, match="too large"):
        bounded({"domain.yml": "中" * (LARGEST // 3 + 1)})
    with pytest.raises(Invalid, match="Too many"):
        bounded({f"{number}.yml": "" for number in range(zipping.MOST_FILES + 1)})
