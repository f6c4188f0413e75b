"""Appeals in Spanish, in the plain forms that people write them in: they stand for themselves, whatever a scorer makes of them.

Scorers have seen far less Spanish than English. Texts are folded: `campaña` is `campana`, `él` is `el`.
"""

from gateway.classify.rules import Detector, row
from gateway.verdict import Category, Kind

_CALL = r"(?:voten|vota|votemos|votar|elijan|elijamos|elija|reelijan|reelijamos|reelegir|vote (?:usted )?(?=por ))"
_CAUSE = r"(?:N|P|O|candidat[oa]s?|planilla|ell[ao]s?|los nuestros)"
_TO = r"(?:por |a favor de |en contra de |contra |a |al |la |los |las |el |todos |todas |solo |siempre |de |nuestr[oa]s? ){0,4}"
_WHOM = r"(?:la |el |al |los |las |estos |estas )?(?:candidat[oa]s? )?(?:[a-z]{4,12} |O )?(?:N|P)\b"
_QUESTION = r"(?:M|medida|proposicion|pregunta)\b"

DETECTORS = (
    Detector(
        name="appeal in Spanish",
        kind=Kind.ENDORSEMENT,
        says="It asks in Spanish to vote, to give or to work for a candidate, a party or a ballot measure.",
        rows=(
            row(0.66, rf"\b{_CALL} {_TO}{_CAUSE}\b"),
            row(0.66, rf"\b(?:emit|d|denl|us|guard)\w{{1,3}} (?:su|tu|el) voto (?:por|a|para) {_WHOM}"),
            row(0.66, rf"\b{_CALL} (?:que )?(?:si|no) (?:a|en|por|al|contra) (?:la |el |esta )?{_QUESTION}"),
            row(0.62, rf"\balto a la {_QUESTION}|(?:^|[.!] |\bdigan |\bdiga )(?:no|si) a la {_QUESTION}"),
            row(0.62, r"\b(?:digan|digale|diganle|diganles)\b<GAP>\bque vot\w+ (?:no|si|en su contra|por|contra)\b"),
            row(
                0.66,
                r"\b(?:donen|dona|donemos|aporten|aportemos|cooperen|contribuyan|recauda\w*|boletos?)\b<WIDE>"
                rf"\b(?:campana|reeleccion|candidat[oa]s?) (?:de |a |al |para )?{_WHOM}",
            ),
            row(
                0.64,
                rf"\b(?:respald\w+|apoy(?:o|a|amos|emos|en)|recomend\w+) (?:a |por |con )?{_WHOM}<GAP>"
                r"\b(?:para|como|al?) (?:la |el )?(?:O|presidente|presidenta|juez|jueza|fiscal)\b",
            ),
            row(0.62, r"\b(?:unic[oa]|mejor|nuestr[oa]) candidat[oa]\b<GAP>\b(?:apoya|respalda|defiende|merece|para)\b"),
            row(
                0.62,
                r"\b(?:tocar puertas|hacer llamadas|voluntari\w+|letreros?|mitin)\b<GAP>"
                rf"\b(?:por|para|de|con) (?:la campana de )?{_WHOM}",
            ),
            row(0.62, r"\bN\b<GAP>\bmerece\b<GAP>\b(?:anos|periodo|termino|voto)\b|\bsalgan a votar por\b"),
            row(0.62, r"\b(?:agradec\w+|pido|pedimos|cuento con|contamos con) (?:mucho )?su voto\b"),
            row(0.62, r"\b(?:no podemos dejar que|hay que derrotar a|saquemos a) (?:la |el )?(?:O )?N\b"),
            row(0.6, r"\bfirmen\b<GAP>\b(?:peticion|destitu\w+|revoca\w+)\b<GAP>\b(?:N|O)\b"),
        ),
    ),
    Detector(
        name="call to faith in Spanish",
        kind=Kind.RELIGIOUS_PROMOTION,
        category=Category.RELIGIOUS,
        says="It calls readers in Spanish to believe, to pray or to come to worship.",
        rows=(
            row(0.68, r"\b(?:acept\w+|recib\w+|entreg\w+|reconoz\w+)\b<GAP>\b(?:K|salvador)\b"),
            row(0.66, r"\bK (?:es|son) (?:el|la) (?:unico|unica|camino|verdad|salvacion|respuesta|senor)\b"),
            row(0.66, r"\barrepientan\w*|\barrepientete\b|\b(?:crean|cree|confien|confia) en (?:el senor|K)\b"),
            row(
                0.66, r"\b(?:acompan\w+|vengan|unanse|los invito|les invito)\b<GAP>\b(?:orar|rezar|oracion|culto|misa|rosario)\b"
            ),
            row(
                0.66,
                r"\b(?:vengan|los invito|les invito|te invito|acompan\w+) a (?:mi|nuestra) (?:iglesia|T|congregacion|templo)\b",
            ),
            row(0.66, r"\b(?:K|dios) (?:los|las|te|nos|les) (?:esta llamando|llama|espera|perdona|salva)\b"),
            row(0.66, r"\b(?:lean|estudien) (?:el |la )?(?:B|coran|biblia|evangelio)\b<GAP>\b(?:paz|verdad|encuentr\w+|vida)\b"),
            row(0.64, r"\b(?:F|religion)\b<GAP>\b(?:es|son) la (?:unica |religion )?verdad(?:era)?\b"),
        ),
    ),
)
NAMES = frozenset(detector.name for detector in DETECTORS)
