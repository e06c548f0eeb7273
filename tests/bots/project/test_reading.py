"""A project is read as Rasa reads it, and every fault is told with its file and line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.project import annotations as marks
from bots.project.faults import NotABot
from bots.project.folder import texts
from bots.project.model import Button, Filling, LoopIs, SlotWas, Span, UserSaid
from bots.project.reading import checked, read
from hub.errors import Invalid
from tests.bots.project.small import DOMAIN, FILES, NLU, RULES, files, line_of


def test_everything_of_a_sound_project_is_read_and_nothing_is_faulted() -> None:
    project, faults = checked(FILES)
    assert faults == ()
    assert project is not None
    assert [example.text for example in project.nlu.examples if example.intent == "refund"] == [
        "我要退款", "退 A123 的钱", "从北京退"
    ]  # fmt: skip
    assert project.nlu.examples[3].spans == (Span(start=2, end=6, entity="order", value="A123"),)
    assert project.nlu.examples[4].spans == (Span(start=1, end=3, entity="city", value="北京", role="from"),)
    assert project.nlu.examples[5].spans == (Span(start=3, end=6, entity="order", value="7"),)
    assert project.nlu.patterns[0].regex == r"[A-Z]-?\d+"
    assert project.nlu.lookups[0].words == ("北京", "上海")
    assert project.intents["refund"].use == ("order",)
    assert project.entities["city"].roles == ("from", "to")
    assert project.slots["order_id"].fillings == (Filling(kind="from_entity", entity="order"),)
    assert project.slots["vip"].initial == "no way"
    assert project.forms["refund_form"].ignored_intents == ("greet",)
    assert project.responses["utter_ask_order_id"][0].buttons == (
        Button(title="没有", payload='/inform{{"order": "0"}}'),
    )
    assert project.responses["utter_greet"][1].channel == "webchat"
    assert project.session.minutes == 30
    assert not project.session.carries_slots
    assert project.config.fallback == 0.4
    assert project.config.max_history == 6
    assert project.config.yizhan["handoff"]["words"] == ["人工"]
    assert project.action_endpoint == "http://127.0.0.1:5055/webhook"
    assert project.domain["session_config"]["session_expiration_time"] == 30


def test_steps_of_stories_and_rules() -> None:
    project = read(FILES)
    story = project.stories[0]
    said, slot, loop = story.steps[0], story.steps[5], story.steps[6]
    assert isinstance(said, UserSaid)
    assert said.intents == ("refund", "inform")
    assert isinstance(slot, SlotWas)
    assert slot.slots == (("order_id", None),)
    assert slot.any == ("vip",)
    assert isinstance(loop, LoopIs)
    assert loop.loop is None
    assert [rule.name for rule in project.rules] == ["greets", "starts a refund", "ends a refund", "answers"]


def test_a_place_is_the_line_of_the_sentence() -> None:
    project = read(FILES)
    places = {example.text: example.place for example in project.nlu.examples}
    assert places["我要退款"].line == line_of(NLU, "我要退款")
    assert str(places["就这个"]) == f"data/nlu.yml:{line_of(NLU, '就这个')}"


FAULTS = [
    ("domain", DOMAIN.replace("- order\n", "- ordre\n"), "domain.yml", "intents: [greet", "entity"),
    ("domain", DOMAIN + "colour: red\n", "domain.yml", "colour", "Nothing is called 'colour'"),
    ("domain", DOMAIN.replace("type: bool", "type: boolean"), "domain.yml", "vip", "unknown type 'boolean'"),
    ("domain", DOMAIN.replace("utter_ask_reason:", "utter_why:"), "domain.yml", "refund_form: {", "Nothing asks"),
    ("domain", DOMAIN.replace("[order_id, reason]", "[order_id, x]"), "domain.yml", "refund_form: {", "unknown slot"),
    ("domain", DOMAIN.replace('{{"order": "0"}}', '{{"order"}}'), "domain.yml", "没有", "payload"),
    ("domain", DOMAIN.replace("utter_faq/hours", "utter_faq/times"), "data/nlu.yml", "几点上班", "Nothing answers"),
    ("nlu", NLU.replace("    - 我要退款", "    我要退款"), "data/nlu.yml", "我要退款", "begins with a hyphen"),
    ("nlu", NLU.replace("intent: stop", "intent: halt"), "data/nlu.yml", "算了", "'halt' is not in the domain"),
    ("nlu", NLU.replace('"role": "from"}', '"rule": "from"}'), "data/nlu.yml", "从[北京]", "cannot be read"),
    ("nlu", NLU.replace("examples: |\n    - 算了", "example: |\n    - 算了"), "data/nlu.yml", "example: |", "has no"),
    ("rules", RULES.replace("utter_greet", "utter_hi"), "data/rules.yml", "intent: greet", "'utter_hi'"),
    ("rules", RULES + "  wait: false\n", "data/rules.yml", "wait: false", "has no 'wait'"),
    ("config", "policies:\n- name: TEDPolicy\n", "config.yml", "TEDPolicy", "None of these policies"),
    ("rules", "rules: [\n", "data/rules.yml", "", "Not YAML"),
]


@pytest.mark.parametrize(("stem", "text", "file", "words", "message"), FAULTS)
def test_a_fault_names_file_and_line(stem: str, text: str, file: str, words: str, message: str) -> None:
    given_files = files(**{stem: text})
    project, faults = checked(given_files)
    assert project is None
    found = [fault for fault in faults if message in fault.message and fault.severity == "error"]
    assert found, [str(fault) for fault in faults]
    assert found[0].place.file == file
    if words:
        assert found[0].place.line == line_of(given_files[file], words)
    with pytest.raises(NotABot) as refused:
        read(given_files)
    assert refused.value.path


def test_rules_that_contradict_each_other_are_named_both() -> None:
    other = "- rule: greets otherwise\n  steps: [{intent: greet}, {action: yizhan_handoff}]\n"
    _, faults = checked(files(rules=RULES + other))
    assert any("greets otherwise" in fault.message and "data/rules.yml:3" in fault.message for fault in faults)
    same = "- rule: greets again\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    assert checked(files(rules=RULES + same))[1] == ()


def test_learned_policies_are_unsupported_by_name_and_line() -> None:
    config = FILES["config.yml"] + "- {name: TEDPolicy, epochs: 5}\n"
    project, faults = checked(files(config=config))
    assert project is not None
    assert [(str(one.place), one.severity) for one in faults] == [("config.yml:9", "warning")]
    assert "TEDPolicy is not supported" in faults[0].message


def test_a_sentence_under_two_intents_is_a_warning_with_both_places() -> None:
    project, faults = checked(files(nlu=NLU.replace("    - 算了", "    - 你好")))
    assert project is not None
    assert any("is an example of stop and, at data/nlu.yml:5, of greet" in fault.message for fault in faults)


def test_words_are_read_as_yaml_1_2() -> None:
    project = read(files(domain=DOMAIN.replace("no way", "no")))
    assert project.slots["vip"].initial == "no"


def test_a_yaml_bomb_is_refused_quickly() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    begun = time.process_time()
    project, faults = checked({**FILES, "data/bomb.yml": bomb})
    assert project is None
    assert any("too deep or too large" in fault.message for fault in faults)
    assert time.process_time() - begun < 20
    assert checked({**FILES, "data/knot.yml": "a: &a [*a]\n"})[0] is None


def test_a_duplicate_key_is_a_fault() -> None:
    _, faults = checked(files(config=FILES["config.yml"] + "language: en\n"))
    assert any("'language' is there twice" in fault.message for fault in faults)


def test_a_domain_in_several_files_is_merged_and_twice_is_told() -> None:
    more = 'version: "3.1"\nintents: [thanks, greet]\n'
    _, faults = checked({**FILES, "domain/more.yml": more})
    assert [str(fault.place) for fault in faults if "declared twice" in fault.message]
    project, _ = checked({**FILES, "domain/more.yml": more.replace(", greet", "")})
    assert project is not None
    assert "thanks" in project.intents


def test_a_folder_gives_its_yaml_files_and_no_more(tmp_path: pytest.TempPathFactory) -> None:
    from pathlib import Path

    root = Path(str(tmp_path))
    for name in ("domain.yml", "data/nlu.yaml", "actions/x.yml", ".git/y.yml", "notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a: 1\n", encoding="utf-8")
    assert sorted(texts(root)) == ["data/nlu.yaml", "domain.yml"]
    (root / "bad.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="UTF-8"):
        texts(root)
    with pytest.raises(Invalid, match="No YAML"):
        texts(root / "nowhere")


WORD = st.text(alphabet="abcxyz 中文字、。?", min_size=1, max_size=8)


@given(st.lists(st.tuples(WORD, st.booleans()), min_size=1, max_size=8))
def test_marks_point_at_their_words(pieces: list[tuple[str, bool]]) -> None:
    marked = "".join(f"[{words}](thing)" if mark else words for words, mark in pieces)
    plain, spans = marks.read(marked)
    assert plain == "".join(words for words, _ in pieces).strip()
    for span in spans:
        assert plain[max(span.start, 0) : span.end].strip() == span.value.strip()
    assert len(spans) == sum(mark for _, mark in pieces)
