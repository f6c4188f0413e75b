"""`make screenshots`: pictures of the console's main pages for the README, of a department that is made up.

    python tests/screenshots/run.py [FOLDER [NAME ...]]

Headless chromium takes them of a console that runs here; nothing leaves this machine. The same day is shown each time.
"""

import asyncio
import io
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))
FOLDER = TOP / "deploy" / "screenshots"

from PIL import Image

from tests.support.browser import chromium
from tests.support.console import PASSWORD
from tests.support.demonstration import department

DESKTOP = {"viewport": {"width": 1180, "height": 820}}
TALL = {"viewport": {"width": 1180, "height": 1560}}
PHONE = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True, "device_scale_factor": 1.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Of which page, seen by whom, on what. whole: all of it, not only what fits the screen; press: what to press before."""

    name: str
    path: str
    who: str
    how: dict
    whole: bool = False
    press: tuple[str, ...] = ()


PICTURES = (
    Picture(name="queue", path="/queue", who="captain@department.example", how=DESKTOP),
    Picture(name="queue-phone", path="/queue", who="captain@department.example", how=PHONE),
    Picture(name="message", path="/mail/ENDORSE", who="captain@department.example", how=DESKTOP, whole=True),
    Picture(name="message-phone", path="/mail/ENDORSE", who="captain@department.example", how=PHONE),
    Picture(
        name="deny-many",
        path="/queue",
        who="captain@department.example",
        how=DESKTOP,
        whole=True,
        press=("#tick-PICNIC0, #tick-PICNIC1", "button[value=deny]"),
    ),
    Picture(name="report", path="/report", who="auditor@city.example", how=TALL),
    Picture(name="report-phone", path="/report", who="auditor@city.example", how=PHONE),
)


async def take(browser, url: str, picture: Picture) -> bytes:
    """A PNG."""
    context = await browser.new_context(**picture.how, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{url}/sign-in")
    await page.fill("[name=login]", picture.who)
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.main")
    answer = await page.goto(f"{url}{picture.path}", wait_until="networkidle")
    if answer.status != 200:
        raise SystemExit(f"{picture.name}: {picture.path} answered {answer.status}")
    for button in picture.press:
        await page.click(button)
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.activeElement.blur()")
    taken = await page.screenshot(full_page=picture.whole)
    await context.close()
    return taken


def small(png: bytes) -> bytes:
    """The same picture in fewer octets: 96 colours are enough for pages of text."""
    written = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


async def main(folder: Path, names: list[str]) -> None:
    """Take those of that name, or all."""
    unknown = set(names) - {picture.name for picture in PICTURES}
    if unknown:
        raise SystemExit(f"there is no picture called {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as place:
        async with department(Path(place)) as (url, _), chromium() as browser:
            for picture in PICTURES:
                if not names or picture.name in names:
                    octets = small(await take(browser, url, picture))
                    (folder / f"{picture.name}.png").write_bytes(octets)
                    print(f"{picture.name}.png  {len(octets) // 1024} KiB")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    chosen = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen, sys.argv[2:]))
