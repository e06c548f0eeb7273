"""A bot and a colleague in one conversation: it suggests while it is silent, and gets the conversation back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.server.test_story import Visitor, until

if TYPE_CHECKING:
    from tests.server.running import Running


async def test_the_bot_suggests_while_a_colleague_has_it_and_gets_it_back_with_a_record(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("人工")
    row = (await until(agent, "/conversations?view=unassigned", lambda told: told["items"]))["items"][0]
    path = f"/conversations/{row['id']}"
    assert (await agent.post(f"{path}/take")).status == 200
    await visitor.say("怎么查水费")
    told = await until(agent, f"{path}/suggestions", lambda one: one["items"])
    assert (told["bot"], told["fault"]) == ("小溪", "")
    assert "户号" in told["items"][0][0]["body"]
    before = (await agent.get(path)).json["conversation"]["seq"]
    assert (await agent.get(path)).json["conversation"]["seq"] == before
    back = await agent.post(f"{path}/hand-to-bot")
    assert (back.status, back.json["state"], back.json["bot"]) == (200, "bot", "water")
    newest = (await agent.get(f"{path}/decisions")).json["items"][0]
    assert (newest["outcome"], newest["by"]) == ("to_bot", agent.user)
    assert (await agent.get(f"{path}/suggestions")).json["items"] == []
    await visitor.say("营业厅几点上班")
    await visitor.wait_for("bot", "8:30")


async def test_suggestions_are_for_those_who_may_answer(hub_server: Running) -> None:
    quality = await hub_server.log_in("quality")
    assert (await quality.get("/conversations/nothing/suggestions")).status == 403
    agent = await hub_server.log_in("agent")
    assert (await agent.get("/conversations/nothing/suggestions")).status == 404
