"""The composer's counter and the engine agree on every text of the table."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from domain.segments import PLAIN
from tests.console.fake_api import FakeApi

CASES = json.loads((Path(__file__).parents[1] / "domain" / "segment_cases.json").read_text())


async def test_the_counter_counts_as_the_engine_does(browser: Browser, api: FakeApi) -> None:
    page = await browser.new_page()
    await page.goto(api.url + "/console")
    counted: list[dict[str, Any]] = await page.evaluate(
        """async (texts) => {
            const { count } = await import("/console/static/segments.js");
            return texts.map(count);
        }""",
        [case["text"] for case in CASES],
    )
    await page.close()
    for case, found in zip(CASES, counted, strict=True):
        first = found["firstUcs2"]
        assert {
            "name": case["name"],
            "encoding": found["encoding"],
            "units": found["units"],
            "segments": found["segments"],
            "first_ucs2": first and first["character"],
            "characters": found["characters"],
        } == {
            "name": case["name"],
            "encoding": case["encoding"],
            "units": case["units"],
            "segments": case["segments"],
            "first_ucs2": case["first_ucs2"],
            "characters": len(case["text"]),
        }


@pytest.mark.parametrize(
    ("character", "name"),
    [("\u2019", "\u2019 (curly apostrophe)"), ("\u00a0", "a no-break space"), ("😀", "“😀”")],
)
async def test_a_character_is_named_so_that_it_can_be_found(
    browser: Browser, api: FakeApi, character: str, name: str
) -> None:
    page = await browser.new_page()
    await page.goto(api.url + "/console")
    named = await page.evaluate(
        """async (character) => {
            const { characterName } = await import("/console/static/plain.js");
            return characterName(character);
        }""",
        character,
    )
    await page.close()
    assert named == name


async def test_a_plain_replacement_is_the_one_of_the_engines_table(
    browser: Browser, api: FakeApi
) -> None:
    page = await browser.new_page()
    await page.goto(api.url + "/console")
    replaced = await page.evaluate(
        """async (characters) => {
            const { makePlain } = await import("/console/static/plain.js");
            return characters.map(makePlain);
        }""",
        list(PLAIN),
    )
    await page.close()
    assert dict(zip(PLAIN, replaced, strict=True)) == PLAIN


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("\u2122\ufe0f", "(TM)"),
        ("a\u00f1o \u00e1", "a\u00f1o \u00e1"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u0645\u200c\u0646", "\u0645\u200c\u0646"),
    ],
)
async def test_only_typography_is_replaced_never_letters_or_emoji(
    browser: Browser, api: FakeApi, text: str, plain: str
) -> None:
    page = await browser.new_page()
    await page.goto(api.url + "/console")
    replaced = await page.evaluate(
        """async (text) => {
            const { makePlain } = await import("/console/static/plain.js");
            return makePlain(text);
        }""",
        text,
    )
    await page.close()
    assert replaced == plain
