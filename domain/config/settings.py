"""Every setting, declared once: name, type, range, default, unit, scope and help.

Validation, the file's JSON Schema, the API, the reference in `docs/configuration.md` and the
console's form are made from these declarations. A setting of scope *queue* may be given on any
queue of the tree; the nearest queue upwards that gives it wins, then the tenant, then the default
(product C3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Optional

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from domain.statuses import OptOutScope


class Unit(StrEnum):
    """What a number counts."""

    HOURS = "hours"
    MINUTES = "minutes"
    SECONDS = "seconds"
    CHATS = "chats"
    PERCENT = "percent"


class Routing(StrEnum):
    """How a waiting chat is offered (product D)."""

    MULTICAST = "multicast"
    DELTACAST = "deltacast"


class Strict(BaseModel):
    """An unknown name is a spelling mistake, and is told as one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


LATER = {"later": True}
"""What is checked and kept, and has no effect yet: the feature that obeys it is to come."""


def _setting(
    default: Any,
    help: str,
    *,
    unit: Unit | None = None,
    least: int | None = None,
    most: int | None = None,
    queue: bool = False,
    later: bool = False,
) -> Any:
    """`queue`: a queue may have its own; `later`: checked and kept, and not used yet."""
    extra: dict[str, Any] = {"queue": queue}
    if unit is not None:
        extra["unit"] = unit
    if later:
        extra |= LATER
    return Field(default, description=help, ge=least, le=most, json_schema_extra=extra)


def _timer(default: int, help: str) -> Any:
    return _setting(default, help, unit=Unit.MINUTES, least=1, most=10_080, queue=True)


class Settings(Strict):
    """The tenant's settings (product C, D); adding one is adding a line here."""

    sms: bool = _setting(True, "SMS chats. Off: every path refuses them.")
    outbound_sms: bool = _setting(
        True, "Agents and API clients may text consumers first.", queue=True, later=True
    )
    concurrency_limit: int = _setting(
        3, "Chats an agent may have at once.", unit=Unit.CHATS, least=1, most=100
    )
    routing: Routing = _setting(
        Routing.MULTICAST,
        "multicast offers a chat to all eligible agents, deltacast to one after another.",
        queue=True,
        later=True,
    )
    auto_answer: bool = _setting(
        False,
        "Deltacast alone: the agent whose turn it is gets the chat at once.",
        queue=True,
        later=True,
    )
    priority: int = _setting(
        4,
        "1 is offered first; the longest wait decides among equals.",
        least=1,
        most=8,
        queue=True,
        later=True,
    )
    wrap_up: int = _setting(
        0, "How long an agent stays in wrap-up after a chat.", unit=Unit.SECONDS, least=0,
        most=3_600, queue=True,
    )  # fmt: skip
    disconnect_timeout: int = _setting(
        5, "An agent out of touch for so long goes Offline; the chats go back to their queues.",
        unit=Unit.MINUTES, least=2, most=1_440,
    )  # fmt: skip
    service_level: int = _setting(
        60, "A chat answered within this time counts as answered in time.", unit=Unit.SECONDS,
        least=1, most=86_400, queue=True, later=True,
    )  # fmt: skip
    service_level_target: int = _setting(
        80, "The share of chats to be answered in time.", unit=Unit.PERCENT, least=1, most=100,
        queue=True, later=True,
    )  # fmt: skip
    queue_selecting_expiration: int = _timer(
        1440, "A chat whose consumer chose no queue, or did not answer ours, expires."
    )
    unanswered_expiration: int = _timer(
        240, "A waiting chat expires; minutes in which its queue is open."
    )
    unanswered_expiration_after_hours: int = _timer(
        4320, "A waiting chat expires; minutes in which its queue is closed."
    )
    outbound_timeout: int = _timer(60, "A connected outbound or API chat ends without a message.")
    chat_timeout: int = _timer(
        1440, "A connected inbound chat ends without a message of the consumer."
    )
    dismissal: bool = _setting(
        False, "Chats whose consumer fell silent leave the agent's list.", queue=True
    )
    dismissal_timeout: int = _timer(
        60, "The consumer's silence after which a chat is dismissed; less than chat_timeout."
    )
    dismissal_notice: int = _timer(
        5, "So long before its dismissal a consumer is told; less than dismissal_timeout."
    )
    follow_up: int = _setting(
        10, "A text so soon after an agent's end: same leaf, that agent first; 0: never.",
        unit=Unit.MINUTES, least=0, most=1_440,
    )  # fmt: skip
    last_agent: int = _setting(
        24, "Any other new chat: so long the consumer's last agent is asked first; 0: never.",
        unit=Unit.HOURS, least=0, most=720,
    )  # fmt: skip
    optout_scope: OptOutScope = _setting(
        OptOutScope.TENANT,
        "How far a STOP reaches: all our texts, those of the number's queue, or of the number.",
    )


TENANT_FIELDS: Mapping[str, FieldInfo] = Settings.model_fields
QUEUE_FIELDS: Mapping[str, FieldInfo] = {
    name: field
    for name, field in TENANT_FIELDS.items()
    if isinstance(field.json_schema_extra, dict) and field.json_schema_extra["queue"]
}


def _overrides() -> type[BaseModel]:
    """The same declarations, each of which a queue may leave out."""
    fields: dict[str, Any] = {}
    for name, field in QUEUE_FIELDS.items():
        optional = field._copy()
        optional.default = None
        # Built at run time, which `X | None` cannot say.
        fields[name] = (Optional[field.annotation], optional)  # noqa: UP045
    return create_model("QueueSettings", __base__=Strict, __doc__="Overrides of a queue.", **fields)


if TYPE_CHECKING:
    # Made at run time from the declarations above.
    class QueueSettings(Strict): ...
else:
    QueueSettings = _overrides()

DEFAULTS = Settings()


@dataclass(frozen=True)
class Origin:
    """A setting's value and where it comes from: a queue's key, `tenant` or `default`."""

    value: Any
    where: str


def origin(
    name: str, path: Sequence[tuple[str, Mapping[str, Any]]], tenant: Mapping[str, Any]
) -> Origin:
    """Where a setting's value comes from.

    `path` are the queues from the asked one upwards, as (key, what it gives); `tenant` is what
    the tenant gives. Raises KeyError for a name that is no setting.
    """
    default = TENANT_FIELDS[name].default
    for key, given in path:
        if given.get(name) is not None and name in QUEUE_FIELDS:
            return Origin(given[name], key)
    if name in tenant:
        return Origin(tenant[name], "tenant")
    return Origin(default, "default")
