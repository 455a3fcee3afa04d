"""That the pages keep to themselves: the watch that every browser test has can fail."""

import pytest
from playwright.async_api import Browser, expect

from tests.console.conftest import watch
from tests.console.fake_api import FakeApi
from tests.console.product import until

ELSEWHERE = "http://127.0.0.2:9"
BREACHES = {
    "a picture from elsewhere": f"new Image().src = '{ELSEWHERE}/x.png'",
    "a call elsewhere": f"fetch('{ELSEWHERE}').catch(() => {{}})",
    "a beacon": f"navigator.sendBeacon('{ELSEWHERE}')",
    "a script of somebody": f"add('script', {{src: '{ELSEWHERE}/x.js'}})",
    "a script in the page": "add('script', {textContent: '1 + 1'})",
    "a handler in an attribute": "document.body.setAttribute('onclick', 'alert(1)')",
    "text that is run": "setTimeout(() => new Function('1')())",
    "a style in an attribute": "document.body.setAttribute('style', 'color: red')",
    "a style sheet of somebody": f"add('link', {{rel: 'stylesheet', href: '{ELSEWHERE}/x.css'}})",
    "a frame": f"add('iframe', {{src: '{ELSEWHERE}'}})",
    "a worker from nowhere": "try { new Worker('data:text/javascript,1') } catch {}",
    "a form that leads elsewhere": f"add('form', {{action: '{ELSEWHERE}'}}).submit()",
    "an error": "queueMicrotask(() => { throw new Error('broken') })",
    "a page elsewhere": f"open('{ELSEWHERE}')",
}
ADD = """const add = (tag, facts) => {
    const made = Object.assign(document.createElement(tag), facts);
    document.body.append(made);
    return made;
};"""


@pytest.mark.parametrize("breach", BREACHES)
async def test_a_breach_is_noticed(browser: Browser, api: FakeApi, breach: str) -> None:
    context = await browser.new_context()
    complaints = watch(context, api.url)
    page = await context.new_page()
    await page.goto(api.url + "/console")
    await expect(page.get_by_label("Company")).to_be_visible()
    assert complaints == []
    await page.evaluate(f"() => {{ {ADD} {BREACHES[breach]}; }}")

    async def noticed() -> bool:
        return complaints != []

    await until(noticed)
    await context.close()
