"""What API clients read of a tenant: chats, agents, menus and teams, a page at a time (F3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.phones import InvalidNumber, parse
from domain.queues import Queue, QueueTree
from domain.responses import response_times
from domain.statuses import AgentStatus
from services import chat_views, shapes, views
from services.capacity import Concurrency
from services.chat_views import Link
from services.errors import InvalidField, NotFound
from store import messages, search, tenants, turns
from store import views as rows
from store.database import Tx
from store.search import ChatsSought

# Nobody's messages: an API client has written none through the console.
_NO_USER = 0


@dataclass(frozen=True)
class DirectoryAgent:
    """An agent, as clients see one."""

    id: int
    name: str
    email: str
    status: AgentStatus
    status_since: shapes.Moment
    concurrency: Concurrency


@dataclass(frozen=True)
class Menu:
    """A queue of the tree; `menu_path` is its way down, `leaf`: agents sit on it."""

    id: int
    key: str | None
    name: str
    parent_id: int | None
    position: int
    lang: str | None
    hidden: bool
    leaf: bool
    keywords: list[str]
    menu_path: shapes.MenuPath


@dataclass(frozen=True)
class Team:
    """A team and its members."""

    id: int
    name: str
    agent_ids: list[int]


def chats(
    tx: Tx, tenant_id: int, sought: ChatsSought, page: int, per: int, link: Link
) -> tuple[list[shapes.ClientChat], int]:
    """A page of the chats, the newest first, and how many there are."""
    ids, total = search.chats(tx, tenant_id, sought, page, per)
    found = {chat.id: chat for chat in _chats(tx, tenant_id, ids, link)}
    return [found[chat_id] for chat_id in ids], total


def _chats(tx: Tx, tenant_id: int, chat_ids: Sequence[int], link: Link) -> list[shapes.ClientChat]:
    found = chat_views.chats(tx, tenant_id, chat_ids, link) if chat_ids else []
    answers = turns.of_chats(tx, tenant_id, chat_ids) if found else {}
    shown = []
    for chat in found:
        joined = [p.connected_at for p in chat.participants if p.user_id and p.connected_at]
        took = response_times(answers.get(chat.id, ()), joined)
        shown.append(
            shapes.ClientChat(
                **vars(chat),
                average_response_time=_seconds(took.average),
                longest_response_time=_seconds(took.longest),
                sub_status=None,
            )
        )
    return shown


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())


def number(field: str, written: str | None) -> str | None:
    """A number in a filter, as it is stored. Raises `InvalidField`."""
    try:
        return None if written is None else parse(written)
    except InvalidNumber:
        raise InvalidField(field, "must be a phone number or a short code") from None


def chat(tx: Tx, tenant_id: int, chat_id: int, link: Link) -> shapes.ClientChat:
    """One chat."""
    found = _chats(tx, tenant_id, [chat_id], link)
    if not found:
        raise NotFound("Chat is not found.")
    return found[0]


def thread(
    tx: Tx, tenant_id: int, chat_id: int, page: int, per: int
) -> tuple[list[shapes.Message], int]:
    """A page of a chat's messages, in order, and how many there are."""
    if not rows.exists(tx, tenant_id, chat_id):
        raise NotFound("Chat is not found.")
    total = rows.threads(tx, tenant_id, [chat_id]).get(chat_id, rows.Thread()).count
    first = (page - 1) * per
    texts = messages.of_chat(tx, tenant_id, chat_id, first, first + per + 1)
    return [views.message(text, _NO_USER) for text in texts], total


def agents(
    tx: Tx,
    tenant_id: int,
    status: AgentStatus | None,
    queue_id: int | None,
    team_id: int | None,
    page: int,
    per: int,
) -> tuple[list[DirectoryAgent], int]:
    """A page of the agents, and how many there are."""
    found, total = search.agents(tx, tenant_id, status, queue_id, team_id, page, per)
    limit = tenants.get(tx, tenant_id).concurrency_limit
    shown = [
        DirectoryAgent(
            one.id,
            one.name,
            one.email,
            one.status,
            one.status_since,
            Concurrency(one.chats, one.concurrency_limit or limit),
        )
        for one in found
    ]
    return shown, total


def menus(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[Menu], int]:
    """A page of the queues, parents before children, in the menu's order; and how many."""
    tree = tenants.tree(tx, tenant_id)
    found = list(tree.walk())
    return [_menu(tree, one) for one in found[(page - 1) * per : page * per]], len(found)


def _menu(tree: QueueTree, queue: Queue) -> Menu:
    return Menu(
        id=queue.id,
        key=queue.key,
        name=queue.name,
        parent_id=queue.parent_id,
        position=queue.position,
        lang=tree.lang(queue.id),
        hidden=queue.hidden,
        leaf=tree.is_leaf(queue.id),
        keywords=list(queue.keywords),
        menu_path=chat_views.menu_path(tree, queue.id),
    )


def teams(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[Team], int]:
    """A page of the teams with their members, and how many there are."""
    found, total = search.teams(tx, tenant_id, page, per)
    members = search.members(tx, tenant_id, [team_id for team_id, _ in found])
    return [Team(team_id, name, members.get(team_id, [])) for team_id, name in found], total
