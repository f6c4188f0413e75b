"""A message as the rules see it around a sentence: its neighbours, and what the writer says of the words he quotes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from gateway.classify.page import Page, Sentence
from gateway.classify.signs import notice
from gateway.reading import Origin

SHORT = 1500
"""A message of fewer characters is about one thing: its subject and all of it are the surroundings of each sentence."""
LONG = 20_000
"""So many characters of a passage are looked at for lists and for both sides of a question."""
ITEMS = 3
"""So many items make a list."""
FEW = 8
"""A message of fewer words beside those it quotes is nothing but a quotation."""
MENTIONED = 0.7
"""What words that are only mentioned count for."""

_NEGATED = re.compile(
    r"\b(?:not|never|cannot|can't|don't|doesn't|didn't|won't|isn't|aren't|neither|nobody|no one|without|whether|rather than"
    r"|instead of|refus\w+|declin\w+|prohibit\w*|forbid\w*)\b(?: \w+){0,5}? ?$"
)
_MEANT = re.compile(
    r"\b(?:(?:don't|do not|never|not|cannot|can't) (?:ever )?(?:forget|fail|hesitate|neglect|miss|be (?:shy|afraid))"
    r"|(?:never|not) been (?:an? |as |so )?(?:more|better|easier|clearer|\w+er)|not (?:only|just|merely|simply)"
    r"|(?:can't|cannot|couldn't) (?:wait|help)"
    r"|(?:no|why|can't|cannot|couldn't|never|nothing|without|nobody|no one)(?: \w+){0,3} not"
    r"|(?:nobody|no one) (?:but|other than|except))\b"
)
"""Words that sound like a denial and are none: do not forget to, never been more, no reason not to."""
_AGREES = re.compile(
    r"(?:^|[.!,] ?)(?:\+1|amen|same here|me too|count me in|i'?m in|in for \d+|agreed?\b(?!,? (?:not|no|take"
    r"|stop|please))|so true|well said|couldn't agree more|exactly|yes\b[.!]|i agree|this[.!]|preach|100 ?%"
    r"|hear,? hear|pass(?:ing)? (?:it|this) on|please (?:share|watch|read|do the same)|share (?:it|wide|this)"
    r"|finally someone|read and share|worth reading|can't say it better|he'?s earned|she'?s earned|lets? go"
    r"|thx|do your part|see you (?:all )?there|who wants in|spread the word|post it in|with my full support"
    r"|forwarding with)"
)
_SHARES = re.compile(
    r"\b(?:print|post|share|read|pass|forward|spread|distribute|circulate|put|hang|do) (?:and \w+ )?(?:it\b|this\b|these\b|them\b"
    r"|what\b|copies|the (?:following|attached|below|letter|flyer))|^fyi\b|^see (?:below|attached)\b"
    r"|\b(?:thought|think|figured) you"
)
_PASSES_ON = re.compile(
    r"\b(?:print|post|share|pass|forward|spread|circulate|distribute|wear|grab|take|pick up|read|see) (?:and \w+ )?(?:it\b|this\b"
    r"|these\b|them (?:on|along|out|around|home)\b|what\b|copies|one\b|some\b|yours\b|a (?:stack|handful|few|bunch)\b"
    r"|(?:the )?(?:following|attached|below|letter|flyer)\b)|^fyi\b"
)
"""What asks that the words of others be read or handed on."""
_OBJECTS = re.compile(
    r"\b(?:off (?:this|the|these|my) (?:list|chain|thread)|take me off|take (?:me|this|us|it|the building) off"
    r"|not (?:on|to|from|for) (?:work|city|county|this|my work)|not on here|policy|violat\w+|is this allowed"
    r"|allowed on|can (?:he|she|they) (?:send|use|do)|please advise|for the file|filing as|(?:do not"
    r"|don't) (?:post|forward|send|reply)|did not open|stop (?:sending|this|these|please)|please stop|spam"
    r"|block(?:ed)?|filter|complain\w*|captain|inspector|internal affairs|evidence|exhibit|found (?:these|this"
    r"|\d+)|pulled|removed|return to sender|not ours|reported|rule \d|thread locked|department list|this list"
    r"|without asking|never agreed|consented|never send|investigat\w+|viola la|norma|quien fue|scam|fake|fraud"
    r"|phish\w*|asked (?:him|her|them) (?:twice|to stop)|who started|records? (?:mail|request)"
    r"|no (?:campaign|political|religious|election) (?:e-?)?(?:mail|material|messages?)"
    r"|could this go only|can't answer|legal,|city attorney|responsive|redact\w*|not laughing|keep it off"
    r"|the work account)\b"
)
_REFUSES = re.compile(
    r"\b(?:(?:take|remove|drop|leave) (?:me|us|this address|my (?:name|address)) (?:off|from|out of)\b|unsubscribe (?:me|us|this)"
    r"|(?:stop|quit) sending (?:me|us)\b|(?:do not|don't) send (?:me|us|(?:this|these|that|it) [^.]{0,40}\bagain)\b"
    r"|(?:not|n't|cannot) (?:allow|permit|accept|receive|get) (?:\w+ ){0,2}(?:campaign|political|religious|election)"
    r" (?:e-?mails?|mail|material|messages?)\b)"
)
"""What asks to be spared such mail, in so many words."""
_MAY_REFUSE = re.compile(
    r"unsubscribe|\bsend\b|sending|(?:take|remove|drop|leave)\W+(?:me|us|this|my)\b"
    r"|(?:not|n['’]t)\W+(?:allow|permit|accept|receive|get)\b"
)
"""What a text that does must hold before it is masked."""
_BUT = re.compile(r"\b(?:but|though|so here|still|anyway)\b")
_TELLS = re.compile(
    r"\b(?:i|i'm|i'll|i've|i'd|we|we're|we'll|we've|we'd|us|our|my|me|you|your|you're|you'll|let's|lets|please"
    r"|yo|nosotros|ustedes|les)\b|\b(?:time|important|reason not) to (?:vote|elect|re-?elect|back|support)\b"
    r"|^(?:vote|join|come|get|give|send|sign|keep|put|bring|help|support|back|tell"
    r"|take|elect|re-elect|pass|forward|share|read|meet|grab|donate|chip|call|remember|stop|pray|mark|say"
    r"|throw|accept|repent|trust|walk|need|spread|voten|marquen|vengan)\b|!|[,;:] (?:vote|join|come|give|sign|bring"
    r"|tell|take|get|so)\b"
)
_CITED = re.compile(
    r"\b(?:reads?|reading|says?|said|say|noted|headed|wrote|titled|labell?ed|chanting|chants|editorial|asked"
    r"|such as|like|phrases?|examples?|sent from)\b[^\"']{0,40}[\"']|[\"'][^\"']{3,60}[\"'] \([A-Z]?"
    r"|\b\d+ P\b"
)

_WORDS = re.compile(r"[a-zA-Z']+")
_ITEM = re.compile(r"\n(?:\(?\d{1,2}[.)]|[A-Za-z][.)]|[-*]) ?\S")
_ENTRY = re.compile(r"\n[A-Z][\w'.& -]{1,30}(?:,? \(?[A-Z]?\d{1,3}\)?)?(?: \([^)\n]{1,20}\))?: ?\S")
"""What begins an item of a list, and one with a heading of its own, each with the line end before it."""
_ANSWERS = re.compile(r"(?:re|aw|antw|sv|rv|tr|fwd?)\s?:", re.IGNORECASE)
_BLANKED = re.compile(r"[\"']~+[\"']?")
_HEAD = re.compile(r"^(?:\(?\w{1,2}[.)]|N:) ")
_SIDES = re.compile(
    r"\b(yes|no)\W{0,2} (?:on|to|for|a la) (?:the )?(?:measure |prop\w*\.? |question |amendment |propuesta |medida )?(\w{1,20})"
    r"|\bvot(?:e|ing) \W?(yes|no)\b(?!\W{0,2} (?:on|to|for|a)\b)"
)


def negated(masked: str, start: int) -> bool:
    """True if what begins at `start` is denied in the words before it."""
    return bool(_NEGATED.search(_MEANT.sub(" ", masked[max(0, start - 60) : start])[-40:]))


class Around:
    """The surroundings of a sentence, each found out when it is asked for: most are dear, and few findings ask for all."""

    def __init__(self, message: "Message", page: Page, number: int, *, addressed: bool) -> None:
        self._message, self._page, self._number = message, page, number
        self._addressed = addressed

    def own(self, marks: str) -> bool:
        """Whether a word of one of these classes is in the sentence."""
        return any(sentence.bears(marks) for sentence in self._own)

    def near(self, marks: str) -> bool:
        """Whether one is in it or about it."""
        return any(sentence.bears(marks) for sentence in self._message.about(self._page, self._number))

    @property
    def said(self) -> Counter[str]:
        """How many words of each class the message has."""
        return self._message.said

    @property
    def length(self) -> int:
        """How many sentences the message has."""
        return self._message.length

    @property
    def worth(self) -> float:
        """What the words count for, by whose they are."""
        return self._message.worth(self._page)

    @cached_property
    def addressed(self) -> bool:
        """The writer speaks for himself or to the reader."""
        return self._addressed or any(_TELLS.search(s.masked) for s in self._page.neighbours(self._number, 1))

    @cached_property
    def cited(self) -> bool:
        """He quotes somebody, or counts votes."""
        return any(_CITED.search(s.masked) for s in self._own) and not self._message.approves

    @property
    def spoken(self) -> float:
        """What words that are only mentioned count for."""
        return self._message.spoken

    @cached_property
    def listed(self) -> bool:
        """It stands in a list of news, and speaks to nobody."""
        return self._message.digest and not any(_TELLS.search(_HEAD.sub("", s.masked)) for s in self._own)

    @property
    def balanced(self) -> bool:
        """The message has both sides of a question."""
        return self._message.balanced

    @property
    def _own(self) -> tuple[Sentence, ...]:
        return self._page.sentences[self._number : self._number + 1]


class Message:
    """All pages of a message."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self._short = sum(len(page.text) for page in pages) < SHORT

    @cached_property
    def said(self) -> Counter[str]:
        """How many words of each class there are; a list of questions and answers counts as reminders of rules.

        What is hidden and what stands in a signature shows nothing of what the message is about.
        """
        pages = [page for page in self.pages if page.origin not in {Origin.HIDDEN, Origin.SIGNATURE}]
        found = Counter(term.mark for page in pages for sentence in page.sentences for term in sentence.terms)
        found["R"] += 2 * sum(page.text.startswith(("Q.", "Q:", "Q1", "Q2"), s.start) for page in pages for s in page.sentences)
        return found

    @cached_property
    def length(self) -> int:
        """How many sentences it has."""
        return sum(len(page.sentences) for page in self.pages)

    def headed(self, page: Page) -> bool:
        """Whether it is the subject of a message that says more below it: a heading, and no sign."""
        if page.passage.place.header != "Subject":
            return False
        few = 0
        for other in self.pages:
            if few < FEW and not other.passage.place.header:
                few += len(list(islice(_WORDS.finditer(other.text, 0, SHORT), FEW)))
        return few >= FEW

    @cached_property
    def telling(self) -> tuple[tuple[Page, Sentence], ...]:
        """Every sentence that an opinion can be about: not those of a picture that is a mere notice."""
        return tuple((page, sentence) for page in self._telling for sentence in page.sentences)

    @cached_property
    def _telling(self) -> list[Page]:
        return [page for page in self.pages if not _is_notice(page) and not (_is_answered(page) and self._refuses)]

    @property
    def told(self) -> tuple[list[tuple[Origin, str]], int]:
        """The telling sentences and whose they are; how many of them, the first, are the subject's."""
        first = self.pages[0]
        subject = len(first.sentences) if first.passage.place.header == "Subject" and first in self._telling else 0
        told: list[tuple[Origin, str]] = []
        for page in self._telling:
            origin, text = page.origin, page.text
            told += [(origin, text[start:end]) for _, start, end, _ in page.sentences]
        return told, subject

    def around(self, page: Page, number: int, *, addressed: bool = False) -> Around:
        """The surroundings of a sentence of a page. addressed: it is known to speak to the reader."""
        return Around(self, page, number, addressed=addressed)

    def about(self, page: Page, number: int) -> Iterator[Sentence]:
        """A sentence, those about it, and in a short message the subject's."""
        yield from page.neighbours(number, 6 if self._short else 3)
        yield from self.pages[0].sentences if self._short else ()

    @cached_property
    def _unquoted(self) -> str:
        """What the writer says, without the words that he only mentions."""
        said = " ".join(s.spoken for page in self.pages if is_written(page) for s in page.sentences[:40])
        return _BLANKED.sub(".", said)

    @cached_property
    def approves(self) -> bool:
        """True if he agrees with what he mentions, or asks that it be passed on."""
        said = self._unquoted[:SHORT]
        shares = any(not negated(said, found.start()) for found in _PASSES_ON.finditer(said))
        return (shares and not _OBJECTS.search(said)) or bool(_AGREES.search(said))

    @cached_property
    def spoken(self) -> float:
        """What mentioned words count for: all, if the writer approves of them or there is little else to be read."""
        return 1.0 if self.approves or len(_WORDS.findall(self._unquoted)) < FEW else MENTIONED

    @cached_property
    def digest(self) -> bool:
        """True if the writer lists things."""
        return any(_lists(f"\n{page.text[:LONG]}") for page in self.pages if is_written(page))

    @cached_property
    def balanced(self) -> bool:
        """True if both "yes" and "no" are said of the same question."""
        texts = [page.text[:LONG].lower() for page in self.pages]
        if not any("yes" in text for text in texts):
            return False
        urged = [found for text in texts for found in _SIDES.finditer(text) if not negated(text, found.start())]
        said = {(found[1] or found[3], found[2] or "") for found in urged}
        return any(("yes", what) in said for side, what in said if side == "no")

    @cached_property
    def _written(self) -> list[Page]:
        return [page for page in self.pages if is_written(page) and page.sentences]

    @cached_property
    def _own_words(self) -> str:
        """What the writer says himself, as far as it shows what he makes of the words below it."""
        new = (s.masked for page in self._written for s in page.sentences[:12])
        return " ".join(new)[:SHORT]

    @cached_property
    def _refuses(self) -> bool:
        """He wants no such mail, without a but, and neither agrees with it nor passes it on."""
        if not any(_MAY_REFUSE.search(page.text[: page.sentences[:12][-1].end].lower()) for page in self._written):
            return False
        own = self._own_words
        return bool(_REFUSES.search(own)) and not any(far.search(own) for far in (_BUT, _AGREES, _PASSES_ON))

    @cached_property
    def _subject(self) -> str:
        return " ".join(s.masked for page in self.pages if page.passage.place.header == "Subject" for s in page.sentences)

    def worth(self, page: Page) -> float:
        """A quotation counts for what the writer makes of it; passing on is his own act; so are a signature and hidden words.

        Who asks that it be read or printed means it, whatever else he says; who quotes without a word passes on. The
        subject of an answer is that of the words answered.
        """
        origin = page.origin
        if page.passage.place.header == "Subject" and _ANSWERS.match(page.text):
            return 0.5 if _OBJECTS.search(self._own_words) else 1.0
        if origin not in {Origin.QUOTED, Origin.FORWARDED}:
            return 1.0
        own = self._own_words
        shares = any(not negated(own, found.start()) for found in _SHARES.finditer(own))
        if _OBJECTS.search(own):
            return 0.5 if shares else 0.25
        if _OBJECTS.search(self._subject):
            return 0.5
        if origin is Origin.FORWARDED or not own:
            return 0.95
        return 1.0 if shares or _AGREES.search(own) else 0.4


def _lists(text: str) -> bool:
    items = {found.start() for found in _ITEM.finditer(text)}
    if len(items) < ITEMS and ":" in text:
        items.update(found.start() for found in _ENTRY.finditer(text))
    return len(items) >= ITEMS


def _is_answered(page: Page) -> bool:
    """True for the words that are answered, and for the subject of an answer, which is theirs."""
    subject = page.passage.place.header == "Subject"
    return page.origin is Origin.QUOTED or (subject and bool(_ANSWERS.match(page.text)))


def _is_notice(page: Page) -> bool:
    """True for a picture with nothing but the words of a notice: opinions are made for sentences."""
    return bool(page.passage.boxes) and bool(page.signs) and page.signs[0].covers(page.text) and notice(page.signs[0])


def is_written(page: Page) -> bool:
    """True for new words in a body: a subject is often that of the words quoted."""
    return page.origin is Origin.NEW and not page.passage.place.header
