"""`yizhan parse`: JSON for anything that can be read, one line for what cannot, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.email import threads
from hub import keys
from server.__main__ import app
from server.engines import KEYS

RECORDINGS = Path(__file__).parents[1] / "adapters" / "recordings" / "console"
MAIL = (
    "From: =?gb2312?B?wO7A1w==?= <lilei@example.com>\r\nTo: {to}\r\nSubject: =?utf-8?B?5YGc5rC0?=\r\n"
    "Message-ID: <m1@example.com>\r\nIn-Reply-To: <m0@water.example>\r\nAuto-Submitted: auto-replied\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "好的\r\n\r\n在 2026-11-20 09:15:02，service@water.example 写道：\r\n> 您好\r\n"
)


def _run(*arguments: str | Path, data: Path) -> Result:
    return CliRunner().invoke(app, ["parse", *map(str, arguments), "--data", str(data)])


def _json(*arguments: str | Path, data: Path) -> dict[str, Any]:
    done = _run(*arguments, data=data)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_mail_is_shown_as_the_hub_sees_it(tmp_path: Path) -> None:
    ring = keys.load_or_make(tmp_path / KEYS)
    file = tmp_path / "mail.eml"
    file.write_text(MAIL.format(to=threads.plus_address("service@water.example", "conversation-1", ring)), newline="")
    seen = _json("email", file, data=tmp_path)
    assert seen["from"] == {"name": "李雷", "address": "lilei@example.com"}
    assert (seen["subject"], seen["text"]) == ("停水", "好的")
    assert "您好" in seen["quoted"]
    assert seen["automatic"] == "auto-submitted:auto-replied"
    assert seen["auto_reply"] is True
    assert seen["bounce"] is None
    assert seen["thread"] == {"conversation": "conversation-1", "refs": ["m0@water.example"]}
    assert seen["parts"][0]["media_type"] == "text/plain"
    assert len(seen["parts"][0]["sha256"]) == 64


def test_without_keys_of_an_installation_none_are_made(tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_text(MAIL.format(to="a@b.example"))
    assert "conversation" not in _json("email", file, data=tmp_path)["thread"]
    assert not (tmp_path / KEYS).exists()


def _settings() -> list[str]:
    given = json.loads((RECORDINGS / "settings.json").read_text())["settings"]
    return [word for name, value in given.items() if "{" not in value for word in ("--setting", f"{name}={value}")]


def test_a_recorded_call_goes_through_its_adapter(tmp_path: Path) -> None:
    file = next(iter(sorted(RECORDINGS.glob("text__*.http"))))
    seen = _json("console", file, *_settings(), data=tmp_path)
    assert seen["verified"] == {"ok": True}
    assert seen["inbounds"][0]["type"] == "said"
    assert seen["inbounds"][0]["raw"]["size"] > 0


def test_a_signature_that_does_not_hold_is_told_and_the_rest_shown(tmp_path: Path) -> None:
    source = next(iter(sorted(RECORDINGS.glob("text__*.http"))))
    body = tmp_path / "body.json"
    body.write_bytes(source.read_bytes().partition(b"\n\n")[2])
    seen = _json("console", body, *_settings(), "--header", "webhook-id: evt_1", data=tmp_path)
    assert seen["verified"]["ok"] is False
    assert seen["verified"]["hint"]
    assert seen["inbounds"]
    assert "verified" not in _json("console", body, *_settings(), "--no-verify", data=tmp_path)


def test_what_is_not_the_providers_is_told(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b"\xff not JSON")
    seen = _json("console", body, *_settings(), "--no-verify", data=tmp_path)
    assert seen["fault"]["code"] == "malformed"
    assert seen["inbounds"] == []


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 999, b"\xff\xfe\xfd", b"# source:", b"# source: x\n\n", b"PK\x03\x04" + b"a" * 99]
)
def test_any_file_is_read(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_bytes(raw)
    assert _run("email", file, data=tmp_path).exit_code in (0, 2)
    done = _run("console", file, *_settings(), data=tmp_path)
    assert done.exit_code in (0, 2)
    assert done.exception is None or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize(
    "arguments",
    [("email", "/nowhere"), ("email", "/"), ("nochannel", __file__), ("console", __file__, "--setting", "x")],
)
def test_what_cannot_be_read_is_one_line_and_two(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = _run(*arguments, data=tmp_path)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout
