"""A preview says word for word what chats of the same configuration are sent (product A2 to A5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.file import validate
from domain.config.preview import Preview, way_to
from domain.statuses import ChatStatus
from services import configuration
from services.projection import VOUCHED, Known
from store import tables as t
from store.configurations import Actor
from store.database import Database
from tests.world import World, build

NUMBER = "+14155550190"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONG = {f"q{n}": {"name": f"Department number {n}"} for n in range(1, 41)}
LANGUAGES = {
    "english": {
        "name": "English",
        "greeting": "You reached @{QUEUE_NAME}.",
        "queues": {"orders": {"name": "Orders"}, "loans": {"name": "Loans", "hidden": True}},
    },
    "spanish": {
        "name": "Español",
        "language": "es",
        "greeting": "Hola @{END_USER}, gracias por escribir a @{COMPANY_NAME}. 猫",
        "queues": {"pedidos": {"name": "Pedidos"}, "ayuda": {"name": "Ayuda"}},
    },
}


def wanted(top: dict[str, Any], entry: str = "top", **more: Any) -> Configuration:
    return validate(
        {
            "tenant": "acme",
            "name": "Acme Outfitters",
            "accounts": {"main": {"carrier": "simulator", "name": "acme", "secrets": {}}},
            "queues": {"top": {"name": "Acme"} | top},
            "numbers": {NUMBER: {"account": "main", "queue": entry}},
        }
        | more
    )


async def sent(world: World, c: Configuration, preview: Preview) -> list[list[Any]]:
    """What the consumer gets who gives the preview's answers: texts and segments, by answer."""
    db = world.db
    draft = await db.read(configuration.draft, c)
    known = Known({NUMBER: VOUCHED}, {"main": "http://127.0.0.1:1"})
    await db.write(configuration.apply, draft, Actor("file", "test"), known)
    return [await _answered(world, each.answer or "Good day") for each in preview.exchanges]


async def _answered(world: World, text: str) -> list[Any]:
    m = t.messages.c
    newest = await world.rows(sa.select(sa.func.max(m.id)))
    await world.text(text, to=NUMBER)
    query = sa.select(m.kind, m.text, m.segments, m.encoding).where(
        m.direction == "outbound", m.id > (newest[0][0] or 0)
    )
    return [tuple(row) for row in await world.rows(query.order_by(m.id))]


def shown(preview: Preview) -> list[list[Any]]:
    return [
        [(b.kind, b.text, b.segments, b.encoding) for b in each.texts] for each in preview.exchanges
    ]


GREETED = {"greeting": "Welcome. We close chats after @{TIME_UNTIL_DISMISSAL}. Open @{QUEUE_NAME}."}
OWN = {"en": {"menu": "@{QUEUE_NAME}: @{CHOICE_NUMBER}", "choice_confirmed": "OK @{QUEUE_NAME}"}}
VIP = {"name": "VIP", "hidden": True, "keywords": ["vip", "gold"]}
REST = {"a": {"name": "A"}, "rest": {"name": "Rest", "queues": {"b": {"name": "B"}, "v": VIP}}}
WAIT = {"choice_confirmed": "Thank you. We answer within @{EWT_minutes} minutes."}
CASES: dict[str, tuple[Configuration, str, int]] = {
    # The configuration, the queue, and how often the consumer writes.
    "the menu at the top": (wanted({"queues": LANGUAGES}), "top", 1),
    "a leaf in Spanish": (wanted({"queues": LANGUAGES}), "pedidos", 3),
    "one visible choice leads to its leaf": (wanted({"queues": LANGUAGES}), "english", 2),
    "a single leaf from the top": (wanted({"queues": {"one": {"name": "One"}}}), "one", 1),
    "a hidden queue by its number": (wanted({"queues": LANGUAGES}, "loans"), "loans", 1),
    "a hidden queue by its keyword": (wanted({"queues": LANGUAGES | {"v": VIP}}), "v", 2),
    "a hidden queue below a menu, by its keyword": (wanted({"queues": REST}), "v", 2),
    "a number that only a lower queue has": (
        wanted({"queues": LANGUAGES}, "spanish"),
        "pedidos",
        2,
    ),
    "a long menu in its parts": (wanted({"queues": LONG}), "top", 4),
    "a choice of the last part": (wanted({"queues": LONG}), "q40", 5),
    "a long menu below": (wanted({"queues": {"a": {"name": "A", "queues": LONG}}}), "q1", 3),
    "texts that are silent": (
        wanted({"queues": LANGUAGES} | GREETED, silent=["greeting", "choice_confirmed"]),
        "spanish",
        2,
    ),
    "own wordings": (wanted({"queues": LANGUAGES}, texts=OWN), "orders", 2),
    "the time until dismissal": (
        wanted({"queues": LANGUAGES} | GREETED, settings={"dismissal": True}),
        "english",
        2,
    ),
    "a time until dismissal that is inherited": (
        wanted(
            {
                "settings": {"dismissal": True, "dismissal_timeout": 45},
                "queues": {"a": {"name": "A"} | GREETED, "b": {"name": "B"}},
            }
        ),
        "a",
        2,
    ),
    "no wait before a leaf": (
        wanted({"queues": LANGUAGES}, texts={"en": WAIT, "es": WAIT}),
        "spanish",
        2,
    ),
    "a queue's own time until dismissal": (
        wanted(
            {
                "queues": LANGUAGES,
                "settings": {"dismissal": True, "dismissal_timeout": 45},
            }
            | GREETED
        ),
        "top",
        1,
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_preview_says_what_chats_of_that_configuration_are_sent(
    db: Database, case: str
) -> None:
    c, queue, texts = CASES[case]
    preview = way_to(c, queue, NOW)
    assert preview.reached
    assert len(preview.exchanges) == texts
    world = await build(db)
    assert await sent(world, c, preview) == shown(preview)
    chat_queue = sa.select(t.chats.c.status, t.queues.c.name).join(
        t.queues, t.queues.c.id == t.chats.c.queue_id
    )
    (chat,) = await world.rows(chat_queue)
    assert preview.waits == (chat.name if chat.status == ChatStatus.QUEUED else None)


def test_a_preview_while_sms_is_off_begins_no_chat() -> None:
    leaf = {"queues": {"one": {"name": "One"}}}
    off = way_to(wanted(leaf, settings={"sms": False}), "one", NOW)
    assert (shown(off), off.waits) == ([[]], None)
    menu = way_to(wanted({"queues": LANGUAGES}, settings={"sms": False}), "pedidos", NOW)
    assert (shown(menu), menu.waits) == ([[]], None)


@pytest.mark.parametrize(
    ("queue", "number_of", "entry"),
    [("pedidos", "english", "Acme"), ("loans", "top", "Loans"), ("spanish", "pedidos", "Acme")],
)
def test_a_preview_says_when_no_number_leads_to_the_queue(
    queue: str, number_of: str, entry: str
) -> None:
    preview = way_to(wanted({"queues": LANGUAGES}, number_of), queue, NOW)
    assert (preview.reached, preview.entry) == (False, entry)


def test_a_queue_is_reached_by_menus_rather_than_by_a_keyword() -> None:
    """The number of its own is what a hidden queue has for its consumers."""
    numbers = {
        NUMBER: {"account": "main", "queue": "top"},
        "+14155550191": {"account": "main", "queue": "v"},
    }
    preview = way_to(wanted({"queues": LANGUAGES | {"v": VIP}}, numbers=numbers), "v", NOW)
    assert (preview.reached, preview.entry, len(preview.exchanges)) == (True, "VIP", 1)


def test_an_unknown_queue_has_no_preview() -> None:
    with pytest.raises(KeyError):
        way_to(wanted({}), "elsewhere", NOW)
