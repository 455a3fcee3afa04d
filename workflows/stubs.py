"""The activities as workflows call them: by name, with types, time-outs and a line for the UI.

Retries have no end: a store or carrier that is down holds a chat up, it never breaks one.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy

from domain.process import (
    ChatRef,
    LoadedChat,
    NextRouting,
    SendText,
    SentText,
    SettleChat,
    TenantRef,
)

SENDS = "sends"
# Where the store's clock is a little behind, what is due is asked for again after so long.
SKEW = timedelta(seconds=1)
STORE_TIMEOUT = timedelta(seconds=20)
# Two seconds more than the carrier's HTTP time-out and the store's two transactions take.
SEND_TIMEOUT = timedelta(seconds=12)
PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=20),
)


async def load_chat(ref: ChatRef) -> LoadedChat:
    """The chat as the store has it."""
    answer: LoadedChat = await workflow.execute_activity(
        "load_chat",
        ref,
        result_type=LoadedChat,
        start_to_close_timeout=STORE_TIMEOUT,
        retry_policy=PATIENT,
        summary="read the chat from the store",
    )
    return answer


async def ring_alarm(ref: ChatRef) -> LoadedChat:
    """Let the store end the chat if its time is over."""
    answer: LoadedChat = await workflow.execute_activity(
        "ring_alarm",
        ref,
        result_type=LoadedChat,
        start_to_close_timeout=STORE_TIMEOUT,
        retry_policy=PATIENT,
        summary="the deadline may have come",
    )
    return answer


async def settle_chat(settle: SettleChat) -> LoadedChat:
    """The ended chat's last act."""
    answer: LoadedChat = await workflow.execute_activity(
        "settle_chat",
        settle,
        result_type=LoadedChat,
        start_to_close_timeout=STORE_TIMEOUT,
        retry_policy=PATIENT,
        summary="settle the ended chat",
    )
    return answer


async def send_text(send: SendText, urgency: int) -> SentText:
    """Send one text, however long the carrier takes to come back."""
    answer: SentText = await workflow.execute_activity(
        "send_text",
        send,
        task_queue=SENDS,
        result_type=SentText,
        start_to_close_timeout=SEND_TIMEOUT,
        retry_policy=PATIENT,
        priority=Priority(priority_key=urgency),
        summary=f"send text {send.message_id}",
    )
    return answer


async def route(tenant: TenantRef) -> NextRouting:
    """Offer what may be offered again by now."""
    answer: NextRouting = await workflow.execute_activity(
        "route",
        tenant,
        result_type=NextRouting,
        start_to_close_timeout=STORE_TIMEOUT,
        retry_policy=PATIENT,
        summary="match waiting chats and agents",
    )
    return answer
