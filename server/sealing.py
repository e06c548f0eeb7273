"""Settings on their way into an inbox's row: checked by the channel's schema, secrets sealed."""

from collections.abc import Mapping
from typing import Any

from adapters.registry import Registry
from adapters.settings import texts
from conversations.inboxes import Inbox
from hub.secrets import Vault


def kept(
    registry: Registry, vault: Vault, id: str, channel: str, given: Mapping[str, Any], read: Inbox | None
) -> dict[str, dict[str, str]]:
    """Return `settings` and `secrets` for the row; what is not given stays as it is. Raises `Invalid`, `NotFound`."""
    secret = registry.manifest(channel).secrets
    known = {
        name: vault.open(sealed, id, name)
        for name, sealed in (read.secrets if read else {}).items()
        if not given.get(name)
    }
    plain = {name: value for name, value in given.items() if name not in secret or value}
    before = read.settings if read else {}
    checked = texts(registry.check_settings(channel, {**before, **known, **plain}))
    sealed = {name: vault.seal(value, id, name) for name, value in checked.items() if name in secret}
    unsealed = {name: value for name, value in checked.items() if name not in secret}
    return {"settings": unsealed, "secrets": sealed}
