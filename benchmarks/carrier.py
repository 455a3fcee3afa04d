"""A carrier that takes every text at once and reports it three times, signed as webhooks are."""

from __future__ import annotations

import asyncio
import base64
import hmac
import itertools
import json
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from benchmarks.wire import Answer, Client, serve

# Sent, once more as carriers do, delivered.
RECEIPTS = ("sent", "sent", "delivered")


class Carrier:
    """Phones and their network: what they send, what they got, and when."""

    def __init__(self, api: Client, account: str, secret: str) -> None:
        self._api = api
        self._inbound = f"/carriers/simulator/{account}/inbound"
        self._key = secret.encode()
        self._ids = itertools.count()
        self._awaited: dict[str, asyncio.Future[float]] = {}
        self._reports: set[asyncio.Task[None]] = set()
        self.taken: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.url = ""

    async def start(self) -> None:
        self._server, self.url = await serve(self._take)

    async def close(self) -> None:
        await self.reported()
        self._server.close()

    def arrival(self, text: str) -> asyncio.Future[float]:
        """Done with the loop's time when this text has come from the engine."""
        self._awaited[text] = asyncio.get_running_loop().create_future()
        return self._awaited[text]

    async def reported(self) -> None:
        """Wait until every receipt is acknowledged."""
        while self._reports:
            await asyncio.gather(*self._reports)

    async def text(self, phone: str, to: str, text: str) -> tuple[int, float]:
        """A consumer's text is posted: the status of the answer, and the seconds it took."""
        provider_id = f"SM{next(self._ids)}"
        body = {
            "type": "message.inbound",
            "id": provider_id,
            "from": phone,
            "to": to,
            "text": text,
            "media": [],
        }
        began = time.perf_counter()
        answer = await self._post(self._inbound, f"inbound-{provider_id}", body)
        return answer.status, time.perf_counter() - began

    async def _take(self, path: str, content: bytes) -> tuple[int, bytes]:
        text = json.loads(content)
        self.taken[text["text"]] += 1
        awaited = self._awaited.pop(text["text"], None)
        if awaited is not None:
            awaited.set_result(asyncio.get_running_loop().time())
        provider_id = f"SM{next(self._ids)}"
        report = asyncio.create_task(self._report(provider_id, text))
        self._reports.add(report)
        report.add_done_callback(self._reports.discard)
        return 201, json.dumps({"id": provider_id, "segments": 1}).encode()

    async def _report(self, provider_id: str, text: dict[str, Any]) -> None:
        path = urlsplit(text["status_url"]).path
        for n, status in enumerate(RECEIPTS):
            body = {
                "type": "message.status",
                "id": provider_id,
                "reference": text["reference"],
                "segment": 0,
                "segments": 1,
                "status": status,
                "error": None,
            }
            answer = await self._post(path, f"{n}-{provider_id}", body)
            if answer.status != 204:
                self.refused[answer.status] += 1

    async def _post(self, path: str, webhook_id: str, payload: dict[str, Any]) -> Answer:
        body = json.dumps(payload, separators=(",", ":"))
        timestamp = str(int(time.time()))
        signed = f"{webhook_id}.{timestamp}.{body}".encode()
        signature = base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }
        return await self._api.request("POST", path, headers, body.encode())
