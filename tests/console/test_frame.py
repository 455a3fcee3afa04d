"""What is around the chats: status, settings, sound, badge, light and dark."""

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.product import until
from tests.console.steps import choose_status, in_a_chat, log_in, log_out

# Counts the notes that are played, whatever sound card there is.
EAR = """
    window.notes = [];
    class Ear extends AudioContext {
        createOscillator() {
            const tone = super.createOscillator();
            const start = tone.start.bind(tone);
            tone.start = (at) => { window.notes.push(tone.frequency.value); start(at); };
            return tone;
        }
    }
    window.AudioContext = Ear;
"""
OFFER, TEXT = [659, 880], [523]


async def heard(page: Page, *notes: list[int]) -> None:
    wanted = [pitch for tune in notes for pitch in tune]

    async def played() -> bool:
        return bool(await page.evaluate("window.notes") == wanted)

    await until(played)


@pytest.fixture
async def ear(page: Page) -> Page:
    """Ana's console, listened to; she has clicked in it."""
    await page.add_init_script(EAR)
    await page.reload()
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await page.get_by_role("heading", name="Offers").click()
    return page


async def test_an_offer_is_heard_and_so_is_a_text_in_a_chat_that_is_not_on_the_screen(
    ear: Page, api: FakeApi
) -> None:
    await in_a_chat(ear, api)
    await heard(ear, OFFER)
    await api.say(131, "I am looking at this one")
    await expect(ear.locator(".bubble.theirs")).to_have_count(2)
    api.open_chat(132)
    api.write(132, "Hello")
    await api.emit("chat.changed", 132, status="assigned", agent_ids=[7])
    await expect(ear.locator("[data-chat='132']")).to_contain_text("Hello")
    await api.say(132, "Anybody there?")
    await heard(ear, OFFER, TEXT)


async def test_the_sound_is_off_when_it_is_switched_off_and_stays_so(
    ear: Page, api: FakeApi
) -> None:
    await ear.keyboard.press("Alt+S")
    await ear.keyboard.press("1")
    await expect(ear.locator("#me")).to_contain_text("muted")
    await api.offer(131)
    await expect(ear.get_by_role("button", name="Accept")).to_be_visible()
    await ear.reload()
    await expect(ear.locator("#me")).to_contain_text("muted")
    assert await ear.evaluate("window.notes") == []


async def test_a_browser_that_plays_nothing_yet_is_said_and_not_complained_to(
    page: Page, api: FakeApi
) -> None:
    await page.add_init_script(EAR)
    await page.reload()
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await api.offer(131)
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    assert await page.evaluate("window.notes") == []
    await page.evaluate("document.querySelector('.me > button').click()")
    sound = page.get_by_role("menuitemcheckbox", name="Sound")
    await expect(sound).to_contain_text("once you have clicked or typed here")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+S")
    await expect(sound).to_contain_text("On")
    await expect(sound).not_to_contain_text("once")


async def test_an_offer_is_heard_again_while_the_agent_looks_elsewhere(
    ear: Page, api: FakeApi
) -> None:
    await ear.evaluate("document.hasFocus = () => false")
    await ear.clock.install()
    await api.offer(131)
    await heard(ear, OFFER)
    await ear.clock.run_for(30_000)
    await heard(ear, OFFER, OFFER)


async def test_the_icon_and_the_title_count_what_wants_the_agent(page: Page, api: FakeApi) -> None:
    icon = page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", "/console/static/icon.svg")
    for chat_id in range(131, 141):
        await api.offer(chat_id)
    await expect(page).to_have_title("(10) Threadline")
    await expect(icon).to_have_attribute("href", re.compile(r"^data:image/svg\+xml,.*9%2B"))
    api.offers.clear()
    await api.emit("offers.changed", agent_ids=[7])
    await expect(page).to_have_title("Threadline")
    await expect(icon).to_have_attribute("href", "/console/static/icon.svg")


async def test_a_status_is_chosen_by_keys(page: Page, api: FakeApi) -> None:
    await page.keyboard.press("Alt+U")
    await expect(page.get_by_role("menuitemradio", name="Offline")).to_be_focused()
    await page.keyboard.press("3")
    status = page.get_by_role("button", name="Your status: Break")
    await expect(status).to_be_focused()
    await expect(page.locator("#announce")).to_have_text("You are Break")
    assert api.agent["status"] == "Break"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your status: Available")).to_be_visible()
    await expect(page.locator("#announce")).to_have_text("You are Available")


async def test_of_two_statuses_chosen_quickly_the_later_one_holds_however_slow_the_first_is(
    page: Page, api: FakeApi
) -> None:
    asked: list[Route] = []

    async def hold(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            await route.continue_()

    async def first_is_asked() -> bool:
        return asked != []

    await page.route("**/me/status", hold)
    for digit in ("3", "1"):
        await page.keyboard.press("Alt+U")
        await page.keyboard.press(digit)
    await expect(page.get_by_label("Your status: Break")).to_be_visible()
    await until(first_is_asked)
    # Whatever else was asked for in that turn is known by now.
    await page.evaluate("0")
    assert len(asked) == 1
    await asked[0].continue_()
    await expect(page.locator("#announce")).to_have_text("You are Available")
    await expect(page.get_by_label("Your status: Available")).to_be_visible()
    assert api.agent["status"] == "Available"


async def test_a_menu_closes_by_escape_by_a_click_elsewhere_and_by_tab(page: Page) -> None:
    menu = page.get_by_role("menu")
    for leave in ("Escape", "Tab"):
        await page.keyboard.press("Alt+U")
        await expect(menu).to_be_visible()
        await page.keyboard.press(leave)
        await expect(menu).to_be_hidden()
    await page.keyboard.press("Alt+S")
    await expect(menu).to_be_visible()
    await page.locator("#lists").click(position={"x": 5, "y": 5})
    await expect(menu).to_be_hidden()


async def test_who_has_chats_is_asked_before_going_offline(page: Page, api: FakeApi) -> None:
    api.agent["status"] = "In-chat"
    await in_a_chat(page, api)
    await api.emit("agent.changed", status="In-chat", agent_ids=[7])
    await expect(page.locator(".load")).to_have_text("1 / 3 chats")
    await choose_status(page, "Offline")
    question = page.get_by_role("alertdialog", name="Go Offline?")
    await expect(question).to_contain_text("Your chat goes back to its queue")
    await page.keyboard.press("Alt+A")  # what lies under the question is out of reach
    await page.keyboard.press("Escape")
    await expect(question).to_be_hidden()
    assert api.agent["status"] == "In-chat"
    await choose_status(page, "Offline")
    await expect(question).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your status: Offline")).to_be_visible()


async def test_who_sees_no_chat_is_not_asked_about_one_that_just_ended(
    page: Page, api: FakeApi
) -> None:
    # The end of the chat was told, what it means for the agent's load is still to come.
    api.agent["concurrency"]["current"] = 1
    await api.emit("agent.changed", status="In-chat", agent_ids=[7])
    await expect(page.locator(".load")).to_have_text("1 / 3 chats")
    await choose_status(page, "Offline")
    await expect(page.get_by_label("Your status: Offline")).to_be_visible()


async def test_who_logs_out_goes_offline_first(page: Page, api: FakeApi) -> None:
    await page.keyboard.press("Alt+G")
    await expect(page.get_by_label("Your status: Available")).to_be_visible()
    await log_out(page)
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert api.agent["status"] == "Offline"


@pytest.mark.parametrize("system", ["light", "dark"])
async def test_light_or_dark_is_the_systems_until_the_agent_chooses(
    api: FakeApi, open_page: Open, system: str
) -> None:
    page = await open_page(api.url)
    await page.emulate_media(color_scheme="dark" if system == "dark" else "light")
    grounds = {"light": "rgb(243, 244, 246)", "dark": "rgb(17, 20, 24)"}
    await expect(page.locator("body")).to_have_css("background-color", grounds[system])
    await log_in(page)
    other = "Light" if system == "dark" else "Dark"
    await expect(page.get_by_label("Your status: Offline")).to_be_visible()
    await page.keyboard.press("Alt+S")
    await page.get_by_role("menuitemradio", name=other, exact=True).click()
    await expect(page.locator("body")).to_have_css("background-color", grounds[other.lower()])
    await page.reload()
    await expect(page.locator("body")).to_have_css("background-color", grounds[other.lower()])
    await expect(page.get_by_label("Your status: Offline")).to_be_visible()
    await page.keyboard.press("Alt+S")
    await page.get_by_role("menuitemradio", name="As light as the system").click()
    await expect(page.locator("body")).to_have_css("background-color", grounds[system])
