"""Passwords cost 0.3 CPU-seconds and 64 MiB each time: in a thread, and two at a time."""

from __future__ import annotations

import asyncio

from services import auth

_AT_ONCE = asyncio.Semaphore(2)


async def verified(password: str, password_hash: str | None) -> bool:
    """Whether the password is right; without a hash it takes as long, and is not."""
    async with _AT_ONCE:
        return await asyncio.to_thread(auth.verify_password, password, password_hash)


async def hashed(password: str) -> str:
    """The hash to store."""
    async with _AT_ONCE:
        return await asyncio.to_thread(auth.hash_password, password)
