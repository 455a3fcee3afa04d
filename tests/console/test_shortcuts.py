"""Shortcuts: found and put into the text, never sent by themselves (product C1)."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.console.fake_api import FakeApi
from tests.console.looks import look
from tests.console.steps import in_a_chat, log_in, log_out

THANKS = "Thank you for texting Acme, and have a nice day!"


def shortcut(keyword: str, text: str, category: str = "", **more: Any) -> dict[str, Any]:
    known = {"key": keyword, "keyword": keyword, "text": text, "category": category}
    return {**known, "lang": "en", "opt_in": False, **more}


@pytest.fixture
async def chat(page: Page, api: FakeApi) -> Page:
    """An open chat with an empty text, and five shortcuts."""
    api.shortcuts = [
        shortcut("consent", "May we text you? Reply YES.", "Consent", opt_in=True),
        shortcut("hello", "Hello, this is Ana.\nHow can I help?", "Greetings"),
        shortcut("moment", "One moment, please.", "Greetings"),
        shortcut("thanks", THANKS, "Closing"),
        shortcut("mañana", "Abrimos mañana.", "Horario", lang="es"),
    ]
    await in_a_chat(page, api)
    await page.get_by_label("Your text").focus()
    return page


def options(page: Page) -> Any:
    return page.get_by_role("option")


async def test_a_slash_finds_one_and_enter_puts_it_in_without_sending_it(
    chat: Page, api: FakeApi
) -> None:
    text, search = chat.get_by_label("Your text"), chat.get_by_role("combobox")
    await chat.keyboard.type("Great. /")
    await expect(options(chat)).to_have_count(5)
    await expect(search).to_be_focused()
    await expect(chat.locator("#announce")).to_have_text("5 shortcuts")
    await chat.keyboard.type("thank")
    await expect(options(chat)).to_have_count(1)
    await expect(chat.locator("#announce")).to_have_text("1 shortcut")
    await chat.keyboard.press("Enter")
    await expect(text).to_have_value(f"Great. {THANKS}")
    await expect(text).to_be_focused()
    await expect(chat.locator("#announce")).to_have_text("Put in: thanks. Not sent yet.")
    await expect(chat.locator("#size")).to_have_text("55 / 918 · 1 segment · GSM-7")
    assert api.posted == []
    # One undo takes it back.
    await chat.keyboard.press("Control+Z")
    await expect(text).to_have_value("Great. /")


async def test_the_key_and_the_button_put_it_in_at_the_caret(chat: Page) -> None:
    text = chat.get_by_label("Your text")
    await text.fill("Dear Dana, yours Ana")
    await text.evaluate("field => field.setSelectionRange(11, 11)")
    await chat.keyboard.press("Alt+/")
    await chat.keyboard.type("please")
    await chat.keyboard.press("Tab")
    await expect(text).to_have_value("Dear Dana, One moment, please.yours Ana")
    await expect(text).to_be_focused()
    await chat.keyboard.type(" ")
    await chat.get_by_role("button", name="Shortcuts").click()
    await options(chat).filter(has_text="thanks").click()
    await expect(text).to_have_value(f"Dear Dana, One moment, please. {THANKS}yours Ana")


@pytest.mark.parametrize("key", ["Enter", "Tab"])
async def test_a_choice_made_before_they_are_here_is_put_in_when_they_are(
    chat: Page, key: str
) -> None:
    arrive = asyncio.Event()

    async def late(route: Route) -> None:
        await arrive.wait()
        await route.continue_()

    await chat.route("**/shortcuts?*", late)
    text = chat.get_by_label("Your text")
    await chat.keyboard.type("Great. /")
    await expect(chat.locator("#shortcuts-note")).to_have_text("Loading the shortcuts…")
    await chat.keyboard.type("thank")
    await chat.keyboard.press(key)
    arrive.set()
    await expect(text).to_have_value(f"Great. {THANKS}")
    await expect(text).to_be_focused()


async def test_arrows_choose_and_the_choice_is_told_to_a_screen_reader(chat: Page) -> None:
    await chat.keyboard.type("/")
    search = chat.get_by_role("combobox", name="Find a shortcut")
    for key, chosen in (
        (None, "consent"),
        ("ArrowDown", "hello"),
        ("ArrowUp", "consent"),
        ("ArrowUp", "mañana"),
        ("ArrowDown", "consent"),
    ):
        if key:
            await chat.keyboard.press(key)
        await expect(search).to_have_attribute("aria-activedescendant", f"shortcut-{chosen}")
        await expect(chat.locator("[aria-selected=true] strong")).to_have_text(chosen)
    await expect(search).to_have_attribute("aria-expanded", "true")
    await expect(options(chat).first).to_contain_text("◆ asks for consent")
    await expect(options(chat).last).to_contain_text("in Spanish")


@pytest.mark.parametrize(
    ("searched", "keywords"),
    [
        ("greet", ["hello", "moment"]),
        ("MANANA", ["mañana"]),
        ("ana", ["mañana", "hello"]),
        ("nice day", ["thanks"]),
        ("nothing like it", []),
    ],
)
async def test_they_are_found_by_keyword_category_and_text(
    chat: Page, searched: str, keywords: list[str]
) -> None:
    await chat.keyboard.type("/")
    await expect(options(chat)).to_have_count(5)
    await chat.get_by_role("combobox").fill(searched)
    await expect(options(chat).locator("strong")).to_have_text(keywords)
    if not keywords:
        await expect(chat.locator("#announce")).to_have_text(
            "No shortcut has “nothing like it” in it."
        )
        await chat.keyboard.press("Enter")
        await expect(chat.get_by_role("combobox")).to_be_focused()


async def test_what_was_typed_is_text_again_when_nothing_is_chosen(
    chat: Page, api: FakeApi
) -> None:
    text, search = chat.get_by_label("Your text"), chat.get_by_role("combobox")
    await chat.keyboard.type("a/b 5 /")
    await expect(search).to_be_focused()
    await chat.keyboard.type(" 6")
    await expect(text).to_have_value("a/b 5 / 6")
    await chat.keyboard.type(" /usr")
    await chat.keyboard.press("Escape")
    await expect(text).to_have_value("a/b 5 / 6 /usr")
    await expect(text).to_be_focused()
    await chat.keyboard.type("/bin /x")
    await chat.get_by_role("heading", name="+1 415 555 0131").click()
    await expect(search).to_be_hidden()
    await expect(text).to_have_value("a/b 5 / 6 /usr/bin /x")
    await text.focus()
    await chat.keyboard.type(" /")
    await chat.keyboard.press("Backspace")
    await expect(text).to_have_value("a/b 5 / 6 /usr/bin /x ")
    # A search that the key opened is no text.
    await chat.keyboard.press("Alt+/")
    await chat.keyboard.type("hello")
    await chat.keyboard.press("Alt+/")
    await expect(search).to_be_hidden()
    await expect(text).to_have_value("a/b 5 / 6 /usr/bin /x ")
    assert api.posted == []


@pytest.mark.parametrize("typed", ["hel", ""])
async def test_who_searches_while_an_offer_is_accepted_stays_in_the_chat(
    chat: Page, api: FakeApi, typed: str
) -> None:
    """The rest of the word, and its Enter, would go to another consumer."""
    await api.offer(132)
    await expect(chat.locator(".card.offer")).to_have_count(1)
    answer = asyncio.Event()

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await chat.route("**/accept", late)
    await chat.keyboard.press("Alt+A")
    await chat.keyboard.press("Alt+/")
    await chat.keyboard.type(typed)
    answer.set()
    await expect(chat.locator("[data-chat='132']")).to_be_visible()
    await chat.keyboard.type("hello"[len(typed) :])
    await chat.keyboard.press("Enter")
    await expect(chat.get_by_label("Your text")).to_have_value(
        "Hello, this is Ana.\nHow can I help?"
    )
    await expect(chat.get_by_role("heading", name="+1 415 555 0131")).to_be_visible()
    assert api.posted == []


async def test_another_chat_or_the_end_of_this_one_closes_them_and_keeps_the_words(
    chat: Page, api: FakeApi
) -> None:
    api.open_chat(132)
    await api.say(132, "Hello?")
    await expect(chat.locator("#lists")).to_contain_text("0132")
    text, search = chat.get_by_label("Your text"), chat.get_by_role("combobox")
    await chat.keyboard.type("/half")
    await chat.keyboard.press("Alt+J")
    await expect(search).to_be_hidden()
    await expect(text).to_have_value("")
    await chat.keyboard.press("Alt+J")
    await expect(text).to_have_value("/half")
    await text.focus()
    await chat.keyboard.type(" /more")
    await expect(search).to_be_focused()
    await api.close(131, "disconnected_by_end_user")
    await expect(chat.get_by_label("What you wrote, not sent")).to_have_value("/half /more")
    await expect(search).to_be_hidden()
    await expect(chat.get_by_role("button", name="Shortcuts")).to_be_hidden()


async def test_without_any_and_without_an_answer_that_is_said(chat: Page, api: FakeApi) -> None:
    api.shortcuts = []
    await chat.keyboard.type("/")
    note = chat.locator("#shortcuts-note")
    await expect(note).to_have_text("There are no shortcuts yet. An administrator adds them.")
    await look(chat, "no shortcuts")
    await chat.get_by_role("button", name="Close").click()
    await in_another(chat, api)
    api.refuse["GET shortcuts"] = (503, "Starting.")
    await chat.keyboard.press("Alt+/")
    await expect(note).to_have_text("Starting.")


async def in_another(page: Page, api: FakeApi) -> None:
    api.open_chat(132)
    await api.say(132, "Hello?")
    await expect(page.locator("#lists")).to_contain_text("0132")
    await page.keyboard.press("Alt+J")
    await expect(page.get_by_role("heading", name="+1 415 555 0132")).to_be_visible()


async def test_who_logs_in_next_sees_nothing_that_was_filled_in_for_another(
    chat: Page, api: FakeApi
) -> None:
    await chat.keyboard.type("/")
    await expect(options(chat)).to_have_count(5)
    await chat.keyboard.press("Escape")
    await log_out(chat)
    api.agent.update(id=8, name="Ben")
    api.refuse["GET shortcuts"] = (503, "Starting.")
    await log_in(chat)
    await expect(chat.get_by_role("heading", name="+1 415 555 0131")).to_be_visible()
    await chat.keyboard.press("Alt+/")
    await expect(chat.locator("#shortcuts-note")).to_have_text("Starting.")
    await expect(options(chat)).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280, 3840])
async def test_the_list_is_accessible_and_fits(chat: Page, width: int) -> None:
    await chat.set_viewport_size(ViewportSize(width=width, height=740))
    await chat.keyboard.press("Alt+W")
    await chat.keyboard.type("Hi /")
    await expect(options(chat)).to_have_count(5)
    await look(chat, "shortcuts")
    box = await chat.locator(".shortcuts").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
