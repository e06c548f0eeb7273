"""Settings: strict, from variables, files and a TOML file; shown without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.settings import Settings, WrongSetting, load

if TYPE_CHECKING:
    from pathlib import Path

KEYS = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_the_defaults_are_one_machine() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.store, settings.redis, settings.host, settings.worker) == ("", "", "127.0.0.1", True)
    assert settings.address == "http://127.0.0.1:8000"
    assert not settings.secure


def test_variables_win_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    file = tmp_path / "yizhan.toml"
    file.write_text('port = 1\nhost = "0.0.0.0"\nin_flight = 7\n')
    settings = load({"YIZHAN_CONFIG": str(file), "YIZHAN_PORT": "2", "YIZHAN_IN_FLIGHT": "8"}, in_flight=9)
    assert (settings.host, settings.port, settings.in_flight) == ("0.0.0.0", 2, 9)  # noqa: S104  # never bound


def test_lists_and_flags(tmp_path: Path) -> None:
    settings = load({"YIZHAN_TRUSTED_PROXIES": "10.0.0.0/8, 192.168.0.0/16", "YIZHAN_WORKER": "false"})
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.168.0.0/16")
    assert settings.worker is False


def test_secrets_come_from_files_and_are_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{KEYS}\n")
    url = "mongodb://root:hunter2@db:27017/?replicaSet=rs0"
    settings = load({"YIZHAN_SECRET_KEYS_FILE": str(file), "YIZHAN_STORE": url})
    assert settings.secret_keys == KEYS
    for shown in (repr(settings), str(settings.shown())):
        assert KEYS not in shown
        assert "hunter2" not in shown
        assert "db:27017" in shown


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"YIZHAN_PROT": "1"}, "prot"),
        ({"YIZHAN_PORT": "many"}, "port"),
        ({"YIZHAN_PORT": "70000"}, "port"),
        ({"YIZHAN_WORKER": "perhaps"}, "worker"),
        ({"YIZHAN_PUBLIC_URL": "https://x.example/path"}, "public_url"),
        ({"YIZHAN_TRUSTED_PROXIES": "everybody"}, "trusted_proxies"),
        ({"YIZHAN_STORE": "mongodb://db"}, "SECRET_KEYS"),
        ({"YIZHAN_SECRET_KEYS_FILE": "/nowhere/at/all"}, "/nowhere/at/all"),
        ({"YIZHAN_CONFIG": "/nowhere/at/all.toml"}, "YIZHAN_CONFIG"),
    ],
)
def test_what_cannot_be_used_is_named(variables: dict[str, str], word: str) -> None:
    with pytest.raises(WrongSetting, match=word):
        load(variables)


def test_behind_tls() -> None:
    settings = load({"YIZHAN_PUBLIC_URL": "https://hub.example.cn"})
    assert settings.secure
    assert settings.address == "https://hub.example.cn"
