"""Requests made from the OpenAPI document, right and wrong ones: none breaks anything."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
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

from tests.api.world import Api, basic
from tests.conftest import SetClock

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# A stream that is let in does not end.
ENDLESS = "/events/v1/stream"
CLIENTS = ("/apps", "/manager")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_document_is_kept_whatever_is_sent(
    api: Api, clock: SetClock, mode: GenerationMode
) -> None:
    chat_id = asyncio.run(api.acme.connected_chat())
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.app)
    people = api.acme.tokens
    tokens = [people["ana"], people["mia"], people["ada"], "wrong"]

    def token_for(case: Any) -> str:
        token = tokens[len(str(case.body)) % len(tokens)]
        if case.path == ENDLESS:
            return "wrong"
        if "chat_id" in case.path_parameters and token != "wrong":
            case.path_parameters["chat_id"] = chat_id
        return token

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            headers = {"authorization": f"Bearer {token_for(case)}"}
            if case.path.startswith(CLIENTS):
                # No call is one too many: time passes between them.
                clock.move(seconds=1)
                headers = basic("acme", api.acme.api_token)
            case.call_and_validate(checks=CHECKS, headers=headers)

        # Some calls take nothing that could be wrong.
        with suppress(Unsatisfiable):
            send()
