"""The words that the masks stand for, and the capitalised words that are no names.

All sides alike: what is listed here is what the model cannot tell apart. `*` at the end stands for any letters.
A term with a capital is only found as written, or all in capitals.
"""

import re
from collections.abc import Iterable

PARTY = """
democratic party; republican party; green party; libertarian party; constitution party; reform party; tea party; forward party
working families party; working families; alliance party; independence party; independent party; no labels; socialist party
democratic-farmer-labor party; democratic-farmer-labor; farmer-labor; dfl; gop; g.o.p.; grand old party; dnc; rnc; dccc; nrcc
dscc; nrsc; dga; rga; democrat; democrats; democratic; republican; republicans; libertarian; libertarians; dems; dem; repub
repubs; Greens; Rs; Ds; Progressives; blue wave; red wave; MAGA; demócrata*; democrata*; republicano*; republicana*
partido demócrata; partido democrata; partido republicano; partido verde; left-wing; right-wing; leftist*; rightist*; leftwing
rightwing; liberal; liberals; conservative; conservatives; socialist*; marxist*; communist*; fascist*; the left; the right wing
progressive caucus; freedom caucus; DSA; neighborhoods party
"""

FAITH = """
christian; christians; christianity; muslim; muslims; moslem*; islam; islamic; jew; jews; jewish; judaism; hindu; hindus
hinduism; buddhist; buddhists; buddhism; sikh; sikhs; sikhism; catholic; catholics; catholicism; católico*; católica*
catolico*; catolica*; baptist; baptists; methodist*; lutheran*; presbyterian*; episcopal*; anglican*; mormon; mormons; LDS
latter-day saint*; latter day saint*; baha'i; bahá'í; bahais; baha'is; bahai; atheist; atheists; atheism; atheistic; humanist
humanists; humanism; agnostic*; wiccan; wiccans; wicca; pagan; pagans; paganism; druid*; scientology; scientologist*
falun dafa; falun gong; adventist*; seventh-day adventist*; seventh day adventist*; pentecostal*; pentecostés; protestant*
evangelical*; evangélico*; evangelico*; orthodox; non-denominational; nondenominational; cristiano*; cristiana*; ateo; ateos
musulmán*; judío*; jehovah's witness*; testigo* de jehová; Witnesses; quaker*; mennonite*; unitarian*; jain; jains; jainism
taoist*; taoism; shinto; zoroastrian*; rastafari*; hebrew israelite*; santería; santeria; freethinker*; freethought
theosoph*; eckankar; messianic; hasidic; sunni; shia; shiite; sufi; zen; tibetan; krishna consciousness; hare krishna
"""

DEITY = """
god almighty; god; gods; jesus christ; lord jesus christ; lord jesus; jesus; christ; christ jesus; jesucristo; cristo
señor jesús; dios; the lord; our lord; Lord; el señor; the savior; our savior; savior; saviour; salvador; messiah; mesías
holy spirit; holy ghost; espíritu santo; allah; muhammad; prophet muhammad; the prophet; krishna; lord krishna; shiva; vishnu
ganesha; ganesh; hashem; jehovah; jehová; yahweh; adonai; waheguru; guru nanak; the guru; goddess; the goddess; buddha
the buddha; lord buddha; amitabha; bahá'u'lláh; baha'u'llah; bahaullah; virgen maría; la virgen; our lady; virgin mary
blessed mother; the almighty; almighty; the creator; creator; moon goddess; brigid; odin; jah; xenu; l. ron hubbard; yeshua
"""

TEMPLE = """
church; churches; iglesia*; mosque; mosques; masjid; masjids; mezquita*; synagogue; synagogues; sinagoga*; shul; temple
temples; templo*; gurdwara; gurdwaras; gurudwara; parish; parishes; parroquia*; chapel; chapels; capilla; tabernacle
cathedral; catedral; kingdom hall; ashram; coven; covens; sangha; mandir; chabad; monastery; abbey; ward house; stake center
meetinghouse; meeting house; zendo; islamic center; jewish center; house of worship; houses of worship; congregation
congregations; congregación
"""

BOOK = """
holy bible; bible; bibles; biblia; biblias; scripture; scriptures; gospel; gospels; evangelio; evangelios; holy quran; quran
qurans; qur'an; koran; corán; torah; talmud; tanakh; bhagavad gita; gita; gitas; the vedas; vedas; book of mormon
new testament; new testaments; old testament; guru granth sahib; watchtower; the watch tower; awake!; word of god; god's word
dianetics; lotus sutra; sutra; sutras; dhammapada; kitab-i-aqdas; hidden words; the god delusion; pearl of great price
"""

KEPT = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thurs fri sat sun january february march april
may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec lunes martes miércoles
jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre i i'm i'll
i've i'd ok tv am pm a.m p.m id ids it hr pto ot dui dwi owi cad rms swat k9 k-9 fto ftos ems emt emts cpr aed pdf rsvp fyi asap
vpn mfa dmv da das das' ada pd so sro sros sop sops bolo rfp rfps fmla eeo ada osha ppe covid covid-19 cdl dot usb url faq q&a
q a gis gps wifi wi-fi ac hvac er ert cert tbd tba eod eob iou po box re fw fwd rv cc bcc ps p.s n/a aka dob ssn mvr mvrs cctv
bwc mou mous cba mdt mdts mdc ceu ceus cle hipaa foia ncic leads irs fbi atf dea cdc fema dhs epa doj usps ups fedex us u.s usa
u.s.a america american americans english spanish inglés español latino hispanic black white asian congress senate house assembly
legislature capitol state states county city town township village borough district districts ward precinct department dept
division bureau office unit section squad platoon watch shift patrol station stations headquarters hq academy police sheriff
sheriffs sheriff's fire ambulance dispatch records property evidence detective detectives investigations traffic court courts
courthouse clerk clerk's attorney attorneys prosecutor prosecutors auditor assessor treasurer comptroller controller recorder
registrar registrar's elections election board council commission committee commissioner commissioners councilman councilwoman
councilmember councilmembers supervisor supervisors mayor mayor's governor governor's president vice senator senators
representative representatives congressman congresswoman judge judges justice justices magistrate chief chief's deputy deputies
captain lieutenant sergeant sergeants corporal officer officers chaplain chaplains chaplain's director manager manager's
superintendent principal school schools library parks park recreation public works water sewer finance payroll personnel human
resources purchasing facilities fleet garage it's planning zoning health hospital jail prison probation parole corrections
supreme circuit superior municipal federal ada act law code policy order special general administrative directive section title
article chapter rule regulation hatch charter ordinance resolution primary runoff caucus vote voter voters voting ballot ballots
poll polls polling election day super christmas easter thanksgiving halloween ramadan eid passover hanukkah diwali lent labor
memorial veterans independence new year year's years mother's father's valentine's easter holiday pac pacs super-pac yes no sí si
for mr mrs ms dr subject from sent to cc date dear hi hello team all everyone folks brothers sisters thanks thank regards best
local chapter steward contract room lot hall gym conference center building annex floor
road street st ave avenue route highway hwy interstate exit bridge north south east west northern southern eastern western no
internet web email e-mail facebook twitter instagram youtube zoom teams outlook excel word windows google iphone android venmo
paypal zelle cash app actblue winred whatsapp tiktok nextdoor signal slack constitution amendment bill senate congressional
social security medicare medicaid navy army marine marines coast guard national air force veteran vfw ged dna first second third
fourth step phase tier level part item items attachment attachments exhibit form forms page pages version draft minutes agenda
alcalde alcaldesa concejal gobernador gobernadora senador senadora juez jueza condado ciudad estado congreso distrito jefe
"""
"""Words that are kept, in small letters, although they are written with a capital within a sentence."""

PLAIN = """
vote votes voting elect elects re-elect reelect keep meet back support supports help please join endorse endorses donate give
send sign signs volunteer call text tell ask bring put push pass reject oppose stop fire dump save defend choose pick walk knock
canvass rally remember join thank thanks welcome congratulations hear see watch read share forward follow like visit get go come
let's lets why who what when where how if and but or so then also as at by for from in into of off on out over to up with about
after before because while since until unless the a an this that these those my our your his her their its we you they he she it
i me us them is are was were be been has have had do does did will would can could should may might must not no never yes every
all any some each both either neither one two three four five six seven eight nine ten only just even still now today tonight
tomorrow yesterday here there again proudly proud paid authorized sponsored re fw fwd subject attn note reminder fyi per via
apoya apoyen apoyemos vota voten votemos por para con el la los las un una unos unas de del que y o en al se su mi tu nuestro
nuestra queridos estimados hola gracias favor recuerden ayuda ayudemos elige sin sobre como cuando donde
"""
"""Words that are no names at the beginning of a sentence, even if a name follows."""

GIVEN = """
will mark grace bill april may june august hope faith joy rose dawn frank jack rob art drew gene pat sue chase grant guy miles ray
rich sandy skip summer victor wade dale dean cliff clay chuck brook brooke carol jean lance max nick olive page penny reed rod
ruby rusty stone terry tom violet ward warren bob don josh jesus christian mercy patience angel autumn bud buck buddy charity
clover daisy earl ernest forest fern ginger harmony heather holly hunter iris ivy jasmine jay jade jewel kit lily mason melody
misty pearl pierce piper prudence rex robin rowan royal sage scarlet sky sterling trip tripp trinity wren king prince duke bishop
major marshal marshall ty al ed jim tim kim sam dan ben joe lee pete dick woody wally norm gale gail flora dolly destiny constance
virginia georgia carolina dakota austin dallas houston madison jordan israel paris sydney chelsea chance cash colt cole cody
"""
"""Common words that are also first names: with a capitalised word behind them they are names."""

SURNAMES = """
ball banks barber bass beach bell best bird black bond bright brooks brown buck burns carter castle chambers chance cook counts
craft cross day driver fields flowers foster fountain friend frost fuller gamble garden gardener garner gates gay gold good grace
graves gray green guest hill holiday hood hope hunt hurt jewel joy keen keys king knight lake lamb lane lawless leaf lemon little
long lord love low lucky marks masters mays merchant miles mills moon nail noble oaks orange parks parsons peace peak pepper
pierce pike pope pound powell power powers precious price pride priest queen quick rain reader rice rich rider rivers rock root
rose rush salmon sands savage sellers sharp sheets shepherd shields silver simple slaughter smart snow sparks spears steel steward
stone storm strange strong summers sweet swift temple towns usher vest vine walker wall walls waters white wild winter winters
wise wolf wood woods worth wright young
"""
"""Common words that are also surnames: in capitals they are names behind another one, and where only a name fits."""

TITLES = """
mr mrs ms mx dr rev fr hon rep sen gov lt sgt capt cpt cpl det ofc officer chief deputy undersheriff captain sergeant lieutenant
corporal detective coach professor colonel col general gen justice president vice trustee supervisor treasurer auditor candidate
commissioner comm senior former incumbent pastor imam rabbi father sister brother reverend bishop deacon elder pandit granthi
swami uncle aunt don doña state us u.s juez jueza judge mayor sheriff senator governor congressman congresswoman representative
councilman councilwoman councilmember councilor alderman alderwoman ald clerk assessor attorney prosecutor delegate
assemblyman assemblywoman assemblymember director superintendent marshal constable secretary speaker chairman chairwoman chair
ambassador magistrate coroner lieutenant-governor city county district sen. rep. challenger alcalde alcaldesa senador senadora
gobernador gobernadora concejal engineer trooper agent master major admiral chaplain brigadier commander commandant battalion
"""

BODIES = """
association federation brotherhood guild union network league alliance coalition society fraternity benevolent confederation
caucus committee council order foundation institute fund lodge club congress project conference board chamber asociación sindicato
"""
"""What an association calls itself, behind other capitalised words."""

CIVIC = """
city county town school village borough state planning safety election elections general special court administrative executive
work purchase restraining protective training
"""
"""What stands before a board, an order or a council that is no association."""

MEMBERS = """
taxpayers citizens officers deputies firefighters teachers neighbors residents parents moms mothers dads veterans workers
families voters friends cops educators nurses seniors women men students homeowners people americans patriots troopers
professionals believers ratepayers retirees ciudadanos vecinos
"""
"""Whose association it is: Taxpayers in Uniform."""

SEATS = """
mayor sheriff governor gov senate senator congress house assembly council judge da ag clerk treasurer supervisor commissioner
commission schoolboard board assessor auditor president prosecutor trustee delegate justice coroner constable school county
city alcalde alcaldesa concejal juez
"""
"""Offices as they stand in the host names of campaigns."""


def listed(text: str) -> tuple[str, ...]:
    """The terms of a list separated by semicolons and line ends."""
    return tuple(term for line in text.splitlines() for piece in line.split(";") if (term := piece.strip()))


def words_of(terms: Iterable[str]) -> re.Pattern[str]:
    """Whole words; a term with a capital as written or all in capitals, the others in any case."""
    exact: list[str] = []
    loose: list[str] = []
    for term in terms:
        written = re.escape(term.rstrip("*")) + (r"\w*" if term.endswith("*") else "")
        (loose if term == term.lower() else exact).append(written)
        if term != term.lower() and term != term.upper():
            exact.append(re.escape(term.upper()))
    exact.sort(key=len, reverse=True)
    loose.sort(key=len, reverse=True)
    either = [f"(?i:{'|'.join(loose)})"] if loose else []
    return re.compile(rf"(?<![\w@])(?:{'|'.join(either + exact)})(?:['’]s)?(?!\w)")
