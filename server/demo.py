"""Demo data: one team, one web-chat inbox with its bot, a colleague of every role, canned replies. Made once."""

from collections.abc import Awaitable, Sequence

from msgspec import Struct

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.teams import NewTeam, Team
from accounts.users import NewUser, User
from conversations.canned import NewCanned
from conversations.hours import Hours
from conversations.inboxes import Inbox, NewInbox
from conversations.labels import NewLabel
from hub.errors import Invalid
from server.parts import Hub

PASSWORD = "station-under-the-stars"  # noqa: S105  # the demo's, printed at every start
SITE_KEY = "demo"
TEAM = "客户服务"
BOT = "water"


class Person(Struct, frozen=True, kw_only=True):
    """A colleague of the demo."""

    email: str
    name: str
    role: Role
    in_team: bool = False


PEOPLE = (
    Person(email="admin@demo.example", name="韩雪", role=Role.ADMINISTRATOR),
    Person(email="lead@demo.example", name="周敏", role=Role.LEAD, in_team=True),
    Person(email="agent@demo.example", name="林晓", role=Role.AGENT, in_team=True),
    Person(email="agent2@demo.example", name="陈昊", role=Role.AGENT, in_team=True),
    Person(email="quality@demo.example", name="吴桐", role=Role.QUALITY),
    Person(email="designer@demo.example", name="苏叶", role=Role.DESIGNER),
    Person(email="marketer@demo.example", name="何川", role=Role.MARKETER),
)
CANNED = (
    ("hello", "欢迎光临", "您好，{{customer.name}}！很高兴为您服务，请问有什么可以帮您？"),
    ("wait", "请稍候", "请您稍等，我正在为您查询。"),
    ("bill", "水费查询", "请提供您的户号（8 位数字），我马上为您查询本期水费。"),
    ("repair", "报修登记", "已为您登记报修，维修人员会在 2 小时内与您联系。请保持电话畅通。"),
    ("invoice", "电子发票", "电子发票会发送到您登记的邮箱，通常需要 1 个工作日。"),
    ("thanks", "感谢", "感谢您的耐心！还有其他可以帮您的吗？"),
    ("bye", "结束语", "感谢您的咨询，祝您生活愉快！"),
)
LABELS = (("水费", "#1261a0"), ("报修", "#c0392b"), ("投诉", "#8e44ad"), ("建议", "#1e8449"))


async def fill(hub: Hub) -> Team:
    """Make what is not there yet; a second start changes nothing. Returns the team."""
    team = await _team(hub)
    for person in PEOPLE:
        await _person(hub, person, team)
    await _inbox(hub, team)
    for shortcut, title, body in CANNED:
        await _once(hub.talks.canned.create(NewCanned(shortcut=shortcut, title=title, body=body)))
    for name, colour in LABELS:
        await _once(hub.talks.labels.create(NewLabel(name=name, colour=colour)))
    return team


def told(hub: Hub, channels: Sequence[str] = ()) -> str:
    """Return what to print: where everything is, and who may come in."""
    home = hub.settings.address
    simulated = f"  In another terminal: yizhan simulate {'|'.join(channels)}\n\n" if channels else ""
    people = "\n".join(f"    {person.email:<24}{person.role:<16}{person.name}" for person in PEOPLE)
    return (
        f"\n  Yizhan 驿站 (demo)\n\n"
        f"    inbox     {home}/inbox\n"
        f"    chat      {home}/demo      a page with the widget\n"
        f"    API       {home}/api/v1/openapi.json\n\n"
        f"{simulated}"
        f"  Log-ins, password {PASSWORD}\n\n{people}\n"
    )


async def _team(hub: Hub) -> Team:
    for team in await hub.accounts.teams.page(limit=100):
        if team.name == TEAM:
            return team
    return await hub.accounts.teams.create(_act(hub), NewTeam(name=TEAM))


async def _person(hub: Hub, person: Person, team: Team) -> User:
    known = await hub.accounts.staff.by_email(person.email)
    if known:
        return known
    new = NewUser(
        name=person.name,
        email=person.email,
        role=person.role,
        password=PASSWORD,
        teams=(team.id,) if person.in_team else (),
    )
    return await hub.accounts.staff.create(_act(hub), new)


async def _inbox(hub: Hub, team: Team) -> Inbox:
    known = await hub.talks.inboxes.by_site_key(SITE_KEY)
    if known:
        return known
    new = NewInbox(
        name="官网在线客服",
        channel="webchat",
        site_key=SITE_KEY,
        team=team.id,
        bot=BOT if BOT in hub.bots else None,
        hours=Hours(),
        settings={"title": "在线客服", "greeting": "您好！我是智能客服，也可以随时回复“人工”转接客服人员。"},
        ask_rating=True,
    )
    return await hub.talks.inboxes.create(new)


async def _once(making: Awaitable[object]) -> None:
    """Make it, unless there is one of its name."""
    try:
        await making
    except Invalid:
        return


def _act(hub: Hub) -> Act:
    return Act(actor=CONSOLE, at=hub.clock.now(), request="demo")
