"""What was learned can be written down and read back; whatever else is called a bot is refused."""

import io
import os
import zipfile

import numpy as np
import pytest

from bots.nlu import encoder, knowledge
from bots.nlu.layers import Layer
from bots.nlu.training import train
from bots.nlu.understanding import Understanding
from bots.project.model import Project
from bots.trained import pack, trained_of, unpack
from hub.errors import Malformed
from tests.bots.nlu.letters import Letters
from tests.bots.nlu.said import HELD, STRANGERS

SAID = [*STRANGERS, *(text for texts in HELD.values() for text in texts), "", "/greet", "我要退款"]


def test_the_same_project_gives_the_same_bot(project: Project, lettered: Understanding) -> None:
    """To the byte."""
    assert train(project, Letters()).dump() == lettered.dump()
    one, other = trained_of(project, lettered), trained_of(project, train(project, Letters()))
    assert pack(one) == pack(other)


def test_what_was_written_down_understands_the_same(project: Project, lettered: Understanding) -> None:
    """Every answer, with a vector and without."""
    again = unpack(pack(trained_of(project, lettered)))
    assert again.project.files == project.files
    vectors = Letters().encode(SAID)
    for text, vector in zip(SAID, vectors, strict=True):
        assert again.understanding.parse(text) == lettered.parse(text)
        assert again.understanding.parse(text, vector) == lettered.parse(text, vector)
        assert again.understanding.wants_vector(text) == lettered.wants_vector(text)


def test_an_uncalibrated_bot_is_kept_too(project: Project) -> None:
    """Its gates are infinite, which JSON has no word for."""
    known = knowledge.Knowledge(
        classes=("a",), names=(), weights=np.empty(0, np.float32),
        lexical=Layer(np.empty((0, 1), np.float16), np.ones(1, np.float32)),
    )  # fmt: skip
    assert knowledge.load(knowledge.dump(known)).gate == known.gate


class Harm:
    """What a pickle would do when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Run a command."""
        return os.system, ("touch harm-was-done",)


def test_nothing_pickled_is_read(project: Project, words: Understanding, tmp_path: object) -> None:
    """An array of objects is refused before it is looked into."""
    with np.load(io.BytesIO(words.dump())) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    out = io.BytesIO()
    np.savez(out, **{**found, "idf": np.array([Harm()], dtype=object)})
    with pytest.raises(Malformed, match="no trained bot"):
        Understanding.load(out.getvalue(), project)


@pytest.mark.parametrize("name", ["head", "idf", "lexical", "lexical_bias", "names", "tagger"])
def test_a_model_without_a_part_is_none(project: Project, words: Understanding, name: str) -> None:
    """Each part is needed."""
    with np.load(io.BytesIO(words.dump())) as arrays:
        found = {one: arrays[one] for one in arrays.files if one != name}
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **found)
    with pytest.raises(Malformed):
        Understanding.load(out.getvalue(), project)


def test_a_broken_file_is_a_clear_error(project: Project, words: Understanding) -> None:
    """Cut off, turned over, or something else."""
    data = pack(trained_of(project, words))
    for broken in (b"", b"PK\x03\x04", data[: len(data) // 2], data[:-30], b"\x80\x04." + data[3:], data[::-1]):
        with pytest.raises(Malformed, match="no trained bot"):
            unpack(broken)
    for at in range(40, len(data), len(data) // 40):
        turned = bytearray(data)
        turned[at] ^= 0xFF
        _unpacked_or_refused(bytes(turned))


def _unpacked_or_refused(data: bytes) -> None:
    try:
        assert unpack(data).understanding.parse("我要退款").intent.name
    except Malformed as error:
        assert error.hint  # noqa: PT017 - either is right


def test_other_texts_are_another_bot(project: Project, words: Understanding) -> None:
    """The key holds texts and what was learned together."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack(trained_of(project, words)))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("九点".encode(), "八点".encode()))
    with pytest.raises(Malformed, match="its files were changed"):
        unpack(out.getvalue())


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder's files are those that were looked into, or it is not used."""
    if not encoder.installed():
        pytest.skip("the extra `encoder` is not installed")
    assert encoder.trusted()
    monkeypatch.setitem(encoder.WEIGHTS, next(iter(encoder.WEIGHTS)), "0" * 64)
    assert not encoder.trusted()
