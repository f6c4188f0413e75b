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

VOTING = """
vote; votes; voting; voter; voters; voted; vote's; voto; votos; vota; voten; votar; votemos; votacion; ballot; ballots; boleta;
the polls; polls; polling place; urnas; the booth; voting booth; lever; pull the lever; straight; elect; elects; elected; re-elect; reelect; re-elect*; reelect*;
election; elections; elecciones; eleccion; slate; planilla; oval; ovals; bubble; bubbles; bubbled; straight ticket; runoff; run-off; primary;
primaries; primarying; midterm*; general election; early voting; absentee; drop box; precinct; four more; another term; second term; third term; fifth term;
fourth term; november; en noviembre; row a; row b; row c; row d; row e; mark your; marquen; marca; marcar; top to bottom; all the way down; down the line;
keep; keeps; gotv; polling; column; up in; up this; names; partisan; the box; next to; send him; send her; send them; vote blue; vote red; term; fill in; filled in; write-in; write in; the sheet; donkey; elephant;
your hands; get elected; keep him; keep her; keep them; return; back to; out of office; in office; the seat; seat; that seat; voice; defeat; beat; beats; oust; unseat; retire;
every one of them; the guide; voter guide; palm card; pocket card; the card; cheat sheet; my ballot; conservatives; flip; flips; bring three
"""

ENDORSING = """
endors*; back; backs; backed; backing; support; supports; supported; supporting; supporter; supporters; recommend; recommends; recommended; recommending; recommendation; recommendations; stand with; stands with;
stand behind; stands behind; standing with; standing behind; stood with; behind; our pick; our picks; pick; picks; nod; choice; trust; trusts; my money is on;
in your column; in her column; in his column; earned; deserves; deserve; respald*; apoy*; recomend*; candidata; candidato; candidate; candidates; running; runs; right for;
the real deal; proud; our guy; our girl; our man; our candidate; join me; right choice; best choice; the one who; the only one; is the only; by a mile; urge; urged; urges; in november; with us on; get elected; letter; op-ed;
real change; his opponent; her opponent; challenger; incumbent; opponent; gets my; has my; my vote; the next; next; lineup
"""

MONEY = """
$*; dollar; dollars; bucks; dolares; pesos; donat*; donor*; donar; dona; donen; donacion*; contribut*; contribuc*; aport*; chip in; chips in; pitch in; throw in; raffle; rifa; tickets; ticket; boleto*;
proceeds; proceed; every penny; every cent; every dime; every dollar; every nickel; every buck; fundrais*; fund-rais*; fund rais*; recauda*; check; checks; cheques; venmo; cash app; cashapp; zelle; paypal; gofundme; gift; gifts; give; giving;
PAC; pac; pacs; COPE; FIREPAC; war chest; per plate; a plate; a head; a chair; a table; sponsor*; host committee; filing fee; checkoff; check-off; deduct*; assessment; money bomb; match; matching; triple;
tripling; auction; bid; bidding; bowl; the pot; hat's going; the hat; passing the hat; reception; gala; golf; scramble; outing; dinner; breakfast; lunch; supper; barbecue; bbq; cookout; fish fry; chili; auctioned; campaign debt; recount fund; legal fund; maxed out; money; goes to; going to; re-elect account; mail budget; treasury; victory fund; checkbook*; envelope; owes; $; budget; pot; nickel
"""

WORK = """
yard sign; yard signs; yard-sign; yard-signs; lawn sign; lawn signs; sign crew; window sign; signs; sign; letreros; letrero; pancartas; door hanger; door hangers; hang doors; phone bank*; phonebank*; text bank*; textbank*; text-bank*; phone tree; canvass*; knock;
knocking; knocked; door knock*; doorknock*; lit drop; lit-drop; literature; flyers; flyer; volantes; volante; palm cards; palm card; push cards; mailer; mailers; mailing; mailings; postcard*; postcards; bumper sticker*; sticker; stickers; magnet; magnets; petition; petitions;
peticion; firmas; signatures; clipboard*; volunteer; volunteers; volunteering; voluntarios; voluntario; banner; banners; button; buttons; pins; pin; t-shirt; t-shirts; tee; tees; shirts; shirt; hats; mugs; coins; campaign; campaigns; campaigning; campana;
rally; rallies; meet and greet; meet & greet; meet-and-greet; house party; town hall; watch party; kickoff; kick-off; kick off; block captain*; block-walk*; blockwalk*; block walk*; precinct captain*; precinct chair*; headquarters; hq; campaign office; storefront; walk list; walk; walking;
walked; march; marching; parade; float; caravan*; volunteer shift*; honk; wave; dial; dialing; dialers; callers; call list*; calling; calls; letter; letters; op-ed; letter to the editor; ad; ads; radio spot; commercial; poll watcher*; poll challenger*; watchers; stuff envelopes; envelopes; block leaders; precinct; precincts; delegate;
delegates; caucus; caucuses; party; partido; convention; club; committeeman; committeewoman; committeeperson; precinct seat*; central committee; membership form; register; registration; registrat*; join; become a member; sign up; signup; sign me up; booth; table; poster; posters; placard*; campaign trail; stump; supporters; house meeting; team; crew; people; folks; placards; graphic; profile frame; frame; doors
"""

MEASURING = """
measure; measures; medida; prop; props; proposition; propuesta; proposal; question; pregunta; amendment; amendments; initiative; referendum; levy; bond; issue; charter; recall; repeal;
yes on; no on; vote yes; vote no; voting yes; voting no; vote for; vote against; vote it down; voting it down; mark yes; mark no; marked yes; say yes; say no; say no to; is a tax; yes; no; si a; si en; no a; no en; tax; annexation;
petition; petitions; oppose; opposing; opposed; opposition; defeat; against; for it; must pass; has to pass; pass; passed; passes; fail; fails; failed; afford; go down; poster; bubble; box; oval; sign
"""

OPINION = """
liberal; liberals; libs; leftist; leftists; lefties; left-wing; right-wing; right wing; left wing; right-winger*; conservative; conservatives; socialist; socialists; socialism; communist; communists; marxist*; fascist; fascists; fascism; maga; woke; progressive; progressives; snowflake; snowflakes;
brandon; resist; deep state; tree hugger*; red hats; the other side; other side; the other party; only one party; bums; these clowns; clowns; crooks; the president; the governor; the mayor; socialized; rino; rinos; antifa; patriot; patriots; blue wave; red wave; bluewave*; redwave*;
take our country back; take this country back; take back our; save america; drain the swamp; lock him up; lock her up; vote them out; voted out; vote him out; vote her out; out of office; throw them; throw him; throw her; throw out; throw every; throw the; throw the bums; get rid of; clean house; send them packing; send him packing;
send her packing; packing; show them the door; kick them out; both parties; one of these parties; party; tax and spend*; propaganda; amnesty; regime; the administration; this administration; in charge; in power; ashamed; never again; back in charge; grown-ups; adults; the right; the left; era; term; four years; statehouse; capitol; congress; assembly; november;
end of an error; miss me yet; big government; lame duck; war on cops; backs the badge; back the blue; back the badge; pro-choice; pro-life; unborn; open borders; border; pro-gun; pro-labor; anti-union; anti-labor; gun grabber*; second amendment; 2nd amendment; primary; voters; vote; ballot; booth; polls
"""

FAITH = """
god; god's; jesus; christ; cristo; jesucristo; dios; senor; lord; the lord; savior; saviour; salvador; gospel; evangelio; bible; biblia; scripture; scriptures; psalm; psalms; salmo; proverbs; prov; romans; ephesians; philippians; corinthians; isaiah; hebrews; revelation; book of acts; gospel of john; gospel of;
church; iglesia; pastor; preacher; prophet*; prophetess; sermon; worship; culto; alabanza; baptiz*; baptis*; bautiz*; salvation; salvacion; saved; unsaved; born again; repent; repent*; arrepient*; pray; prays; prayer; prayers; praying; prayed; oren; oracion; oraciones; rosary; rosario; mass; misa; novena; chaplet; confession*; sacrament*; adoration; saint; catholic; catholics;
heaven; hell; eternity; eternal; eternal life; holy spirit; holy ghost; espiritu santo; testimony; testimonio; revival; avivamiento; altar; altar call; tract; tracts; booklet; booklets; missionar*; misioneros; witness to; evangel*; disciple*; faith; fe; believe; believer; believers; amen; hallelujah; alleluia; praise; blessed; blessing; blessings; virgen; virgencita; avemarias; anointed;
islam; muslim; muslims; quran; qurans; qur'an; koran; allah; muhammad; mosque; masjid; imam; shahada; jumu'ah; jumuah; ramadan; eid; dawah; deen; torah; mitzvah; mitzvot; tefillin; shabbat; shabbos; chabad; rabbi; synagogue; hashem; kosher; jew; jewish; krishna; hare krishna; bhagwan; bhagavad gita; gita; satsang; kirtan; mantra; temple; templo; guru; guru's; ashram; vedic; chant; chanting; gongyo; nam-myoho-renge-kyo; myoho; buddha; buddha's; buddhist; buddhism; dharma; sangha; karma; meditat*;
sikh; sikhs; gurdwara; gurudwara; waheguru; guru granth*; baha'i; bahai; baha'is; baha'u'llah; bahaullah; book of mormon; latter-day; latter day; elders; joseph smith; jehovah; jehova; jehovah's; kingdom; watchtower; watch tower; the goddess; goddess; coven; wicca*; pagan; witchcraft; the craft; druid*; scientology; dianetics; falun; falun gong; falun dafa; the tao; taoist; shinto;
atheis*; ateo; humanis*; godless; secular; no god; skeptic*; freethinker*; free thought; superstition; superstitions; rosicruc*; unitarian; spiritual; spirit; soul; souls; alma; almas; lent; easter; good friday; ash wednesday; christmas; nativity; resurrection; risen; the cross; cross; sin; sins; sinner*; forgiv*; perdon*; devotional; verse; versiculo; ministry; ministries; ministerio; congregation; parish; his name; his glory; Him; cadena; chain; get right with; encounter; prophecy;
kneel; knees; on our knees; jw; congregacion; retiro; personality test; zen; refuge; enlighten*; awaken*; tabernacle; crusade; church's; vacation bible; bible study; alpha; rapture; end times; last days; antichrist; savior's
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
god; god's; jesus; christ; cristo; jesucristo; dios; the lord; our lord; savior; saviour; salvador; gospel; evangelio; bible; biblia; scripture; scriptures; psalm; psalms; salmo; church; iglesia; worship; culto; baptiz*; bautiz*; salvation; born again; repent; arrepient*; pray; prayer; prayers; praying; oren; oracion; rosary; rosario; mass; misa; novena; sacrament*; heaven; eternity; holy spirit; holy ghost; revival; altar; tract; tracts; missionar*; misioneros;
virgen; islam; muslim; muslims; quran; qurans; qur'an; koran; allah; mosque; masjid; imam; shahada; jumu'ah; jumuah; torah; mitzvah; tefillin; shabbat; shabbos; chabad; synagogue; hashem; krishna; bhagwan; gita; satsang; kirtan; mantra; temple; templo; buddha; dharma; sikh; gurdwara; waheguru; guru granth*; guru; baha'i; bahai; baha'u'llah; book of mormon; jehovah; jehovah's; watchtower; goddess; coven; scientology; dianetics; falun dafa; atheis*; no god; godless; pastor; prophetess; testimonio; faith; believers; Him; his name; prophet; spiritual; the word; congregation; catholic; catholics; christian; christians; lent; easter; sermon; ministry; tabernacle; encounter
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


CLASSES = (
    ("O", OFFICES), ("D", DAYS), ("M", MEASURES), ("v", VOTING), ("e", ENDORSING), ("c", MONEY), ("w", WORK), ("m", MEASURING),
    ("o", OPINION), ("x", FAITH), ("E", ELECTION), ("I", INTERNAL), ("J", JOKE), ("R", RULES), ("G", REPORTING), ("H", CHAPLAIN), ("X", HOLY),
)  # fmt: skip
MASKED = frozenset("NPOMD")


class Words:
    """All terms, with those of the roster, as one automaton."""

    def __init__(self, more: Iterable[tuple[str, str]] = ()) -> None:
        listed: dict[str, list[tuple[str, bool, str]]] = {}
        for mark, term in (*((mark, term) for mark, many in CLASSES for term in terms(many)), *more):
            stem, written = term.endswith("*"), term.rstrip("*")
            listed.setdefault(written.lower(), []).append((mark, stem, "" if written == written.lower() else written))
        self._automaton = ahocorasick.Automaton()
        for key, meanings in listed.items():
            self._automaton.add_word(key, (len(key), tuple(meanings)))
        self._automaton.make_automaton()

    def find(self, text: str, low: str) -> Iterator[Term]:
        """Every term of `text` (whose small letters are `low`, of the same length), words whole, in order of their ends."""
        size = len(low)
        for last, (length, meanings) in self._automaton.iter(low):
            start, end = last - length + 1, last + 1
            if start and low[start - 1].isalnum() and low[start].isalnum():
                continue
            whole = end == size or not low[end].isalnum()
            for mark, stem, written in meanings:
                if (stem or whole) and (not written or text[start:end] == written or text[start:end] == written.upper()):
                    yield Term(mark, start, end)
