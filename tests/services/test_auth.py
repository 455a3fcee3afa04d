"""Passwords, tokens and the limit of attempts, below HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services import auth
from services.auth import Attempt, Claim, acting, hash_password, new_token, token_hash
from services.errors import Forbidden, NotAuthenticated, TooManyAttempts, WrongLogin
from store import tables as t
from store import users
from store.database import Tx
from tests.conftest import OpenDatabase, SetClock
from tests.world import World

ANA = Attempt("acme", "ana@acme.example", "203.0.113.9")


def test_passwords_are_argon2id_and_verified() -> None:
    hashed = hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert auth.verify_password("correct horse", hashed)
    assert not auth.verify_password("wrong", hashed)
    assert not auth.verify_password("correct horse", None)


def test_an_unknown_user_costs_as_much_work_as_a_known_one() -> None:
    def parameters(hashed: str) -> list[str]:
        return hashed.split("$")[1:4]

    assert parameters(auth._stand_in()) == parameters(hash_password("x"))


def test_tokens_are_random_and_stored_as_hashes() -> None:
    one, two = new_token(), new_token()
    assert one != two
    assert len(one) > 40
    assert one not in token_hash(one)
    assert token_hash("\ud800") != token_hash("")


async def open_session(world: World, name: str = "ana") -> Claim:
    def opened(tx: Tx) -> str:
        user = users.get(tx, world.tenant_id, world.agents[name])
        candidate = auth.Candidate(user, "")
        return auth.finish_login(tx, ANA, candidate).token

    return Claim(token_hash(await world.db.write(opened)))


async def test_a_verb_runs_as_whoever_is_logged_in(world: World) -> None:
    def who(_tx: Tx, tenant_id: int, user_id: int, more: str) -> tuple[int, int, str]:
        return tenant_id, user_id, more

    claim = await open_session(world, "ben")
    expected = (world.tenant_id, world.agents["ben"], "x")
    assert await world.db.read(acting(claim, who), "x") == expected
    with pytest.raises(NotAuthenticated):
        await world.db.read(acting(Claim(token_hash("tl_other")), who), "x")


async def test_a_csrf_token_of_another_session_is_not_enough(world: World) -> None:
    claim = await open_session(world)
    other = await open_session(world)
    session = await world.db.read(auth.identify, other)
    wrong = Claim(claim.token_hash, session.csrf_token)
    with pytest.raises(Forbidden):
        await world.db.read(auth.identify, wrong)


async def test_logging_out_ends_one_session_and_no_other(world: World) -> None:
    here, there = await open_session(world), await open_session(world)
    await world.db.write(auth.log_out, here)
    with pytest.raises(NotAuthenticated):
        await world.db.read(auth.identify, here)
    assert (await world.db.read(auth.identify, there)).user.name == "Ana"


async def test_nobody_logs_in_while_deactivated_in_between(world: World) -> None:
    candidate = await world.db.write(auth.begin_login, ANA)
    await world.db.write(lambda tx: tx.conn.execute(sa.update(t.users).values(active=False)))
    with pytest.raises(WrongLogin):
        await world.db.write(auth.finish_login, ANA, candidate)


async def test_attempts_are_counted_across_processes_and_in_races(
    world: World, open_database: OpenDatabase
) -> None:
    waits: list[timedelta] = []

    async def attempt(number: int) -> bool:
        try:
            await (world.db if number % 2 else other).write(auth.begin_login, ANA)
        except TooManyAttempts as refused:
            waits.append(refused.retry_after)
            return False
        return True

    async with open_database() as other:
        allowed = await asyncio.gather(*(attempt(number) for number in range(30)))
    assert sum(allowed) == auth.FAILURES_PER_ACCOUNT_AND_ADDRESS
    assert set(waits) == {auth.ATTEMPTS_WINDOW}


async def test_capitals_and_blanks_make_no_new_account_to_guess_at(world: World) -> None:
    for number in range(auth.FAILURES_PER_ACCOUNT):
        email = " Ana@Acme.example" if number % 2 else "ana@acme.example "
        tenant = " Acme " if number % 2 else "acme"
        await world.db.write(auth.begin_login, Attempt(tenant, email, f"203.0.113.{number}"))
    with pytest.raises(TooManyAttempts):
        await world.db.write(auth.begin_login, ANA)


async def test_anybodys_guesses_do_not_lock_the_agent_out_elsewhere(world: World) -> None:
    for _ in range(auth.FAILURES_PER_ACCOUNT_AND_ADDRESS):
        await world.db.write(auth.begin_login, replace(ANA, address="198.51.100.7"))
    with pytest.raises(TooManyAttempts):
        await world.db.write(auth.begin_login, replace(ANA, address="198.51.100.7"))
    candidate = await world.db.write(auth.begin_login, ANA)
    assert (await world.db.write(auth.finish_login, ANA, candidate)).user.name == "Ana"
    # To get in does not let the guesser begin anew.
    with pytest.raises(TooManyAttempts):
        await world.db.write(auth.begin_login, replace(ANA, address="198.51.100.7"))


async def test_the_company_is_found_however_it_is_typed(world: World) -> None:
    typed = Attempt(" ACME ", "Ana@Acme.example", "203.0.113.9")
    candidate = await world.db.write(auth.begin_login, typed)
    assert candidate.user is not None
    assert candidate.user.name == "Ana"


async def test_counts_are_not_kept_for_ever(world: World, clock: SetClock) -> None:
    for number in range(5):
        await world.db.write(auth.begin_login, Attempt("acme", f"{number}@x", f"10.0.0.{number}"))
    clock.move(minutes=6)
    candidate = await world.db.write(auth.begin_login, ANA)
    await world.db.write(auth.finish_login, ANA, candidate)
    left = await world.rows(sa.select(t.rate_counters.c.key, t.rate_counters.c.count))
    assert sorted(tuple(row) for row in left) == sorted(
        [(ANA.account_key, 0), ("login-from:203.0.113.9", 0)]
    )


async def test_the_counters_name_nobody(world: World) -> None:
    await world.db.write(auth.begin_login, ANA)
    keys = [row.key for row in await world.rows(sa.select(t.rate_counters.c.key))]
    assert not [key for key in keys if "ana" in key or "acme" in key]
