"""The console, and the stand-in for the agent API, over HTTP."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

import console
from tests.console.fake_api import STATUSES, FakeApi, Json, stamp

BASE = "/agent/api/v1"


class FakeServer:
    def __init__(self, api: FakeApi) -> None:
        self.api = api
        app = FastAPI(openapi_url=None)
        console.mount(
            app,
            temporal_ui_url="http://127.0.0.1:8233",
            simulator_url="http://127.0.0.1:8081",
            demo=True,
        )
        app.middleware("http")(self._edge)
        self._session_routes(app)
        self._list_routes(app)
        self._chat_routes(app)
        config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.api.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._task = asyncio.create_task(self._server.serve([listener]))

    async def stop(self) -> None:
        await self.api.cut()
        self._server.should_exit = True
        await self._task

    async def _edge(self, request: Request, go_on: Any) -> Any:
        api = self.api
        path = request.url.path
        if path.startswith("/console") or path == "/":
            return await go_on(request)
        if api.down:
            return JSONResponse({"message": "The service is restarting."}, 503)
        if not path.endswith("/login") and request.cookies.get("session") not in api.sessions:
            return JSONResponse({"message": "Not logged in."}, 401)
        if request.method != "GET" and not path.endswith("/login"):
            assert request.headers["x-csrf-token"] == "csrf-1"
        for which, (status, message) in api.refuse.items():
            method, end = f"POST {which}".split()[-2:]
            if path.endswith(end) and request.method == method:
                headers = {"Retry-After": "300"} if status == 429 else None
                return JSONResponse({"message": message}, status, headers)
        return await go_on(request)

    async def _stream(self, after: int) -> AsyncIterator[str]:
        api = self.api
        yield ": hello\n\n"
        while not api.down:
            for event in api.events[after:]:
                after = event["position"]
                # As the real one: an agent hears what concerns the agent.
                if api.agent["id"] not in event["data"].get("agent_ids", ()):
                    continue
                yield f"id: {event['position']}\nevent: {event['type']}\n"
                yield f"data: {json.dumps(event)}\n\n"
            async with api.news:
                while not api.down and len(api.events) <= after:
                    await api.news.wait()

    def _session_routes(self, app: FastAPI) -> None:
        api = self.api

        @app.get("/events/v1/stream")
        async def stream(after: int | None = None) -> StreamingResponse:
            start = len(api.events) if after is None else after
            api.resumed.append(start)
            return StreamingResponse(self._stream(start), media_type="text/event-stream")

        @app.post(BASE + "/login")
        async def login(request: Request) -> JSONResponse:
            if (await request.json())["password"] != "right":
                return JSONResponse({"message": "Company, e-mail or password is wrong."}, 401)
            api.sessions.add("session-1")
            answer = JSONResponse({"token": "t", "agent": api.agent, "csrf_token": "csrf-1"})
            answer.set_cookie("session", "session-1", httponly=True, samesite="strict")
            return answer

        @app.get(BASE + "/me")
        async def me() -> Json:
            return {**api.agent, "csrf_token": "csrf-1"}

        @app.put(BASE + "/me/status")
        async def status(request: Request) -> Json:
            wanted = (await request.json())["status"]
            assert wanted in STATUSES
            api.agent.update(status=wanted, status_since=stamp())
            return api.agent

        @app.post(BASE + "/logout", status_code=204)
        async def logout() -> None:
            api.sessions.clear()

    def _list_routes(self, app: FastAPI) -> None:
        api = self.api

        @app.get(BASE + "/offers")
        async def offers() -> list[Json]:
            return api.offers

        @app.get(BASE + "/offers/{chat_id}")
        async def offer(chat_id: int) -> Json:
            name = api.outrun.get(chat_id)
            return {"chat_id": chat_id, "taken_by": name and {"id": 9, "name": name}}

        @app.get(BASE + "/shortcuts")
        async def shortcuts(chat_id: int) -> list[Json]:
            assert chat_id in api.chats
            return api.shortcuts

        @app.get(BASE + "/chats")
        async def chats() -> list[Json]:
            mine = [chat for chat in api.chats.values() if chat["id"] not in api.taken]
            return [api.shown(chat) for chat in mine if chat["status"] == "assigned"]

        @app.get(BASE + "/chats/dismissed")
        async def dismissed() -> list[Json]:
            return [api.shown(one) for one in api.chats.values() if one["status"] == "dismissed"]

        @app.get(BASE + "/chats/{chat_id}")
        async def chat(chat_id: int) -> Json:
            return {**api.shown(api.chats[chat_id]), "messages": api.threads[chat_id]}

        @app.get(BASE + "/chats/{chat_id}/messages")
        async def messages(
            chat_id: int, after: int = 0, before: int = 2**31, last: int = 2**31
        ) -> list[Json]:
            api.fetched.append((chat_id, after, before, last))
            return [one for one in api.threads[chat_id] if after < one["seq"] < before][-last:]

        @app.get(BASE + "/chats/{chat_id}/consent")
        async def consent(chat_id: int) -> Json:
            history = api.consent
            status = history[0]["status"] if history else None
            number = api.chats[chat_id]["end_user"]["number"]
            return {"number": number, "status": status, "history": history}

        @app.get(BASE + "/chats/{chat_id}/earlier")
        async def earlier(
            chat_id: int, response: Response, before: int | None = None, per: int = 20
        ) -> list[Json]:
            response.headers["Total"] = str(len(api.earlier))
            return [one for one in api.earlier if one["id"] < (before or chat_id)][:per]

    def _chat_routes(self, app: FastAPI) -> None:
        api = self.api

        @app.post(BASE + "/chats/{chat_id}/messages", status_code=201)
        async def reply(chat_id: int, request: Request) -> Json:
            body = await request.json()
            for earlier in api.posted:
                if earlier["client_id"] == body["client_id"]:
                    return dict(earlier["message"])
            message = await api.say(chat_id, body["text"], "agent", client_id=body["client_id"])
            api.posted.append({**body, "message": message})
            if api.lose_answers > 0:
                api.lose_answers -= 1
                raise HTTPException(503, "Lost.")
            return message

        @app.put(BASE + "/chats/{chat_id}/read", status_code=204)
        async def read(chat_id: int, request: Request) -> None:
            await api.read(chat_id, (await request.json())["seq"])

        @app.delete(BASE + "/chats/{chat_id}/stop_request")
        async def deny_stop(chat_id: int) -> Json:
            api.chats[chat_id]["stop_asked"] = None
            await api.emit("consent.dismissed", chat_id, agent_ids=[7])
            return api.shown(api.chats[chat_id])

        @app.post(BASE + "/chats/{chat_id}/{verb}")
        async def act(chat_id: int, verb: str) -> Json:
            api.offers = [offer for offer in api.offers if offer["chat_id"] != chat_id]
            if verb == "accept":
                api.open_chat(chat_id)
                api.write(chat_id, "Hello, where is my order?")
            elif verb == "dismiss":
                await api.dismiss(chat_id)
            elif verb == "resume":
                await api.resume(chat_id)
            elif verb in ("end", "opt_out"):
                await api.close(chat_id, "disconnected_by_agent")
            return api.shown(api.chats[chat_id]) if chat_id in api.chats else {"id": chat_id}
