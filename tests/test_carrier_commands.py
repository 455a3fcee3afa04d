"""`threadline carrier …` as an operator types it, against a Twilio of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli import app
from store import tables as t
from store.migrations import upgrade
from tests.carriers.fake_twilio import FakeTwilio, serving
from tests.carriers.twilio_account import SID, TOKEN
from tests.conftest import NOON

OURS = "+14155550190"
ACCOUNT = ("--tenant", "acme", "--name", "main", "--set", f"account_sid={SID}")
SECRET = ("--secret", "auth_token=env:TWILIO_AUTH_TOKEN")


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """In a thread of its own: the commands have event loops of theirs."""
    fake, stop, up = FakeTwilio(numbers={OURS: {"sms": True}}), asyncio.Event(), Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serving(fake):
            up.set()
            await stop.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert up.wait(10)
    yield fake
    loop.call_soon_threadsafe(stop.set)
    thread.join()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one company in it."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    upgrade(url)
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        tenant = sa.insert(t.tenants).values(
            subdomain="acme", name="Acme", created_at=sa.func.now()
        )
        connection.execute(tenant)
        connection.execute(sa.insert(t.queues).values(tenant_id=1, name="Orders", keywords=[]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("THREADLINE_DATABASE_URL", url)
    monkeypatch.setenv("THREADLINE_PUBLIC_BASE_URL", "https://sms.example.com")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    return url


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["carrier", *words])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def number(*more: str) -> Result:
    return run("number", OURS, "--tenant", "acme", "--account", "main", *more)


def test_an_account_and_its_number_are_connected(url: str, twilio: FakeTwilio) -> None:
    done = run("connect", *ACCOUNT, *SECRET, "--base-url", twilio.url)
    assert done.exit_code == 0, done.output
    assert "https://sms.example.com/carriers/twilio/main/inbound" in done.stdout
    assert "https://sms.example.com/carriers/twilio/main/status" in done.stdout
    done = number("--queue", "Orders", "--optout-replies", "carrier")
    assert done.stdout == f"{OURS}: Verified for Only SMS Messaging\n"
    with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
        row = connection.execute(sa.select(t.numbers)).one()
        account = connection.execute(sa.select(t.carrier_accounts)).one()
    assert (row.queue_id, row.optout_replies, row.account_id) == (1, "carrier", account.id)
    assert account.secret_refs == {"auth_token": "env:TWILIO_AUTH_TOKEN"}
    assert TOKEN not in str(account)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        ({"numbers": {}}, "Failed (the account does not own it)"),
        ({"numbers": {OURS: {"voice": True}}}, "Failed (it cannot send and receive texts)"),
        ({"down": True}, "Unverified (the carrier cannot be asked: HTTP 503)"),
        ({"password": "x"}, "Unverified (the carrier cannot be asked: HTTP 401, error 20003)"),
    ],
)
def test_a_number_that_is_not_verified_is_not_assigned_and_says_why(
    url: str, twilio: FakeTwilio, prepare: dict[str, object], said: str
) -> None:
    run("connect", *ACCOUNT, *SECRET, "--base-url", twilio.url)
    for name, value in prepare.items():
        setattr(twilio, name, value)
    done = number("--queue", "Orders")
    assert (done.exit_code, done.stdout) == (1, f"{OURS}: {said}\n")
    with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
        assert connection.execute(sa.select(t.numbers.c.queue_id)).scalar_one() is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*ACCOUNT, "--secret", TOKEN), "must be NAME=VALUE"),
        ((*ACCOUNT, "--secret", f"auth_token={TOKEN}"), "auth_token must say where the secret is"),
        ((*ACCOUNT, "--secret", "auth_token=file:token"), "must be absolute"),
        ((*ACCOUNT, "--secret", "auth_token=env:NOT_SET"), "auth_token is not to be had"),
        (ACCOUNT, "auth_token is needed"),
        ((*ACCOUNT, *SECRET, "--set", "account_sid=AC1"), "account_sid must be AC and 32"),
        ((*ACCOUNT, *SECRET, "--carrier", "pigeon"), "carrier must be one of simulator, twilio"),
        (("--tenant", "nobody", *ACCOUNT[2:], *SECRET), "There is no tenant nobody."),
    ],
)
def test_an_account_that_cannot_work_is_refused_in_a_sentence(
    url: str, words: tuple[str, ...], said: str
) -> None:
    refused = run("connect", *words)
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert TOKEN not in refused.output.replace("\n", "")
    with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
        assert connection.execute(sa.select(t.carrier_accounts)).all() == []


def test_a_second_account_is_taken_only_if_its_carrier_vouches_for_the_number(
    url: str, twilio: FakeTwilio
) -> None:
    second = ("--tenant", "acme", "--name", "second", "--set", f"account_sid={SID}")
    for words in (ACCOUNT, second):
        run("connect", *words, *SECRET, "--base-url", twilio.url)

    def fallback() -> object:
        with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
            return connection.execute(sa.select(t.numbers.c.fallback_account_id)).scalar_one()

    done = number("--fallback", "second")
    assert (done.exit_code, done.stdout) == (0, f"{OURS}: Verified for Only SMS Messaging\n")
    assert fallback() == 2
    assert number("--no-fallback").exit_code == 0
    assert fallback() is None
    twilio.numbers = {}
    refused = number("--fallback", "second")
    assert refused.exit_code == 1
    assert "second is not its second account: the account does not own it" in refused.stdout
    assert fallback() is None
    for options, said in (
        ("--fallback main", "must be another account"),
        ("--fallback nobody", "There is no account nobody with twilio."),
        ("--fallback second --no-fallback", "either this or --no-fallback"),
    ):
        refused = number(*options.split())
        assert refused.exit_code != 0
        assert said in refused.stderr.replace("\n", "")


def test_the_status_says_what_the_carrier_answers(url: str, twilio: FakeTwilio) -> None:
    run("connect", *ACCOUNT, *SECRET, "--base-url", twilio.url)
    assert run("status").stdout == "twilio/main (acme): In order.\n"
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        out = {"breaker": "open", "reason": "HTTP 401, error 20003", "opened_at": NOON}
        row = sa.insert(t.carrier_health).values(tenant_id=1, account_id=1, probe_at=NOON, **out)
        connection.execute(row)
    told = run("status", "--tenant", "acme")
    assert told.exit_code == 1
    assert "twilio/main (acme): Out of order since 2026-03-02 12:00:00 UTC" in told.stdout
    assert "HTTP 401, error 20003" in told.stdout
    assert "There is no tenant nobody." in run("status", "--tenant", "nobody").stderr
