"""A real browser: Debian's chromium, driven by Playwright, with no errands of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.apt import require
from tests.support.wants import CHROMIUM, skip

ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--no-first-run")


def program() -> str | None:
    """Where it is, if it is here."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def chromium() -> AsyncIterator:
    """Within: a browser. Skips the test where there is none, and none can be installed."""
    require("chromium", here=lambda: program() is not None, want=CHROMIUM)
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415  -- a machine without it runs the other tests
    except ImportError:
        skip(CHROMIUM)
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=[*ARGUMENTS, *as_root])
        try:
            yield browser
        finally:
            await browser.close()


async def follow(page, what: str) -> None:
    """Click what leads to another page, and wait until that page is there.

    A click alone comes back before the browser has left the page, and what is asked next would be asked of the old one.
    """
    async with page.expect_navigation():
        await page.click(what)


async def violations(page) -> list[str]:
    """What axe finds on the page as it is."""
    from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415  -- where there is no browser there is none of it

    if await page.evaluate("typeof axe") == "undefined":
        await page.evaluate(f"{AXE_SCRIPT}; null")
    found = await page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]
