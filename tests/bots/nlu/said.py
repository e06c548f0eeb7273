"""Sentences of a small shop, Chinese and English, and strangers to it; written by hand, the second half held out."""

from msgspec import structs

from bots.project.model import Project
from bots.project.reading import read

LEARNED = {
    "greet": ["你好", "您好呀", "在吗", "早上好", "有人吗", "hello there", "hi", "good morning", "hey, anybody home"],
    "refund": [
        "我要退款", "这个东西不想要了,能退钱吗", "买错了想退掉", "申请退款", "退货退款怎么弄", "衣服不合适要退",
        "i want my money back", "can i get a refund", "please refund my order", "this is broken, refund me",
    ],
    "track": [
        "我的快递到哪了", "包裹什么时候到", "物流怎么不动了", "查一下快递", "还没收到货", "发货了没有",
        "where is my parcel", "track my package", "has my order shipped", "when does my delivery arrive",
    ],
    "invoice": [
        "能开发票吗", "我要开票", "发票抬头写错了", "电子发票发我邮箱", "给我补一张发票", "怎么开增值税发票",
        "i need an invoice", "send me the receipt", "can you issue a vat invoice", "the name on the invoice is wrong",
    ],
    "address": [
        "收货地址写错了", "改一下地址", "能不能换个地方收货", "寄到公司去", "地址填成老家了", "修改收件人电话",
        "change my shipping address", "send it to my office instead", "wrong address, please fix", "i moved house",
    ],
    "faq/hours": ["你们几点上班", "营业时间", "周末开门吗", "晚上还有人吗", "when are you open", "opening hours"],
    "faq/payment": ["能用支付宝吗", "可以刷卡吗", "怎么付款", "支持微信支付吗", "do you take visa", "how can i pay"],
}  # fmt: skip
HELD = {
    "greet": ["你好啊", "hello"],
    "refund": ["不想要了,想退款", "把钱退给我", "how do i get a refund for this", "i'd like my money back please"],
    "track": ["快递怎么还没到", "帮我查下物流到哪里了", "where's my package now", "my parcel has not arrived"],
    "invoice": ["麻烦开张发票", "发票开错了", "could you send an invoice", "i need a vat receipt"],
    "address": ["地址填错了帮我改改", "想改收货地址", "please change the delivery address", "ship to another address"],
    "faq/hours": ["请问几点开门", "are you open on sunday"],
    "faq/payment": ["可以用微信付款吗", "can i pay with a card"],
}
STRANGERS = [
    "明天会下雨吗", "给我讲个故事", "量子力学是谁提出来的", "红烧肉怎么做才好吃", "世界杯谁赢了", "帮我写一首诗",
    "what is the capital of peru", "play some jazz", "solve this equation", "book a table for two", "tell me a joke",
]  # fmt: skip
DOMAIN = """\
version: "3.1"
intents: [greet, refund, track, invoice, address, faq]
entities: [city]
responses:
  utter_faq/hours: [{text: 九点到六点}]
  utter_faq/payment: [{text: 都可以}]
"""


def files(**settings: str) -> dict[str, str]:
    """Return the project's texts; `settings` are further files, `yizhan` for yizhan.yml."""
    lines = ['version: "3.1"', "nlu:"]
    for intent, sentences in LEARNED.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {one}" for one in sentences)]
    lines += ["- lookup: city", "  examples: |", "    - 上海", "    - 广州"]
    return {
        "domain.yml": DOMAIN,
        "nlu.yml": "\n".join(lines),
        **{f"{name}.yml": text for name, text in settings.items()},
    }


def shop(**settings: str) -> Project:
    """Return the shop's project."""
    return read(files(**settings))


def only(project: Project, count: int) -> Project:
    """Return a project that has the first examples alone."""
    return structs.replace(project, nlu=structs.replace(project.nlu, examples=project.nlu.examples[:count]))
