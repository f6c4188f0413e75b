"""Letters: without their accents, so that words are found as hurried people write them, and how many are capitals."""

import unicodedata

_NO_CAPITALS = bytes(code for code in range(128) if not chr(code).isupper())
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_ACCENT, _CONTROL = "Mn", frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def bare(text: str) -> str:
    """`text` without accents, unprintable and private characters; line ends and tabs stay."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFD", text)
    return "".join(c for c in split if c in "\n\t" or ((kind := unicodedata.category(c)) != _ACCENT and kind not in _CONTROL))


def cased(text: str) -> tuple[int, int]:
    """How many capitals it has, and how many letters in all."""
    if text.isascii():
        octets = text.encode()
        return len(octets.translate(None, _NO_CAPITALS)), len(octets.translate(None, _NO_LETTERS))
    return sum(map(str.isupper, text)), sum(map(str.isalpha, text))
