"""Put the built pages into the wheel as server/static, so that running the product needs no Node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pages(BuildHookInterface[Any]):
    """A wheel built without `web/dist` still serves the API."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Hatchling calls this before it collects the files of the wheel."""
        if self.target_name == "wheel" and (Path(self.root) / "web" / "dist").is_dir():
            build_data["force_include"]["web/dist"] = "server/static"
