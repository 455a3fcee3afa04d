"""Calls and open streams tell that an agent is here."""

from __future__ import annotations

from domain.statuses import AgentStatus
from services import agents
from tests.api.world import BASE, Api
from tests.conftest import SetClock
from tests.services.test_statements import counted


async def status(api: Api, name: str) -> AgentStatus:
    world = api.acme.world
    return (await api.db.read(agents.show, world.tenant_id, world.agents[name])).status


async def test_who_calls_is_here_and_who_does_not_is_gone(api: Api, clock: SetClock) -> None:
    presence = api.app.state.presence
    for name in ("ana", "ben"):
        await api.acme.world.status(name)
    await presence.beat()
    for _ in range(6):
        clock.move(minutes=1)
        async with api.client(api.acme.tokens["ana"]) as client:
            assert (await client.get(f"{BASE}/me")).status_code == 200
        await presence.beat()
    assert await status(api, "ana") is AgentStatus.AVAILABLE
    assert await status(api, "ben") is AgentStatus.OFFLINE


async def test_after_a_beat_that_failed_everybody_has_the_whole_time_again(
    api: Api, clock: SetClock
) -> None:
    presence = api.app.state.presence
    await api.acme.world.status("ben")
    await presence.beat()
    clock.move(minutes=6)
    presence.missed()
    await presence.beat()
    assert await status(api, "ben") is AgentStatus.AVAILABLE
    clock.move(minutes=6)
    await presence.beat()
    assert await status(api, "ben") is AgentStatus.OFFLINE


async def test_of_strangers_tokens_nothing_is_noted(api: Api) -> None:
    """There may be any number of them, more than one statement takes."""
    for token in ("guess", api.acme.tokens["ana"]):
        async with api.client(token) as client:
            await client.get(f"{BASE}/me")
            await client.post(f"{BASE}/chats/999/end")  # is not found, or not even looked for
        with counted(api.db) as said:
            await api.app.state.presence.beat()
        noted = [one for one in said if one.startswith("UPDATE sessions")]
        assert len(noted) == (token != "guess")
