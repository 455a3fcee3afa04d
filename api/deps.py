"""What the HTTP edge is given from outside, and how its routes get at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.stream import Feeds, Notifier
from carriers.protocol import Carrier
from domain.config.document import Configuration
from services.chat_views import Link
from services.configuration import ToAsk
from services.projection import Known
from store.database import Database
from store.numbers import Account


def _nowhere(_chat_id: int, _incarnation: int) -> str | None:
    return None


@dataclass(frozen=True)
class Deps:
    """The parts of the process that serves HTTP.

    `carriers` opens an account's carrier to read its webhooks; `vouch` asks carriers about a
    configuration; `ready` reports the other parts by name, each "ok" or what is wrong; `wake` is
    notified after each local commit; `chat_link` is the page of a chat's process, of its id and
    incarnation. `metrics_allow` are networks that may read /metrics beside loopback.
    """

    db: Database
    carriers: Callable[[Account], Carrier]
    ready: Callable[[], Awaitable[dict[str, str]]]
    wake: Notifier
    public_base_url: str
    chat_link: Link = _nowhere
    vouch: Callable[[Configuration, ToAsk], Awaitable[Known]] = field(kw_only=True)
    secure_cookies: bool = True
    metrics_allow: tuple[str, ...] = ()


async def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


async def _feeds(request: Request) -> Feeds:
    feeds: Feeds = request.app.state.feeds
    return feeds


Parts = Annotated[Deps, Depends(_deps)]
EventFeeds = Annotated[Feeds, Depends(_feeds)]
