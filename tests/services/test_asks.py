"""Free words: a consumer asks to be left alone, we ask for an opt-in (product B, C1)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from carriers.protocol import InboundMedia, InboundText
from domain.process import ChatRef
from domain.statuses import ChatStatus, MessageStatus
from services import consent, intake, process, stop_requests, views
from services.audit import Call
from services.chat_views import chats as shown_chats
from services.errors import NotYourChat
from store import asks, messages
from store import tables as t
from store.database import Tx
from tests.conftest import SetClock
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World

PLEASE = "Please stop texting me."
REQUEST = "Acme: Reply YES to get updates, @{END_USER}."


async def flag(world: World, chat_id: int) -> int | None:
    def read(tx: Tx) -> int | None:
        return shown_chats(tx, world.tenant_id, [chat_id], lambda *_: None)[0].stop_asked

    return await world.db.read(read)


async def marks(world: World) -> list[str | None]:
    m = t.messages.c
    query = sa.select(m.asks).where(m.direction == "inbound", m.asks.is_not(None))
    return [row.asks for row in await world.rows(query.order_by(m.id))]


async def dismiss(world: World, chat_id: int, agent: str = "ana") -> None:
    agent_id = world.agents[agent]
    dismissing = stop_requests.dismiss_in_chat
    await world.db.write(dismissing, world.tenant_id, agent_id, chat_id, Call("api", None))


async def test_free_words_raise_a_flag_and_do_nothing_else(world: World) -> None:
    chat_id = await world.connected_chat()
    received = await world.text(PLEASE)
    assert await flag(world, chat_id) == received.message_id
    (asked,) = await world.events("consent.asked")
    assert asked["message_id"] == received.message_id
    assert asked["agent_ids"] == [world.agents["ana"]]
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    assert await world.rows(sa.select(t.consent_ledger.c.id)) == []
    await world.reply("ana", chat_id, "Shall I opt you out?")


async def test_ordinary_texts_and_commands_raise_none(world: World) -> None:
    chat_id = await world.connected_chat()
    for text in ("Where is my parcel?", "HELP", "back", "yes"):
        await world.text(text)
    assert await flag(world, chat_id) is None
    assert await world.events("consent.asked") == []


async def test_a_flag_raised_while_choosing_waits_for_the_agent(world: World) -> None:
    chat_id = (await world.text(PLEASE)).chat_id
    assert chat_id is not None
    await world.text("1")
    await world.status("ana")
    await world.accept("ana", chat_id)
    assert await flag(world, chat_id) is not None


async def test_the_agents_opt_out_decides_on_it_in_every_chat_of_the_scope(world: World) -> None:
    other = (await world.text(PLEASE, to=VIP_NUMBER)).chat_id
    chat_id = await world.connected_chat()
    await world.text("No more messages please")
    await world.db.write(consent.opt_out_by_agent, world.tenant_id, world.agents["ana"], chat_id)
    assert await marks(world) == ["stop_obeyed", "stop_obeyed"]
    assert other is not None
    assert await flag(world, other) is None


async def test_an_opt_out_of_another_number_leaves_the_flag(world: World) -> None:
    await world.configure(optout_scope="number")
    await world.text(PLEASE, to=VIP_NUMBER)
    await world.text("hello")
    await world.text(PLEASE)
    await world.text("STOP")
    assert await marks(world) == ["stop", "stop_obeyed"]


async def test_the_agent_may_find_that_nothing_was_asked(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.text("I had to unsubscribe from the newsletter of Globex")
    await dismiss(world, chat_id)
    assert await flag(world, chat_id) is None
    assert await marks(world) == ["stop_dismissed"]
    (event,) = await world.events("consent.dismissed")
    assert event["agent_ids"] == [world.agents["ana"]]
    await dismiss(world, chat_id)
    assert len(await world.events("consent.dismissed")) == 1
    await world.text(PLEASE)
    assert await flag(world, chat_id) is not None


async def test_only_the_chats_agent_decides(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.text(PLEASE)
    with pytest.raises(NotYourChat):
        await dismiss(world, chat_id, "ben")
    assert await marks(world) == ["stop"]


async def test_ops_see_every_request_that_waits_also_of_texts_without_a_chat(
    world: World,
) -> None:
    await world.db.write(
        lambda tx: tx.conn.execute(
            sa.update(t.numbers).where(t.numbers.c.number == VIP_NUMBER).values(queue_id=None)
        )
    )
    lost = await world.text(PLEASE, to=VIP_NUMBER)
    assert lost.chat_id is None
    chat_id = await world.connected_chat()
    await world.text(PLEASE)
    waiting, total = await world.db.read(asks.open_requests, world.tenant_id, 1, 10)
    assert total == 2
    assert [(one.chat_id, one.number, one.text) for one in waiting] == [
        (None, PHONE, PLEASE),
        (chat_id, PHONE, PLEASE),
    ]
    await world.text("STOP")
    assert await world.db.read(asks.open_requests, world.tenant_id, 1, 10) == ([], 0)


async def test_an_opted_out_consumers_words_need_no_decision(world: World) -> None:
    await world.text("STOP")
    await world.text(PLEASE)
    assert await marks(world) == []


async def with_shortcut(world: World) -> None:
    """The company's configuration has a shortcut that asks for consent."""
    document = {
        "shortcuts": {
            "ask": {"keyword": "ask", "text": {"en": REQUEST}, "opt_in": True},
            "hi": {"keyword": "hi", "text": {"en": "Hello"}},
        }
    }

    def apply(tx: Tx) -> None:
        values: dict[str, Any] = {"tenant_id": world.tenant_id, "version": 1, "at": tx.now}
        tx.conn.execute(
            sa.insert(t.configurations).values(values | {"document": document, "actor": "x"})
        )
        tx.conn.execute(sa.update(t.tenants).values(configuration=1))

    await world.db.write(apply)


async def asked(world: World) -> int:
    await with_shortcut(world)
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Acme: Reply YES to get updates, Dana.")
    return chat_id


async def test_yes_straight_after_our_request_is_an_opt_in_with_evidence(world: World) -> None:
    chat_id = await asked(world)
    assert (await world.text("Yes!")).chat_id == chat_id
    c = t.consent_ledger.c
    (row,) = await world.rows(sa.select(c.status, c.source, c.evidence))
    assert tuple(row) == ("opted_in", "consumer", "Yes!")
    assert [m.kind for m in await world.sent_without_chat()] == ["opt_in"]
    await world.text("yes")
    assert len(await world.rows(sa.select(c.id))) == 1
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def chats_of(world: World) -> int:
    return len(await world.rows(sa.select(t.chats.c.id)))


@pytest.mark.parametrize("end", ["agent", "timeout"])
async def test_yes_after_the_chat_with_our_request_has_ended_is_an_opt_in_and_no_chat(
    world: World, clock: SetClock, end: str
) -> None:
    chat_id = await asked(world)
    await world.all_sent()
    if end == "agent":
        await world.end("ana", chat_id)
    else:
        clock.move(days=2)
        await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    assert (await world.thread(chat_id))[-1].kind == "ended"
    received = await world.text("YES")
    assert received.chat_id is None
    c = t.consent_ledger.c
    (row,) = await world.rows(sa.select(c.status, c.source, c.message_id))
    assert tuple(row) == ("opted_in", "consumer", received.message_id)
    assert [m.kind for m in await world.sent_without_chat()] == ["opt_in"]
    assert await chats_of(world) == 1
    # It has been answered: the next one is a text like any other.
    assert (await world.text("YES")).chat_id is not None
    assert len(await world.rows(sa.select(c.id))) == 1


@pytest.mark.parametrize("between", ["another number", "kept", "never left"])
async def test_yes_begins_a_chat_where_our_request_was_not_the_last_word(
    world: World, between: str
) -> None:
    chat_id = await asked(world)
    if between == "never left":
        await texts_became(world, MessageStatus.FAILED)
    await world.end("ana", chat_id)
    if between == "kept":
        await world.text("EXIT")
    to = VIP_NUMBER if between == "another number" else MENU_NUMBER
    assert (await world.text("YES", to=to)).chat_id is not None
    assert await world.rows(sa.select(t.consent_ledger.c.id)) == []


async def texts_became(world: World, status: MessageStatus) -> None:
    ours = sa.update(t.messages).where(t.messages.c.direction == "outbound")
    await world.db.write(lambda tx: tx.conn.execute(ours.values(status=status)))


@pytest.mark.parametrize("between", ["consumer", "agent", "nothing asked"])
async def test_a_later_yes_is_an_ordinary_text(world: World, between: str) -> None:
    chat_id = await asked(world)
    if between == "consumer":
        await world.text("What updates?")
    else:
        await world.reply("ana", chat_id, "Hello" if between == "agent" else "Is it the red one?")
    await world.text("yes")
    assert await world.rows(sa.select(t.consent_ledger.c.id)) == []


async def test_pictures_and_videos_are_kept_and_all_else_is_named(world: World) -> None:
    items = (
        InboundMedia("https://c.example/1", "image/jpeg", 120),
        InboundMedia("https://c.example/2", "application/pdf"),
        InboundMedia("https://c.example/3", "video/mp4"),
        InboundMedia("https://c.example/4", ""),
    )
    inbound = InboundText("m1", PHONE, MENU_NUMBER, "Look", items)
    received = await world.db.write(intake.receive, world.account, inbound)
    assert received.message_id is not None
    m = t.messages.c
    (row,) = await world.rows(sa.select(m.media).where(m.id == received.message_id))
    assert "c.example/2" not in str(row.media)
    assert "c.example/4" not in str(row.media)
    message = await world.db.read(messages.get, world.tenant_id, received.message_id)
    shown = views.message(message, 0)
    assert [(one.id, one.content_type, one.size) for one in shown.media] == [
        (1, "image/jpeg", 120),
        (3, "video/mp4", None),
    ]
    assert shown.not_stored == ["application/pdf", "application/octet-stream"]
