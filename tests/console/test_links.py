"""Web addresses in texts become links, and nothing else does."""

import pytest
from playwright.async_api import Page, expect

from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat

LINKS = [
    ("see https://acme.example/a.", ["https://acme.example/a"]),
    ("(https://acme.example/a)", ["https://acme.example/a"]),
    ("https://acme.example/a_(b), ok", ["https://acme.example/a_(b)"]),
    ("“https://acme.example/?q=1&r=2#x”!?", ["https://acme.example/?q=1&r=2#x"]),
    (
        "HTTP://ACME.example and http://b.example:8080/",
        ["HTTP://ACME.example", "http://b.example:8080/"],
    ),
    ("https://müller.example/日本", ["https://müller.example/日本"]),
    ("javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd", []),
    ("acme.example www.acme.example mail@acme.example", []),
    ("https://bank.example@evil.example/", []),
    ("https:// http://", []),
    ("https://a.example/<script>alert(1)</script>", ["https://a.example/"]),
    ("https://a.example/\u202egpj.exe", ["https://a.example/"]),
]


async def test_addresses_are_found_without_the_punctuation_around_them(page: Page) -> None:
    found = await page.evaluate(
        """async (texts) => {
            const { pieces } = await import("/console/static/links.js");
            return texts.map(pieces);
        }""",
        [text for text, _ in LINKS],
    )
    for (text, links), parts in zip(LINKS, found, strict=True):
        assert "".join(part["text"] for part in parts) == text
        assert [part["href"] for part in parts if part["href"]] == links, text


@pytest.mark.parametrize("author", ["end_user", "agent"])
async def test_a_link_opens_elsewhere_and_tells_nobody_where_it_came_from(
    page: Page, api: FakeApi, author: str
) -> None:
    await in_a_chat(page, api)
    await api.say(131, "Look: https://acme.example/<b>.", author)
    link = page.locator(".talk .bubble").last.get_by_role("link")
    await expect(link).to_have_text("https://acme.example/")
    await expect(link).to_have_attribute("href", "https://acme.example/")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(page.locator(".talk .bubble .words").last).to_have_text(
        "Look: https://acme.example/<b>."
    )
