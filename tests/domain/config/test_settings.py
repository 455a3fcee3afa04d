"""Settings: declared once, inherited down the queue tree, and always with an origin (C3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.config.checks import problems
from domain.config.document import Shortcut
from domain.config.file import validate
from domain.config.forms import LETTER
from domain.config.schema import schema
from domain.config.settings import (
    QUEUE_FIELDS,
    TENANT_FIELDS,
    Origin,
    QueueSettings,
    Settings,
    origin,
)
from domain.segments import AGENT_MAX
from domain.timers import Timer, Timers

TIMERS = [name for name, field in TENANT_FIELDS.items() if name in set(Timer)]


def test_the_nearest_queue_wins_then_the_tenant_then_the_default() -> None:
    leaf, above = ("leaf", {"chat_timeout": 5}), ("top", {"chat_timeout": 6, "wrap_up": 7})
    tenant = {"chat_timeout": 8, "wrap_up": 9, "priority": 2}
    path = [leaf, above]
    assert origin("chat_timeout", path, tenant) == Origin(5, "leaf")
    assert origin("wrap_up", path, tenant) == Origin(7, "top")
    assert origin("priority", path, tenant) == Origin(2, "tenant")
    assert origin("service_level", path, tenant) == Origin(60, "default")


def test_every_setting_has_help_and_every_timer_its_range_and_unit() -> None:
    for name, field in TENANT_FIELDS.items():
        assert field.description, name
    for name in TIMERS:
        for value in (0, 10_081):
            with pytest.raises(ValidationError):
                Settings.model_validate({name: value})
            with pytest.raises(ValidationError):
                QueueSettings.model_validate({name: value})
        extra = TENANT_FIELDS[name].json_schema_extra
        assert isinstance(extra, dict)
        assert extra["unit"] == "minutes"
        assert name in QUEUE_FIELDS


def test_what_is_not_used_yet_says_so_wherever_it_is_shown() -> None:
    """One mark in the declaration: the schema has it on the tenant and on queues."""
    shapes = schema()["$defs"]
    for kind in ("Settings", "QueueSettings"):
        marked = {name for name, shape in shapes[kind]["properties"].items() if shape.get("later")}
        assert "priority" in marked
        assert not marked & {*TIMERS, "wrap_up"}
    assert shapes["Number"]["properties"]["segments_per_day"]["later"]


def test_editors_know_how_long_a_shortcut_may_be_and_a_longer_one_is_still_read() -> None:
    text = schema()["$defs"]["Shortcut"]["properties"]["text"]["additionalProperties"]
    assert text["maxLength"] == AGENT_MAX
    Shortcut.model_validate({"keyword": "hi", "text": {"en": "x" * (AGENT_MAX + 1)}})


def test_editors_know_that_a_queues_key_has_a_letter_and_one_without_is_still_read() -> None:
    """The administration's pages would put whole numbers before all other keys of a menu."""
    declared = schema()
    for queues in (declared, declared["$defs"]["Queue"]):
        assert queues["properties"]["queues"]["propertyNames"] == {"pattern": LETTER}
    held = validate({"tenant": "acme", "name": "Acme", "queues": {"20": {"name": "Late"}}})
    assert [str(each) for each in problems(held)] == ["queues.20 must have a letter in its key"]


def test_the_engines_own_defaults_are_the_declared_ones() -> None:
    assert Timers().dismissal is TENANT_FIELDS["dismissal"].default
    for timer in Timer:
        assert timedelta(minutes=TENANT_FIELDS[timer].default) == getattr(Timers(), timer)
