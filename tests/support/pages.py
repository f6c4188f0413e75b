"""What a page of deploy/ tells its reader to write, for tests that do just that."""

import re
import textwrap
from pathlib import Path

TOP = Path(__file__).parents[2]


def blocks(page: str, kind: str) -> tuple[str, ...]:
    """The blocks of that kind, as in ```kind, in their order and without what they are indented by."""
    text = (TOP / "deploy" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{re.escape(kind)}\n(.*?)^\1```$", text, flags=re.DOTALL | re.MULTILINE)
    return tuple(textwrap.dedent(block) for _, block in found)


def main_cf(page: str, **places: str) -> dict[str, str]:
    """The one block of lines for main.cf, each of `places` put where the page has the key of it (see `placed`)."""
    [block] = blocks(page, "main.cf")
    return {
        key.strip(): value.strip() for key, _, value in (line.partition("=") for line in placed(block, **places).splitlines())
    }


def master_cf(page: str, **places: str) -> str:
    """The one block of services for master.cf."""
    [block] = blocks(page, "master.cf")
    return placed(block, **places)


WRITTEN = {
    "ours": r"(127\.0\.0\.1|\[127\.0\.0\.1\]|\[hatchway\.department\.example\]):10025",
    "reentry": r"(?m)^(127\.0\.0\.1:)?10026(?= )",
    "filtered": r"(?m)^submission(?= )",
    "hatchway": r"192\.0\.2\.10/32",
}


def placed(text: str, **places: str) -> str:
    """The text with the addresses of this machine's test in place of those that pages are written with; each must be there."""
    for name, place in places.items():
        text, count = re.subn(WRITTEN[name], place, text)
        assert count, f"the page does not say where {name} goes"
    return text
