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
EVIDENT = [channel for channel in sorted(REGISTRY.channels) if (RECORDINGS / channel / "settings.json").is_file()]
KITS = [Kit(REGISTRY, channel, RECORDINGS / channel) for channel in EVIDENT]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test its channels and recordings."""
    pytest_parametrize(metafunc, KITS)


class TestContract(ContractSuite):
    """All promises."""


def test_every_channel_has_evidence() -> None:
    assert sorted(set(REGISTRY.channels) - set(EVIDENT)) == []


def test_every_exemption_names_a_promise_and_a_reason() -> None:
    promises = [name for name in vars(ContractSuite) if name.startswith("test_")]
    for kit in KITS:
        for words, reason in kit.evidence.exempt.items():
            assert any(words in name for name in promises), f"{kit.channel}: {words}"
            assert len(reason) > 20
