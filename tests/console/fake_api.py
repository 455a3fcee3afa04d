"""A stand-in for the agent API, for tests of what the console alone must do.

It keeps to `interfaces.md`; the whole product is tested in test_main_job.py.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

import console

Json = dict[str, Any]
STATUSES = ("Available", "Unavailable", "Break", "Meal", "Offline")


def stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class FakeApi:
    """One agent, Ana. `refuse` answers the next calls of a path's end with that status."""

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
        self.refuse: dict[str, tuple[int, str]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.down = False
        self.sessions: set[str] = set()
        self._events: list[Json] = []
        self._news = asyncio.Condition()
        self._ids = itertools.count(100)
        self._server: uvicorn.Server | None = None

    async def start(self) -> None:
        app = FastAPI(openapi_url=None)
        console.mount(
            app,
            temporal_ui_url="http://127.0.0.1:8233",
            simulator_url="http://127.0.0.1:8081",
            demo=True,
        )
        app.middleware("http")(self._edge)
        self._routes(app)
        config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(10):
            while not self._server.started:
                await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        await self.cut()
        assert self._server is not None
        self._server.should_exit = True
        await self._task

    async def cut(self) -> None:
        """The server is gone: streams end, calls get 503."""
        self.down = True
        async with self._news:
            self._news.notify_all()

    async def emit(self, type_: str, chat_id: int | None = None, **data: Any) -> None:
        position = len(self._events) + 1
        event = {"position": position, "type": type_, "chat_id": chat_id, "data": data}
        self._events.append({**event, "at": stamp()})
        async with self._news:
            self._news.notify_all()

    async def offer(self, chat_id: int, queue: str = "Orders") -> None:
        self.offers.append(
            {
                "chat_id": chat_id,
                "kind": "new",
                "queue": queue,
                "queue_id": 2,
                "lang": "en",
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
            "wait_duration": 42,
            "chat_duration": 0,
            "disconnected_by": "disconnected_by_unknown",
            "fail_reason": None,
            "selected_menu": {"id": 2, "name": queue},
            "end_user": {"id": 31, "identifier": None, "number": f"+14155550{chat_id:03}"},
            "outbound_number": "+14155550100",
            "temporal_url": f"http://127.0.0.1:8233/namespaces/default/workflows/chat-{chat_id}",
        }
        self.threads.setdefault(chat_id, [])
        self.agent["concurrency"]["current"] += 1
        return self.chats[chat_id]

    def write(self, chat_id: int, text: str, author: str = "end_user", **more: Any) -> Json:
        thread = self.threads[chat_id]
        inbound = author == "end_user"
        message = {
            "id": next(self._ids),
            "seq": len(thread) + 1,
            "chat_id": chat_id,
            "direction": "inbound" if inbound else "outbound",
            "author": {"type": author, "id": 7 if author == "agent" else None},
            "text": text,
            "media": [],
            "status": "received" if inbound else "queued",
            "segments": 1,
            "encoding": "GSM-7",
            "error": None,
            "created_at": stamp(),
            "sent_at": None,
            "delivered_at": None,
            **more,
        }
        thread.append(message)
        return message

    async def say(self, chat_id: int, text: str, author: str = "end_user") -> Json:
        message = self.write(chat_id, text, author)
        data = {"status": "assigned", "queue_id": 2, "agent_ids": [7], "seq": message["seq"]}
        await self.emit("chat.changed", chat_id, **data)
        return message

    async def move(self, message: Json, status: str, error: str | None = None) -> None:
        message.update(status=status, error=error)
        data = {"message_id": message["id"], "status": status, "agent_ids": [7]}
        await self.emit("message.changed", message["chat_id"], **data)

    async def close(self, chat_id: int, by: str) -> None:
        chat = self.chats[chat_id]
        chat.update(status="finished", disconnected_by=by, ends_at=stamp())
        self.agent["concurrency"]["current"] -= 1
        await self.emit("chat.changed", chat_id, status="finished", agent_ids=[], seq=1)
        await self.emit("chat.left", chat_id, agent_ids=[7])
        await self.emit("agent.changed", status="Available", agent_ids=[7])

    async def _edge(self, request: Request, go_on: Any) -> Any:
        path = request.url.path
        if path.startswith("/console") or path == "/":
            return await go_on(request)
        if self.down:
            return JSONResponse({"message": "The service is restarting."}, 503)
        if not path.endswith("/login") and request.cookies.get("session") not in self.sessions:
            return JSONResponse({"message": "Not logged in."}, 401)
        if request.method != "GET" and not path.endswith("/login"):
            assert request.headers["x-csrf-token"] == "csrf-1"
        for end, gate in self.gates.items():
            if path.endswith(end) and request.method == "POST":
                await gate.wait()
        for end, (status, message) in self.refuse.items():
            if path.endswith(end) and request.method == "POST":
                return JSONResponse({"message": message}, status)
        return await go_on(request)

    async def _stream(self, after: int) -> AsyncIterator[str]:
        yield ": hello\n\n"
        while not self.down:
            for event in self._events[after:]:
                yield f"id: {event['position']}\nevent: {event['type']}\n"
                yield f"data: {json.dumps(event)}\n\n"
                after = event["position"]
            async with self._news:
                await self._news.wait_for(lambda: self.down or len(self._events) > after)

    def _routes(self, app: FastAPI) -> None:
        base = "/agent/api/v1"

        @app.get("/events/v1/stream")
        async def stream(after: int | None = None) -> StreamingResponse:
            start = len(self._events) if after is None else after
            return StreamingResponse(self._stream(start), media_type="text/event-stream")

        @app.post(base + "/login")
        async def login(request: Request) -> JSONResponse:
            if (await request.json())["password"] != "right":
                return JSONResponse({"message": "Tenant, e-mail or password is wrong."}, 401)
            self.sessions.add("session-1")
            answer = JSONResponse({"token": "t", "agent": self.agent, "csrf_token": "csrf-1"})
            answer.set_cookie("session", "session-1", httponly=True, samesite="strict")
            return answer

        @app.get(base + "/me")
        async def me() -> Json:
            return {**self.agent, "csrf_token": "csrf-1"}

        @app.put(base + "/me/status")
        async def status(request: Request) -> Json:
            wanted = (await request.json())["status"]
            assert wanted in STATUSES
            self.agent.update(status=wanted, status_since=stamp())
            return self.agent

        @app.post(base + "/logout")
        async def logout() -> Json:
            self.sessions.clear()
            return {}

        @app.get(base + "/offers")
        async def offers() -> list[Json]:
            return self.offers

        @app.get(base + "/chats")
        async def chats() -> list[Json]:
            return [chat for chat in self.chats.values() if chat["status"] == "assigned"]

        @app.get(base + "/chats/{chat_id}")
        async def chat(chat_id: int) -> Json:
            return {**self.chats[chat_id], "messages": self.threads[chat_id]}

        @app.get(base + "/chats/{chat_id}/messages")
        async def messages(chat_id: int, after: int = 0) -> list[Json]:
            return [one for one in self.threads[chat_id] if one["seq"] > after]

        @app.post(base + "/chats/{chat_id}/messages", status_code=201)
        async def reply(chat_id: int, request: Request) -> Json:
            body = await request.json()
            for earlier in self.posted:
                if earlier["client_id"] == body["client_id"]:
                    return dict(earlier["message"])
            message = await self.say(chat_id, body["text"], "agent")
            self.posted.append({**body, "message": message})
            return message

        @app.post(base + "/chats/{chat_id}/{verb}")
        async def act(chat_id: int, verb: str) -> Json:
            self.offers = [offer for offer in self.offers if offer["chat_id"] != chat_id]
            if verb == "accept":
                self.open_chat(chat_id)
                self.write(chat_id, "Hello, where is my order?")
            elif verb in ("end", "opt_out"):
                await self.close(chat_id, "disconnected_by_agent")
            return self.chats.get(chat_id, {"id": chat_id})
