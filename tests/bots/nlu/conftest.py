"""The shop's bot, trained once: with no encoder, with the letters' and, where it is installed, with the real one."""

import pytest

from bots.nlu.encoder import Encoder, load
from bots.nlu.training import train
from bots.nlu.understanding import Understanding
from bots.project.model import Project
from tests.bots.nlu.letters import Letters
from tests.bots.nlu.said import shop


@pytest.fixture(scope="session")
def project() -> Project:
    """Return the shop's project."""
    return shop()


@pytest.fixture(scope="session")
def words(project: Project) -> Understanding:
    """Return the shop's bot as it is without an encoder."""
    return train(project, None)


@pytest.fixture(scope="session")
def lettered(project: Project) -> Understanding:
    """Return the shop's bot with vectors."""
    return train(project, Letters())


@pytest.fixture(scope="session")
def real() -> Encoder:
    """Return the sentence encoder; the default installation has it."""
    found = load()
    if found is None:
        pytest.skip("the extra `encoder` is not installed")
    return found
