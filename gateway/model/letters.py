"""Letters without their accents, so that words are found as hurried people write them."""

import unicodedata

_ACCENT, _CONTROL = "Mn", frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def bare(text: str) -> str:
    """`text` without accents, unprintable and private characters; line ends and tabs stay."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFD", text)
    return "".join(c for c in split if c in "\n\t" or ((kind := unicodedata.category(c)) != _ACCENT and kind not in _CONTROL))
