"""Telling words, which an appeal to vote or to believe is made of, and ordinary ones that look like them misspelt."""

_LISTED = """
vote votes voted voting voter voters elect elects elected electing election elections reelect reelection endorse endorses endorsed
endorsing endorsement endorsements support supports supported supporting supporter supporters candidate candidates candidacy
campaign campaigns campaigning donate donates donated donating donation donations donor donors contribute contributes contributing
contribution contributions congress congressman congresswoman senate senator senators governor mayor sheriff commissioner assembly
republican republicans democrat democrats democratic libertarian ballot ballots canvass canvassing canvasser canvassers petition
petitions referendum president presidential fundraiser fundraisers fundraising pledge pledges rally rallies
jesus christ christian christians salvation baptism baptize baptized prayer prayers praying church churches gospel worship
scripture
scriptures savior saviour repent repentance heaven bible almighty believer believers ministry allah islam muslim koran
mosque sermon
votar vota voten voto votos votemos votacion eleccion elecciones elegir elijan elijamos apoyar apoya apoyen apoyo apoyemos
candidato candidata
candidatos campana campanas alcalde alcaldesa gobernador gobernadora senador senadora congresista presidente partido boleta urnas
donar donen donacion donaciones contribucion contribuciones recaudacion republicano republicana democrata
jesucristo cristo iglesia oracion oraciones salvacion biblia evangelio arrepientanse bautismo
"""
TELLING = frozenset(_LISTED.split())
ORDINARY = frozenset(
    [
        "believe",
        "believes",
        "doors",
        "prying",
        "savor",
        "savors",
        "savory",
        "congressmen",
        "congresswomen",
        "senado",
        "turnouts",
        "payer",
        "payers",
        "haven",
        "canvas",
        "apollo",
        "dontae",
        "sherif",
        "devote",
        "bat",
        "ballet",
        "donator",
        "campaigned",
        "elector",
        "cristo",
        "crist",
        "senador",
        "candida",
        "assemble",
        "assembled",
        "rely",
        "relly",
        "parido",
        "party",
        "prey",
        "preyer",
        "preying",
        "paying",
        "playing",
        "praying",
        "layer",
        "elects",
        "pledged",
        "salivation",
        "bator",
        "chist",
        "chris",
        "sheriffs",
        "cherif",
        "alcaide",
        "urna",
        "bonar",
        "donal",
        "donas",
        "dona",
        "dono",
        "donna",
        "botar",
        "bota",
        "voy",
        "vos",
        "elegir",
        "bolet",
        "boletas",
        "boleto",
        "bolets",
        "minister",
        "ministy",
        "mayors",
        "gospels",
        "islams",
        "muslims",
        "mosques",
        "mosaic",
        "moque",
        "votive",
        "vetoed",
        "vetoes",
        "veto",
        "vets",
        "prayed",
        "churn",
        "campanas",
        "capana",
        "compana",
        "canpana",
        "condidate",
        "pesident",
        "resident",
        "residents",
        "moscow",
        "musli",
        "muslin",
        "islan",
        "island",
        "insist",
        "apoya",
        "poyo",
        "apollos",
        "apolo",
        "apoyo",
        "rallied",
        "ralley",
        "rallys",
        "railies",
        "relies",
        "allah",
        "alla",
        "halah",
        "dorn",
        "donors",
        "doner",
        "doners",
        "donar",
        "curches",
        "chuches",
        "supper",
        "supporters",
        "contribue",
        "repents",
        "repeat",
        "resent",
        "repaint",
        "bible",
        "bibles",
        "bile",
        "christen",
        "christie",
        "christina",
        "christine",
        "ceist",
        "christi",
        "cristian",
        "cristiano",
        "kristian",
        "senat",
        "senata",
        "sonata",
        "senates",
        "pledger",
        "plede",
        "turnouts",
        "turnour",
    ]
) - {"canpana", "senat", "ralley", "condidate", "plede", "contribue"}
"""What is a word or a name in itself and looks like a telling word misspelt."""

BACKWARDS = frozenset(word[::-1] for word in TELLING if len(word) > 3) - TELLING - {"nevaeh"}  # noqa: PLR2004  -- letters
"""Telling words from their ends, without what is a name."""
PARTING = {code: " " for code in range(128) if not chr(code).isalpha()}
"""Whatever is no letter."""


def parted(text: str) -> list[str]:
    """The words of a text in small letters, parted by whatever is ASCII and no letter."""
    return text.lower().translate(PARTING).split()
