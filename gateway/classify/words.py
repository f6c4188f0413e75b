"""The words that the rules are about, found in one pass (Aho-Corasick) over the text.

Each term belongs to a class. Some classes replace their words in the masked text that the rules read: N a name, P a
party, O a public office, M a ballot measure, D a day, K a deity, T a place or hour of worship, B a scripture, F a faith
or its followers. The others say in what surroundings a sentence stands: E an election, I the inside of a union or an
office, J play, R reminders of the rules, G reports, H the chaplain's office, X religion.

A term ending in `*` matches as the start of a word. A term in small letters matches in any case; one with a capital
only as written, or all in capitals (behind "=", only as written). pyahocorasick stays behind this door.
"""

from collections.abc import Iterable, Iterator, Sequence
from string import digits
from typing import NamedTuple

import ahocorasick

from gateway.classify.needles import TOKENS, Way
from gateway.classify.sieve import Marked, Seen, Sieve

SITES = ("com", "org", "net", "us", "vote", "info", "co", "gov", "edu", "example", "democrat", "gop", "party")

NAMED = """
democratic republic; democratic process; democratic values; republican guard; democratic union; republican hall
"""

OFFICES = """
mayor; mayoral; vice mayor; alcalde; alcaldesa; governor; gubernatorial; gobernador; gobernadora; lieutenant governor
lt. governor; sheriff; constable; coroner; county judge; probate judge; judge; justice; juez; jueza; circuit court
superior court; supreme court; probate court; court of appeals; common pleas; the bench; magistrate; district attorney; DA
D.A.; state's attorney; county attorney; city attorney; attorney general; AG; prosecutor; el fiscal; la fiscal; fiscal general
public defender; solicitor general; city council; town council; county council; metro council; city councilor; council seat
the council
council; council member; councilmember; councilman; councilwoman; concejal; concejo; alderman; alderwoman; alderperson
city commission; county commission; county commissioner; commissioner; commission seat; county board; county supervisor
board of supervisors; county executive; selectman; select board; township supervisor; parish president; school board
school trustee; board of ed; board of education; library trustee; junta escolar; water board; transit board; utility board
port commission; health board; hospital board; park board; community board; city clerk; county clerk; town clerk
circuit clerk; clerk of court; county treasurer; state treasurer; comptroller; county auditor; state auditor; assessor
county recorder; register of deeds; registrar of voters; tax collector; secretary of state
superintendent of public instruction; superintendent of schools; state superintendent; statehouse; state house; state rep
state representative; state senate; state senator; senate; senator; senador; senadora; assembly seat; state assembly
assemblyman; assemblywoman; assemblymember; legislator; legislature; legislative district; house seat
house of representatives; house district; house of delegates; congress; congressman; congresswoman; congressional
representative; congreso; diputado; diputada; vice president of the united states; president of the united states
the presidency; the white house; public office; city hall; capitol hill; elected officials; lawmaker*; politician*
"""

DAYS = """
monday; tuesday; wednesday; thursday; friday; saturday; sunday; Mon; Tue; Tues; Wed; Weds; Thu; Thurs; Fri; Sat; Sun; tmrw
january; february; March; april; May; june; july; august; september; october; november; december; Jan; Feb; Apr; Jun; Jul
Aug; Sept; Sep; Oct; nov; Dec; tomorrow; today; tonight; this fall; this spring; next year; next time; fall; autumn; lunes
martes; miercoles; jueves; viernes; sabado; domingo; enero; febrero; marzo; abril; mayo; junio; julio; agosto; septiembre
octubre; noviembre; diciembre
"""

MEASURES = """
ballot measure; ballot question; ballot initiative; charter amendment; constitutional amendment; bond measure; bond issue
school bond; parks bond; park bond; housing bond; station bond; road bond; roads bond; the bond; levy; the levy; school levy
library levy; jail levy; fire levy; ems levy; ambulance levy; safety levy; renewal levy; school tax; sales tax; gas tax
millage; referendum; annexation; rent control; rent relief; term limits; the recall; recall petition; recall sheets
recall effort; recall campaign; recall election; tax cap; the surcharge; half cent; penny tax; rain tax; fluoride
the merger; half-cent; the amendment; the initiative; the proposition; medida; propuesta; proposicion; enmienda; la pregunta
bono escolar
"""

DEITIES = """
god; jesus; jesus christ; christ; lord jesus; lord jesus christ; cristo; jesucristo; dios; the lord; our lord; el senor
savior; saviour; our savior; salvador; messiah; holy spirit; holy ghost; espiritu santo; allah; krishna; lord krishna; shiva
ganesha; hashem; jehovah; jehova; yahweh; waheguru; the guru; the goddess; the buddha; buddha; bhagwan; baha'u'llah
bahaullah; la virgen; virgencita; our lady; the almighty; the creator; =Him; Jah
lord vishnu; lord rama; lord ganesha; hanuman; adonai; ahura mazda; amitabha; guru nanak; lord buddha; the messiah; satan
the great spirit; gaia; odin
"""

TEMPLES = """
church; churches; iglesia; mosque; masjid; synagogue; shul; temple; templo; gurdwara; gurudwara; parish; chapel; tabernacle
cathedral; mass; misa; worship; worship service; worship night; sunday service; sunrise service; healing service; culto
revival; tent revival; bible study; bible class; sunday school; vacation bible school; bible camp; satsang; kirtan; jumu'ah
jumuah; jummah; friday prayer; friday prayers; shabbat; shabbos; coven; sangha; adoration; prayer meeting; prayer breakfast
prayer group; prayer night; night of prayer; prayer circle; kingdom hall; ministry; ministerio; congregation; congregacion
ashram; stake center; altar; altar call; sanctuary; chabad; vespers; puja; zendo; dharma talk; gospel concert
fellowship hall; women's encounter; men's encounter; encounter weekend; prayer chain; secular assembly; atheist meetup
freethought meetup; sunday assembly
friends meeting; meeting for worship; vihara; pagoda; mandir; derasar; basilica; minyan; jamatkhana; ward house; drum circle
"""

BOOKS = """
bible; bibles; biblia; scripture; scriptures; gospel; the gospels; evangelio; quran; qurans; qur'an; koran; torah; talmud
bhagavad gita; gita; gitas; the vedas; book of mormon; new testament; new testaments; hidden words; guru granth sahib
watchtower; the word of god; god's word; psalm; psalms; salmo; salmos; dianetics; lotus sutra; dhammapada; the god delusion
kitab-i-aqdas; proverbs; ephesians; philippians; corinthians; romans; revelation; hebrews; isaiah; devotional; devotionals
vedas; upanishads; the guru granth sahib; tanakh; hadith; sutras; sutra; tripitaka; avesta; tao te ching; ramayana
doctrine and covenants; pearl of great price; book of shadows; kitab-i-iqan; satanic bible
"""

FAITHS = """
christian; christians; christianity; muslim; muslims; islam; jew; jews; jewish; judaism; hindu; hindus; hinduism; buddhist
buddhists; buddhism; sikh; sikhs; sikhism; catholic; catholics; catolico; catolicos; baptist; baptists; mormon; mormons
latter-day saints; latter day saints; baha'i; baha'is; bahai; atheist; atheists; atheism; humanist; humanists; humanism
wiccan; wicca; pagan; scientology; scientologist; falun dafa; falun gong; adventist; pentecostal; protestant
orthodox church; evangelical; evangelicals; cristiano; cristianos; ateo; ateos; non-believer; non-believers; freethinker
freethinkers; non-catholics; lapsed catholics
adventists; pentecostals; protestants; methodist; methodists; lutheran; lutherans; presbyterian; presbyterians; episcopalian
episcopalians; anglican; anglicans; orthodox christian; orthodox christians; jehovah's witness; jehovah's witnesses; quaker
quakers; wiccans; pagans; druid; druids; rastafarian; rastafarians; jain; jains; jainism; taoist; taoists; taoism; shinto
zoroastrian; zoroastrians; druze; agnostic; agnostics; unitarian; unitarians; sunni; sunnis; shia; sufi; sufis; satanist
satanists; secularist; secularists; musulman; musulmanes; judio; judios; budista; budistas; evangelico; evangelicos
"""

ELECTION = """
election; elections; election day; ballot; ballots; the polls; polling; primary; primaries; runoff; run-off; midterm*; voter
voters; registered to vote; precinct; precincts; early voting; re-election; reelection; re-elect; reelect; re-elect*
reelect*; candidate; candidates; candidato; candidata; candidatos; candidatura; caucus; elected; elecciones; eleccion; urnas
boleta; gubernatorial; congressional; nominee; absentee; mail-in; drop box; voting booth; the booth; oval; ovals
running for; runs for; run for; challenger; incumbent; opponent; politics; political
politician*; contests; four more; democracy; turnout
"""

INTERNAL = """
steward; shop steward; stewards; lodge president; union president; union officers; officer elections; officers election
guild president; association president; local president; lodge officers; board seats; board election; board elections
executive board; e-board; bargaining team; bargaining committee; negotiating committee; treasurer of the local
sergeant-at-arms; sergeant at arms; recording secretary; secretary-treasurer; vice president; second vice president
at-large director; director seats; trustee election; pension board; pension trustee; delegates to the state convention
ratif*; tentative agreement; contract vote; contract offer; bylaw; bylaws; ta vote; members first; unit rep; shift rep
credit union; hoa; homeowners; pta; student council; student government; homecoming; prom; mascot; employee of the*
officer of the year; operator of the month; volunteer of the year; fan favorite; people's choice; t-shirt design
committee chair; faculty senate; civil service board; safety committee; unity slate; nominations; steward election
union election; pba treasurer; guild treasurer; union treasurer; lodge treasurer; internal candidate; finalist; finalists
interview panel; applicant; applicants; hiring panel; promotion list; promotional; shareholders; proxy; membership vote
mailed ballot; blue envelope; dsa president; for president of the association; station rep; class president
social committee; wellness committee; who pays dues; dues; unit president; unit chair; chapter president; chapter chair
branch president; president of this local; president of the local; president of this lodge; president of the lodge
president of this union; president of the union; president of the guild; president of this guild; this local; t.a.; the ta
"""

JOKE = """
coffee; taco; tacos; chili; cookie; cookies; pie; potluck; doughnut*; donut*; pizza; costume; costumes; ugly sweater
halloween; pumpkin; bracket; karaoke; playlist; cat; dog; k9; puppy; name; names; mug; menu; bbq; movie; sandwich; bagel*
salsa; cupcake*; bake-off; cook-off; decorat*; door decorating; office pool; fantasy league
"""

RULES = """
policy; policies; not permitted; not allowed; prohibit*; forbid*; forbidden; violat*; hatch act; may not; must not
shall not; do not forward; don't forward; report it; not on work; off this list; off the list; off city; take me off
remove me; off these; complaint; complaints; ethics; ethics commission; general order; special order; administrative order
code of conduct; reprimand*; does not endorse; don't endorse; doesn't endorse; do not endorse; impartial; nonpartisan
non-partisan; not endorse; no endorsement; cannot endorse; takes no position; no position; political activity; use of city
public resources; county e-mail; city e-mail; city email; work e-mail; work email; work account; is this allowed
please advise; filing as required; for the file; solicitation; whichever way; either way; however you like; all candidates
both candidates; all parties; either candidate; of all parties; any candidate; regardless; norma; veda; prohibid*
no se permite; equal time; equal space; on city time; this channel; stop sending; keep it off; not appropriate; facts only
no opinion; may give facts; phish*; spoof*
"""

REPORTING = """
suspect; suspects; victim; victims; complainant; reporting party; RP; case number; case no; vandal*; graffiti; stolen; theft
thefts; larceny; spray paint*; damaged; criminal mischief; trespass; supplement; supplemental; exhibit; booked; arrested
arrest; investigat*; detective; subpoena; defendant; defendants; plaintiff; docket; court order; records request
public records; responsive; redact*; foia; clips; digest; headlines; news clips; newspaper; tribune; gazette; herald
chronicle; courier; daily record; editorial; according to; reportedly; alleg*; accused; charged; charges; convicted
sentenced; arraign*; pleaded; pleads; prosecut*; felony; felonies; misdemeanor; traffic plan; road closure; closures
hard closure; motorcade; overtime detail; security plan; secret service; perimeter; permitted; after-action; after action
protest*; counter-protest; demonstrat*; scam; spoofed; phishing; fraud*; impersonat*; press release; media advisory
for immediate release; hearing; committee hearing; hb; sb; hf; sf; amended; signed into law; statute; ordinance
poll worker*; election worker*; tabulator*; canvass board; canvassing board; registrar; sample ballots; polling places
impartial analysis; fact sheet; legal notice; notice is given; found property; property room; lost and found; dispatched
official role; official visit; proponents; fiscal note; jurisdiction; ruling; testified; court; reported that; the paper
letters posted; forged; referral; op order; operations order; lawful; spokesman; spokeswoman; spokesperson; analysts
told reporters; legislation; subcommittee
"""

HOLY = """
baptiz*; bautiz*; salvation; born again; repent; arrepient*; pray; prayer; prayers; praying; oren; oracion; rosary; rosario
novena; sacrament*; heaven; eternity; tract; tracts; missionar*; misioneros; shahada; mitzvah; tefillin; mantra; no god
godless; pastor; imam; rabbi; prophetess; testimonio; faith; believers; his name; holy name*; his glory; spiritual; the word
lent; easter; sermon; avemarias; sinner*; amen; karma; goddess; nam-myoho-renge-kyo; evangel*; devotional
preacher; gods; religion; hallelujah
"""

CHAPLAIN = """
chaplain; chaplains; chaplaincy; on-call; on call; any faith; any belief; or none; of any; all faiths; every faith
of all faiths; funeral; memorial service; services for; visitation; burial; procession; condolence*; passed away; loss of
family asks; in our thoughts; thoughts and prayers; schedule; rota; roster; voluntary; accommodation; accommodate
leave request; holiday; holidays; calendar; permit; traffic; patrol; parking; security; house of worship; houses of worship
inmate; inmates; detainee*; volunteer badge; interfaith; invocation; detail; closed; closure; vandal*; victim; suspect
threat; threats; grant; policy; complaint; request; requests; training; policy reminder; kitchen; meals; polling place
shelter; food pantry; donation drive; blood drive; do not proselyt*; proselyt*; not evangelize; rental; wedding; get well
surgery; swap; cover
"""


def terms(listed: str) -> tuple[str, ...]:
    """The terms of a list that is separated by semicolons and line ends."""
    return tuple(term for line in listed.splitlines() for piece in line.split(";") if (term := piece.strip()))


CLASSES = (
    ("N", NAMED), ("O", OFFICES), ("D", DAYS), ("M", MEASURES), ("K", DEITIES), ("T", TEMPLES), ("B", BOOKS), ("F", FAITHS),
    ("E", ELECTION), ("I", INTERNAL), ("J", JOKE), ("R", RULES), ("G", REPORTING), ("H", CHAPLAIN), ("X", HOLY),
)  # fmt: skip
MASKED = frozenset("NPOMDKTBF")

WRITTEN = {
    "M": terms(
        """measure; prop; question; pregunta; amendment; initiative; referendum; proposal; propuesta; medida; enmienda; issue
        levy; bond"""
    ),
    "B": terms("john; juan; matthew; mateo; mark; marcos; luke; lucas; acts; james; peter; joel; genesis; exodus; daniel; sura"),
}
"""What shows a token that is not found as a term, but by its form."""
LINKED = {
    "L": ("://", "www.", "@", *(f".{suffix}" for suffix in SITES)),
    "D": ("D", "/", *(f"the {begins}" for begins in ("fi", "se", "th", "fo", "si", "ei", "ni", "te", *digits))),
}
"""What every link is written with one of, and every date: a term, or what masking.settle takes for one."""


Meaning = tuple[str, bool, tuple[str, ...]]
"""The class of a term, whether it is the start of a word, and how it must be written, if that counts."""


class Term(NamedTuple):
    """A found term: its class, and text[start:end]."""

    mark: str
    start: int
    end: int


_made = tuple.__new__
"""Makes a Term without a step in between: no other thing is made so often."""


class Words:
    """All terms, with those of the roster, and the needles of the rules: each as one automaton."""

    def __init__(self, more: Iterable[tuple[str, str]], rules: Sequence[tuple[Way, ...]], seen: Sequence[Seen] = ()) -> None:
        listed = (*((mark, term) for mark, many in CLASSES for term in terms(many)), *more)
        meanings: dict[str, list[Meaning]] = {}
        for mark, term in listed:
            stem, written = term.endswith("*"), term.strip("=*")
            forms = (written,) if term[0] == "=" else () if written == written.lower() else (written, written.upper())
            meanings.setdefault(written.lower(), []).append((mark, stem, forms))
        self._terms = ahocorasick.Automaton()
        for key, many in meanings.items():
            self._terms.add_word(key, (len(key), tuple(many)))
        self._terms.make_automaton()
        self._sieve = Sieve(_marked(listed), rules, seen, LINKED)

    def find(self, text: str, low: str, begin: int, stop: int) -> list[Term]:
        """The terms in text[begin:stop] in order of their ends; all are whole words. low: the text in small letters, as long."""
        found: list[Term] = []
        size = len(low)
        for last, (length, meanings) in self._terms.iter(low[begin:stop]):
            end = begin + last + 1
            start = end - length
            if start and low[start - 1].isalnum() and low[start].isalnum():
                continue
            whole = end == size or not low[end].isalnum()
            for mark, stem, forms in meanings:
                if (stem or whole) and (not forms or text[start:end] in forms):
                    found.append(_made(Term, (mark, start, end)))
        return found

    def rules(self, sentences: Sequence[str]) -> list[tuple[int, ...]]:
        """The numbers of the rules that may match in each sentence, given in small letters as the masked form has them."""
        return self._sieve.rules(sentences)


def _marked(listed: Iterable[tuple[str, str]]) -> Iterator[Marked]:
    """What shows a token in a text that is not masked yet."""
    for mark, term in listed:
        if mark in TOKENS:
            key = term.strip("=*").lower()
            yield key, key[0].isalnum(), not term.endswith("*") and key[-1].isalnum(), mark
    yield from ((written, False, False, mark) for mark, many in WRITTEN.items() for written in many)
