"""Every state around the open chat, in both colour schemes, small and wide."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.looks import look
from tests.console.steps import in_a_chat, log_in, write

WIDTHS = pytest.mark.parametrize("width", [360, 1280, 3840])


async def drawn(page: Page, width: int) -> Page:
    await page.set_viewport_size(ViewportSize(width=width, height=740))
    return page


@WIDTHS
async def test_before_the_first_chat_every_state_is_accessible_and_fits(
    api: FakeApi, open_page: Open, width: int
) -> None:
    page = await drawn(await open_page(api.url), width)
    await expect(page.get_by_label("Password")).to_be_visible()
    await look(page, "login")
    await log_in(page, password="wrong")
    await expect(page.locator("#login-note")).not_to_be_empty()
    await look(page, "login refused")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.abort()

    await page.route("**/agent/api/v1/me", hold)
    await page.reload()
    await expect(page.get_by_text("Opening the console")).to_be_visible()
    await look(page, "starting")
    held.set()
    await expect(page.locator("#starting")).to_contain_text("Trying again")
    await look(page, "starting, no answer")
    await page.unroute_all(behavior="wait")
    held.clear()
    for path in ("chats", "offers"):
        await page.route(f"**/agent/api/v1/{path}", hold)
    await log_in(page)
    await expect(page.locator(".chats .empty")).to_have_text("Loading…")
    await look(page, "loading")
    held.set()
    await expect(page.locator(".chats .empty")).to_contain_text("Trying again")
    await look(page, "lists in trouble")
    await page.unroute_all(behavior="wait")
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await look(page, "offline")
    for key, state in (("U", "status menu"), ("S", "settings")):
        await page.keyboard.press(f"Alt+{key}")
        await expect(page.get_by_role("menu")).to_be_visible()
        await look(page, state)
        await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+G")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await look(page, "nobody waits")
    await page.keyboard.press("Alt+H")
    await look(page, "keys")


@WIDTHS
async def test_at_work_every_state_is_accessible_and_fits(
    api: FakeApi, open_page: Open, width: int
) -> None:
    page = await drawn(await open_page(api.url), width)
    await log_in(page)
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    api.open_chat(132)
    api.write(132, "مرحبا")
    await in_a_chat(page, api)
    await api.offer(133)
    await expect(page).to_have_title(re.compile(r"\(2\)"))
    await page.keyboard.press("Alt+L")
    await look(page, "lists")
    api.refuse["133/accept"] = (409, "Chat was already answered.")
    await page.keyboard.press("Alt+A")
    await expect(page.locator("#notice")).not_to_be_empty()
    await look(page, "notice")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+W")
    api.refuse["131/messages"] = (409, "Consumer has opted out.")
    await write(page, "refused \u2019")
    await expect(page.locator(".bubble.bad")).to_be_visible()
    await api.say(131, "Automatic", "system")
    await look(page, "chat")
    await page.keyboard.press("Alt+Q")
    await look(page, "question")
    await page.keyboard.press("Escape")
    api.agent["status"] = "In-chat"
    await api.emit("agent.changed", status="In-chat", agent_ids=[7])
    await expect(page.get_by_label("Your status: In-chat")).to_be_visible()
    await page.keyboard.press("Alt+U")
    await page.keyboard.press("5")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await look(page, "question before Offline")
    await page.keyboard.press("Escape")
    await api.close(131, "disconnected_by_end_user")
    await expect(page.locator(".head")).to_contain_text("Ended by the consumer")
    await look(page, "ended")
    await page.keyboard.press("Alt+C")
    await look(page, "question before throwing away")
    await page.keyboard.press("Escape")
    await api.cut()
    await expect(page.locator("#banner")).to_contain_text("No connection.")
    await look(page, "lost")
