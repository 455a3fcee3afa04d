"""The agent API (`interfaces.md`): what an agent sees and does. The console uses it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Response, status

from api.deps import Deps, Parts
from api.errors import documented
from api.models import (
    AfterSeq,
    BeforeChat,
    BeforeSeq,
    ChatId,
    Me,
    MessageRequest,
    Newest,
    OfChat,
    Per,
    ReadRequest,
    StatusRequest,
)
from api.session import Called, Claimed
from services import (
    agent_shapes,
    agents,
    auth,
    consent,
    consumers,
    dismissal,
    reading,
    replies,
    shapes,
    shortcuts,
    stop_requests,
    views,
)
from services.auth import Claim, acting
from store.database import Tx

routes = APIRouter(
    prefix="/agent/api/v1", tags=["agent"], responses=documented(400, 401, 403, 413, 503)
)


@routes.get("/me")
async def me(parts: Parts, claim: Claimed) -> Me:
    """Who is logged in, with status and load."""
    return await parts.db.read(_me, claim)


def _me(tx: Tx, claim: Claim) -> Me:
    session = auth.identify(tx, claim)
    agent = views.agent(tx, session.user.tenant_id, session.user.id)
    return Me(**vars(agent), csrf_token=session.csrf_token)


@routes.put("/me/status")
async def set_status(parts: Parts, claim: Claimed, body: StatusRequest) -> agent_shapes.Agent:
    """Choose a status. Offline gives the agent's chats back to their queues."""
    await parts.db.write(acting(claim, agents.set_status), body.status)
    return await parts.db.read(acting(claim, views.agent))


@routes.get("/offers")
async def offers(parts: Parts, claim: Claimed) -> list[agent_shapes.Offer]:
    """The chats that the agent is asked to take, the longest wait first."""
    return await parts.db.read(acting(claim, views.offers))


@routes.get("/offers/{chat_id}", responses=documented(404))
async def offer(parts: Parts, claim: Claimed, chat_id: ChatId) -> agent_shapes.OfferOutcome:
    """What became of the last offer of a chat to the agent: who took it, when it is gone."""
    return await parts.db.read(acting(claim, views.offer), chat_id)


@routes.get("/queues")
async def queues(parts: Parts, claim: Claimed) -> list[agent_shapes.AgentQueue]:
    """The queues that the agent sits on."""
    return await parts.db.read(acting(claim, views.queues))


@routes.get("/shortcuts", responses=documented(404))
async def list_shortcuts(
    parts: Parts, claim: Claimed, chat_id: OfChat = None
) -> list[agent_shapes.Shortcut]:
    """Ready-made answers: for a chat in its language and filled in, the opt-in first where we
    began it; without one in the company's language, with their variables."""
    return await parts.db.read(acting(claim, shortcuts.shortcuts), chat_id)


@routes.get("/chats")
async def chats(parts: Parts, claim: Claimed) -> list[shapes.AgentChat]:
    """The chats that the agent is connected to."""
    return await parts.db.read(acting(claim, views.open_chats), parts.chat_link)


@routes.get("/chats/dismissed")
async def dismissed(parts: Parts, claim: Claimed) -> list[shapes.AgentChat]:
    """The chats that the agent had last and that are dismissed: they can be resumed."""
    return await parts.db.read(acting(claim, views.dismissed_chats), parts.chat_link)


@routes.get("/chats/{chat_id}", responses=documented(404))
async def chat(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.ChatWithThread:
    """A chat with its messages; for a waiting one, why it waits."""
    return await parts.db.read(acting(claim, views.chat_with_thread), chat_id, parts.chat_link)


@routes.get("/chats/{chat_id}/messages", responses=documented(404))
async def messages(
    parts: Parts,
    claim: Claimed,
    chat_id: ChatId,
    after: AfterSeq = 0,
    before: BeforeSeq = None,
    last: Newest = None,
) -> list[shapes.Message]:
    """The messages of a chat, in order."""
    return await parts.db.read(acting(claim, views.messages), chat_id, after, before, last)


@routes.get("/chats/{chat_id}/earlier", responses=documented(404))
async def earlier(
    parts: Parts,
    claim: Claimed,
    chat_id: ChatId,
    response: Response,
    before: BeforeChat = None,
    per: Per = 20,
) -> list[shapes.Chat]:
    """The consumer's chats before this one, whoever had them, the newest first."""
    verb = acting(claim, consumers.earlier_chats)
    found, total = await parts.db.read(verb, chat_id, before, per, parts.chat_link)
    response.headers["Total"] = str(total)
    return found


@routes.get("/chats/{chat_id}/consent", responses=documented(404))
async def consent_of(parts: Parts, claim: Claimed, chat_id: ChatId) -> agent_shapes.Consent:
    """What the consent ledger says of the chat's consumer, the newest entry first."""
    return await parts.db.read(acting(claim, consumers.consent_of), chat_id)


async def _after(
    parts: Deps, claim: Claim, verb: Callable[[Tx, int, int, int], object], chat_id: int
) -> shapes.AgentChat:
    """The chat as it is once the agent has done this to it."""
    await parts.db.write(acting(claim, verb), chat_id)
    return await parts.db.read(acting(claim, views.chat), chat_id, parts.chat_link)


@routes.post("/chats/{chat_id}/accept", responses=documented(404, 409))
async def accept(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """Take an offered chat; the first to accept wins."""
    return await _after(parts, claim, agents.accept_offer, chat_id)


@routes.post("/chats/{chat_id}/decline", responses=documented(404, 409))
async def decline(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """Not now: the chat is offered to others."""
    return await _after(parts, claim, agents.decline_offer, chat_id)


@routes.post("/chats/{chat_id}/end", responses=documented(404, 409))
async def end(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """End a chat: what was written before is still sent, then the goodbye."""
    return await _after(parts, claim, agents.end_chat, chat_id)


@routes.post("/chats/{chat_id}/dismiss", responses=documented(404, 409))
async def dismiss(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """Set a chat aside whose consumer fell silent: the consumer's next text brings it back."""
    return await _after(parts, claim, dismissal.dismiss, chat_id)


@routes.post("/chats/{chat_id}/resume", responses=documented(404, 409))
async def resume(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """Take a dismissed chat up again. The consumer is texted nothing."""
    return await _after(parts, claim, dismissal.resume_by_agent, chat_id)


@routes.post("/chats/{chat_id}/opt_out", responses=documented(404, 409))
async def opt_out(parts: Parts, claim: Claimed, chat_id: ChatId) -> shapes.AgentChat:
    """Opt the consumer out, who asked for it in words of their own. Ends the chat."""
    return await _after(parts, claim, consent.opt_out_by_agent, chat_id)


@routes.delete("/chats/{chat_id}/stop_request", responses=documented(404, 409))
async def dismiss_stop_request(
    parts: Parts, claim: Claimed, call: Called, chat_id: ChatId
) -> shapes.AgentChat:
    """The consumer did not ask to stop, whatever the words were taken for: `stop_asked` is over."""
    return await _after(parts, claim, partial(stop_requests.dismiss_in_chat, call=call), chat_id)


@routes.put(
    "/chats/{chat_id}/read", status_code=status.HTTP_204_NO_CONTENT, responses=documented(404)
)
async def mark_read(parts: Parts, claim: Claimed, chat_id: ChatId, body: ReadRequest) -> None:
    """The agent has read the chat up to a message. Only forward: an older mark changes nothing."""
    await parts.db.write(acting(claim, reading.mark_read), chat_id, body.seq)


@routes.post(
    "/chats/{chat_id}/messages",
    status_code=status.HTTP_201_CREATED,
    responses=documented(404, 409),
)
async def write(
    parts: Parts, claim: Claimed, chat_id: ChatId, body: MessageRequest
) -> shapes.Message:
    """Send the consumer a text. The same `client_id` again gives the first message."""
    verb = acting(claim, replies.reply)
    message, _new = await parts.db.write(verb, chat_id, body.text, body.client_id)
    assert message.author_id is not None
    return views.message(message, message.author_id)
