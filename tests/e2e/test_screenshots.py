"""The README's pictures: each is there, each is of a page that is there, and the command that takes them works."""

import asyncio
import re
import shutil
import sys

from PIL import Image

from gateway.store import SqliteStore
from tests.conftest import TOP
from tests.screenshots.run import FOLDER, PICTURES
from tests.support import mails
from tests.support.apt import require
from tests.support.console import Console
from tests.support.demonstration import furnish
from tests.support.wants import CHROMIUM

README = (TOP / "README.md").read_text(encoding="utf-8")
_LARGEST = 120 * 1024


def test_the_readme_shows_every_picture_and_there_is_no_other():
    shown = re.findall(r"!\[([^\]]+)\]\(deploy/screenshots/([\w-]+)\.png\)", README)
    assert sorted(name for _, name in shown) == sorted(picture.name for picture in PICTURES)
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(picture.name for picture in PICTURES)


def test_every_picture_is_of_its_size_and_small():
    for picture in PICTURES:
        path = FOLDER / f"{picture.name}.png"
        wide = picture.how["viewport"]["width"] * picture.how.get("device_scale_factor", 1)
        with Image.open(path) as image:
            assert image.width == wide, path.name
        assert path.stat().st_size < _LARGEST, path.name


async def test_every_picture_is_of_a_page_that_is_there(tmp_path):
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock := mails.FixedClock())
    try:
        console = Console(store, clock)
        await furnish(console, past=4)
        for picture in PICTURES:
            browser = console.browser()
            login = {"login": picture.who, "password": "four words in a row"}
            assert (await browser.post("/sign-in", data=login)).status_code == 303
            page = await browser.get(picture.path)
            assert page.status_code == 200, picture.name
            for pressed in picture.press:
                words = re.findall(r"[\w-]{4,}", pressed)
                assert words, pressed
                assert any(word in page.text for word in words), f"{picture.name}: {pressed} is not on its page"
    finally:
        await store.close()


async def test_the_command_takes_a_picture(tmp_path):
    require("chromium", here=lambda: shutil.which("chromium") is not None, want=CHROMIUM)
    command = [sys.executable, str(TOP / "tests/screenshots/run.py"), str(tmp_path / "taken"), "queue-phone"]
    ran = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await ran.communicate()
    assert ran.returncode == 0, complained.decode()
    assert b"queue-phone.png" in said
    with Image.open(tmp_path / "taken" / "queue-phone.png") as image:
        assert image.size == (585, 1170)
    make = (TOP / "Makefile").read_text(encoding="utf-8")
    assert "$(bin)/python tests/screenshots/run.py" in make


async def test_a_picture_that_nobody_knows_is_refused(tmp_path):
    command = [sys.executable, str(TOP / "tests/screenshots/run.py"), str(tmp_path), "nothing"]
    ran = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    _, complained = await ran.communicate()
    assert ran.returncode == 1
    assert b"there is no picture called nothing" in complained
