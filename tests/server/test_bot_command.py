"""`yizhan bot ...` as a pipeline uses it: files in, lines of JSON out, faults at their lines."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.__main__ import app
from tests.bots.nlu.said import HELD, STRANGERS, files


def run(*arguments: object, said: str = "") -> Result:
    """Run the command, without the encoder: it is others' to test."""
    return CliRunner().invoke(app, ["bot", *map(str, arguments), "--no-encoder"], input=said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the shop's folder."""
    found = tmp_path / "shop"
    found.mkdir()
    for name, text in files().items():
        (found / name).write_text(text, encoding="utf-8")
    return found


def held_out(path: Path) -> Path:
    """Write sentences to judge by."""
    lines = ['version: "3.1"', "nlu:"]
    for intent, sentences in {**HELD, "oos": STRANGERS}.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {one}" for one in sentences)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_bot_is_trained_and_asked(folder: Path, tmp_path: Path) -> None:
    """One answer a line, in Rasa's words."""
    model, said = tmp_path / "shop.bot", tmp_path / "said.txt"
    assert run("train", folder, "--out", model).exit_code == 0
    said.write_text("我要退款\n\n几点上班啊\n/greet\n", encoding="utf-8")
    found = run("parse", model, "--file", said)
    assert found.exit_code == 0, found.stderr
    refund, nothing, hours, greet = map(json.loads, found.stdout.splitlines())
    assert refund["intent"] == {"name": "refund", "confidence": 1.0}
    assert nothing["text"] == ""
    assert greet["intent_ranking"] == [{"name": "greet", "confidence": 1.0}]
    assert {"text", "intent", "entities", "intent_ranking", "text_tokens", "response_selector"} <= hours.keys()
    selector = hours["response_selector"]
    assert selector["all_retrieval_intents"] == ["faq"]
    assert selector["default"]["response"]["intent_response_key"] == "faq/hours"
    assert selector["default"]["response"]["utter_action"] == "utter_faq/hours"
    assert selector["default"]["response"]["responses"] == [{"text": "九点到六点"}]
    assert [one["intent_response_key"] for one in selector["faq"]["ranking"]] == ["faq/hours", "faq/payment"]
    assert run("parse", model, "--file", "-", said="我要退款\n").stdout.splitlines() == found.stdout.splitlines()[:1]


def test_a_bot_is_judged_by_what_it_never_saw(folder: Path) -> None:
    """Also when the sentences lie in its own folder."""
    found = run("evaluate", folder, "--nlu", held_out(folder / "test.yml"), "--json")
    assert found.exit_code == 0, found.stderr
    report = json.loads(found.stdout)
    assert report["examples"] == sum(map(len, HELD.values())) + len(STRANGERS)
    assert 0.8 < report["accuracy"] <= 1
    assert 0.3 < report["out_of_scope"] < 1, "it learned the strangers it was judged by"
    shown = run("evaluate", folder, "--nlu", folder / "test.yml").stdout
    assert f"accuracy             {report['accuracy']:.4f}\n" in shown
    assert f"out-of-scope recall  {report['out_of_scope']:.4f}\n" in shown


def test_sentences_alone_are_enough_to_be_judged(folder: Path) -> None:
    """`rasa train nlu` needs no domain either."""
    held = held_out(folder.parent / "held.yml")
    whole = json.loads(run("evaluate", folder, "--nlu", held, "--json").stdout)
    (folder / "domain.yml").unlink()
    bare = json.loads(run("evaluate", folder, "--nlu", held, "--json").stdout)
    assert bare == whole


def test_faults_are_told_at_their_line(folder: Path, tmp_path: Path) -> None:
    """On standard error, and the command ends with 1."""
    (folder / "rules.yml").write_text('version: "3.1"\nrules:\n- rule: a\n  step: []\n', encoding="utf-8")
    found = run("train", folder, "--out", tmp_path / "never")
    assert found.exit_code == 1
    assert "rules.yml:" in found.stderr
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "{}/nowhere", "--out", "{}/x"), "No YAML file there"),
        (("parse", "{}/nowhere"), "cannot be read"),
        (("parse", "{}/shop/nlu.yml"), "no trained bot"),
        (("evaluate", "{}/shop", "--nlu", "{}/nowhere.yml"), "cannot be read"),
        (("evaluate", "{}/shop", "--nlu", "{}/shop/domain.yml"), "domain.yml:2"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    """In a sentence, with no traceback."""
    found = run(*(one.format(folder.parent) for one in arguments))
    assert found.exit_code == 1
    assert told in found.stderr.replace("\n", " ")
    assert "Traceback" not in found.stderr


def test_test_conversations_are_played_and_the_first_that_goes_otherwise_is_shown(folder: Path) -> None:
    (folder / "tests").mkdir()
    asked = 'version: "3.1"\nstories:\n- story: asks\n  steps:\n  - user: |\n      我要退款\n    intent: '
    did = "\n  - action: action_default_fallback\n"
    (folder / "tests" / "test_stories.yml").write_text(asked + "refund" + did, encoding="utf-8")
    good = run("test", folder)
    assert good.exit_code == 0, good.output
    assert "1 of 1 conversations went as written" in good.stdout
    (folder / "tests" / "test_stories.yml").write_text(asked + "greet" + did, encoding="utf-8")
    wrong = run("test", folder)
    assert wrong.exit_code == 1
    assert "tests/test_stories.yml:5: asks: wanted" in wrong.stdout
