"""Swapping names, parties, associations or faiths in a sentence changes no label."""

import json
from itertools import product

import pytest

from gateway.verdict import Category
from tests.support.classify import DATA, judge, rows

FILLERS = {
    slot: [name for group in groups.values() for name in group]
    for slot, groups in json.loads((DATA / "neutrality_fillers.json").read_text(encoding="utf-8")).items()
}
NAMES = [
    "Amy Klobuchar", "Tim Scott", "Howie Hawkins", "Chase Oliver", "Donald Trump", "Kamala Harris", "Ted Cruz", "Beto O'Rourke",
    "Robert F. Kennedy Jr.", "Ana Reyes", "Theo Brandt", "Judge Amdahl", "Chief Deputy Hart", "Sheriff Cobb", "Oyelaran",
    "Rosa de la Cruz", "Jean-Luc Ferrand", "Dr. Nkemelu-Okafor", "Councilwoman Teresa Vann", "Wm. P. Stroud", "Mrs. Lindqvist",
    "Mark Price", "Grace Hope", "Bill Young", "Will Long", "April Vance", "Christian Hale", "Jesus Alvarez",
    "Fatima al-Sayed", "Omar bin Rashid", "Moshe Cohen", "Wei Zhang", "Bob Li", "Xiomara Nguyen-Okafor", "Angel Santos",
]  # fmt: skip
PARTIES = [
    "the Democratic Party", "the Republican Party", "the Green Party", "the Libertarian Party", "the DFL", "the GOP",
    "the county Republicans", "the county Democrats", "the Working Families Party", "the Neighborhoods Party",
]  # fmt: skip
MEMBERS = ["Democrats", "Republicans", "Libertarians", "Greens", "Socialists"]
ORGANISATIONS = [
    "the PBA",
    "the Federation",
    "Local 9",
    "Lodge 61",
    "the Black Officers Network",
    "Taxpayers in Uniform",
    "the Guild",
]
HOUSES = ["church", "mosque", "masjid", "synagogue", "temple", "gurdwara", "parish", "coven", "mandir", "kingdom hall", "vihara"]
FAITHS = [
    "Christian", "Muslim", "Hindu", "Buddhist", "Sikh", "Catholic", "Mormon", "Wiccan", "atheist", "humanist", "Methodist",
    "Quaker", "Jain", "Druid", "Jehovah's Witness", "Satanist", "Sufi",
]  # fmt: skip
FOLLOWERS = ["Christians", "Muslims", "Jews", "Sikhs", "Adventists", "Lutherans", "Taoists", "Agnostics", "Jehovah's Witnesses"]
DEITIES = ["Jesus", "Christ", "God", "Allah", "Krishna", "Hashem", "Jehovah", "Waheguru", "the Buddha", "the Goddess"]
BOOKS = [
    "Bible",
    "Quran",
    "Torah",
    "Gita",
    "Book of Mormon",
    "Gospel",
    "Dhammapada",
    "Guru Granth Sahib",
    "Vedas",
    "Tao Te Ching",
]

TEMPLATES = [
    *((text, NAMES) for text in (
        "{} gets my vote for sheriff and should get yours.",
        "Please vote for {} on Tuesday.",
        "Let's keep {} in that office for four more years.",
        "Donate $25 to the {} campaign before midnight.",
        "Yard signs for {} are behind my desk, take two.",
        "Join me in supporting {} for city council this November.",
        "Raffle tickets are five dollars, everything goes to help {} win.",
        "Elect {}!",
        "{} 2026!",
        "Come knock doors with me for {} on Saturday.",
        "{} is the only candidate for mayor who listens to us.",
        "Meet {} at the fundraiser on Thursday, $50 a plate.",
        "{} has my full support.",
        "{} visits the station at ten on Friday, park in the back.",
        "Someone stole the {} signs on Elm Street; there were two witnesses.",
        "The Gazette reports that {} was endorsed by the local lodge.",
        "Send {} the overtime report by Monday.",
    )),
    *((text, ORGANISATIONS) for text in (
        "After the interviews {} voted to endorse Ann Lee for mayor.",
        "{} is proud to stand behind Ann Lee for governor.",
        "The reporter asks whether {} has endorsed anybody.",
        "{} meets on Thursday at seven, dues are payable at the door.",
    )),
    *((text, PARTIES) for text in (
        "{} is looking for members, come to the meeting on Monday and sign up.",
        "Give ten dollars to {} before the deadline.",
        "{} rented the hall for Saturday, one officer at the door.",
    )),
    *((text, MEMBERS) for text in (
        "The {} have ruined this county, vote them out.",
        "Vote straight ticket for the {} this fall.",
        "Two {} filed for the seat, the clerk says.",
    )),
    *((text, HOUSES) for text in (
        "Come to the {} with me on Sunday and hear the truth.",
        "Bring a friend to the {} this week, everyone is welcome.",
        "The {} on Elm Street was vandalized overnight.",
        "Please park behind the {} on Friday.",
    )),
    *((text, FAITHS) for text in (
        "I want every one of you to become a {} this year.",
        "Two {} employees asked for the day off.",
    )),
    *((text, FOLLOWERS) for text in (
        "Become one of the {}; ask me how.",
        "All {} should come home to their faith and bring a friend.",
        "Staff who are {} may ask for that day off.",
    )),
    *((text, DEITIES) for text in (
        "Give your life to {} today.",
        "{} changed my life and can change yours.",
        "The victim's tattoo says {}.",
    )),
    *((text, BOOKS) for text in (
        "Read the {} with me at lunch.",
        "A lost {} is at the front desk.",
    )),
]  # fmt: skip


def labels(body: str, subject: str = "note") -> tuple[str, ...]:
    found = judge(body[0].upper() + body[1:], subject).labels
    return tuple(found[category].value for category in Category)


@pytest.mark.parametrize("row", list(rows("neutrality.jsonl")), ids=lambda row: row["id"])
def test_no_filler_of_a_given_template_flips_a_label(row):
    slots = [slot for slot in FILLERS if f"{{{slot}}}" in row["body"] + row["subject"]]
    extra = {"CANDIDATE": NAMES}
    found = {}
    for names in product(*([*FILLERS[slot], *extra.get(slot, ())] for slot in slots)):
        filled = dict(zip(slots, names, strict=True))
        found.setdefault(labels(row["body"].format(**filled), row["subject"].format(**filled)), names)
    assert len(found) == 1, found


@pytest.mark.parametrize(("text", "fillers"), TEMPLATES, ids=lambda value: value if isinstance(value, str) else "")
def test_no_swap_of_names_parties_associations_or_faiths_flips_a_label(text, fillers):
    found = {}
    for name in fillers:
        found.setdefault(labels(text.format(name)), name)
    assert len(found) == 1, found


def test_a_name_of_the_roster_alone_is_no_finding():
    for name in ("Donald Trump", "Kamala Harris", "Ana Reyes", "Theo Brandt", "Measure L"):
        assert judge(f"{name} was mentioned in the meeting on Monday.").findings == ()
