"""The demo tenant is a configuration file, applied once."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from domain.config.checks import problems
from domain.config.document import as_data
from domain.config.file import validate
from services import configuration, demo
from services.projection import Known
from store import configurations, tenants
from store import tables as t
from store.configurations import Actor
from store.database import Database, Tx

SECRETS = demo.DemoSecrets("hash", dict.fromkeys(demo.emails(), "secret"), "http://127.0.0.1:1")


async def test_the_demo_is_its_file(db: Database) -> None:
    assert problems(demo.wanted()) == []
    told = await db.write(demo.ensure, SECRETS)
    [tenant_id] = await db.read(tenants.ids)
    held = await db.read(configurations.current, tenant_id)
    assert held is not None
    assert held.document == as_data(demo.wanted())
    assert told["users"][0]["name"] == "Ana Alvarez"
    assert told["numbers"] == [
        {"number": "+14155550100", "queue": "Acme Outfitters"},
        {"number": "+14155550101", "queue": "VIP"},
    ]


async def test_what_was_changed_in_the_demo_outlives_a_start(db: Database) -> None:
    await db.write(demo.ensure, SECRETS)
    data = as_data(demo.wanted()) | {"name": "Mine"}
    del data["users"]["caro"]
    data["teams"]["support"]["members"] = ["ana", "ben"]
    draft = await db.read(configuration.draft, validate(data))
    await db.write(configuration.apply, draft, Actor("api", "Ada"), Known())
    told = await db.write(demo.ensure, SECRETS)
    assert len(told["users"]) == 4
    assert (await db.read(configuration.export, "acme")).document["name"] == "Mine"


async def test_a_start_brings_passwords_and_the_simulators_address_up_to_date(
    db: Database,
) -> None:
    def look(tx: Tx) -> tuple[set[str], list[str]]:
        hashes = tx.conn.execute(sa.select(t.users.c.password_hash)).scalars()
        return set(hashes), list(
            tx.conn.execute(sa.select(t.carrier_accounts.c.base_url)).scalars()
        )

    await db.write(demo.ensure, SECRETS)
    assert await db.read(look) == ({"secret"}, ["http://127.0.0.1:1"])
    again = dict.fromkeys(demo.emails(), "other")
    await db.write(
        demo.ensure, replace(SECRETS, password_hashes=again, simulator_url="http://127.0.0.1:2")
    )
    assert await db.read(look) == ({"other"}, ["http://127.0.0.1:2"])
