"""The composer's counter and the engine agree on every text of the table."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

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
            const { characterName } = await import("/console/static/segments.js");
            return characterName(character);
        }""",
        character,
    )
    await page.close()
    assert named == name
