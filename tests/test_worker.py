"""The loops beside the workers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import structlog

import worker
from services import routing
from store.database import StoreUnavailable, Tx
from tests.world import World, build


async def test_one_tenants_failing_match_does_not_keep_the_others_from_theirs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [await build(world.db, name) for name in ("globex", "initech")]
    swept = []

    def sweep(tx: Tx, tenant_id: int) -> int:
        if tenant_id == others[0].tenant_id:
            raise StoreUnavailable("busy")
        swept.append(tenant_id)
        return 0

    monkeypatch.setattr(routing, "sweep", sweep)
    with structlog.testing.capture_logs() as logs:
        await worker.sweep_matches_once(world.db)
    assert sorted(swept) == [world.tenant_id, others[1].tenant_id]
    (line,) = logs
    assert (line["event"], line["tenant_id"]) == ("routing.sweep_failed", others[0].tenant_id)
    assert line["error"] == "StoreUnavailable"


async def test_a_round_without_the_database_is_logged_and_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(_query: Callable[[Tx], object]) -> object:
        raise StoreUnavailable("away")

    monkeypatch.setattr(world.db, "read", read)
    with structlog.testing.capture_logs() as logs:
        await worker.sweep_matches_once(world.db)
    assert [line["event"] for line in logs] == ["routing.sweep_failed"]
