"""A real browser, if the machine has one: Debian's chromium, driven by Playwright, with no errands of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.wants import CHROMIUM, skip

ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--no-first-run")


@asynccontextmanager
async def chromium() -> AsyncIterator:
    """Within: a browser. Skips the test where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        skip(CHROMIUM)
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415  -- a machine without it runs the other tests
    except ImportError:
        skip(CHROMIUM)
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *as_root])
        try:
            yield browser
        finally:
            await browser.close()
