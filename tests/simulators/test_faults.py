"""Each fault of the simulated carrier, seen from the engine and from the phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from carriers.protocol import Accepted, Busy, Found, NoAnswer, Rejected, Unsupported
from tests.simulators.world import SUPPORT, Engine, Program, doubt, eventually

Numbers = Callable[[], str]


async def test_duplicate_posts_texts_and_receipts_twice(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(duplicate=1)
    await carrier.text(phone, "hi")
    sent = await carrier.carrier().send(carrier.outbound(phone))
    assert isinstance(sent, Accepted)
    await eventually(lambda: engine.texts(phone) == ["hi", "hi"])
    await eventually(lambda: len(engine.bodies("status", id=sent.provider_id)) == 4)
    assert await carrier.received(phone) == ["hello"]


async def test_reorder_lets_texts_and_receipts_overtake_each_other(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(reorder=1)
    for text in ("one", "two", "three"):
        await carrier.text(phone, text)
    sent = await carrier.carrier().send(carrier.outbound(phone))
    assert isinstance(sent, Accepted)
    await eventually(lambda: len(engine.texts(phone)) == 3)
    assert engine.texts(phone) == ["two", "three", "one"]
    await eventually(lambda: len(engine.bodies("status", id=sent.provider_id)) == 2)
    receipts = engine.bodies("status", id=sent.provider_id)
    assert [one["status"] for one in receipts] == ["delivered", "sent"]


async def test_drop_receipts_delivers_the_text_and_says_nothing(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(drop_receipts=1)
    silent = await carrier.carrier().send(carrier.outbound(phone))
    await carrier.faults()
    heard = await carrier.carrier().send(carrier.outbound(phone))
    assert isinstance(silent, Accepted)
    assert isinstance(heard, Accepted)
    await eventually(lambda: len(engine.bodies("status", id=heard.provider_id)) == 2)
    assert engine.bodies("status", id=silent.provider_id) == []
    assert await carrier.received(phone) == ["hello", "hello"]


async def test_lose_answer_delivers_the_text_and_closes_the_connection(
    carrier: Program, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(lose_answer=1)
    result = await carrier.carrier().send(carrier.outbound(phone, reference=f"lost{phone}"))
    assert isinstance(result, NoAnswer)
    assert await carrier.received(phone) == ["hello"]
    assert isinstance(await carrier.carrier().look_up(doubt(f"lost{phone}", SUPPORT, phone)), Found)


async def test_latency_delays_the_answer_but_not_the_text(
    carrier: Program, number: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = number()
    monkeypatch.setattr("carriers.http.HTTP_TIMEOUT", timedelta(seconds=1))
    await carrier.faults(latency_ms=5000)
    result = await carrier.carrier().send(carrier.outbound(phone))
    assert result == NoAnswer("no answer within 1 s")

    async def arrived() -> bool:
        return await carrier.received(phone) == ["hello"]

    await eventually(arrived)


async def test_an_outage_refuses_sends_and_look_ups_and_holds_webhooks(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(outage=True)
    await carrier.text(phone, "held")
    assert isinstance(await carrier.carrier().send(carrier.outbound(phone)), Busy)
    assert isinstance(await carrier.carrier().look_up(doubt("1", SUPPORT, phone)), NoAnswer)
    assert engine.texts(phone) == []
    assert await carrier.received(phone) == []
    await carrier.faults()
    await eventually(lambda: engine.texts(phone) == ["held"])


@pytest.mark.parametrize(("code", "opted_out"), [("21610", True), ("30006", False)])
async def test_reject_refuses_the_number_with_its_code(
    carrier: Program, number: Numbers, code: str, opted_out: bool
) -> None:
    rejected, other = number(), number()
    await carrier.faults(reject={rejected: code})
    result = await carrier.carrier().send(carrier.outbound(rejected))
    assert isinstance(result, Rejected)
    assert (result.code, result.opted_out) == (code, opted_out)
    assert isinstance(await carrier.carrier().send(carrier.outbound(other)), Accepted)
    assert await carrier.received(rejected) == []


async def test_undelivered_takes_the_text_and_reports_its_loss(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    await carrier.faults(undelivered={phone: "30003"})
    sent = await carrier.carrier().send(carrier.outbound(phone))
    assert isinstance(sent, Accepted)
    await eventually(lambda: len(engine.bodies("status", id=sent.provider_id)) == 2)
    last = engine.bodies("status", id=sent.provider_id)[-1]
    assert (last["status"], last["error"]) == ("undelivered", "30003")
    assert await carrier.received(phone) == []


async def test_without_lookup_the_carrier_cannot_be_asked(
    carrier: Program, number: Numbers
) -> None:
    await carrier.faults(lookup=False)
    assert await carrier.carrier().look_up(doubt("1", SUPPORT, number())) == Unsupported()


async def test_faults_are_read_back_and_what_is_not_named_is_reset(carrier: Program) -> None:
    await carrier.faults(duplicate=0.5, outage=False)
    await carrier.faults(reorder=0.25)
    answer = await carrier.http.get(carrier.url + "/simulator/api/v1/faults")
    assert answer.json() == {
        "duplicate": 0,
        "reorder": 0.25,
        "drop_receipts": 0,
        "lose_answer": 0,
        "latency_ms": 0,
        "outage": False,
        "lookup": True,
        "reject": {},
        "undelivered": {},
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duplicate", 1.1),
        ("reorder", True),
        ("lose_answer", "often"),
        ("latency_ms", -1),
        ("latency_ms", 0.5),
        ("outage", 1),
        ("reject", {"bob": "21610"}),
        ("reject", {"+14155550199": 21610}),
        ("gremlins", 1),
    ],
)
async def test_a_fault_out_of_range_is_refused_by_name(
    carrier: Program, field: str, value: Any
) -> None:
    answer = await carrier.http.put(carrier.url + "/simulator/api/v1/faults", json={field: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
