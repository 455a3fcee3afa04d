"""The application over a store with two companies."""

import pytest

from store.database import Database
from tests.api.world import Api, company


@pytest.fixture
async def api(db: Database) -> Api:
    return Api(db, await company(db, "acme"), await company(db, "globex"))
