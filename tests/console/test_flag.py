"""A consumer who asks in free words for no more texts: a flag, and one click."""

import pytest
from playwright.async_api import Page, expect

from tests.console.fake_api import FakeApi
from tests.console.looks import look
from tests.console.steps import in_a_chat
from tests.console.test_thread import FROM_END

WORDS = "please <b>stop</b> texting me"


async def flagged(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await api.ask_to_stop(131, WORDS)
    flag = page.get_by_role("group", name="Asks for no more texts")
    await expect(flag).to_contain_text(WORDS)
    # On a small screen the list is out of sight.
    await expect(page.locator("[data-chat='131'] .flagged:not([hidden])")).to_have_count(1)


@pytest.mark.parametrize("way", ["click", "key"])
async def test_one_click_or_key_opts_the_consumer_out(page: Page, api: FakeApi, way: str) -> None:
    await flagged(page, api)
    if way == "key":
        await page.keyboard.press("Alt+O")
    else:
        await page.locator(".flag").get_by_role("button", name="Opt out").click()
    await expect(page.locator(".head")).to_contain_text("■ Ended")
    await expect(page.locator(".flag")).to_be_hidden()


@pytest.mark.parametrize("way", ["click", "key"])
async def test_what_was_not_asked_is_put_aside_and_the_chat_goes_on(
    page: Page, api: FakeApi, way: str
) -> None:
    await flagged(page, api)
    if way == "key":
        await page.keyboard.press("Alt+.")
    else:
        await page.get_by_role("button", name="That was not asked").click()
    await expect(page.locator(".flag")).to_be_hidden()
    await expect(page.locator("[data-chat='131'] .flagged")).to_be_hidden()
    assert api.chats[131]["status"] == "assigned"


async def test_the_flag_does_not_push_the_newest_text_out_of_sight(
    page: Page, api: FakeApi
) -> None:
    api.threads[131] = []
    for number in range(30):
        api.write(131, f"Text {number}")
    await api.offer(131)
    await page.get_by_role("button", name="Accept").click()
    await expect(page.locator(".talk .bubble")).to_have_count(31)
    await api.ask_to_stop(131, WORDS)
    await expect(page.locator(".flag")).to_be_visible()
    await page.get_by_label("Your text").fill("It\u2019s as you wish")
    await expect(page.locator(".odd")).to_be_visible()
    await expect(page.locator(".talk .newest")).to_be_hidden()
    assert await page.locator(".talk .log").evaluate(FROM_END) < 2


async def test_the_flag_is_announced(page: Page, api: FakeApi) -> None:
    await flagged(page, api)
    said = page.locator("#announce")
    await expect(said).to_have_text(f"Consumer, who seems to ask for no more texts: {WORDS}")


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_flag_is_accessible_and_fits(page: Page, api: FakeApi, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 740})
    await flagged(page, api)
    await look(page, "flag")
    await page.keyboard.press("Alt+L")
    await look(page, "flag in the list")
