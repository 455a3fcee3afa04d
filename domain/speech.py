"""What a decision's texts say, word for word: the queue's own wording, the tenant's, or the
built-in one."""

from __future__ import annotations

from collections.abc import Callable

from domain.decisions import Say
from domain.menu_text import menu_text
from domain.queues import QueueTree
from domain.texts import CATALOGUE, Overrides, TextKey, wording_of
from domain.variables import Variable, fill, names

ValueOf = Callable[[Variable], str | None]


def words_of(
    text: Say, tree: QueueTree, overrides: Overrides, default_lang: str, value_of: ValueOf
) -> str:
    """What the consumer reads; empty where nothing of it can be said. `value_of` is asked only
    for the variables that the wording has."""
    if text.key is TextKey.MENU:
        choices = [tree[option].name for option in text.options]
        return menu_text(
            text.lang, choices, overrides, default_lang, first=text.first, more=text.more
        )
    own = _own(text, tree, default_lang)
    template = own or wording_of(text.key, text.lang, overrides, default_lang)
    used = (known for known in CATALOGUE[text.key].variables if names(template, known))
    return fill(template, {variable: value_of(variable) for variable in used})


def _own(text: Say, tree: QueueTree, default_lang: str) -> str | None:
    """The wording that a queue has for itself, where queues may."""
    queue = tree.get(text.queue_id)
    if text.key is TextKey.GREETING and queue is not None:
        return queue.greeting
    # It speaks the queue's language; a keyword may have led there from a menu in another one.
    if text.key is TextKey.AFTER_HOURS and _spoken(text.lang) == _spoken(
        tree.lang(text.queue_id) or default_lang
    ):
        return tree.after_hours(text.queue_id, default_lang)
    return None


def _spoken(lang: str) -> str:
    """`es` of `es-MX`."""
    return lang.partition("-")[0]
