"""What ops read in the Temporal UI: ids and states, never a text, a name or a number."""

from __future__ import annotations

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from domain.process import ChatProcess, ChatRef

CHAT_STATUS = SearchAttributeKey.for_keyword("ChatStatus")
QUEUE_ID = SearchAttributeKey.for_keyword("QueueId")
AGENT_ID = SearchAttributeKey.for_keyword("AgentId")
TENANT_ID = SearchAttributeKey.for_keyword("TenantId")
SESSION_TYPE = SearchAttributeKey.for_keyword("SessionType")


def show_chat(ref: ChatRef, process: ChatProcess, sending: int | None) -> None:
    """Current details cost nothing; search attributes an event, so only when they change."""
    view = process.view
    if view is None:
        return
    lines = [
        f"**Chat {ref.chat_id}**: {view.status}",
        f"- queue {view.queue_id}",
        f"- agent {view.agent_id if view.agent_id is not None else 'none'}",
    ]
    if view.waiting_because is not None:
        lines.append(f"- waits: {view.waiting_because.replace('_', ' ')}")
    if view.deadline_at is not None:
        lines.append(f"- next deadline at {view.deadline_at:%Y-%m-%d %H:%M:%S} UTC")
    if sending is not None:
        lines.append(f"- sending text {sending}, {len(process.unsent)} more to send")
    lines.append(f"- pointer {view.ptr}, {len(process.held)} held")
    workflow.set_current_details("\n".join(lines))
    _index(
        (
            CHAT_STATUS.value_set(view.status),
            QUEUE_ID.value_set(str(view.queue_id)),
            AGENT_ID.value_set("none" if view.agent_id is None else str(view.agent_id)),
            TENANT_ID.value_set(str(ref.tenant_id)),
            SESSION_TYPE.value_set("sms"),
        )
    )


def _index(updates: tuple[SearchAttributeUpdate[str], ...]) -> None:
    known = workflow.info().typed_search_attributes
    changed = [update for update in updates if known.get(update.key) != update.value]
    if changed:
        workflow.upsert_search_attributes(changed)
