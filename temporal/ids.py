"""Workflow ids, task queues and names, in one place."""

from __future__ import annotations

from domain.process import ChatRef

CHATS = "chats"
SENDS = "sends"
CRM = "crm"
# The builds of all workers are versions of this one (worker versioning).
DEPLOYMENT = "threadline"
SEARCH_ATTRIBUTES = ("ChatStatus", "QueueId", "AgentId", "TenantId", "SessionType")


def chat_workflow(ref: ChatRef) -> str:
    """`chat-7`; a rebuilt one is `chat-7-2`, and so on."""
    return f"chat-{ref.chat_id}" + (f"-{ref.incarnation}" if ref.incarnation > 1 else "")


def send_workflow(message_id: int) -> str:
    """A text without a chat."""
    return f"send-{message_id}"


def router_workflow(tenant_id: int) -> str:
    """A tenant's router."""
    return f"router-{tenant_id}"
