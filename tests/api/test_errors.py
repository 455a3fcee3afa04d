"""Bad input gets a clear answer, in one form; never a 500."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services import agents
from store.database import StoreUnavailable
from tests.api.world import BASE, Api, basic

JSON = {"content-type": "application/json"}
HUGE = 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": 1, "client_id": "c"}', "text must be a string"),
        ('{"client_id": "c"}', "text is required"),
        ('{"text": "hi"}', "client_id is required"),
        ('{"text": "hi", "client_id": ""}', "client_id must have at least 1 characters"),
        ('{"text": "hi", "client_id": "a\\u0000"}', None),
        ('{"text": "hi", "client_id": "\\ud800"}', None),
        ('{"text": null, "client_id": "c"}', "text must be a string"),
        ('{"text": "", "client_id": "c"}', "text is required"),
        ('{"text": " \\u0000 ", "client_id": "c"}', "text is required"),
        ("[]", "body must be a JSON object, sent as application/json"),
        ('"text"', "body must be a JSON object, sent as application/json"),
        ("null", None),
        ("", None),
        ("{", "body must be valid JSON"),
        ("[" * 100_000, "body must be valid JSON"),
        ('{"text": "hi", "client_id": ' + "9" * 5000 + "}", "body must be valid JSON"),
        (json.dumps({"text": "x" * 919, "client_id": "c"}), "text exceeds 918 characters (by 1)"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused_by_field(
    api: Api, content: str, message: str | None
) -> None:
    chat_id = await api.acme.connected_chat()
    path = f"{BASE}/chats/{chat_id}/messages"
    async with api.client(api.acme.tokens["ana"]) as client:
        answer = await client.post(path, content=content, headers=JSON)
    assert answer.status_code == 400
    assert set(answer.json()) <= {"message", "errors"}
    if message is not None:
        assert answer.json()["message"] == message
    for error in answer.json().get("errors", []):
        assert set(error) == {"field", "message"}


async def test_unknown_fields_are_ignored_and_unstorable_characters_cleaned(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    content = '{"text": "a\\u0000b\\ud800", "client_id": "c", "more": {"x": 1}}'
    async with api.client(api.acme.tokens["ana"]) as client:
        path = f"{BASE}/chats/{chat_id}/messages"
        answer = await client.post(path, content=content, headers=JSON)
    assert answer.status_code == 201
    assert answer.json()["text"] == "ab\ufffd"


@pytest.mark.parametrize(
    "chat_id", ["0", "-1", "x", "1.5", "%00", "9" * 30, str(2**63), "9" * 5000, "1e3", "\uff11"]
)
async def test_an_id_that_cannot_be_one_is_refused(api: Api, chat_id: str) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        for path in (f"chats/{chat_id}", f"chats/{chat_id}/messages"):
            answer = await client.get(f"{BASE}/{path}")
            assert answer.status_code in (400, 404)
            assert answer.json()["message"]
        for verb in ("accept", "decline", "end", "opt_out"):
            answer = await client.post(f"{BASE}/chats/{chat_id}/{verb}")
            assert answer.status_code in (400, 404)


async def test_the_highest_id_is_just_not_found(api: Api) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        for number in (2**63 - 1, 2**31, 1):
            assert (await client.get(f"{BASE}/chats/{number}")).status_code == 404
            assert (await client.post(f"{BASE}/chats/{number}/accept")).status_code == 404


# A stream that is let in does not end, and whoever is logged out is asked nothing more.
STREAM = "/events/v1/stream"


@pytest.mark.parametrize("who", ["ada", "ana"])
async def test_the_largest_numbers_that_a_call_takes_break_nothing(api: Api, who: str) -> None:
    """As large as the document allows: a database's numbers end before those of Python."""
    chat_id = await api.acme.connected_chat()
    of_client = basic("acme", api.acme.api_token)
    async with api.client(api.acme.tokens[who]) as client:
        for path, item in api.app.openapi()["paths"].items():
            if path in (STREAM, f"{BASE}/logout"):
                continue
            for method, call in item.items():
                given = call.get("parameters", [])
                largest = {one["name"]: maximum(one["schema"]) for one in given}
                numbers = {name: value for name, value in largest.items() if value}
                address = path.format(**{name: value or "x" for name, value in largest.items()})
                # Of a chat that is there what belongs to it is read.
                for asked in {address, path.format(**largest | {"chat_id": chat_id})}:
                    headers = of_client if path.startswith(("/apps", "/manager")) else {}
                    answer = await client.request(method, asked, params=numbers, headers=headers)
                    assert answer.status_code < 500, (method, asked, numbers)


def maximum(schema: dict[str, Any]) -> int | None:
    """The largest value of a whole number."""
    either = [schema, *schema.get("anyOf", [])]
    return next((one["maximum"] for one in either if "maximum" in one), None)


@pytest.mark.parametrize("after", ["-1", "x", str(2**31), "9" * 40, ""])
async def test_a_message_number_that_cannot_be_one_is_refused(api: Api, after: str) -> None:
    chat_id = await api.acme.connected_chat()
    async with api.client(api.acme.tokens["ana"]) as client:
        answer = await client.get(f"{BASE}/chats/{chat_id}/messages", params={"after": after})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "after"


async def test_ten_megabytes_are_refused_before_they_are_read(api: Api) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(HUGE // 65_536):
            sent += 65_536
            yield b"x" * 65_536

    async with api.client(api.acme.tokens["ana"]) as client:
        whole = await client.post(f"{BASE}/login", content=b"x" * HUGE, headers=JSON)
        chunked = await client.post(f"{BASE}/login", content=chunks(), headers=JSON)
    assert whole.status_code == chunked.status_code == 413
    assert chunked.json() == {"message": "body must have at most 1048576 bytes"}


async def test_what_is_not_there_is_answered_in_the_same_form(api: Api) -> None:
    async with api.client() as client:
        missing = await client.get("/nope")
        assert (missing.status_code, missing.json()) == (404, {"message": "Not found."})
        wrong = await client.delete(f"{BASE}/me")
        assert (wrong.status_code, wrong.json()) == (405, {"message": "Method not allowed."})
        assert wrong.headers["allow"]
        slash = await client.get(f"{BASE}/me/")
        assert slash.status_code == 404


async def test_a_status_that_nobody_may_choose_is_refused(api: Api) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        for status in ("In-chat", "available", "", "x" * 51):
            answer = await client.put(f"{BASE}/me/status", json={"status": status})
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == "status"


async def test_a_conflict_of_states_is_409(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    async with api.client(api.acme.tokens["ben"]) as client:
        taken = await client.post(f"{BASE}/chats/{chat_id}/accept")
        assert (taken.status_code, taken.json()) == (409, {"message": "Chat was already answered."})


async def test_while_the_store_is_down_calls_are_told_to_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(api.db, "read", down)
    async with api.client(api.acme.tokens["ana"]) as client:
        for path in (f"{BASE}/me", "/events/v1/stream"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0


async def test_a_defect_of_ours_is_a_500_that_tells_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the text of +14155550199 and tl_secret")

    monkeypatch.setattr(agents, "accept_offer", broken)
    async with api.client(api.acme.tokens["ana"]) as client:
        answer = await client.post(f"{BASE}/chats/1/accept")
    assert answer.status_code == 500
    assert answer.json() == {"message": "Something went wrong on our side."}
    logged = capsys.readouterr()
    assert "+1415" not in logged.out + logged.err
    assert "tl_secret" not in logged.out + logged.err


async def test_every_answer_carries_the_security_headers(api: Api) -> None:
    async with api.client() as client:
        for path in (f"{BASE}/me", "/nope", "/healthz", "/docs", "/openapi.json"):
            headers = (await client.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
