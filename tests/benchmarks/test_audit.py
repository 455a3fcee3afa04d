"""The soak's audit finds what it is there for: a run that went well, and then one thing wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from benchmarks import audit
from benchmarks.traffic import BY_AGENT, STOPPED, Consumer, Said
from domain.reasons import CHAT_ENDED
from tests.system.record import Chat, Text

ANN = "+14155560000"


def text(id: int, words: str, direction: str = "outbound", **more: Any) -> Text:
    return Text(
        **{
            "id": id,
            "phone": ANN,
            "chat_id": 1,
            "direction": direction,
            "kind": "reply",
            "text": words,
            "status": "delivered" if direction == "outbound" else "received",
            "error": None,
            "media": 0,
            "created_at": id,
            "claimed_at": id,
            **more,
        }
    )


@dataclass
class Found:
    """What a good run leaves behind: Ann asked, was answered, said STOP, and nothing followed."""

    consumers: list[Consumer]
    inbound: list[Text]
    outbound: list[Text]
    shown: list[str]
    chats: list[Chat]
    running: dict[int, list[str]] = field(default_factory=lambda: {1: []})

    def wrong(self) -> list[str]:
        shown = [{"direction": "to_phone", "text": one} for one in self.shown]
        screens = {ANN: shown}
        return [
            *audit.every_story_ended(self.consumers),
            *audit.nothing_said_is_lost_or_doubled(self.consumers, self.inbound),
            *audit.nothing_written_is_lost_doubled_or_swapped(self.outbound, screens),
            *audit.every_text_came_to_its_end(self.outbound, receipts_dropped=False),
            *audit.opted_out_phones_got_nothing(self.outbound, screens),
            *audit.every_chat_ended_as_it_should(self.consumers, self.chats),
            *audit.every_chat_is_settled_or_live(self.chats, self.running),
        ]


@pytest.fixture
def found() -> Found:
    ann = Consumer(0, "by menu", None, None, random.Random(1))  # type: ignore[arg-type]
    ann.said = [Said("0-0", "question", 1), Said("0-1", "STOP")]
    ann.begin(STOPPED)
    ann.through = True
    return Found(
        [ann],
        [text(1, "question", "inbound", media=1), text(4, "STOP", "inbound")],
        [
            text(2, "first answer"),
            text(3, "second answer"),
            text(5, "opted out", kind="opt_out", chat_id=None),
        ],
        ["first answer", "second answer", "opted out"],
        [Chat(1, ANN, "finished", True, 1, "end_user_opt_out", "disconnected_by_end_user")],
    )


def test_a_good_run_has_nothing_wrong(found: Found) -> None:
    assert found.wrong() == []


def lose_a_text(found: Found) -> None:
    del found.inbound[0]


def lose_a_picture(found: Found) -> None:
    found.inbound[0] = replace(found.inbound[0], media=0)


def double_a_text(found: Found) -> None:
    found.inbound.append(text(9, "STOP", "inbound"))


def lose_an_answer(found: Found) -> None:
    found.shown.remove("second answer")


def send_twice(found: Found) -> None:
    found.shown.insert(1, "second answer")


def swap(found: Found) -> None:
    found.shown[:2] = found.shown[1::-1]


def leave_in_doubt(found: Found) -> None:
    found.outbound[1] = replace(found.outbound[1], status="unknown")


def text_after_stop(found: Found) -> None:
    found.outbound.append(text(6, "still there?"))
    found.shown.append("still there?")


def end_otherwise(found: Found) -> None:
    found.consumers[0].chats = [frozenset({BY_AGENT})]


def begin_another_chat(found: Found) -> None:
    found.chats.append(replace(found.chats[0], id=2))
    found.running[2] = []


def leave_unsettled(found: Found) -> None:
    found.chats[0] = replace(found.chats[0], settled=False)


def leave_a_workflow(found: Found) -> None:
    found.running[1] = ["chat-1"]


def lose_a_workflow(found: Found) -> None:
    found.chats[0] = replace(found.chats[0], status="assigned")
    found.consumers[0].chats = [frozenset({None})]


def wait_in_vain(found: Found) -> None:
    found.consumers[0].stuck = "waits in vain"


FAULTS = [
    lose_a_text, lose_a_picture, double_a_text, lose_an_answer, send_twice, swap, leave_in_doubt,
    text_after_stop, end_otherwise, begin_another_chat, leave_unsettled, leave_a_workflow,
    lose_a_workflow, wait_in_vain,
]  # fmt: skip


@pytest.mark.parametrize("break_it", FAULTS)
def test_whatever_is_wrong_is_told(found: Found, break_it: Callable[[Found], None]) -> None:
    break_it(found)

    assert found.wrong()


def test_a_text_in_the_carriers_hands_may_arrive_behind_the_confirmation(found: Found) -> None:
    found.shown[1:] = ["opted out", "second answer"]

    assert found.wrong() == []


def test_what_was_kept_back_on_purpose_is_not_missed(found: Found) -> None:
    found.outbound.append(text(6, "too late", status="blocked"))
    found.outbound.append(text(7, "gone", status="failed", error=CHAT_ENDED))

    assert found.wrong() == []


def test_a_story_that_was_cut_off_owes_no_end(found: Found) -> None:
    end_otherwise(found)
    found.consumers[0].through = False

    assert found.wrong() == []


@pytest.mark.parametrize("positions", [[1, 3], [2, 3], [1, 2, 2], [1, 3, 2]])
def test_a_gap_in_the_events_is_told(positions: list[int]) -> None:
    assert audit.events_have_no_gap("the log", positions)
    assert audit.events_have_no_gap("the log", sorted(set(range(1, 4)))) == []


def test_errors_in_logs_are_told() -> None:
    clean = '{"level": "warning", "event": "relay.paused"}\n'
    broken = clean + '{"level": "error", "event": "relay.failed"}\n'

    assert audit.logs_are_clean({"worker": clean}) == []
    assert audit.logs_are_clean({"worker": broken}) != []
