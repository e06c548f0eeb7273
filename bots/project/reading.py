"""From the texts of files to a Project: every file is read section by section, then all of it is held together.

texts -> nodes (lines) -> sections -> checks across sections -> Project, or NotABot with every fault
"""

from collections.abc import Mapping

import yaml
from msgspec import structs

from bots.project import flows, settings
from bots.project.checking import check
from bots.project.domain import SECTIONS, Domain
from bots.project.faults import Faults, NotABot
from bots.project.folder import LARGEST
from bots.project.model import Config, Fault, Place, Project, Rule, Story
from bots.project.nodes import File, json
from bots.project.training import Sentences

OWN = "yizhan.yml"
"""The settings that Rasa knows nothing of."""
_CREDENTIALS = "credentials"


def read(files: Mapping[str, str]) -> Project:
    """Return the bot that these files are; raises `NotABot` with every fault that stops it."""
    project, faults = checked(files)
    if project is None:
        raise NotABot(faults)
    return project


def checked(files: Mapping[str, str]) -> tuple[Project | None, tuple[Fault, ...]]:
    """Return the bot, or None when an error stops it, and every fault, warnings too."""
    faults = Faults()
    if sum(map(len, files.values())) > LARGEST:
        faults.error(Place(next(iter(files)), 1), "The project is too large", f"At most {LARGEST} characters.")
        return None, faults.all
    reader = _Reader(faults)
    for name in sorted(files):
        if not is_test(name):
            reader.file(name, files[name])
    project = reader.project(files)
    check(project, faults)
    return (None if faults.fatal else project), faults.all


def is_test(name: str) -> bool:
    """Say whether a file holds test conversations (`tests/...` or `test_*.yml`), as Rasa tells them apart."""
    folders, _, last = name.rpartition("/")
    return last.startswith("test_") or "tests" in folders.split("/")


class _Reader:
    """What all files together say."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._domain = Domain()
        self._sentences = Sentences()
        self._stories: list[Story] = []
        self._rules: list[Rule] = []
        self._config = Config()
        self._endpoint = ""

    def file(self, name: str, text: str) -> None:
        """Read one file by its sections; any file may hold any of them, as in Rasa."""
        file = File(name, self._faults)
        root = file.root(text)
        if root is None or name.rpartition("/")[2].startswith(_CREDENTIALS):
            return
        if name == OWN:
            self._own(file, root)
            return
        entries = {key: (at, node) for key, at, node in file.pairs(root, name)}
        for key, (at, node) in entries.items():
            self._section(file, key, at, node)
        if entries.keys() & {"pipeline", "policies", "language"}:
            self._config = settings.read(file, {key: node for key, (_, node) in entries.items()}, self._config)

    def project(self, files: Mapping[str, str]) -> Project:
        """Return what was read."""
        domain = self._domain
        return Project(
            files=dict(files), config=self._config, nlu=self._sentences.all, intents=domain.intents,
            entities=domain.entities, slots=domain.slots, forms=domain.forms, actions=domain.actions,
            responses=domain.responses, stories=tuple(self._stories), rules=tuple(self._rules),
            session=domain.session, stores_entities=domain.stores_entities, domain=domain.json,
            action_endpoint=self._endpoint,
        )  # fmt: skip

    def _section(self, file: File, key: str, at: yaml.Node, node: yaml.Node) -> None:
        if key in SECTIONS:
            self._domain.read(file, key, node)
        elif key == "nlu":
            self._sentences.read(file, node)
        elif key == "stories":
            self._stories += flows.stories(file, node)
        elif key == "rules":
            self._rules += flows.rules(file, node)
        elif key == "action_endpoint":
            self._endpoint = settings.endpoint(file, node)
        elif key == "version":
            self._version(file, node)
        elif key not in settings.SECTIONS and not key.endswith(("_endpoint", "_store", "_broker")) and key != "models":
            file.error(at, f"Nothing is called {key!r} here", "See Rasa's training data format for the sections.")

    def _version(self, file: File, node: yaml.Node) -> None:
        version = file.text(node, "version")
        if version.partition(".")[0] != "3":
            file.warning(node, f"Version {version} of the format is read as 3.1")

    def _own(self, file: File, root: yaml.Node) -> None:
        told = json(root)
        if not isinstance(told, dict):
            file.error(root, f"{OWN} must be a mapping")
            return
        self._config = structs.replace(self._config, yizhan=told)
