"""What the carrier accepted outlives its process, however that ends."""

import asyncio

from carriers.protocol import Accepted, Busy
from tests.simulators.world import Engine, Program, eventually

PHONES = [f"+1415777{n:04}" for n in range(20)]


async def test_texts_accepted_before_a_sigkill_are_delivered_after_the_restart(
    mortal: Program,
) -> None:
    await mortal.engine.stop()
    for text in ("one", "two"):
        await asyncio.gather(*(mortal.text(phone, text) for phone in PHONES))
    await mortal.kill()
    await mortal.engine.start()
    await mortal.start()
    await eventually(lambda: len(mortal.engine.bodies("inbound")) >= 2 * len(PHONES))
    for phone in PHONES:
        assert mortal.engine.texts(phone) == ["one", "two"]


async def test_sends_and_their_receipts_survive_a_sigkill(mortal: Program) -> None:
    await mortal.engine.stop()
    sends = (
        mortal.carrier().send(mortal.outbound(phone, reference=f"m{phone}")) for phone in PHONES
    )
    results = await asyncio.gather(*sends)
    await mortal.kill()
    assert await mortal.carrier().send(mortal.outbound(PHONES[0])) == Busy()
    await mortal.engine.start()
    await mortal.start()
    for phone in PHONES:
        assert await mortal.received(phone) == ["hello"]
    taken = {result.provider_id for result in results if isinstance(result, Accepted)}
    assert len(taken) == len(PHONES)
    await eventually(lambda: len(mortal.engine.bodies("status", status="delivered")) >= len(taken))
    assert {one["id"] for one in mortal.engine.bodies("status", status="delivered")} == taken


async def test_what_is_owed_follows_an_engine_that_listens_elsewhere_after_a_restart(
    mortal: Program,
) -> None:
    await mortal.engine.stop()
    await mortal.text(PHONES[0], "held")
    await mortal.carrier().send(mortal.outbound(PHONES[0]))
    await mortal.kill()
    mortal.engine.port = 0
    await mortal.engine.start()
    await mortal.start()
    await eventually(lambda: mortal.engine.texts(PHONES[0]) == ["held"])
    await eventually(lambda: mortal.engine.bodies("status", status="delivered"))


async def test_faults_and_held_texts_survive_a_sigkill(mortal: Program) -> None:
    await mortal.faults(outage=True)
    await mortal.text(PHONES[0], "held")
    await mortal.kill()
    await mortal.start()
    assert isinstance(await mortal.carrier().send(mortal.outbound(PHONES[0])), Busy)
    assert mortal.engine.texts(PHONES[0]) == []
    await mortal.faults()
    await eventually(lambda: mortal.engine.texts(PHONES[0]) == ["held"])


async def test_a_sigterm_ends_the_program_soon_even_in_an_outage(mortal: Program) -> None:
    await mortal.faults(outage=True)
    await mortal.text(PHONES[0], "held")
    assert await mortal.terminate() in (0, -15)


async def test_a_taken_port_is_named(mortal: Program) -> None:
    second = Program(mortal.engine, mortal.data.with_name("other.sqlite"))
    port = int(mortal.url.rsplit(":", 1)[1])
    message = await second.fails(port)
    assert message == f"Port {port} of 127.0.0.1 cannot be used: Address already in use.\n"


async def test_an_engine_that_cannot_be_posted_to_is_named(mortal: Program) -> None:
    second = Program(Engine(port=99999), mortal.data.with_name("other.sqlite"))
    message = await second.fails(int(mortal.url.rsplit(":", 1)[1]))
    said = "THREADLINE_PUBLIC_BASE_URL must be an HTTP URL, not 'http://127.0.0.1:99999'.\n"
    assert message == said
