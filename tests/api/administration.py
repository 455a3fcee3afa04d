"""The configuration as an administrator's program reads and changes it."""

from __future__ import annotations

import copy
from typing import Any

from httpx2 import AsyncClient

ADMIN = "/admin/api/v1"


async def held(client: AsyncClient) -> dict[str, Any]:
    answer = await client.get(f"{ADMIN}/configuration")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def edited(client: AsyncClient, *path: str, to: Any) -> dict[str, Any]:
    """The body that changes one part of the configuration that holds."""
    found = await held(client)
    at = document = copy.deepcopy(found["document"])
    for part in path[:-1]:
        at = at.setdefault(part, {})
    at[path[-1]] = to
    return {"document": document, "base": found["version"]}
