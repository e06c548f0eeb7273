"""A bot from its files to its answer over web chat, over HTTP, in a real hub: the training is the real process."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import TYPE_CHECKING, Any

import aiohttp
from msgspec import structs

from bots.serving.rows import VERSIONS, State, version_id
from hub.model import Text
from tests.bots.rasa.test_remote import TURN
from tests.server.test_story import Visitor
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Client, Running

EXAMPLES = "    - 水表转得飞快怎么回事\n    - 表转得好快\n    - 水表走得太快了\n    - 没用水表还在转\n"


async def _made(client: Client, id: str = "tiny", **more: Any) -> dict[str, Any]:
    answer = await client.post("/bots", {"id": id, "name": "小试", **more})
    assert answer.status == 201, answer.body
    return dict(answer.json)


async def _trained(hub: Running, client: Client, id: str = "tiny") -> dict[str, Any]:
    answer = await client.post(f"/bots/{id}/train")
    assert answer.status == 202, answer.body
    number = answer.json["number"]

    async def done() -> bool:
        version = await hub.hub.store.get(VERSIONS, version_id(id, number))
        return version is not None and version.state is not State.TRAINING

    await until(done, seconds=60)
    return dict((await client.get(f"/bots/{id}/versions/{number}")).json)


async def _taught(client: Client, id: str = "tiny") -> None:
    """Let the small bot know one thing more."""
    files = (await client.get(f"/bots/{id}/files")).json
    texts = dict(files["files"])
    texts["data/nlu.yml"] += "- intent: meter\n  examples: |\n" + EXAMPLES
    texts["data/rules.yml"] += "- rule: Meter\n  steps:\n  - intent: meter\n  - action: utter_meter\n"
    texts["domain.yml"] = texts["domain.yml"].replace("- goodbye\n", "- goodbye\n- meter\n", 1)
    texts["domain.yml"] += '  utter_meter:\n  - text: "请先关掉总阀看看。"\n'
    saved = await client.call("PUT", f"/bots/{id}/files", json={"version": files["version"], "files": texts})
    assert (saved.status, [one for one in saved.json["faults"] if one["severity"] == "error"]) == (200, [])


async def _in_shadow(hub: Running, seq: int) -> str:
    """Return what the bot in the shadow of `far`, whose server is away, says of a meter."""
    text = "水表转得好快"
    turn = structs.replace(TURN, seq=seq, text=text, parts=(Text(body=text),))
    return str((await hub.hub.bots["far"].answer(turn)).reactions)


async def test_edited_trained_tried_published_rolled_back_and_taught(hub_server: Running) -> None:
    designer = await hub_server.log_in("designer")
    assert (await _made(designer))["kind"] == "engine"
    first = await _trained(hub_server, designer)
    assert (first["state"], first["report"]["examples"], first["progress"]) == ("trained", 10, None)
    assert (await designer.post("/bots/tiny/versions/1/publish")).json["live"] == 1
    remote = {"url": "http://127.0.0.1:9", "shadow": "tiny"}
    await _made(designer, "far", kind="rasa", remote=remote)
    assert "总阀" not in await _in_shadow(hub_server, 1)
    await _taught(designer)
    assert (await _trained(hub_server, designer))["state"] == "trained"

    tried = await designer.post("/bots/tiny/try", {"text": "水表转得好快", "version": "draft"})
    assert tried.status == 200, tried.body
    assert tried.json["parse"]["intent"]["name"] == "meter"
    assert [part["body"] for part in tried.json["said"]] == ["请先关掉总阀看看。"]
    assert {step["action"] for step in tried.json["steps"]} >= {"utter_meter"}
    again = await designer.post("/bots/tiny/try", {"text": "拜拜", "version": "1", "tracker": tried.json["tracker"]})
    assert [part["body"] for part in again.json["said"]] == ["再见，祝您生活愉快！"]

    assert (await designer.post("/bots/tiny/versions/2/publish")).json["live"] == 2
    shown = (await designer.get("/bots/tiny")).json
    assert [(one["number"], one["state"]) for one in shown["versions"]] == [(2, "live"), (1, "retired")]
    assert hub_server.hub.bots.version("tiny") == 2
    assert "总阀" in await _in_shadow(hub_server, 2), "whoever stands in for a Rasa server kept the old version"
    assert (await designer.post("/bots/tiny/versions/1/publish")).json["live"] == 1
    assert hub_server.hub.bots.version("tiny") == 1
    assert "总阀" not in await _in_shadow(hub_server, 3)
    boss = await hub_server.log_in("admin")
    acts = [one["action"] for one in (await boss.get("/audit?target=tiny")).json["items"]]
    assert acts.count("bot.published") == 3


async def test_the_utility_bot_over_web_chat_and_a_miss_that_becomes_an_example(hub_server: Running) -> None:
    designer = await hub_server.log_in("designer")
    library = (await designer.get("/bots/library")).json["items"]
    (ready,) = [one for one in library if one["id"] == "water/zh"]
    assert (ready["intents"] >= 25, ready["examples"] > 300) == (True, True)
    made = await _made(designer, "water", **{"from": "water/zh"})
    report = (await _trained(hub_server, designer, "water"))["report"]
    assert report["accuracy"] > 0.8
    assert (await designer.post("/bots/water/versions/1/publish")).json["live"] == 1
    boss = await hub_server.log_in("admin")
    (row,) = [one for one in (await boss.get("/bots")).json["items"] if one["id"] == "water"]
    assert (row["kind"], row["live"], row["fault"], len(row["inboxes"])) == ("engine", 1, "", 1)

    visitor = await Visitor.arrive(hub_server)
    await visitor.say("你好")
    await visitor.wait_for("bot", "云溪")
    lost = "那个紫色大象昨晚在屋顶上唱歌剧"
    await visitor.say(lost)
    misses: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not misses:
            misses = (await designer.get("/bots/water/misses")).json["items"]
            await asyncio.sleep(0.05)
    assert [(one["text"], one["reason"], one["times"]) for one in misses] == [(lost, "fell_back", 1)]
    assert "goodbye" in made["intents"]
    settled = await designer.post(f"/bots/water/misses/{misses[0]['id']}", {"intent": "goodbye"})
    assert (settled.status, settled.json["state"]) == (200, "assigned")
    assert (await designer.get("/bots/water/misses")).json["items"] == []
    assert lost in (await designer.get("/bots/water/files")).json["files"]["data/taught.yml"]


async def test_an_agent_says_what_the_bot_misunderstood(hub_server: Running) -> None:
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("水费为什么这么高")
    await visitor.wait_for("bot", "")
    boss = await hub_server.log_in("admin")
    (row,) = (await boss.get("/conversations?view=bot")).json["items"]
    path = f"/conversations/{row['id']}/messages/1/meant"
    said = await boss.post(path, {"intent": "bill_too_high"})
    assert (said.status, said.json["reason"], said.json["intent"]) == (200, "corrected", "bill_too_high")
    assert (await boss.post(f"/conversations/{row['id']}/messages/99/meant", {})).status == 404
    shown = (await boss.get("/bots/water/misses")).json["items"]
    assert [(one["text"], one["seq"]) for one in shown] == [("水费为什么这么高", 1)]
    quality = await hub_server.log_in("quality")
    assert (await quality.post(path, {})).status == 403


async def test_files_come_and_go_as_a_zip(hub_server: Running) -> None:
    designer = await hub_server.log_in("designer")
    await _made(designer)
    sent = await designer.get("/bots/tiny/archive")
    with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert texts == (await designer.get("/bots/tiny/files")).json["files"]
    back = await _upload(designer, sent.body)
    assert (back.status, back.json["files"]) == (200, texts)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("domain.yml", b" " * (100 << 20))
    for body in (bomb.getvalue(), b"PK nothing"):
        assert (await _upload(designer, body)).status == 422
    assert (await designer.get("/bots/tiny/files")).json["files"] == texts


async def _upload(client: Client, body: bytes) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", body, filename="bot.zip")
    return await client.call("POST", "/bots/tiny/archive", data=form)


async def test_errors_have_their_place_and_stop_a_training_only(hub_server: Running) -> None:
    designer = await hub_server.log_in("designer")
    await _made(designer)
    read = (await designer.get("/bots/tiny/files")).json
    wrong = {**read["files"], "data/rules.yml": read["files"]["data/rules.yml"] + "- rule: More\n  steps: 5\n"}
    checked = await designer.post("/bots/tiny/check", {"files": wrong})
    places = {(one["file"], one["line"]) for one in checked.json["faults"] if one["severity"] == "error"}
    assert ("data/rules.yml", wrong["data/rules.yml"].count("\n")) in places
    slow = {**read["files"], "data/more.yml": 'version: "3.1"\nnlu:\n- regex: meter\n  examples: |\n    - (a|aa)+$\n'}
    warned = (await designer.post("/bots/tiny/check", {"files": slow})).json["faults"]
    (one,) = [fault for fault in warned if fault["file"] == "data/more.yml"]
    assert (one["line"], one["severity"], "exponential" in one["message"]) == (5, "warning", True)
    warned_of = await designer.call("PUT", "/bots/tiny/files", json={"version": read["version"], "files": slow})
    assert (await designer.post("/bots/tiny/train")).json["faults"] == len(warned_of.json["faults"]) == len(warned)
    read = (await designer.get("/bots/tiny/files")).json
    saved = await designer.call("PUT", "/bots/tiny/files", json={"version": read["version"], "files": wrong})
    assert (saved.status, saved.json["version"]) == (200, read["version"] + 1)
    stale = await designer.call("PUT", "/bots/tiny/files", json={"version": read["version"], "files": wrong})
    assert (stale.status, stale.json["code"]) == (409, "conflict")
    refused = await designer.post("/bots/tiny/train")
    assert (refused.status, refused.json["path"]) == (422, "$.files")


async def test_secrets_go_in_and_never_come_out(hub_server: Running) -> None:
    boss = await hub_server.log_in("admin")
    made = await _made(boss, secrets={"billing": "whsec_c2VjcmV0LXNlY3JldA=="})
    assert made["secrets"] == ["billing"]
    changed = await boss.call(
        "PATCH", "/bots/tiny", json={"name": "大试", "secrets": {"billing": "", "more": "hush-hush"}}
    )
    assert (changed.json["name"], changed.json["secrets"]) == ("大试", ["more"])
    audit = (await boss.get("/audit?target=tiny")).body
    for told in (changed.body, audit):
        assert b"hush-hush" not in told
        assert b"yv1." not in told


async def test_a_model_that_was_tampered_with_is_not_published_and_stops_nobody(
    hub_server: Running, tmp_path: Path
) -> None:
    designer = await hub_server.log_in("designer")
    await _made(designer)
    await _trained(hub_server, designer)
    version = await hub_server.hub.store.get(VERSIONS, version_id("tiny", 1))
    assert version is not None
    assert (await designer.post("/bots/tiny/versions/1/publish")).status == 200
    path = tmp_path / "data" / "blobs" / version.model[:2] / version.model
    good = await asyncio.to_thread(path.read_bytes)
    await asyncio.to_thread(path.write_bytes, good[:-40] + b"x" * 40)
    refused = await designer.post("/bots/tiny/versions/1/publish")
    assert (refused.status, refused.json["code"]) == (422, "invalid")
    assert hub_server.hub.bots.fault("tiny") == ""
    assert "water" in hub_server.hub.bots
