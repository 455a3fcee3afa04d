"""The page of the carriers' health is accessible, fits, and reads itself anew."""

from __future__ import annotations

import sqlalchemy as sa
from playwright.async_api import ViewportSize, expect

from store import tables as t
from store.database import Tx
from tests.console.admin.company import Company
from tests.console.conftest import Open
from tests.console.looks import look


def out_of_order(tx: Tx) -> None:
    account = t.carrier_accounts.c
    health = sa.insert(t.carrier_health).from_select(
        ["tenant_id", "account_id", "breaker", "reason", "since", "opened_at", "probe_at"],
        sa.select(
            account.tenant_id,
            account.id,
            sa.literal("open"),
            sa.literal("no connection"),
            *[sa.literal(tx.now, t.carrier_health.c.since.type)] * 3,
        ),
    )
    tx.conn.execute(health)


async def test_the_carriers_are_accessible_and_fit_in_order_and_out_of_it(
    company: Company, open_page: Open
) -> None:
    page = await open_page(company.url)
    await page.clock.install()
    await page.goto(f"{company.url}/ops/carriers")
    await expect(page.get_by_role("cell", name="✓ In order")).to_be_visible()
    await look(page, "in order")
    await company.change(out_of_order)
    await page.clock.fast_forward(10_000)
    await expect(page.get_by_role("cell", name="Out of order")).to_be_visible()
    await look(page, "out of order")
    await page.set_viewport_size(ViewportSize(width=360, height=740))
    await look(page, "out of order, small")
    await page.route("**/ops/carriers", lambda route: route.abort())
    await page.clock.fast_forward(10_000)
    await expect(page.get_by_role("status")).to_contain_text("Not read anew since")
