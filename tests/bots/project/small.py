"""A small bot that has a little of everything, as the texts of its files."""

from __future__ import annotations

DOMAIN = """\
version: "3.1"
intents: [greet, inform, stop, faq, {refund: {use_entities: [order]}}]
entities:
  - order
  - city: {roles: [from, to]}
actions: [action_refund, validate_refund_form, yizhan_handoff]
slots:
  order_id:
    type: text
    mappings: [{type: from_entity, entity: order}]
  reason:
    type: text
    mappings: [{type: from_text, conditions: [{active_loop: refund_form, requested_slot: reason}]}]
  vip: {type: bool, initial_value: no way, mappings: [{type: custom}]}
forms:
  refund_form: {required_slots: [order_id, reason], ignored_intents: [greet]}
responses:
  utter_greet: [{text: 您好}, {text: 你好, channel: webchat}]
  utter_ask_order_id: [{text: 订单号？, buttons: [{title: 没有, payload: '/inform{{"order": "0"}}'}]}]
  utter_ask_reason: [{text: 原因？, condition: [{type: slot, name: vip, value: true}]}, {text: 为什么？}]
  utter_done: [{text: "{order_id} 已受理"}]
  utter_faq/hours: [{text: 九点到六点}]
session_config: {session_expiration_time: 30, carry_over_slots_to_new_session: false}
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - hello there
- intent: refund
  examples: |
    - 我要退款
    - 退 [A123](order) 的钱
    - 从[北京]{"entity": "city", "role": "from"}退
- intent: inform
  examples:
    - text: |
        - 订单是[B-7](order:7)
    - text: 就这个
- intent: stop
  examples: |
    - 算了
    - 不退了
- intent: faq/hours
  examples: |
    - 几点上班
    - 营业时间
- synonym: "7"
  examples: |
    - B-7
- regex: order
  examples: |
    - [A-Z]-?\\d+
- lookup: city
  examples: |
    - 北京
    - 上海
"""
RULES = """\
version: "3.1"
rules:
- rule: greets
  steps: [{intent: greet}, {action: utter_greet}]
- rule: starts a refund
  steps: [{intent: refund}, {action: refund_form}, {active_loop: refund_form}]
- rule: ends a refund
  condition: [{active_loop: refund_form}]
  steps: [{action: refund_form}, {active_loop: null}, {action: action_refund}, {action: utter_done}]
- rule: answers
  steps: [{intent: faq}, {action: utter_faq}]
"""
STORIES = """\
version: "3.1"
stories:
- story: refund, then stop
  steps:
  - or: [{intent: refund}, {intent: inform}]
  - action: refund_form
  - active_loop: refund_form
  - intent: stop
  - action: action_deactivate_loop
  - slot_was_set: [{order_id: null}, vip]
  - active_loop: null
  - action: yizhan_handoff
"""
CONFIG = """\
recipe: default.v1
language: zh
pipeline:
- name: JiebaTokenizer
- {name: FallbackClassifier, threshold: 0.4}
policies:
- {name: MemoizationPolicy, max_history: 6}
- name: RulePolicy
"""
OWN = """\
handoff: {words: [人工], forbidden: [起诉]}
"""
FILES = {
    "domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/rules.yml": RULES, "data/stories.yml": STORIES,
    "config.yml": CONFIG, "yizhan.yml": OWN,
    "endpoints.yml": "action_endpoint:\n  url: http://127.0.0.1:5055/webhook\n",
}  # fmt: skip


def files(**changed: str) -> dict[str, str]:
    """The files with some exchanged, by their stem (`nlu="..."`)."""
    return {name: changed.get(name.rpartition("/")[2].removesuffix(".yml"), text) for name, text in FILES.items()}


def line_of(text: str, words: str) -> int:
    """The line, from 1, on which words stand first."""
    return text[: text.index(words)].count("\n") + 1
