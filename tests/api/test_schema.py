"""Requests made from the OpenAPI document, right and wrong ones: none breaks anything."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.api.world import Api, basic, new_tokens
from tests.conftest import SetClock

EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# A stream that is let in does not end.
ENDLESS = "/events/v1/stream"
LOGIN = "/agent/api/v1/login"
CLIENTS = ("/apps", "/manager")
# In turn, beginning with who may: some calls can be made in one way only.
ADMINISTRATORS = ("ada", "mia", "ada", "ana", "ada", "nobody")
AGENTS = ("ana", "mia", "ana", "ada", "ana", "nobody")


@dataclass
class Callers:
    """Who makes the calls: each is made by who may, and now and then by who may not."""

    api: Api
    clock: SetClock
    chat_id: int
    tokens: dict[str, str] = field(default_factory=dict)
    api_token: str = ""
    answers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def come_back(self) -> None:
        """Some calls end sessions, or disable a credential."""
        made = asyncio.run(self.api.db.write(new_tokens, self.api.acme.tenant_id))
        self.tokens, self.api_token = made[0] | {"nobody": "wrong"}, made[1]

    def call(self, case: Any) -> None:
        answer = case.call_and_validate(checks=CHECKS, headers=self._headers(case))
        self.answers[case.operation.label].append(answer.status_code)

    def _headers(self, case: Any) -> dict[str, str]:
        if case.path.startswith(CLIENTS):
            # No call is one too many: time passes between them.
            self.clock.move(seconds=1)
            return basic("acme", self.api_token)
        callers = ADMINISTRATORS if case.path.startswith("/admin") else AGENTS
        who = callers[len(self.answers[case.operation.label]) % len(callers)]
        if case.path == ENDLESS:
            who = "nobody"
        if "chat_id" in case.path_parameters and who != "nobody":
            case.path_parameters["chat_id"] = self.chat_id
        return {"authorization": f"Bearer {self.tokens[who]}"}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_document_is_kept_whatever_is_sent(
    api: Api, clock: SetClock, mode: GenerationMode
) -> None:
    callers = Callers(api, clock, asyncio.run(api.acme.connected_chat()))
    schema = schemathesis.openapi.from_asgi("/openapi.json", from_here(api.app))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        callers.come_back()

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            callers.call(case)

        # Some calls take nothing that could be wrong.
        with suppress(Unsatisfiable):
            send()

    # Behind a closed door nothing could have broken.
    shut = {call for call, told in callers.answers.items() if set(told) <= {401, 403}}
    assert shut <= {f"GET {ENDLESS}", f"POST {LOGIN}"}


def from_here(app: FastAPI) -> ASGIApp:
    """The application as this machine calls it: some calls are for operators alone."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": ("127.0.0.1", 1234)}, receive, send)

    return called
