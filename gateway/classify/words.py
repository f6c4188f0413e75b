"""The words that the rules are about, found in one pass (Aho-Corasick) over the text.

Each term belongs to a class. A capital class replaces the words in the masked text that the rules read: N a name, P a
party, O a public office, M a ballot measure, D a day. A class in small letters only marks the sentence: which
detectors look at it, and in what surroundings it stands.

A term ending in `*` matches as the start of a word. A term in small letters matches in any case; one with a capital
only as written, or all in capitals.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick

OFFICES = """
mayor; mayoral; vice mayor; alcalde; alcaldesa; governor; gubernatorial; gobernador; gobernadora; lieutenant governor;
lt. governor; sheriff; constable; coroner; county judge; probate judge; judge; justice; juez; jueza; circuit court;
superior court; supreme court; probate court; court of appeals; common pleas; the bench; magistrate; district attorney;
DA; D.A.; state's attorney; county attorney; city attorney; attorney general; AG; prosecutor; fiscal; public defender;
solicitor general; city council; town council; county council; metro council; city councilor; council seat; the council;
council; council member; councilmember; councilman; councilwoman; concejal; concejo; alderman; alderwoman; alderperson;
city commission; county commission; county commissioner; commissioner; commission seat; county board; county supervisor;
board of supervisors; county executive; selectman; select board; township supervisor; parish president; school board;
school trustee; board of ed; board of education; library trustee; junta escolar; water board; transit board;
utility board; port commission; health board; hospital board; park board; community board; city clerk; county clerk;
town clerk; circuit clerk; clerk of court; county treasurer; state treasurer; comptroller; county auditor; state auditor;
assessor; county recorder; register of deeds; registrar of voters; tax collector; secretary of state;
superintendent of public instruction; superintendent of schools; state superintendent; statehouse; state house;
state rep; state representative; state senate; state senator; senate; senator; senador; senadora; assembly seat;
state assembly; assemblyman; assemblywoman; assemblymember; legislator; legislature; legislative district; house seat;
house of representatives; house district; house of delegates; congress; congressman; congresswoman; congressional;
representative; congreso; diputado; diputada; vice president of the united states; president of the united states;
the presidency; the white house; public office; city hall; capitol hill; elected officials; lawmaker*; politician*
"""

DAYS = """
monday; tuesday; wednesday; thursday; friday; saturday; sunday; Mon; Tue; Tues; Wed; Weds; Thu; Thurs; Fri; Sat; Sun; tmrw;
january; february; March; april; May; june; july; august; september; october; november; december; Jan; Feb; Apr; Jun; Jul;
Aug; Sept; Sep; Oct; nov; Dec; tomorrow; today; tonight; this fall; this spring; next year; next time; fall; autumn;
lunes; martes; miercoles; jueves; viernes; sabado; domingo; enero; febrero; marzo; abril; mayo; junio; julio; agosto;
septiembre; octubre; noviembre; diciembre
"""

MEASURES = """
ballot measure; ballot question; ballot initiative; charter amendment; constitutional amendment; bond measure; bond issue;
school bond; parks bond; park bond; housing bond; station bond; road bond; roads bond; the bond; levy; the levy; school levy;
library levy; jail levy; fire levy; ems levy; ambulance levy; safety levy; renewal levy; school tax; sales tax; gas tax; millage;
referendum; annexation; rent control; rent relief; term limits; the recall; recall petition; recall sheets; recall effort; recall campaign; recall election; tax cap; the surcharge; half cent;
penny tax; rain tax; fluoride; the merger; half-cent; the amendment; the initiative; the proposition; medida; propuesta; proposicion; enmienda;
la pregunta; bono escolar
"""

DEITIES = """
god; jesus; jesus christ; christ; lord jesus; lord jesus christ; cristo; jesucristo; dios; the lord; our lord; el senor; savior; saviour; our savior;
salvador; messiah; holy spirit; holy ghost; espiritu santo; allah; krishna; lord krishna; shiva; ganesha; hashem; jehovah; jehova; yahweh; waheguru;
the guru; the goddess; the buddha; buddha; bhagwan; baha'u'llah; bahaullah; la virgen; virgencita; our lady; the almighty; the creator; Him; Jah
"""

TEMPLES = """
church; churches; iglesia; mosque; masjid; synagogue; shul; temple; templo; gurdwara; gurudwara; parish; chapel; tabernacle; cathedral; mass; misa;
worship; worship service; worship night; sunday service; sunrise service; healing service; culto; revival; tent revival; bible study; bible class;
sunday school; vacation bible school; bible camp; satsang; kirtan; jumu'ah; jumuah; jummah; friday prayer; friday prayers; shabbat; shabbos; coven;
sangha; adoration; prayer meeting; prayer breakfast; prayer group; prayer night; night of prayer; prayer circle; kingdom hall; ministry; ministerio;
congregation; congregacion; ashram; stake center; altar; altar call; sanctuary; chabad; vespers; puja; zendo; dharma talk; gospel concert; fellowship hall;
women's encounter; men's encounter; encounter weekend; prayer chain; secular assembly; atheist meetup; freethought meetup; sunday assembly
"""

BOOKS = """
bible; bibles; biblia; scripture; scriptures; gospel; the gospels; evangelio; quran; qurans; qur'an; koran; torah; talmud; bhagavad gita; gita; gitas; the vedas;
book of mormon; new testament; new testaments; hidden words; guru granth sahib; watchtower; the word of god; god's word; psalm; psalms; salmo; salmos; dianetics;
lotus sutra; dhammapada; the god delusion; kitab-i-aqdas; proverbs; ephesians; philippians; corinthians; romans; revelation; hebrews; isaiah; devotional; devotionals
"""

FAITHS = """
christian; christians; christianity; muslim; muslims; islam; jew; jews; jewish; judaism; hindu; hindus; hinduism; buddhist; buddhists; buddhism; sikh; sikhs;
sikhism; catholic; catholics; catolico; catolicos; baptist; baptists; mormon; mormons; latter-day saints; latter day saints; baha'i; baha'is; bahai; atheist; atheists; atheism;
humanist; humanists; humanism; wiccan; wicca; pagan; pagans; scientology; scientologist; falun dafa; falun gong; adventist; pentecostal; protestant; orthodox church;
evangelical; evangelicals; cristiano; cristianos; ateo; ateos; non-believer; non-believers; freethinker; freethinkers; non-catholics; lapsed catholics
"""

ELECTION = """
election; elections; election day; ballot; ballots; the polls; polling; primary; primaries; runoff; run-off; midterm*; voter; voters; registered to vote; precinct; precincts; early voting; re-election; reelection; re-elect; reelect; re-elect*; reelect*; candidate; candidates;
candidato; candidata; candidatos; candidatura; caucus; elected; elecciones; eleccion; urnas; boleta; gubernatorial; congressional; nominee; absentee; mail-in; drop box; voting booth; the booth; oval; ovals; yard sign; yard signs; lawn sign; lawn signs; running for; runs for; run for; challenger; incumbent; opponent; politics; political; politician*;
contests; four more; door hanger*; democracy; turnout
"""

INTERNAL = """
steward; shop steward; stewards; lodge president; union president; union officers; officer elections; officers election; guild president; association president; local president; lodge officers; board seats; board election; board elections; executive board; e-board; bargaining team; bargaining committee; negotiating committee;
treasurer of the local; sergeant-at-arms; sergeant at arms; recording secretary; secretary-treasurer; vice president; second vice president; at-large director; director seats; trustee election; pension board; pension trustee; delegates to the state convention; ratif*; tentative agreement; contract vote; contract offer; bylaw; bylaws; ta vote; members first; unit rep; shift rep;
credit union; hoa; homeowners; pta; student council; student government; homecoming; prom; mascot; employee of the*; officer of the year; operator of the month; volunteer of the year; fan favorite; people's choice; t-shirt design; committee chair; faculty senate; civil service board; safety committee; unity slate; nominations; steward election; union election; pba treasurer; guild treasurer; union treasurer; lodge treasurer; internal candidate; finalist; finalists; interview panel; applicant; applicants; hiring panel; promotion list; promotional;
shareholders; proxy; membership vote; mailed ballot; blue envelope; dsa president; for president of the association; station rep; class president; social committee; wellness committee; who pays dues; dues
"""

JOKE = """
coffee; taco; tacos; chili; cookie; cookies; pie; potluck; doughnut*; donut*; pizza; costume; costumes; ugly sweater; halloween; pumpkin; bracket; karaoke; playlist; cat; dog; k9; puppy; name; names; mug; menu; bbq; movie; sandwich; bagel*; salsa; cupcake*; bake-off; cook-off; decorat*; door decorating; office pool; fantasy league
"""

RULES = """
policy; policies; not permitted; not allowed; prohibit*; forbid*; forbidden; violat*; hatch act; may not; must not; shall not; do not forward; don't forward; report it; not on work; off this list; off the list; off city; take me off; remove me; off these; complaint; complaints; ethics; ethics commission; general order; special order; administrative order; code of conduct; reprimand*; does not endorse; don't endorse; doesn't endorse;
do not endorse; impartial; nonpartisan; non-partisan; not endorse; no endorsement; cannot endorse; takes no position; no position; political activity; use of city; public resources; county e-mail; city e-mail; city email; work e-mail; work email; work account; is this allowed; please advise; filing as required; for the file; solicitation; whichever way; either way; however you like; all candidates; both candidates; all parties; either candidate; of all parties; any candidate; regardless;
norma; veda; prohibid*; no se permite; equal time; equal space; on city time; this channel; stop sending; keep it off; not appropriate; facts only; no opinion; may give facts; phish*; spoof*
"""

REPORTING = """
suspect; suspects; victim; victims; complainant; reporting party; RP; case number; case no; vandal*; graffiti; stolen; theft; thefts; larceny; spray paint*; damaged; criminal mischief; trespass; supplement; supplemental; exhibit; booked; arrested; arrest; investigat*; detective; subpoena; defendant; defendants; plaintiff; docket; court order; records request; public records; responsive; redact*; foia; clips; digest; headlines; news clips; newspaper; tribune; gazette; herald; chronicle; courier; daily record; editorial;
according to; reportedly; alleg*; accused; charged; charges; convicted; sentenced; arraign*; pleaded; pleads; prosecut*; felony; felonies; misdemeanor; traffic plan; road closure; closures; hard closure; motorcade; overtime detail; security plan; secret service; perimeter; permitted; after-action; after action; protest*; counter-protest; demonstrat*; scam; spoofed; phishing; fraud*; impersonat*; press release; media advisory; for immediate release; hearing; committee hearing; hb; sb; hf; sf; amended; signed into law; statute; ordinance; poll worker*; election worker*; tabulator*; canvass board; canvassing board; registrar; sample ballots; polling places;
impartial analysis; fact sheet; legal notice; notice is given; found property; property room; lost and found; dispatched; official role; official visit; proponents; fiscal note; jurisdiction; ruling; testified; court; reported that; the paper; letters posted; forged; referral; op order; operations order; lawful; spokesman; spokeswoman; spokesperson; analysts; told reporters; legislation; subcommittee
"""

HOLY = """
baptiz*; bautiz*; salvation; born again; repent; arrepient*; pray; prayer; prayers; praying; oren; oracion; rosary; rosario; novena; sacrament*; heaven; eternity; tract; tracts; missionar*; misioneros; shahada; mitzvah; tefillin; mantra; no god; godless; pastor; imam; rabbi; prophetess; testimonio; faith; believers;
his name; holy name*; his glory; spiritual; the word; lent; easter; sermon; avemarias; sinner*; amen; bless; blessed; karma; goddess; nam-myoho-renge-kyo; evangel*; devotional; preacher; gods; religion; hallelujah
"""

CHAPLAIN = """
chaplain; chaplains; chaplaincy; on-call; on call; any faith; any belief; or none; of any; all faiths; every faith; of all faiths; funeral; memorial service; services for; visitation; burial; procession; condolence*; passed away; loss of; family asks; in our thoughts; thoughts and prayers; schedule; rota; roster; voluntary; accommodation; accommodate; leave request; holiday; holidays; calendar; permit; traffic; patrol; parking; security; house of worship; houses of worship; inmate; inmates; detainee*; volunteer badge; interfaith; invocation; detail; closed; closure; vandal*; victim; suspect; threat; threats; grant; policy; complaint; request; requests; training; policy reminder; kitchen; meals; polling place; shelter; food pantry; donation drive; blood drive; do not proselyt*; proselyt*; not evangelize; rental; wedding; get well; surgery; swap; cover
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A found term: its class, and folded[start:end]."""

    mark: str
    start: int
    end: int


def terms(listed: str) -> tuple[str, ...]:
    """The terms of a list that is separated by semicolons and line ends."""
    return tuple(term for line in listed.splitlines() for piece in line.split(";") if (term := piece.strip()))


