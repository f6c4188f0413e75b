"""What in a page could act or load, as a parser of its own sees it."""

import re
from html.parser import HTMLParser

LOADS = {"src", "srcset", "href", "action", "background", "poster", "data", "formaction", "ping", "longdesc", "xlink:href"}


class Harm(HTMLParser):
    """What in a page could act or load."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "link",
            "meta",
            "base",
            "svg",
            "math",
            "style",
            "input",
            "button",
        }:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (name in LOADS and not (value or "").startswith("data:image/")):
                self.found.append(f"{tag} {name}={value}")
            if name == "style" and re.search(r"url|expression|@import|\\", value or "", re.IGNORECASE):
                self.found.append(f"{tag} style={value}")


def harm(html):
    """All of it, in words."""
    parser = Harm()
    parser.feed(html)
    parser.close()
    return parser.found
