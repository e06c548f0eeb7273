"""Every setting of a process: read once from `YIZHAN_*` variables and an optional TOML file, strictly.

`YIZHAN_PORT=9000` sets `port`; `YIZHAN_SECRET_KEYS_FILE=/run/secrets/keys` reads `secret_keys` from that file;
`YIZHAN_CONFIG=yizhan.toml` names the TOML file, over which variables win. A name nobody knows stops the start.
"""

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec import Meta, Struct, structs

PREFIX = "YIZHAN_"
NETWORKS = ("trusted_proxies", "egress_allow")
NOT_SETTINGS = {"CONFIG", "SOAK", "TEST_MONGO"}
LOOPBACK = ("127.0.0.0/8", "::1/128")
Port = Annotated[int, Meta(ge=0, le=65535)]
Secret = Annotated[str, Meta(extra={"secret": True})]
Address = Annotated[str, Meta(extra={"url": True})]


class WrongSetting(ValueError):
    """A setting that cannot be used; the text names it and says what would do."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one process runs. The defaults are a whole service on one machine."""

    data: str = "data"
    """Folder of the embedded store, the blobs and the generated key."""
    store: Address = ""
    """`mongodb://...` for scale-out; empty is SQLite in `data`."""
    database: str = "yizhan"
    """Name of the database, with MongoDB."""
    redis: Address = ""
    """`redis://...` for more than one process; empty keeps wake-ups inside this one."""
    blobs: Address = ""
    """`s3://bucket/prefix` or another object store; empty is a folder in `data`."""
    host: str = "127.0.0.1"
    port: Port = 8000
    admin_port: Port = 0
    """Serves /metrics on a port of its own; 0 leaves it on the main one, for this machine alone."""
    public_url: Annotated[str, Meta(pattern="^(https?://[^/]+)?$")] = ""
    """The address people and providers use; links are made of it and Origins compared with it."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.0/8."""
    egress_allow: tuple[str, ...] = ()
    """Networks of your own that outgoing calls may reach, such as 10.1.2.0/24; public addresses need no word."""
    secret_keys: Secret = ""
    """Sign and encrypt; `id:base64 of 32 bytes`, newest first. Empty: made on the first start, kept in `data`."""
    worker: bool = True
    """Work the queues in this process too."""
    in_flight: Annotated[int, Meta(ge=1)] = 512
    """Requests worked on at once; more are answered 503 at once."""
    hooks_in_flight: Annotated[int, Meta(ge=1)] = 4096
    """The same for webhooks."""
    listening_shown: bool = True
    """Colleagues see when a lead listens in. Without a word they do: watching people unseen is for a house to decide
    (and to tell its people of), not for a default. The audit record has it either way."""
    drain_seconds: Annotated[float, Meta(ge=0, le=25)] = 20
    """How long SIGTERM waits for what is under way."""
    lmtp: Annotated[str, Meta(pattern=r"^(unix:/\S+|\S*:[0-9]{1,5})?$")] = ""
    """Where a mail server hands over mail by LMTP, `127.0.0.1:2424` or `unix:/path`; empty opens no such door."""
    log: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo: bool = False
    """Demo data and log-ins exist; `yizhan demo` sets it."""
    demo_actions: str = ""
    """Python of an environment that has rasa_sdk: the demo then runs its bot's simulated back end."""
    demo_bot: bool = True
    """The first start of the demo trains its bot from a project; without it the bot of a FAQ file answers."""

    @property
    def reach(self) -> tuple[str, ...]:
        """Return the networks that outgoing calls may reach besides the public ones; the demo's simulators are near."""
        return (*self.egress_allow, *(LOOPBACK if self.demo else ()))

    @property
    def folder(self) -> Path:
        """Return the data folder."""
        return Path(self.data)

    @property
    def address(self) -> str:
        """Return the public address, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Say whether the public address is behind TLS."""
        return self.address.startswith("https://")

    def __repr__(self) -> str:
        """Show every setting, secrets hidden."""
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown().items())})"

    def shown(self) -> dict[str, Any]:
        """Return the settings as they may be shown: no secret, no password of an address."""
        return {field.name: _shown(field, getattr(self, field.name)) for field in structs.fields(self)}


def load(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read the settings; `given` (the command line) wins over variables, variables over the file.

    Raises `WrongSetting` naming the setting and what is wrong with it.
    """
    environment = os.environ if environment is None else environment
    values = _file(environment.get(f"{PREFIX}CONFIG", "")) | _variables(environment)
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"{error}; settings are {', '.join(_names())}") from error
    if settings.store and not settings.secret_keys:
        raise WrongSetting("Processes that share a store share secret_keys: set YIZHAN_SECRET_KEYS_FILE")
    for name in NETWORKS:
        for network in getattr(settings, name):
            _network(name, network)
    return settings


def _network(name: str, text: str) -> None:
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise WrongSetting(f"{name}: {text!r} is no network such as 10.0.0.0/8") from error


def _file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongSetting(f"YIZHAN_CONFIG={path} cannot be read: {error}") from error


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in environment.items():
        name = key.removeprefix(PREFIX)
        if name == key or name in NOT_SETTINGS:
            continue
        if name.endswith("_FILE"):
            name, value = name.removesuffix("_FILE"), _secret_file(key, value)
        values[name.lower()] = _typed(name.lower(), value)
    return values


def _secret_file(key: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise WrongSetting(f"{key}={path} cannot be read: {error}") from error


def _typed(name: str, value: str) -> Any:
    return tuple(filter(None, map(str.strip, value.split(",")))) if name in NETWORKS else value


def _names() -> list[str]:
    return [field.name for field in structs.fields(Settings)]


def _shown(field: structs.FieldInfo, value: Any) -> Any:
    extra: dict[str, Any] = {}
    for meta in getattr(field.type, "__metadata__", ()):
        extra |= meta.extra or {}
    if extra.get("secret"):
        return "(hidden)" if value else ""
    return _without_password(value) if extra.get("url") else value


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    _, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{parts.username}:(hidden)@{host}"))
