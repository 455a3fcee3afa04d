"""What an agent may put into a text: of the chat, of nobody else's (product C1)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from services.agent_shapes import Shortcut
from services.errors import NotFound
from services.shortcuts import shortcuts
from store import tables as t
from store.database import Tx
from tests.world import World

HELLO = "Hello @{END_USER}, @{AGENT_NAME} of @{COMPANY_NAME} (@{QUEUE_NAME})"
SHORTCUTS = {
    "hi": {"category": "Greetings", "keyword": "hi", "text": {"en": HELLO, "es": "Hola"}},
    "ask": {"keyword": "ask", "text": {"en": "May we text you?"}, "opt_in": True},
}


async def apply(world: World, version: int, document: dict[str, Any]) -> None:
    def _apply(tx: Tx) -> None:
        row = {"tenant_id": world.tenant_id, "version": version, "at": tx.now, "actor": "x"}
        tx.conn.execute(sa.insert(t.configurations).values(row | {"document": document}))
        tx.conn.execute(sa.update(t.tenants).values(configuration=version))

    await world.db.write(_apply)


async def listed(world: World, chat_id: int | None = None, agent: str = "ana") -> list[Shortcut]:
    return await world.db.read(shortcuts, world.tenant_id, world.agents[agent], chat_id)


async def change(world: World, chat_id: int, **values: Any) -> None:
    """As only menus and API calls do."""

    def _change(tx: Tx) -> None:
        tx.conn.execute(sa.update(t.chats).where(t.chats.c.id == chat_id).values(**values))

    await world.db.write(_change)


async def test_a_company_without_any_has_none(world: World) -> None:
    assert await listed(world) == []


async def test_they_are_filled_in_for_the_chat_and_read_again_after_an_apply(world: World) -> None:
    await apply(world, 1, {"shortcuts": SHORTCUTS})
    chat_id = await world.connected_chat()
    hi, ask = await listed(world, chat_id)
    assert (hi.category, hi.keyword, hi.lang, hi.opt_in) == ("Greetings", "hi", "en", False)
    assert hi.text == "Hello Customer, Ana of Acme Outfitters (Orders)"
    assert ask.opt_in
    await apply(world, 2, {"shortcuts": {"ask": SHORTCUTS["ask"]}})
    assert [one.key for one in await listed(world, chat_id)] == ["ask"]


async def test_without_a_chat_the_variables_stand_in_the_companys_language(world: World) -> None:
    await apply(world, 1, {"shortcuts": SHORTCUTS})
    assert [one.text for one in await listed(world)] == [HELLO, "May we text you?"]


async def test_the_chats_language_is_spoken_where_it_can_be(world: World) -> None:
    await apply(world, 1, {"shortcuts": SHORTCUTS})
    chat_id = await world.connected_chat()
    await change(world, chat_id, lang="es")
    assert [(one.lang, one.text) for one in await listed(world, chat_id)] == [
        ("es", "Hola"),
        ("en", "May we text you?"),
    ]


async def test_a_chat_that_we_began_is_offered_the_opt_in_first(world: World) -> None:
    await apply(world, 1, {"shortcuts": SHORTCUTS})
    chat_id = await world.connected_chat()
    await change(world, chat_id, direction="outbound")
    assert [one.key for one in await listed(world, chat_id)] == ["ask", "hi"]


async def test_a_chat_that_one_may_not_see_is_not_found(world: World) -> None:
    chat_id = await world.connected_chat("ana")
    with pytest.raises(NotFound):
        await listed(world, chat_id, "ben")
