"""Every channel of this repository, under the one suite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.registry import find
from tests.adapters.contract.kit import Kit
from tests.adapters.contract.suite import ContractSuite, pytest_parametrize

if TYPE_CHECKING:
    import pytest

RECORDINGS = Path(__file__).parent / "recordings"
REGISTRY = find(installed=False)
KITS = [Kit(REGISTRY, channel, RECORDINGS / channel) for channel in sorted(REGISTRY.channels)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test its channels and recordings."""
    pytest_parametrize(metafunc, KITS)


class TestContract(ContractSuite):
    """All promises."""
