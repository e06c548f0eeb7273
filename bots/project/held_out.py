"""Sentences that a bot is judged by: a file with an `nlu:` section of its own, outside of the bot's project."""

import yaml

from bots.project.faults import Faults, NotABot
from bots.project.model import Example
from bots.project.nodes import File
from bots.project.training import Sentences


def sentences(name: str, text: str) -> tuple[Example, ...]:
    """Return the marked sentences of a file; raises `NotABot` with the lines at fault.

    Its intents need not be the bot's: `oos` and `out_of_scope` name sentences that are none of its business.
    """
    faults = Faults()
    file, found = File(name, faults), Sentences()
    root = file.root(text)
    for key, at, node in file.pairs(root, name) if isinstance(root, yaml.Node) else ():
        if key == "nlu":
            found.read(file, node)
        elif key != "version":
            file.error(at, f"A set of sentences has no {key!r}", "It has `version` and `nlu`.")
    if faults.fatal:
        raise NotABot(faults.all)
    return found.all.examples
