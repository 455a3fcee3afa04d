"""The menu: what an answer means, up and down the queue tree (product A2, A3, A5, B BACK)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.commands import readings
from domain.decisions import ChatState, Decision, Say, Unsent, World
from domain.menu_text import MORE, menu_length
from domain.queues import QueueTree
from domain.statuses import ChatStatus, DisconnectedBy, FailReason
from domain.texts import TextKey

# Invalid answers that get a notice; later ones get the menu alone, and seldom (A3).
NOTICES = 3
MENU_PAUSE = timedelta(minutes=10)


def begin(state: ChatState, text: str, at: datetime, world: World) -> Decision:
    """The consumer's first text in a chat of theirs, or in one of ours that is nobody's: greeting,
    then the queue of its keyword, the leaf, or the menu. No menu was sent: it is no choice (A2)."""
    top = entry(state, world.tree)
    greeted = replace(state, greeted=(top,))
    chosen = named(top, text, world.tree)
    if chosen is not None:
        arrived = choose(greeted, chosen, at, world)
    else:
        arrived = arrive(greeted, top, at, world)
    return replace(arrived, say=(Say(TextKey.GREETING, top, state.lang), *arrived.say))


def named(top: int, text: str, tree: QueueTree) -> int | None:
    """The queue below the top that a text names by a keyword."""
    chosen = tree.by_keyword(top, text)
    return None if chosen is None or chosen.id == top else chosen.id


def answer(state: ChatState, text: str, at: datetime, world: World) -> Decision:
    """A text while selecting: a keyword, a number of the menu last sent, or invalid."""
    tree = world.tree
    chosen = tree.by_keyword(entry(state, tree), text)
    if chosen is not None:
        return choose(state, chosen.id, at, world)
    number = _menu_number(text)
    if number is not None and 1 <= number <= len(state.menu_sent):
        queue_id = state.menu_sent[number - 1]
        return choose(state, queue_id, at, world) if queue_id in tree else _expired(state, at)
    if number == MORE and state.menu_shown < len(state.menu_sent):
        return _show_rest(state, at, world)
    if tree.only_leaf(state.queue_id) is not None:
        # The other choices were deleted since the menu was sent: there is nothing left to ask.
        return arrive(state, state.queue_id, at, world)
    return _invalid(replace(state, invalid_answers=state.invalid_answers + 1), at, world)


def _invalid(wrong: ChatState, at: datetime, world: World) -> Decision:
    """A notice and the menu, three times; then the menu alone, and never so often that two
    machines could go on talking to each other."""
    if wrong.invalid_answers > NOTICES:
        if wrong.menu_sent_at is not None and at - wrong.menu_sent_at < MENU_PAUSE:
            return Decision(wrong)
        return _show_menu(wrong, wrong.queue_id, at, world)
    shown = _show_menu(wrong, wrong.queue_id, at, world)
    notice = Say(TextKey.INVALID_CHOICE, wrong.queue_id, shown.state.lang)
    return replace(shown, say=(notice, *shown.say))


def _expired(state: ChatState, at: datetime) -> Decision:
    """The queue that was chosen is no more (product D `expired_menu_selection`)."""
    failed = replace(
        state,
        status=ChatStatus.FAILED,
        fail_reason=FailReason.EXPIRED_MENU_SELECTION,
        disconnected_by=DisconnectedBy.SYSTEM,
        ended_at=at,
    )
    goodbye = Say(TextKey.EXPIRED, state.queue_id, state.lang)
    return Decision(failed, (goodbye,), Unsent.FAIL)


def _menu_number(text: str) -> int | None:
    """A menu number, read as commands are; "½" is no choice."""
    digits = (word for word in readings(text) if word.isascii() and word.isdigit())
    word = next(digits, "")
    return int(word) if 0 < len(word) <= 4 else None


def entry(state: ChatState, tree: QueueTree) -> int:
    """The top of what the chat can reach: its number's queue, unless that was deleted since."""
    known = state.entry_queue_id in tree
    return state.entry_queue_id if known else tree.top(state.queue_id)


def back(state: ChatState, at: datetime, world: World) -> Decision:
    """To the menu above; at the top the menu again; without any menu an ordinary text (B).

    The language is that of the menu: a choice of language is undone like any other.
    """
    tree = world.tree
    top = entry(state, tree)
    if tree.only_leaf(top) is not None:
        return Decision(state)
    menus = (above for above in tree.above(state.queue_id, top) if tree.only_leaf(above) is None)
    target = next(menus, top)
    lang = tree.lang(target) or world.default_lang
    return _show_menu(replace(state, lang=lang, queued_at=None), target, at, world)


def choose(state: ChatState, queue_id: int, at: datetime, world: World) -> Decision:
    """A choice is confirmed, then descends (A3)."""
    arrived = arrive(replace(state, invalid_answers=0), queue_id, at, world)
    confirmed = Say(TextKey.CHOICE_CONFIRMED, queue_id, arrived.state.lang)
    return replace(arrived, say=(confirmed, *arrived.say))


def arrive(state: ChatState, queue_id: int, at: datetime, world: World) -> Decision:
    """Enter a queue, and be greeted where it or the leaf it leads to has a greeting of its own:
    once in a chat, by one text, however often the consumer comes by (A2)."""
    tree = world.tree
    arrived = enter(state, queue_id, at, world)
    way = (arrived.state.queue_id, *tree.above(arrived.state.queue_id, queue_id))
    greets = next((q for q in way if tree[q].greeting and q not in state.greeted), None)
    if greets is None:
        return arrived
    greeting = Say(TextKey.GREETING, greets, arrived.state.lang)
    greeted = replace(arrived.state, greeted=(*state.greeted, greets))
    return replace(arrived, state=greeted, say=(greeting, *arrived.say))


def enter(state: ChatState, queue_id: int, at: datetime, world: World) -> Decision:
    """Wait on the queue if it is a leaf or leads to one alone, else show its menu. The language
    follows (A5)."""
    leaf = world.tree.only_leaf(queue_id)
    if leaf is None:
        lang = world.tree.lang(queue_id) or state.lang
        return _show_menu(replace(state, lang=lang), queue_id, at, world)
    queued = replace(
        state,
        status=ChatStatus.QUEUED,
        queue_id=leaf.id,
        lang=world.tree.lang(leaf.id) or state.lang,
        queued_at=at,
        window_from=at,
        menu_sent=(),
        menu_shown=0,
    )
    return Decision(queued)


def return_to_queue(state: ChatState, at: datetime, world: World) -> Decision:
    """To its old place; a queue that got others below it meanwhile shows its menu."""
    if world.tree.is_leaf(state.queue_id):
        return Decision(replace(state, status=ChatStatus.QUEUED))
    return enter(replace(state, queued_at=None), state.queue_id, at, world)


def _show_menu(state: ChatState, queue_id: int, at: datetime, world: World) -> Decision:
    """The menu from its beginning; answers are read against it until the next one is sent. Who
    comes to choose again has the whole time for it."""
    chooses = state.status is ChatStatus.SELECTING
    options = tuple(queue.id for queue in world.tree.options(queue_id))
    anew = replace(
        state,
        status=ChatStatus.SELECTING,
        window_from=state.window_from if chooses else at,
        queue_id=queue_id,
        menu_sent=options,
        menu_shown=0,
    )
    return _next_page(anew, at, world)


def _show_rest(state: ChatState, at: datetime, world: World) -> Decision:
    """What did not fit into the message before, with numbers that go on; a menu of which a queue
    was deleted begins anew."""
    if all(queue_id in world.tree for queue_id in state.menu_sent):
        return _next_page(state, at, world)
    return _show_menu(state, state.queue_id, at, world)


def _next_page(state: ChatState, at: datetime, world: World) -> Decision:
    shown, rest = state.menu_shown, state.menu_sent[state.menu_shown :]
    names = [world.tree[queue_id].name for queue_id in rest]
    length = menu_length(state.lang, names, world.texts, world.default_lang, first=shown + 1)
    page = Say(
        TextKey.MENU,
        state.queue_id,
        state.lang,
        rest[:length],
        first=shown + 1,
        more=length < len(rest),
    )
    return Decision(replace(state, menu_sent_at=at, menu_shown=shown + len(page.options)), (page,))
