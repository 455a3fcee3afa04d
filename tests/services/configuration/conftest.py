"""The company of these tests, on each database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.config.file import validate
from store import numbers
from store import tables as t
from store.database import Database, Tx
from tests.services.configuration.company import FILE, apply, ids
from tests.world import World


@pytest.fixture
async def acme(db: Database) -> World:
    """The file above, applied to an empty database."""
    await apply(db, validate(FILE))

    def look(tx: Tx) -> World:
        [tenant_id] = tx.conn.execute(sa.select(t.tenants.c.id)).scalars()
        [account_id] = tx.conn.execute(sa.select(t.carrier_accounts.c.id)).scalars()
        account = numbers.account_by_id(tx, account_id)
        return World(db, tenant_id, account, ids(tx, t.queues), ids(tx, t.users), {})

    return await db.read(look)
