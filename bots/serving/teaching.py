"""One more example for an intent, written into a file of its own, so that nobody's own files are rewritten. Pure."""

import json
import re
import unicodedata
from collections.abc import Mapping

TAUGHT = "data/taught.yml"
"""What is taught by one key stands here; people may edit it, and move its lines elsewhere."""
NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Co"})
"""Categories of characters that YAML does not take, or that mean nothing to anybody else."""
HEAD = 'version: "3.1"\n\nnlu:\n'
INTENT = re.compile(r'^- intent: (?P<quoted>".*"|[^"\s].*?)\s*$')


def taught(files: Mapping[str, str], intent: str, text: str) -> dict[str, str]:
    """Return the files with the sentence as an example of the intent; the same one is not written twice."""
    if not example(text):
        return dict(files)
    lines = (files.get(TAUGHT) or HEAD).rstrip("\n").split("\n")
    wanted = f"    - {example(text)}"
    at = _section(lines, intent)
    if at is None:
        lines += [f"- intent: {json.dumps(intent, ensure_ascii=False)}", "  examples: |", wanted]
    else:
        end = _end(lines, at)
        if wanted not in lines[at:end]:
            lines.insert(end, wanted)
    return {**files, TAUGHT: "\n".join(lines) + "\n"}


def example(text: str) -> str:
    """Return a sentence as one line of examples: no line breaks, and no bracket that would mark an entity."""
    clear = "".join(" " if unicodedata.category(one) in NO_TEXT else one for one in text)
    flat = " ".join(clear.split())
    return flat.replace("[", "(").replace("]", ")")


def _section(lines: list[str], intent: str) -> int | None:
    """Return the line after `examples: |` of the intent."""
    for number, line in enumerate(lines):
        found = INTENT.match(line)
        if found and _name(found["quoted"]) == intent and lines[number + 1 : number + 2] == ["  examples: |"]:
            return number + 2
    return None


def _name(quoted: str) -> str:
    if not quoted.startswith('"'):
        return quoted
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted


def _end(lines: list[str], start: int) -> int:
    end = start
    while end < len(lines) and lines[end].startswith("    "):
        end += 1
    return end
