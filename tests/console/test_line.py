"""The live line: lost, found again, and without a shared worker."""

from playwright.async_api import Page, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.product import until
from tests.console.steps import in_a_chat, log_in, write


async def test_a_lost_connection_is_shown_calmly_and_everything_is_there_afterwards(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await api.cut()
    await expect(page.locator("#banner")).to_contain_text("No connection.")
    await write(page, "Written meanwhile")
    api.write(131, "Are you there?")
    api.down = False
    await page.keyboard.press("Alt+Y")
    await expect(page.locator("#banner")).to_be_empty()
    await expect(page.locator(".bubble.theirs").last).to_contain_text("Are you there?")
    await expect(page.locator(".bubble.ours")).to_contain_text("queued")
    assert [sent["text"] for sent in api.posted] == ["Written meanwhile"]


async def test_the_stream_is_resumed_behind_the_last_event(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await api.cut()
    await expect(page.locator("#banner")).to_contain_text("No connection.")
    api.down = False
    await page.keyboard.press("Alt+Y")
    await expect(page.locator("#banner")).to_be_empty()
    assert api.resumed[-1] == len(api.events)


async def test_a_browser_without_shared_workers_is_live_too(api: FakeApi, open_page: Open) -> None:
    page = await open_page(api.url)
    await page.add_init_script("delete window.SharedWorker")
    await page.reload()
    await log_in(page)
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await api.offer(131)
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()


async def test_a_network_that_is_gone_is_noticed_at_once(api: FakeApi, open_page: Open) -> None:
    """Long before the silence of the stream is."""
    page = await open_page(api.url)
    await page.add_init_script("delete window.SharedWorker")
    await page.reload()
    await log_in(page)
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.locator("#banner")).to_contain_text("No connection.")
    await page.context.set_offline(False)
    await page.keyboard.press("Alt+Y")
    await expect(page.locator("#banner")).to_be_empty()


async def test_a_call_without_an_answer_has_the_line_opened_anew(page: Page, api: FakeApi) -> None:
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    opened = len(api.resumed)
    await page.route("**/me/status", lambda route: route.abort())
    await page.keyboard.press("Alt+G")
    await expect(page.locator("#notice")).to_contain_text("No answer from the server.")

    async def anew() -> bool:
        return len(api.resumed) > opened

    await until(anew)


async def test_two_tabs_share_one_stream(page: Page, api: FakeApi) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.get_by_text("No chat is open.")).to_be_visible()
    await api.offer(131)
    for tab in (page, other):
        await expect(tab.get_by_role("button", name="Accept")).to_be_visible()
    assert len(api.resumed) == 1


async def test_a_logout_in_one_tab_is_one_in_all(page: Page, api: FakeApi) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.get_by_text("No chat is open.")).to_be_visible()
    await page.keyboard.press("Alt+Z")
    for tab in (page, other):
        await expect(tab.get_by_label("Password")).to_be_visible()
