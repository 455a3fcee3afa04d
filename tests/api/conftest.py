"""The application over a store with two companies, and two of Acme's callers."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from store.database import Database
from tests.api.world import Api, basic, company


@pytest.fixture
async def api(db: Database) -> Api:
    return Api(db, await company(db, "acme"), await company(db, "globex"))


@pytest.fixture
async def ada(api: Api) -> AsyncIterator[AsyncClient]:
    """Acme's administrator."""
    async with api.client(api.acme.tokens["ada"]) as client:
        yield client


@pytest.fixture
async def client(api: Api) -> AsyncIterator[AsyncClient]:
    """A program of Acme's."""
    async with api.client() as client:
        client.headers.update(basic("acme", api.acme.api_token))
        yield client
