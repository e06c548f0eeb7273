"""What an Official Account can do besides writing: codes to scan, tags, remarks, and what it knows of a follower.

`OfficialAccount.account` gives it; nothing here is about a conversation. Pages, below
https://developers.weixin.qq.com/doc/service/api/: qrcode/qrcodes, usermanage/tag, usermanage/userinfo.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from msgspec import Struct, field

from adapters.weixin.client import Client, Reply
from hub.errors import Invalid

LONGEST_LIFE = 2_592_000
"""Seconds that a code of limited life lives at most: 30 days."""
LONGEST_SCENE, LONGEST_REMARK, LONGEST_TAG = 64, 30, 30
MOST_AT_ONCE = 50
PICTURE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="


class Code(Reply, frozen=True, kw_only=True):
    """A code to scan. `url` is what it says; `picture` shows it; a `scan` or `follow` brings its scene back."""

    ticket: str = ""
    url: str = ""
    expire_seconds: int | None = None

    @property
    def picture(self) -> str:
        """Return the address of the picture."""
        return PICTURE + quote(self.ticket, safe="")


class Tag(Struct, frozen=True, kw_only=True):
    """A tag of the account, and how many followers have it."""

    id: int
    name: str = ""
    count: int = 0


class TagReply(Reply, frozen=True, kw_only=True):
    """One tag."""

    tag: Tag


class TagsReply(Reply, frozen=True, kw_only=True):
    """All tags."""

    tags: list[Tag] = []


class Follower(Reply, frozen=True, kw_only=True):
    """What WeChat tells of a follower; no name or picture since December 2021. `union` joins accounts of one owner."""

    user: str = field(name="openid", default="")
    follows: int = field(name="subscribe", default=0)
    union: str = field(name="unionid", default="")
    language: str = ""
    remark: str = ""
    tags: list[int] = field(name="tagid_list", default_factory=list)
    came_by: str = field(name="subscribe_scene", default="")
    scene: str = field(name="qr_scene_str", default="")
    since: int = field(name="subscribe_time", default=0)

    @property
    def followed_at(self) -> datetime | None:
        """Return when they followed, or None."""
        return datetime.fromtimestamp(self.since, UTC) if self.since else None


class Account:
    """The calls; they raise what WeChat's code means (`adapters/weixin/meanings.py`), `Invalid` before the call."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def create_code(self, scene: str, *, seconds: int | None = None) -> Code:
        """Make a code for a scene (64 letters at most): for `seconds`, or for ever (100,000 of those an account)."""
        if not 1 <= len(scene) <= LONGEST_SCENE:
            raise Invalid("A scene has 1 to 64 letters", path="$.scene")
        if seconds is not None and not 1 <= seconds <= LONGEST_LIFE:
            raise Invalid("A code lives 30 days at most", path="$.seconds")
        told = {"action_info": {"scene": {"scene_str": scene}}}
        life = {"action_name": "QR_LIMIT_STR_SCENE"} if seconds is None else {
            "action_name": "QR_STR_SCENE", "expire_seconds": seconds}  # fmt: skip
        return await self._client.ask("/cgi-bin/qrcode/create", {**life, **told}, shape=Code)

    async def tags(self) -> list[Tag]:
        """List the tags."""
        return (await self._client.ask("/cgi-bin/tags/get", shape=TagsReply)).tags

    async def create_tag(self, name: str) -> Tag:
        """Make a tag (30 letters at most; 100 tags an account)."""
        if not 1 <= len(name) <= LONGEST_TAG:
            raise Invalid("A tag has 1 to 30 letters", path="$.name")
        return (await self._client.ask("/cgi-bin/tags/create", {"tag": {"name": name}}, shape=TagReply)).tag

    async def tag(self, tag: int, users: Sequence[str]) -> None:
        """Give followers a tag, 50 in each call."""
        await self._members("batchtagging", tag, users)

    async def untag(self, tag: int, users: Sequence[str]) -> None:
        """Take a tag from followers."""
        await self._members("batchuntagging", tag, users)

    async def set_remark(self, user: str, remark: str) -> None:
        """Write a remark on a follower, of 29 letters at most, for the account's people; empty takes it away."""
        if len(remark) >= LONGEST_REMARK:
            raise Invalid("A remark has fewer than 30 letters", path="$.remark")
        path = "/cgi-bin/user/info/updateremark"
        await self._client.ask(path, {"openid": user, "remark": remark}, shape=Reply)

    async def follower(self, user: str) -> Follower:
        """Return what WeChat tells of a person."""
        return await self._client.ask("/cgi-bin/user/info", shape=Follower, query={"openid": user, "lang": "zh_CN"})

    async def _members(self, call: str, tag: int, users: Sequence[str]) -> None:
        for start in range(0, len(users), MOST_AT_ONCE):
            some = list(users[start : start + MOST_AT_ONCE])
            path = f"/cgi-bin/tags/members/{call}"
            await self._client.ask(path, {"openid_list": some, "tagid": tag}, shape=Reply)
