"""A pointer that never reaches the process is made good from the store (rules 2 and 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import process
from tests.engine import Engine


async def test_after_so_long_a_gap_the_chat_is_loaded_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The five seconds of the product pass by themselves on a slow machine.
    monkeypatch.setattr(process, "GAP_PATIENCE", timedelta(minutes=10))
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    await engine.lose(world.reply("ana", chat_id, "One moment."))
    await world.text("Thank you")
    await engine.skip(minutes=8)
    assert "One moment." not in engine.carrier.texts
    await engine.skip(minutes=3)
    await engine.quiet()
    assert engine.carrier.texts[-1] == "One moment."


async def test_a_chat_whose_process_never_heard_of_its_end_is_settled_all_the_same(
    engine: Engine,
) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    await engine.lose(world.text("STOP"))
    await engine.skip(minutes=2)
    await engine.reconcile()
    await engine.skip(seconds=6)
    await engine.settled(chat_id)
