"""What operators see of carrier accounts: a page, JSON and figures."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store import tables as t
from tests.api.world import Api
from tests.services.accounts_world import answer_again, stop

WELL, OUT = "In order.", "Out of order since 2026-03-02 12:00:00 UTC: no connection."


async def test_an_account_out_of_order_is_told_with_what_waits_for_it(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    await api.acme.world.reply("ana", chat_id, "Hello")
    await stop(api.acme.world, api.acme.world.account)
    async with api.client() as client:
        told = (await client.get("/ops/carriers.json")).json()["accounts"]
        page = await client.get("/ops/carriers")
        metrics = (await client.get("/metrics")).text
    out, well = told
    assert (out["tenant"], out["carrier"], out["account"]) == ("acme", "simulator", "acme")
    assert (out["state"], out["reason"], out["outages"]) == ("open", "no connection", 1)
    assert out["words"].startswith(OUT)
    assert (out["since"], out["asked_again_at"]) == (
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T12:00:05.000Z",
    )
    assert out["texts_queued"] == 4
    assert (well["account"], well["state"], well["words"]) == ("globex", "closed", WELL)
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.index("simulator/acme") < page.text.index("simulator/globex")
    assert OUT in page.text
    of_acme = 'carrier="simulator"} '
    for figure in ("out_of_order", "outages"):
        assert f'threadline_carrier_{figure}{{account="acme",{of_acme}1.0' in metrics
        assert f'threadline_carrier_{figure}{{account="globex",{of_acme}0.0' in metrics
    assert f'threadline_carrier_texts_waiting{{account="acme",{of_acme}4.0' in metrics


async def test_an_account_that_answers_again_is_told_as_being_tried(api: Api) -> None:
    world = api.acme.world
    await stop(world, world.account)
    world.db.clock.move(seconds=5)  # type: ignore[attr-defined]
    await answer_again(world, world.account)
    async with api.client() as client:
        [first, _] = (await client.get("/ops/carriers.json")).json()["accounts"]
        assert first["state"] == "half-open"
        assert "Being tried" in (await client.get("/ops/carriers")).text


@pytest.mark.parametrize("path", ["/ops/carriers", "/ops/carriers.json"])
async def test_the_state_of_carriers_is_for_those_who_may_read_the_metrics(
    api: Api, path: str
) -> None:
    allowing = Api(api.db, api.acme, api.globex, metrics_allow=("10.1.0.0/16",))
    for address, status in (("10.1.2.3", 200), ("10.2.2.3", 403), ("::1", 200)):
        async with allowing.client(address=address) as client:
            assert (await client.get(path)).status_code == status


async def test_the_page_loads_only_from_us_and_runs_nothing_inline(api: Api) -> None:
    async with api.client() as client:
        page = await client.get("/ops/carriers")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "<script>" not in page.text
        for part, kind in (("carriers.js", "javascript"), ("carriers.css", "css")):
            answer = await client.get(f"/ops/{part}")
            assert kind in answer.headers["content-type"]
        assert (await client.get("/ops/carriers.html")).status_code == 404


async def test_what_a_carrier_says_cannot_write_into_the_page(api: Api) -> None:
    await stop(api.acme.world, api.acme.world.account)
    change = sa.update(t.carrier_health).values(reason="<script>alert(1)</script>")
    await api.db.write(lambda tx: tx.conn.execute(change))
    async with api.client() as client:
        page = (await client.get("/ops/carriers")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
