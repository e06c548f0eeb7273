"""Words of the general dictionary, and those that are a bot's own and no other's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.nlu.training import train
from bots.nlu.words import GENERAL, Words, of
from hub.errors import Invalid
from tests.bots.nlu.said import shop

OWN = Words(["云驿宝", "惠民卡", "会员", "退款", "iphone手机壳", "4号线", "a", "卡", "这是一句很长很长的话不是词"])


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("我要查云驿宝余额", ["我要", "查", "云驿宝", "余额"]),
        ("申请开通惠民卡业务", ["申请", "开通", "惠民卡", "业务"]),
        ("社会员工福利", ["社会", "员工福利"]),
        ("全额退款了吗", ["全额", "退款", "了", "吗"]),
        ("iphone手机壳还没到", ["iphone手机壳", "还", "没到"]),
        ("myiphone手机壳", ["myiphone", "手机", "壳"]),
        ("坐4号线", ["坐", "4号线"]),
        ("坐0号线", ["坐", "0号线"]),
        ("how are you", ["how", " ", "are", " ", "you"]),
    ],
)
def test_own_words_stay_whole(text: str, cut: list[str]) -> None:
    """Unless they would part a word of the dictionary: 会员 is none in 社会员工."""
    assert OWN.cut(text) == cut


def test_they_are_no_other_bots() -> None:
    """The general dictionary is never told of them."""
    assert "".join(GENERAL.cut("查云驿宝")) == "查云驿宝"
    assert "云驿宝" not in GENERAL.cut("查云驿宝")
    assert "云驿宝" not in Words(["惠民卡"]).cut("查云驿宝")


@given(st.text("云驿宝惠民卡会员退款我要a4 ,。", max_size=30))
@settings(max_examples=200, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    """The pieces are the text."""
    assert "".join(OWN.cut(text)) == text


def test_tables_synonyms_marks_and_settings_name_them() -> None:
    """Whatever a project calls by a name; the tokens of a sentence show it."""
    nlu = (
        'version: "3.1"\nnlu:\n- lookup: city\n  examples: |\n    - 溪云驿\n'
        "- synonym: 驿通卡\n  examples: |\n    - 水表户\n- intent: track\n  examples: |\n    - 去[的士码头](city)\n"
    )
    project = shop(more=nlu, yizhan="nlu: {words: [惠民宝]}")
    own = of(project)
    for word in ("溪云驿", "驿通卡", "水表户", "的士码头", "惠民宝"):
        assert word in own.cut(f"我要{word}的"), word
        assert word not in GENERAL.cut(f"我要{word}的"), word
    bot = train(project, None)
    text = "查惠民宝的快递"
    assert "惠民宝" in [text[start:end] for start, end in bot.parse(text).text_tokens]
    assert "\x00惠民宝" not in bot.known.names, "no example says it"


@pytest.mark.parametrize("nlu", ["{words: 惠民宝}", "{words: [1]}", "{false_rejection: 0.6}", "{word: []}", "[]"])
def test_what_is_not_right_is_said(nlu: str) -> None:
    """With the name of the setting."""
    with pytest.raises(Invalid, match=r"`nlu` of yizhan\.yml is not right") as caught:
        train(shop(yizhan=f"nlu: {nlu}"), None)
    assert "false_rejection" in caught.value.hint
