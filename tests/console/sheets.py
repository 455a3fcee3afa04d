"""Every state of the console on one sheet for each width, small, light beside dark."""

import base64
import html
from itertools import groupby
from pathlib import Path

from playwright.async_api import Browser

from tests.console.taken import SIZES, Taken

# How wide a picture is on its sheet, and the sheet.
SMALL = {"360": 170, "1280": 380, "2560": 480}
SHEET_WIDTH = 1640
PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 12px; font: 14px system-ui, sans-serif; display: flex; flex-wrap: wrap; gap: 12px }
figure { margin: 0 } img { border: 1px solid #999; width: WIDTHpx }
</style>"""


def written(pictures: list[Taken], size: str) -> str:
    """The sheet as a page: a figure for each state, named under it."""
    figures = []
    of_size = [one for one in pictures if one.size == size]
    for state, shots in groupby(of_size, key=lambda one: one.state):
        images = "".join(
            f'<img src="data:image/png;base64,{base64.b64encode(one.path.read_bytes()).decode()}">'
            for one in shots
        )
        name = html.escape(state.replace("-", " "))
        figures.append(f"<figure>{images}<figcaption>{name}</figcaption></figure>")
    return PAGE.replace("WIDTH", str(SMALL[size])) + "".join(figures)


async def compose(browser: Browser, pictures: list[Taken], folder: Path) -> None:
    """Writes `states-{width}.jpg` for each width."""
    page = await browser.new_page(viewport={"width": SHEET_WIDTH, "height": 800})
    for size in SIZES:
        await page.set_content(written(pictures, size))
        path = folder / f"states-{size}.jpg"
        await page.screenshot(path=path, full_page=True, type="jpeg", quality=70)
    await page.close()
