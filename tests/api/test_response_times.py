"""Response times in the chats that API clients read (product F3)."""

from __future__ import annotations

from tests.api.world import Api, basic
from tests.conftest import SetClock
from tests.world import PHONE


async def test_response_times_are_of_the_agents_answers(api: Api, clock: SetClock) -> None:
    world, number = api.acme.world, api.acme.number

    async def consumer(text: str) -> None:
        await world.text(text, sender=PHONE, to=number)

    async def shown() -> dict[str, object]:
        async with api.client() as client:
            client.headers.update(basic("acme", api.acme.api_token))
            one = (await client.get(f"/apps/api/v1/chats/{chat_id}")).json()
            [same] = (await client.get("/manager/api/v1/chats")).json()
        assert same == one
        return {key: one[key] for key in ("average_response_time", "longest_response_time")}

    chat_id = await api.acme.waiting_chat()
    await world.status("ana")
    clock.move(seconds=100)
    await world.accept("ana", chat_id)
    assert await shown() == {"average_response_time": None, "longest_response_time": None}
    clock.move(seconds=20)
    await world.reply("ana", chat_id, "Which parcel?")
    await world.reply("ana", chat_id, "I see two.")
    clock.move(seconds=500)
    await consumer("The big one.")
    clock.move(seconds=30)
    await consumer("And quick!")
    clock.move(seconds=10)
    await world.reply("ana", chat_id, "It comes today.")
    # From the first text without an answer, 40 s; the wait for an agent and the consumer's own
    # silence are in neither.
    assert await shown() == {"average_response_time": 30, "longest_response_time": 40}
    clock.move(seconds=900)
    await consumer("Thanks")
    assert await shown() == {"average_response_time": 30, "longest_response_time": 40}


async def test_every_chat_of_a_client_has_the_keys_of_f3(api: Api) -> None:
    await api.acme.waiting_chat()
    async with api.client() as client:
        client.headers.update(basic("acme", api.acme.api_token))
        [chat] = (await client.get("/apps/api/v1/chats")).json()
    assert {"average_response_time", "longest_response_time", "sub_status"} <= set(chat)
    assert chat["sub_status"] is None
