"""What an agent does over HTTP, from login to the end of a chat."""

from __future__ import annotations

from tests.api.world import BASE, PASSWORD, Api

LOGIN = {"tenant": "acme", "email": "ana@acme.example", "password": PASSWORD}


async def test_an_agent_works_a_chat_from_login_to_end(api: Api) -> None:
    async with api.client() as client:
        login = await client.post(f"{BASE}/login", json=LOGIN)
        assert login.status_code == 200
        client.headers["x-csrf-token"] = login.json()["csrf_token"]

        me = (await client.put(f"{BASE}/me/status", json={"status": "Available"})).json()
        assert me["status"] == "Available"
        assert me["concurrency"] == {"current": 0, "limit": 3}

        chat_id = await api.acme.waiting_chat()
        offers = (await client.get(f"{BASE}/offers")).json()
        assert [(one["chat_id"], one["kind"], one["queue"]) for one in offers] == [
            (chat_id, "new", "Orders")
        ]
        assert offers[0]["expires_at"] is None

        waiting = (await client.get(f"{BASE}/chats/{chat_id}")).json()
        assert waiting["waiting_because"] == "Offered to 1 agent; waiting for an agent to accept."
        assert waiting["temporal_url"] == f"http://ui.test/chat-{chat_id}/1"

        accepted = await client.post(f"{BASE}/chats/{chat_id}/accept")
        assert accepted.status_code == 200
        assert accepted.json()["status"] == "assigned"
        assert accepted.json()["agent_info"]["email"] == "ana@acme.example"
        assert [one["id"] for one in (await client.get(f"{BASE}/chats")).json()] == [chat_id]

        text = {"text": "How can I help?", "client_id": "c-1"}
        first = await client.post(f"{BASE}/chats/{chat_id}/messages", json=text)
        again = await client.post(f"{BASE}/chats/{chat_id}/messages", json=text)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.json()["author"] == {"type": "agent", "id": api.acme.world.agents["ana"]}

        thread = (await client.get(f"{BASE}/chats/{chat_id}/messages")).json()
        assert [one["seq"] for one in thread] == list(range(1, len(thread) + 1))
        assert thread[-1] == first.json()
        after = thread[-2]["seq"]
        rest = await client.get(f"{BASE}/chats/{chat_id}/messages?after={after}")
        assert rest.json() == [first.json()]

        ended = await client.post(f"{BASE}/chats/{chat_id}/end")
        assert (ended.status_code, ended.json()["status"]) == (200, "finished")
        assert ended.json()["ends_at"] is not None
        assert (await client.get(f"{BASE}/chats/{chat_id}")).status_code == 200

        assert (await client.post(f"{BASE}/logout")).status_code == 204
        assert (await client.get(f"{BASE}/me")).status_code == 401
