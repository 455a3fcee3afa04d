"""Recorded histories replay, show every way a process can go, and hold nothing private (rule 15).

`python -m tests.histories.record` makes what a test here misses.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

import worker as workers
import workflows
from domain.process import SendOutcome
from domain.routing import WaitingBecause
from domain.statuses import ChatStatus
from workflows.chat import ChatWorkflow
from workflows.router import RouterWorkflow
from workflows.send import SendWorkflow

HISTORIES = sorted((Path(__file__).parent.parent / "histories").glob("*.json"))
TYPES = (ChatWorkflow, RouterWorkflow, SendWorkflow)
# All the words that a payload may hold. An id has nine digits at most, a phone number more.
PATCHES = {"earlier-wakes", "router-skew"}
WORDS = {*ChatStatus, *WaitingBecause, *SendOutcome, *PATCHES, "none", "sms", "by hand"}
SHAPES = re.compile(
    r"\d{1,9}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|SMS chat \d+ of tenant \d+|send text \d+"
    r"|text \d+ without a chat|router of tenant \d+|deadline|the deadline may have come"
    r"|read the chat from the store|settle the ended chat|match waiting chats and agents"
    r"|next change of eligibility"
)


@cache
def read(recorded: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(recorded.stem, recorded.read_text())


def events(kind: str = "") -> Iterator[HistoryEvent]:
    """All events, of a kind, of all recordings."""
    wanted = EventType.Value(f"EVENT_TYPE_{kind}") if kind else None
    for recorded in HISTORIES:
        for event in read(recorded).events:
            if wanted in (None, event.event_type):
                yield event


@pytest.mark.parametrize("recorded", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(recorded: Path) -> None:
    replayer = Replayer(
        workflows=TYPES,
        data_converter=pydantic_data_converter,
        workflow_runner=workers.runner(),
    )
    await replayer.replay_workflow(read(recorded))


def code() -> Iterator[ast.AST]:
    for path in Path(workflows.__path__[0]).glob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(), path.name))


def named(*calls: str) -> set[str]:
    """The first arguments of these calls in the workflows' code."""
    found: set[str] = set()
    for node in code():
        match node:
            case ast.Call(ast.Attribute(attr=call), [ast.Constant(value=str(name)), *_]):
                found |= {name} if call in calls else set()
            case ast.Call(ast.Attribute(attr=call)) if call in calls:
                raise AssertionError(f"named by no constant: {ast.unparse(node)}")
    assert found, calls
    return found


def signal_handlers() -> set[str]:
    functions = [node for node in code() if isinstance(node, ast.FunctionDef)]
    return {f.name for f in functions if "workflow.signal" in map(ast.unparse, f.decorator_list)}


def test_every_activity_that_a_workflow_can_ask_for_is_recorded() -> None:
    scheduled = {
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events("ACTIVITY_TASK_SCHEDULED")
    }
    stubs = named("execute_activity", "start_activity", "execute_local_activity")
    assert stubs <= scheduled


def test_every_workflow_signal_and_patch_is_recorded() -> None:
    started = {
        event.workflow_execution_started_event_attributes.workflow_type.name
        for event in events("WORKFLOW_EXECUTION_STARTED")
    }
    signals = {
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in events("WORKFLOW_EXECUTION_SIGNALED")
    }
    patches = {
        value["id"]
        for event in events("MARKER_RECORDED")
        for value in decoded(event.marker_recorded_event_attributes)
    }
    assert started >= {kind.__name__ for kind in TYPES}
    assert signals == signal_handlers() != set()
    assert patches == named("patched", "deprecate_patch")


def test_an_alarm_that_fired_and_was_rung_is_recorded() -> None:
    assert {"ring_alarm", "load_chat", "route"} <= set(asked_when_a_timer_fired())


def asked_when_a_timer_fired() -> Iterator[str]:
    """The activities that workflows asked for next."""
    for recorded in HISTORIES:
        marks = [
            event
            for event in read(recorded).events
            if event.event_type
            in (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        ]
        for fired, then in pairwise(marks):
            if fired.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
                yield then.activity_task_scheduled_event_attributes.activity_type.name


def test_a_run_that_continued_as_new_is_recorded_with_the_next_which_holds_early_pointers() -> None:
    told = [
        decoded(event.workflow_execution_continued_as_new_event_attributes.input)
        for event in events("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")
    ]
    carried = [
        decoded(event.workflow_execution_started_event_attributes.input)
        for event in events("WORKFLOW_EXECUTION_STARTED")
        if event.workflow_execution_started_event_attributes.continued_execution_run_id
    ]
    assert told == carried
    assert any(run["process"]["held"] for (run,) in carried)


def test_a_rebuilt_chat_and_the_process_that_it_replaced_are_recorded() -> None:
    started = [
        run["ref"]["incarnation"]
        for event in events("WORKFLOW_EXECUTION_STARTED")
        for run in decoded(event.workflow_execution_started_event_attributes.input)
        if "ref" in run
    ]
    assert {1, 2} <= set(started)
    assert list(events("WORKFLOW_EXECUTION_TERMINATED"))


def test_every_status_and_every_answer_of_an_activity_is_recorded() -> None:
    views = [
        pointer["view"]["status"]
        for event in events("WORKFLOW_EXECUTION_SIGNALED")
        for told in decoded(event.workflow_execution_signaled_event_attributes.input)
        for pointer in told.get("pointers", [])
    ]
    answers = [
        answer
        for event in events("ACTIVITY_TASK_COMPLETED")
        for answer in decoded(event.activity_task_completed_event_attributes.result)
    ]
    assert set(views) == set(ChatStatus)
    assert {answer["outcome"] for answer in answers if "outcome" in answer} == set(SendOutcome)
    loaded = [answer for answer in answers if "settled" in answer]
    assert {answer["settled"] for answer in loaded} == {True, False}
    assert {answer["superseded"] for answer in loaded} == {True, False}
    assert {answer["at"] is None for answer in answers if "at" in answer} == {True, False}


@pytest.mark.parametrize("recorded", HISTORIES, ids=lambda path: path.stem)
def test_no_recorded_payload_holds_a_text_a_name_or_a_number(recorded: Path) -> None:
    said = {word for event in read(recorded).events for word in strings(decoded(event))}
    assert said, "no payload was read"
    assert [word for word in said if word not in WORDS and not SHAPES.fullmatch(word)] == []


def decoded(message: Message) -> list[Any]:
    """All payloads within a message of Temporal's, wherever they stand, as values."""
    if isinstance(message, Payload):
        return [json.loads(message.data)] if message.data else []
    return [value for part in parts(message) for value in decoded(part)]


def parts(message: Message) -> Iterator[Message]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if isinstance(value, Message):
            yield value
        elif field.message_type.GetOptions().map_entry:
            yield from (value[key] for key in value if isinstance(value[key], Message))
        else:
            yield from value


def strings(value: Any) -> Iterator[str]:
    """All strings in a value; the names of its fields are the code's own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
