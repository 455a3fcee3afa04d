"""Since when a consumer waits for a word from us."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.statuses import ChatStatus
from domain.waiting import waiting_since

QUEUED = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWERED, ASKED = QUEUED + timedelta(minutes=5), QUEUED + timedelta(minutes=9)


@pytest.mark.parametrize(
    ("status", "answered_at", "asked_at", "since"),
    [
        (ChatStatus.QUEUED, None, QUEUED, QUEUED),
        (ChatStatus.ASSIGNED, None, QUEUED, QUEUED),
        (ChatStatus.ASSIGNED, ANSWERED, None, None),
        (ChatStatus.ASSIGNED, ANSWERED, ASKED, ASKED),
        (ChatStatus.QUEUED, ANSWERED, ASKED, ASKED),
        (ChatStatus.QUEUED, ANSWERED, None, ANSWERED),
        (ChatStatus.SELECTING, None, QUEUED, None),
        (ChatStatus.FINISHED, ANSWERED, ASKED, None),
        (ChatStatus.CANCELED, None, QUEUED, None),
    ],
)
def test_the_wait_begins_with_the_queue_then_with_the_first_text_behind_the_last_answer(
    status: ChatStatus,
    answered_at: datetime | None,
    asked_at: datetime | None,
    since: datetime | None,
) -> None:
    found = waiting_since(status, queued_at=QUEUED, answered_at=answered_at, asked_at=asked_at)
    assert found == since
