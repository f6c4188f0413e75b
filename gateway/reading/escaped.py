r"""Text that is written in escapes, as programs write it and people can have it shown: `\u0056ote`, `&#86;ote`, `%56ote`.

Where a text is full of them it is read with them undone, too. What addresses are full of, signs that must be written so in
one, is left to those who follow it. Entities that an XML file declares itself are put in their places where they are short
and hold none themselves.
"""

import re
from html import unescape
from urllib.parse import unquote

_MANY = 12
_UNICODE = re.compile(r"\\(?:u\{?([0-9A-Fa-f]{4,6})\}?|x([0-9A-Fa-f]{2}))")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,24});")
_PERCENT = re.compile(r"%(?:20|3\d|[4-9A-Fa-f][0-9A-Fa-f])")
"""Letters, figures and blanks. The signs that an address must have written so (RFC 3986 §2.2) are in many an ordinary one."""
_DECLARED = re.compile(r"<!ENTITY\s{1,9}([\w.\-]{1,40})\s{1,9}(?:\"([^\"&%]{1,2000})\"|'([^'&%]{1,2000})')\s{0,9}>")
_XML = ("<?xml", "<!doctype")
_TAG = re.compile(r"<[^<>]{1,2000}>")
_MOST_DECLARED, _MOST_PUT, _LAST = 100, 2000, 0x10FFFF
_HALVES = range(0xD800, 0xE000)


def undone(text: str) -> str:
    """The text without its escapes; "" where it has few or none."""
    plain = text
    if "\\" in text and _is_many(_UNICODE, text):
        plain = _UNICODE.sub(_character, plain)
    if "<!ENTITY" in text and text.lstrip()[:9].lower().startswith(_XML):
        plain = _with_entities(plain)
    if "&" in text and _is_many(_REFERENCE, text):
        plain = unescape(plain)
    if "%" in text and _is_many(_PERCENT, text):
        plain = unquote(plain, errors="replace")
    if plain == text:
        return ""
    return _TAG.sub(" ", plain) if text.lstrip().startswith("<?xml") else plain


def _is_many(pattern: re.Pattern[str], text: str) -> bool:
    return sum(1 for _ in zip(pattern.finditer(text), range(_MANY), strict=False)) == _MANY


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code <= _LAST and code not in _HALVES else "\ufffd"


def _with_entities(text: str) -> str:
    declared = {name: one or other for name, one, other in _DECLARED.findall(text)[:_MOST_DECLARED]}
    if not declared:
        return text
    names = "|".join(map(re.escape, declared))
    return re.sub(f"&({names});", lambda found: declared[found[1]], text, count=_MOST_PUT)
