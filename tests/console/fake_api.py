"""What the stand-in for the agent API knows, for tests of what the console alone must do.

It keeps to `interfaces.md`; the whole product is tested in test_main_job.py.
"""

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any

from domain.reasons import explain
from domain.statuses import MessageStatus

Json = dict[str, Any]
STATUSES = ("Available", "Unavailable", "Break", "Meal", "Offline")


def stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class FakeApi:
    """One agent, Ana. `refuse` answers the calls of a path's end with that status.

    A path is posted to, unless the method stands before it.
    """

    def __init__(self) -> None:
        self.agent: Json = {
            "id": 7,
            "name": "Ana",
            "email": "ana@acme.example",
            "status": "Offline",
            "status_since": stamp(),
            "concurrency": {"current": 0, "limit": 3},
        }
        self.offers: list[Json] = []
        self.chats: dict[int, Json] = {}
        self.threads: dict[int, list[Json]] = {}
        self.posted: list[Json] = []
        self.earlier: list[Json] = []
        self.consent: list[Json] = []
        self.shortcuts: list[Json] = []
        self.taken: set[int] = set()
        self.outrun: dict[int, str] = {}
        self.marks: list[tuple[int, int]] = []
        self.fetched: list[tuple[int, ...]] = []
        self.refuse: dict[str, tuple[int, str]] = {}
        self.down = False
        self.lose_answers = 0
        self.resumed: list[int] = []
        self.sessions: set[str] = set()
        self.events: list[Json] = []
        self.news = asyncio.Condition()
        self._ids = itertools.count(100)
        self.url = ""

    async def cut(self) -> None:
        """The server is gone: streams end, calls get 503."""
        self.down = True
        async with self.news:
            self.news.notify_all()

    async def emit(self, type_: str, chat_id: int | None = None, **data: Any) -> None:
        position = len(self.events) + 1
        event = {"position": position, "type": type_, "chat_id": chat_id, "data": data}
        self.events.append({**event, "at": stamp()})
        async with self.news:
            self.news.notify_all()

    async def offer(self, chat_id: int, queue: str = "Orders") -> None:
        self.offers.append(
            {
                "chat_id": chat_id,
                "kind": "new",
                "queue": queue,
                "queue_id": 2,
                "lang": "en",
                "waiting_since": stamp(),
                "offered_at": stamp(),
                "expires_at": None,
            }
        )
        await self.emit("offers.changed", agent_ids=[7])

    def open_chat(self, chat_id: int, queue: str = "Orders") -> Json:
        self.chats[chat_id] = {
            "id": chat_id,
            "lang": "en",
            "status": "assigned",
            "created_at": stamp(),
            "queued_at": stamp(),
            "assigned_at": stamp(),
            "ends_at": None,
            "deadline_at": None,
            "waiting_because": None,
            "wait_duration": 42,
            "chat_duration": 0,
            "disconnected_by": "disconnected_by_unknown",
            "fail_reason": None,
            "selected_menu": {"id": 2, "name": queue},
            "end_user": {"id": 31, "identifier": None, "number": f"+14155550{chat_id:03}"},
            "outbound_number": "+14155550100",
            "read_seq": 0,
            "stop_asked": None,
            "temporal_url": f"http://127.0.0.1:8233/namespaces/default/workflows/chat-{chat_id}",
        }
        self.threads.setdefault(chat_id, [])
        self.agent["concurrency"]["current"] += 1
        return self.chats[chat_id]

    def shown(self, chat: Json) -> Json:
        """A chat with what its thread tells: whose turn it is, and what is unread."""
        thread = self.threads[chat["id"]]
        answers = [one["seq"] for one in thread if one["author"]["type"] == "agent"]
        answered = max(answers, default=0)
        asked = [one for one in thread if one["direction"] == "inbound" and one["seq"] > answered]
        since = chat["queued_at"] if answered == 0 else next((a["created_at"] for a in asked), None)
        unread = sum(one["seq"] > chat["read_seq"] for one in asked)
        return {**chat, "seq": len(thread), "waiting_since": since, "unread": unread}

    async def read(self, chat_id: int, seq: int) -> None:
        """The agent has read a chat, in whatever browser."""
        self.marks.append((chat_id, seq))
        if seq > self.chats[chat_id]["read_seq"]:
            self.chats[chat_id]["read_seq"] = seq
            await self.emit("chat.read", chat_id, seq=seq, agent_ids=[7])

    def write(
        self,
        chat_id: int,
        text: str,
        author: str = "end_user",
        agent: tuple[int, str] = (7, "Ana"),
        **more: Any,
    ) -> Json:
        thread = self.threads[chat_id]
        inbound = author == "end_user"
        message = {
            "id": next(self._ids),
            "seq": len(thread) + 1,
            "chat_id": chat_id,
            "direction": "inbound" if inbound else "outbound",
            "author": {"type": author, "id": agent[0] if author == "agent" else None},
            "author_name": agent[1] if author == "agent" else None,
            "text": text,
            "media": [],
            "status": "received" if inbound else "queued",
            "segments": 1,
            "encoding": "GSM-7",
            "error": None,
            "reason": None,
            "client_id": None,
            "created_at": stamp(),
            "sent_at": None,
            "delivered_at": None,
            **more,
        }
        thread.append(message)
        return message

    async def say(self, chat_id: int, text: str, author: str = "end_user", **more: Any) -> Json:
        message = self.write(chat_id, text, author, **more)
        data = {"status": "assigned", "queue_id": 2, "agent_ids": [7], "seq": message["seq"]}
        deadline = self.chats[chat_id]["deadline_at"]
        await self.emit("chat.changed", chat_id, **data, deadline_at=deadline)
        return message

    async def move(self, message: Json, status: str, error: str | None = None) -> None:
        reason = explain(MessageStatus(status), error)
        message.update(status=status, error=error, reason=reason and vars(reason))
        data = {"message_id": message["id"], "status": status, "agent_ids": [7]}
        await self.emit("message.changed", message["chat_id"], **data)

    async def ask_to_stop(self, chat_id: int, text: str) -> None:
        """In free words, which the engine takes for what they seem to be."""
        message = await self.say(chat_id, text, asks="stop")
        self.chats[chat_id]["stop_asked"] = message["id"]
        await self.emit("consent.asked", chat_id, message_id=message["id"], agent_ids=[7])

    async def dismiss(self, chat_id: int) -> None:
        """By the agent, or because the consumer fell silent."""
        self.chats[chat_id]["status"] = "dismissed"
        await self.emit("chat.left", chat_id, agent_ids=[7])

    async def resume(self, chat_id: int) -> None:
        """Back to the agent, by whatever browser."""
        self.chats[chat_id]["status"] = "assigned"
        await self.emit("chat.changed", chat_id, status="assigned", agent_ids=[7], seq=1)

    async def close(self, chat_id: int, by: str) -> None:
        chat = self.chats[chat_id]
        chat.update(status="finished", disconnected_by=by, ends_at=stamp())
        self.agent["concurrency"]["current"] -= 1
        await self.emit("chat.changed", chat_id, status="finished", agent_ids=[7], seq=1)
        await self.emit("chat.left", chat_id, agent_ids=[7])
        await self.emit("agent.changed", status="Available", agent_ids=[7])
