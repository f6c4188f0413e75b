"""Whatever a held message holds, its notices stay sound mail: nothing in it ends a field, opens a tag or reorders a line."""

import unicodedata
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address, Mail, Place, Receipt, Reply, Unread
from gateway.notice.answerable import reachable
from gateway.verdict import Category, Evidence, Finding, Kind, Label
from tests.support.notices import HEADER, NOW, Case, denied, html_of, read, released, text_of

FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
TAGS = {
    "blockquote",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "table",
    "tr",
    "td",
    "h1",
    "h2",
    "p",
    "a",
    "strong",
    "ul",
    "li",
    "br",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "role",
    "width",
    "cellpadding",
    "cellspacing",
    "border",
    "align",
    "style",
    "href",
}

nasty = st.text(
    st.one_of(st.sampled_from("\r\n\x00\t\u202e\u2066\u200b\ud800<>\"'&;:=?@,\\{}%() aZé"), st.characters()), max_size=60
)
words = st.one_of(
    nasty,
    st.sampled_from(
        (
            "x\r\nBcc: victim@city.example\r\n\r\nbody",
            "<script>alert(1)</script>",
            '" onmouseover="x',
            "{{ 7*7 }}{% raw %}",
            "=?utf-8?q?x=0D=0ABcc:_y?=",
            "\u202eevil\u202c",
            "--=_boundary--",
        )
    ),
)
addresses = st.builds(Address, local=words.filter(bool), domain=st.one_of(st.just("x.example"), words))
places = st.builds(Place, part=words, header=words, name=words)
findings = st.builds(
    Finding,
    category=st.sampled_from(Category),
    kind=st.sampled_from(Kind),
    detector=words,
    says=words,
    weight=st.floats(0, 1),
    evidence=st.lists(st.builds(Evidence, place=places, quote=words), min_size=1, max_size=3).map(tuple),
)
cases = st.builds(
    Case,
    sender=addresses,
    recipients=st.lists(addresses, min_size=1, max_size=3, unique=True).map(tuple),
    header=st.binary(max_size=100).map(lambda junk: HEADER + junk.replace(b"\r\n\r\n", b"")),
    subject=words,
    findings=st.lists(findings, max_size=3).map(tuple),
    unread=st.lists(st.builds(Unread, place=places, why=words), max_size=2).map(tuple),
    labels=st.just(dict.fromkeys(Category, Label.UNSURE)),
    grounds=words,
    mail_parameters=st.binary(max_size=40).map(lambda junk: (b"ENVID=" + junk, b"RET=HDRS")),
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def is_sound(mail: Mail) -> None:
    octets = mail.content.read()
    assert octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n")
    assert all(len(line) <= 998 for line in octets.split(b"\r\n"))
    utf8 = mail.envelope.mail.parameters == (b"SMTPUTF8",)
    assert utf8 or octets.isascii()
    message = read(mail)
    names = [name for name, _ in message.raw_items()]
    assert names == [name for name in FIELDS if name in names]
    assert not {"From", "To", "Subject", "Message-ID", "Auto-Submitted"} - set(names)
    assert utf8 or not [defect for part in message.walk() for defect in part.defects]
    reads_in_order(text_of(mail))
    reads_in_order(html_of(mail))
    seen = Tags()
    seen.feed(html_of(mail))
    assert seen.tags <= TAGS
    assert seen.attributes <= ATTRIBUTES


def reads_in_order(text: str) -> None:
    assert not {unicodedata.category(c) for c in text.replace("\n", "")} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@given(cases)
def test_a_hold_is_announced_to_a_hostile_sender_as_sound_mail_to_one_mailbox(notices, case):
    mail = notices.to_sender_held(case.held(), NOW)
    if mail:
        assert mail.envelope.recipients == (case.sender,)
        is_sound(mail)


@given(cases)
def test_a_denial_reaches_every_sender_that_can_be_written_as_a_mailbox(notices, case):
    mail = notices.to_sender_ruled(denied(case.held()), NOW)
    assert (mail is not None) == reachable(case.sender)
    if mail:
        is_sound(mail)


@given(cases)
def test_a_notice_to_reviewers_of_a_hostile_message_is_sound(notices, case):
    held = case.held()
    for mail in (notices.to_reviewers_held(held, NOW), notices.to_reviewers_reminder(held, NOW, 1)):
        is_sound(mail)
        assert mail.envelope.recipients == held.reviewers.members


@given(words, words)
def test_what_a_reviewer_and_the_relay_write_is_as_harmless(notices, note, reply):
    held = Case().held()
    ruled = released(held, to=held.mail.envelope.recipients[:1], note=note, reviewer=note)
    receipt = Receipt(reply=Reply(code=550, status=reply, text=reply))
    for mail in (
        notices.to_sender_ruled(ruled, NOW),
        notices.to_reviewers_ruled(ruled, NOW),
        notices.to_sender_undelivered(ruled, receipt, NOW),
        notices.to_reviewers_undelivered(ruled, receipt, NOW),
    ):
        is_sound(mail)
