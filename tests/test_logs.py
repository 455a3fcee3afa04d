"""Log lines are JSON, and carry neither numbers nor credentials."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from logs import masked

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "secret",
    [
        "+14155550199",
        "+1 (415) 555-0199",
        "14155550199",
        "415-555-0199",
        "415 555 0199",
        "Bearer tl_abcdefghijklmnopqrstuvwxyz",
        "authorization: Basic YWNtZTp0b2tlbg==",
        "tl_abcdefghijklmnopqrstuvwxyz-0123456789",
        "postgresql://user:hunter2@db/threadline",
    ],
)
def test_what_identifies_or_opens_is_masked(secret: str) -> None:
    shown = masked(f"before {secret} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "•••" in shown
    for part in ("555", "abcdefgh", "YWNt", "hunter2"):
        assert part not in shown


@pytest.mark.parametrize(
    "plain",
    [
        "chat-12345-2",
        "2026-03-01T12:00:00.000Z",
        "127.0.0.1:8080",
        "message 123456789 of tenant 7",
        "took 12.5 ms",
        "store.py:120 write",
        "http://127.0.0.1:8233/namespaces/default/workflows/chat-7",
    ],
)
def test_ids_times_and_addresses_stay_readable(plain: str) -> None:
    assert masked(plain) == plain


def logged(code: str) -> list[dict[str, object]]:
    """What a process writes that configures its logs and runs this code."""
    program = f"import logging, structlog, logs\nlogs.configure('INFO')\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_own_lines_and_libraries_lines_have_one_form() -> None:
    lines = logged(
        "structlog.get_logger('ours').info('sent', to='+14155550199', chat_id=7)\n"
        "logging.getLogger('theirs').warning('call to %s failed', '+14155550199')\n"
        "logging.getLogger('theirs').debug('not shown')\n"
        "structlog.get_logger('ours').debug('not shown')\n"
    )
    assert [line["event"] for line in lines] == ["sent", "call to ••• failed"]
    assert lines[0]["to"] == "•••"
    assert lines[0]["chat_id"] == 7
    for line in lines:
        assert line["level"] in ("info", "warning")
        assert str(line["timestamp"]).endswith("Z")


def test_secrets_are_masked_by_name_and_deep_inside() -> None:
    (line,) = logged(
        "structlog.get_logger().info('x', api_token='abc',"
        " sub={'password': 'p', 'n': [1, '+14155550199']})"
    )
    assert line["api_token"] == "•••"
    assert line["sub"] == {"password": "•••", "n": [1, "•••"]}


def test_a_traceback_quotes_no_number() -> None:
    (line,) = logged(
        "try:\n    raise ValueError('bad +14155550199')\n"
        "except ValueError:\n    logging.getLogger('x').exception('failed')\n"
    )
    assert "ValueError" in str(line["exception"])
    assert "4155550199" not in str(line["exception"])
