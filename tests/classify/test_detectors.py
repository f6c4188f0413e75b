"""Each detector, by pairs: what it is for, and the ordinary business that stands nearest to it."""

import pytest

from gateway.classify import detectors
from gateway.classify.detectors import spanish
from gateway.verdict import Category, Kind, Label
from tests.support.classify import judge

PAIRS = [
    (
        Kind.ENDORSEMENT,
        "After two rounds of interviews the board voted to endorse Marla Oyelaran for county sheriff.",
        "After two rounds of interviews the panel voted to hire Marla Oyelaran as records supervisor.",
    ),
    (
        Kind.ENDORSEMENT,
        "The Deputies Association is proud to stand behind Colm Reddick for Governor.",
        "The Deputies Association is proud to stand behind the families at tonight's vigil.",
    ),
    (
        Kind.ENDORSEMENT,
        "Priya Nand has my full support in the mayor's race, and I hope she has yours.",
        "Priya Nand has my full support for the lead dispatcher opening.",
    ),
    (Kind.ENDORSEMENT, "Apoyemos a Lucía Ferrer para alcaldesa.", "Apoyemos a Lucía Ferrer en su mudanza el sábado."),
    (
        Kind.VOTING_ADVICE,
        "Please vote for Hal Dreyer for council on Tuesday.",
        "Please vote for chili or tacos for the potluck by Tuesday.",
    ),
    (
        Kind.VOTING_ADVICE,
        "Send him packing in November and elect somebody who listens.",
        "Send him the packing list in November so the movers have it.",
    ),
    (
        Kind.VOTING_ADVICE,
        "Straight ticket this year, boys, from top to bottom for the Republicans.",
        "Straight edges only on the tool drawer labels this year, boys, from top to bottom.",
    ),
    (
        Kind.VOTING_ADVICE,
        "Go down the ballot and fill in the bubble next to Dreyer.",
        "Go down the answer sheet and fill in the bubble for each question.",
    ),
    (
        Kind.VOTING_ADVICE,
        "Voten por Ferrer el martes, compañeros.",
        "El martes cierra el centro de votación de la biblioteca a las siete.",
    ),
    (
        Kind.PROMOTION,
        "I have decided to run for City Council, Ward 3, come to my kickoff on Sunday.",
        "I have decided to run for the bus each morning, so meet me at the corner on Sunday.",
    ),
    (
        Kind.PROMOTION,
        "The county Democrats caucus on Saturday, come and be a delegate, first timers welcome.",
        "The county Democrats rent shelter 4 on Saturday; the deposit is paid.",
    ),
    (
        Kind.PROMOTION,
        "The county Republicans caucus on Saturday, come and be a delegate, first timers welcome.",
        "The county Republicans rent shelter 4 on Saturday; the deposit is paid.",
    ),
    (
        Kind.FUND_RAISING,
        "Tickets are $40, and all of it goes to the Dreyer campaign.",
        "Tickets are $40, and all of it goes to the children's ward.",
    ),
    (
        Kind.FUND_RAISING,
        "Make your check payable to Friends of Hal Dreyer and bring it on Friday.",
        "Make your check payable to the City and bring it to the permit counter on Friday.",
    ),
    (
        Kind.FUND_RAISING,
        "Sign the card: five dollars a check to our PAC, so that we can elect people who back us.",
        "Sign the card: five dollars a check to the coffee fund, so that we can buy a grinder.",
    ),
    (
        Kind.BALLOT_MEASURE,
        "Vote yes on Measure R, and tell your neighbors.",
        "Measure R is on page two of the sample ballot; the clerk's fact sheet has no opinion.",
    ),
    (
        Kind.BALLOT_MEASURE,
        "The levy has to pass, or we lose six positions in the jail. Vote for it.",
        "If the levy passes, the county assessor will mail new notices in January.",
    ),
    (Kind.BALLOT_MEASURE, "NO on 14. Spread the word.", "No parking on 14th Street. Spread the cones."),
    (
        Kind.CAMPAIGN_WORK,
        "Come phone bank for Dreyer on Thursday, there will be pizza.",
        "Come to the phone upgrade class on Thursday, there will be pizza.",
    ),
    (
        Kind.CAMPAIGN_WORK,
        "Dreyer yard signs are behind my desk, take two for your street.",
        "Two Dreyer yard signs were stolen on Elm Street; the suspect drove a grey truck.",
    ),
    (
        Kind.CAMPAIGN_WORK,
        "We need 200 more signatures by Friday to get Marla Oyelaran on the primary ballot.",
        "We need three more signatures by Friday on the evidence transfer form.",
    ),
    (Kind.LINK, "Have a look: https://dreyerforsheriff.example/signup", "Have a look: https://sheriff.county.example/signup"),
    (Kind.LINK, "https://secure.winred.com/dreyer/donate", "https://www.redcross.example/donate"),
    (Kind.LINK, "https://secure.actblue.com/donate/dreyer", "https://www.bluebook.example/parts"),
    (
        Kind.PARTISAN_OPINION,
        "The Democrats have ruined this county, and I hope everybody here remembers it in November.",
        "Two Democrats and a Republican filed for the seat, the clerk says.",
    ),
    (
        Kind.PARTISAN_OPINION,
        "The Republicans have ruined this county, and I hope everybody here remembers it in November.",
        "The Republicans and the Democrats each get one table at the fair.",
    ),
    (Kind.RELIGIOUS_PROMOTION, "Give your life to Jesus Christ today.", "Jesus Alvarez will give the range safety talk today."),
    (
        Kind.RELIGIOUS_PROMOTION,
        "Come to the mosque with me on Friday and hear the truth of Islam.",
        "The mosque on Elm Street asked for an extra patrol on Friday.",
    ),
    (
        Kind.RELIGIOUS_PROMOTION,
        "There is no god and no afterlife; come to our atheist meetup on Sunday and leave your church.",
        "The chaplain's roster for Sunday: any belief or none, call the desk.",
    ),
    (
        Kind.RELIGIOUS_PROMOTION,
        "Forward this prayer to ten people and God will bless you by Friday.",
        "Forward this form to payroll by Friday, and bless you for doing it early.",
    ),
    (
        Kind.RELIGIOUS_PROMOTION,
        "Cristo te ama; los espero el domingo en la iglesia.",
        "La calle de la iglesia se cierra el domingo por la procesión.",
    ),
]

CLEAR = [
    "County e-mail may not be used to support or oppose a candidate, a party or a ballot measure.",
    "The guild does not endorse candidates, and neither does the department.",
    "Polls are open from seven to eight. State law gives you two hours of paid leave to vote.",
    "The deadline to register to vote is October 7; the clerk's counter has the forms in six languages.",
    "Candidate Ortiz's rally is at the arena on Friday: twelve officers, no selfies, no buttons on the uniform.",
    "You are assigned to the polling place at Elmore School; stay outside the 100-foot line.",
    "Ballots for lodge president and two stewards are in your mailbox; vote by the 17th, count at the hall.",
    "The bargaining team asks you to vote yes on the tentative agreement at the ratification meeting.",
    "Gazette: firefighters back Tran for mayor. Tribune: council splits on Measure C. Carjackings are down.",
    "SB 881 passed committee 5-2 and is now in Appropriations; no action is needed.",
    "On-call chaplains for June: Rev. Sato, Rabbi Feld, Imam Haddad. Call for any belief or none.",
    "Our thoughts and prayers are with the Lang family. Services are on Saturday at Bethel Lutheran.",
    "Deputy Blum does not work from Friday sundown to Saturday sundown; the swap list is attached.",
    "Offices are closed for Good Friday, Eid and Rosh Hashanah as the calendar shows.",
    "Vote for the new coffee czar by noon: Dale or Tina.",
    "Jurors report to Department 14 at 8:30; ask for the judge's clerk.",
    "Is anybody selling a crib? My wife is due in May.",
    "Someone used our list to promote a candidate. Do not forward it; report it to the help desk.",
    "Give blood on Tuesday at Trinity Church hall, sign up with the nurse.",
    "Do not forget that you may not ask anybody to vote for a candidate.",
]


@pytest.mark.parametrize(("kind", "violation", "ordinary"), PAIRS)
def test_it_finds_what_it_is_for_and_leaves_the_business_that_stands_nearest(kind, violation, ordinary):
    category = Category.RELIGIOUS if kind is Kind.RELIGIOUS_PROMOTION else Category.POLITICAL
    verdict = judge(violation)
    assert verdict.labels[category] is not Label.CLEAR
    assert kind in {finding.kind for finding in verdict.of(category)}
    assert set(judge(ordinary).labels.values()) == {Label.CLEAR}


@pytest.mark.parametrize("text", CLEAR)
def test_ordinary_business_is_clear(text):
    assert set(judge(text).labels.values()) == {Label.CLEAR}


@pytest.mark.parametrize(
    "text",
    [
        "We do not endorse Hal Dreyer for sheriff.",
        "Nobody here may ask you to vote for Hal Dreyer.",
        "This is not an endorsement of Hal Dreyer.",
    ],
)
def test_what_is_denied_is_not_found(text):
    assert judge(text).labels[Category.POLITICAL] is Label.CLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Don't forget to vote for Hal Dreyer for sheriff on Tuesday.",
        "It has never been more important to re-elect Sheriff Dreyer.",
        "We cannot afford not to vote for Hal Dreyer for sheriff.",
        "I see no reason not to vote for Hal Dreyer for sheriff, friends.",
        "Do not hesitate to vote for Hal Dreyer for sheriff.",
    ],
)
def test_what_sounds_denied_and_is_not_is_found(text):
    assert judge(text).labels[Category.POLITICAL] is not Label.CLEAR


@pytest.mark.parametrize(
    "text", ["Le pido su apoyo para Hal Dreyer. Su voto cuenta el martes.", "Pedimos su voto en la elección."]
)
def test_a_vote_is_asked_for_in_spanish_too(text):
    assert judge(text).labels[Category.POLITICAL] is not Label.CLEAR


def test_not_telling_people_how_to_vote_but_doing_it_is_found():
    text = "I'm not telling anyone how to vote, but one of these two has never set foot in a squad car."
    assert judge(text).labels[Category.POLITICAL] is not Label.CLEAR


def test_urging_against_is_urging():
    assert (
        judge("Do not vote for Marsh. Tell your carpool. The sheriff's race is close.").labels[Category.POLITICAL] is Label.MATCH
    )


def test_every_detector_speaks_in_a_sentence_a_board_member_understands():
    for detector in detectors.ALL:
        assert detector.says.startswith("It ")
        assert detector.says.endswith(".")
        assert detector.rows


def test_no_detector_names_a_party_or_a_person():
    written = " ".join(row.pattern.pattern for detector in detectors.ALL for row in detector.rows).lower()
    for name in ("democrat", "republican", "libertarian", "trump", "biden", "harris", "obama"):
        assert name not in written


SPANISH = [
    ("Voten por Marisol Quintero el martes.", "Por favor voten en la encuesta del convivio."),
    ("Elijan a Nadia Park fiscal de distrito.", "El testigo elige a Nadia Park en la rueda de fotos."),
    ("Emitan su voto por Luis Okafor.", "El jurado emite su fallo por la tarde."),
    ("Voten no a la Medida 12.", "Midan otra vez las marcas y no a la medida de ayer."),
    ("Donen a la campaña de Marisol Quintero.", "Donen juguetes para la campaña de Navidad en el vestíbulo."),
    ("Nuestra asociación respalda a Luis Okafor para el concejo.", "La unidad respalda al agente Okafor en el registro."),
    ("Firmen la petición para revocar al concejal Frost.", "Firmen la petición de vacaciones antes del viernes."),
    ("Arrepiéntanse y crean en Jesús.", "Crean en la cita de las seis una lista de llaves."),
    ("Acompáñennos a orar cada mañana.", "Acompáñennos a revisar la sala cada mañana."),
]


@pytest.mark.parametrize(("appeal", "ordinary"), SPANISH)
def test_an_appeal_in_spanish_is_told_from_ordinary_business(appeal, ordinary):
    assert {finding.detector for finding in judge(appeal).findings} & spanish.NAMES
    assert not {finding.detector for finding in judge(ordinary).findings} & spanish.NAMES
