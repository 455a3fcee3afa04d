"""The composer: what a text will cost, why, and what can be done about it."""

import pytest
from playwright.async_api import Page, expect

from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat

CURLY = "It\u2019s \u201cfast\u201d \u2026 \u00a0\uff01"


async def test_the_size_of_a_text_is_told_while_it_is_written(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    text, room = page.get_by_label("Your text"), page.locator("#why-not")
    await text.fill("a" * 161)
    await expect(page.locator("#size")).to_have_text("161 / 918 · 2 segments · GSM-7")
    await expect(room).to_be_empty()
    await text.fill("a" * 850)
    await expect(room).to_have_text("68 characters left")


async def test_a_text_that_is_too_long_is_kept_whole_and_refused_with_the_reason(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    text = page.get_by_label("Your text")
    await text.fill("a" * 920)
    await expect(page.locator("#why-not")).to_have_text("2 characters too many to send")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await text.press("Enter")
    await expect(page.locator("#announce")).to_have_text("Not sent: 2 characters too many.")
    await expect(text).to_have_value("a" * 920)
    await text.fill("a" * 918)
    await text.press("Enter")
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("queued")
    assert [len(sent["text"]) for sent in api.posted] == [918]


async def test_the_character_that_forces_ucs2_is_named_and_shown_where_it_stands(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("it\u2019s on its way")
    odd = page.locator(".odd")
    await expect(odd).to_contain_text("because of \u2019 (curly apostrophe) at character 3")
    await expect(odd.locator("q")).to_have_text("it\u2019s on its way")
    await expect(odd.locator("mark")).to_have_text("\u2019")
    await page.keyboard.press("Alt+F")
    selected = "((t) => [t.selectionStart, t.selectionEnd])(document.getElementById('text'))"
    assert await page.evaluate(selected) == [2, 3]


async def test_typography_is_made_plain_with_one_key_and_that_can_be_undone(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    text = page.get_by_label("Your text")
    await text.fill(CURLY)
    await page.keyboard.press("Alt+P")
    await expect(text).to_have_value('It\'s "fast" ...  !')
    await expect(page.locator(".odd")).to_be_hidden()
    await expect(page.locator("#size")).to_contain_text("GSM-7")
    await page.keyboard.press("Control+Z")
    await expect(text).to_have_value(CURLY)


async def test_what_has_no_plain_equivalent_is_named_and_removed_one_by_one(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    text = page.get_by_label("Your text")
    await text.fill("Hi \U0001f600 ol\u00f3 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600")
    odd = page.locator(".odd")
    await expect(odd.get_by_role("button", name="Replace")).to_have_count(0)
    await expect(odd.locator("li").first).to_contain_text("“\U0001f600” \u00d72")
    await odd.get_by_role("button", name="Remove “\U0001f600”").click()
    await odd.get_by_role("button", name="Write o").click()
    await odd.get_by_role("button", name="Remove “\U0001f468\u200d").click()
    await expect(text).to_have_value("Hi  olo  ")
    await expect(odd).to_be_hidden()


async def test_a_script_of_its_own_is_not_taken_apart(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("مرحبا، طلبك في الطريق")
    await expect(page.locator(".odd li")).to_have_count(5)
    await expect(page.locator(".odd")).to_contain_text("other characters that GSM-7 does not have")
    direction = "getComputedStyle(document.getElementById('text')).direction"
    assert await page.evaluate(direction) == "rtl"


@pytest.mark.parametrize("how", ["double click", "Enter twice", "click and Enter"])
async def test_a_text_is_sent_once_however_often_it_is_asked_for(
    page: Page, api: FakeApi, how: str
) -> None:
    await in_a_chat(page, api)
    text, send = page.get_by_label("Your text"), page.get_by_role("button", name="Send")
    await text.fill("Only once")
    if how == "double click":
        await send.dblclick()
    elif how == "Enter twice":
        await text.press("Enter")
        await text.press("Enter")
    else:
        await send.click()
        await text.press("Enter")
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("queued")
    await expect(text).to_be_focused()
    assert [sent["text"] for sent in api.posted] == ["Only once"]


async def test_the_same_text_twice_is_two_texts(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    for _ in range(2):
        await page.get_by_label("Your text").fill("ok")
        await page.get_by_label("Your text").press("Enter")
    await expect(page.locator(".talk .bubble.ours")).to_have_count(2)
    await expect(page.locator(".talk .bubble.pending")).to_have_count(0)
    assert [sent["text"] for sent in api.posted] == ["ok", "ok"]
