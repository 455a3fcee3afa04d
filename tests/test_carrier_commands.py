"""`threadline carrier …` as an operator types it, and `apply` against a Twilio of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli import app
from settings import Settings
from store import tables as t
from tests.carriers.fake_twilio import FakeTwilio, serving
from tests.carriers.twilio_account import SID, TOKEN
from tests.conftest import NOON

OURS = "+14155550190"
FILE = f"""\
tenant: acme
name: Acme
accounts:
  main:
    carrier: twilio
    url: URL
    settings: {{account_sid: {SID}}}
    secrets: {{auth_token: {{env: TWILIO_AUTH_TOKEN}}}}
queues:
  orders: {{name: Orders}}
numbers:
  {OURS}: {{account: main, queue: orders, optout_replies: carrier}}
"""


@pytest.fixture
def twilio(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeTwilio]:
    """In a thread of its own, as the commands have event loops of theirs; with an empty database,
    and the file above."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREADLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("THREADLINE_PUBLIC_BASE_URL", "https://sms.example.com")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    fake, stop, up = FakeTwilio(numbers={OURS: {"sms": True}}), asyncio.Event(), Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serving(fake):
            up.set()
            await stop.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert up.wait(60)
    (tmp_path / "acme.yaml").write_text(FILE.replace("URL", fake.url))
    yield fake
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def apply() -> Result:
    return run("apply", "acme.yaml", "--yes")


def change(old: str, new: str) -> None:
    file = Path("acme.yaml")
    file.write_text(file.read_text().replace(old, new))


def stored() -> sa.Connection:
    return sa.create_engine(Settings().database_url, poolclass=sa.pool.NullPool).connect()


def test_an_account_and_its_number_are_connected(twilio: FakeTwilio) -> None:
    done = apply()
    assert done.exit_code == 0, done.output
    assert "threadline carrier addresses --tenant acme" in done.stdout
    with stored() as connection:
        number = connection.execute(sa.select(t.numbers)).one()
        account = connection.execute(sa.select(t.carrier_accounts)).one()
    assert (number.optout_replies, number.account_id) == ("carrier", account.id)
    assert number.status == "Verified for Only SMS Messaging"
    assert account.secret_refs == {"auth_token": "env:TWILIO_AUTH_TOKEN"}
    assert TOKEN not in str(account)
    assert run("carrier", "addresses", "--tenant", "acme").stdout == (
        "inbound  https://sms.example.com/carriers/twilio/acme-main/inbound\n"
        "status   https://sms.example.com/carriers/twilio/acme-main/status\n"
    )


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        ({"numbers": {}}, "Failed: the account does not own it"),
        ({"numbers": {OURS: {"voice": True}}}, "Failed: it cannot send and receive texts"),
        ({"down": True}, "Verifying: the carrier cannot be asked: HTTP 503"),
        ({"password": "x"}, "Verifying: the carrier cannot be asked: HTTP 401, error 20003"),
    ],
)
def test_a_number_that_no_carrier_vouches_for_says_why(
    twilio: FakeTwilio, prepare: dict[str, object], said: str
) -> None:
    for name, value in prepare.items():
        setattr(twilio, name, value)
    refused = apply()
    assert refused.exit_code == 1
    assert f"numbers.{OURS} is not verified ({said}), so no queue can have it" in refused.stderr
    with stored() as connection:
        assert connection.execute(sa.select(t.numbers)).all() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{env: TWILIO_AUTH_TOKEN}", TOKEN, "auth_token must be a mapping of names to values"),
        (
            "{env: TWILIO_AUTH_TOKEN}",
            "{file: token}",
            "auth_token.file must be an absolute path\n1 problem",
        ),
        ("TWILIO_AUTH_TOKEN", "NOT_SET", "auth_token is not to be had from env:NOT_SET"),
        ("{auth_token: {env: TWILIO_AUTH_TOKEN}}", "{}", "auth_token is needed"),
        (SID, "AC1", "account_sid must be AC and 32"),
        ("twilio", "pigeon", "accounts.main.carrier must be one of simulator, twilio"),
    ],
)
def test_an_account_that_cannot_work_is_refused_in_a_sentence(
    twilio: FakeTwilio, old: str, new: str, said: str
) -> None:
    change(old, new)
    refused = apply()
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert TOKEN not in refused.output
    with stored() as connection:
        assert connection.execute(sa.select(t.carrier_accounts)).all() == []


def test_a_second_account_is_taken_only_if_its_carrier_vouches_for_the_number(
    twilio: FakeTwilio,
) -> None:
    account = FILE[FILE.index("    carrier:") : FILE.index("queues:")].replace("URL", twilio.url)
    change("queues:", f"  second:\n{account}queues:")
    apply()
    change("queue: orders", "queue: orders, fallback: second")
    twilio.numbers = {}
    refused = apply()
    assert "carrier does not vouch for the number (Failed: the account does not" in refused.stderr
    twilio.numbers = {OURS: {"sms": True}}
    assert "fallback: (none) → second" in apply().stdout


def test_the_status_says_what_the_carrier_answers(twilio: FakeTwilio) -> None:
    apply()
    assert run("carrier", "status").stdout == "twilio/acme-main (acme): In order.\n"
    with stored() as connection:
        out = {"breaker": "open", "reason": "HTTP 401, error 20003", "opened_at": NOON}
        row = sa.insert(t.carrier_health).values(tenant_id=1, account_id=1, probe_at=NOON, **out)
        connection.execute(row)
        connection.commit()
    told = run("carrier", "status", "--tenant", "acme")
    assert told.exit_code == 1
    assert "twilio/acme-main (acme): Out of order since 2026-03-02 12:00:00 UTC" in told.stdout
    assert "HTTP 401, error 20003" in told.stdout
    for command in ("status", "addresses"):
        refused = run("carrier", command, "--tenant", "nobody")
        assert "There is no tenant nobody." in refused.stderr
