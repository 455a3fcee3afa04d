"""What `threadline doctor` finds of carrier accounts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doctor import _carriers
from settings import Settings
from store import tables as t
from tests.services.accounts_world import stop
from tests.world import World


@pytest.fixture
def settings(world: World, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a process that works with the world's database, and has its carrier's secret."""
    monkeypatch.setenv("THREADLINE_SIMULATOR_SECRET", "s3cret")
    url = world.db.url
    if not world.db.is_sqlite:
        url = url.set(drivername="postgresql")
    return Settings(database_url=url.render_as_string(hide_password=False))


async def test_an_account_in_order_is_all_well(settings: Settings) -> None:
    [found] = await _carriers(settings)
    assert (found.what, found.state, found.mend) == ("Carrier simulator/acme", "In order.", None)


async def test_an_account_out_of_order_is_a_problem_with_what_it_answers_and_what_waits(
    settings: Settings, world: World
) -> None:
    await world.text("Hello")
    await stop(world, world.account)
    [found] = await _carriers(settings)
    assert found.state.startswith("Out of order since 2026-03-02 12:00:00 UTC: no connection.")
    assert found.state.endswith("Texts not sent yet: 2.")
    assert found.mend is not None


async def test_a_secret_that_is_not_here_is_named(settings: Settings, world: World) -> None:
    refs = {"secret": "env:NOT_SET_ANYWHERE"}
    change = sa.update(t.carrier_accounts).values(secret_refs=refs)
    await world.db.write(lambda tx: tx.conn.execute(change))
    [found] = await _carriers(settings)
    assert found.mend is not None
    assert "secret is not to be had from env:NOT_SET_ANYWHERE" in found.mend
