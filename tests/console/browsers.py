"""The Chromium that tests and pictures use: Debian's, or Playwright's own."""

import shutil

from playwright.async_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


async def launch(playwright: Playwright) -> Browser:
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
