"""Money for a campaign, a party or a political committee."""

from gateway.classify.rules import IN_OFFICE, Detector, row
from gateway.verdict import Kind

_CAUSE = (
    r"(?:(?:N's|his|her|the|our|their|N|re-?election|O|mayoral|political|presidential"
    r"|congressional) campaign(?!s? sign| of| to (?:raise|promote|reduce|stop))|campaign de|re-?elect\w*"
    r"|war chest|friends of N|friends of [a-z]+ for|committee to (?:re-?)?elect|pac\b|pacs\b|super pac"
    r"|political action|N for (?:the )?(?:O|president|supervisor|trustee)(?!'s)|P\b|(?:our|the) slate|(?:our"
    r"|pro-\w+|P|council|endorsed|order) candidates?|(?:their|his|her|N's) primar(?:y|ies)|runoff"
    r"|independent expenditure|filing fee|yard signs|mailers?|radio (?:ads?|spots?|time)|get (?:him|her"
    r"|N) elected|joint fund|victory fund|recount|reelect|O race|bid for O|run for (?:the )?<OFFICE>|O hopeful"
    r"|sheriff's chair|cope\b|firepac)"
)
_MONEY = (
    r"(?:\$ ?\d[\d,.]*|\d+ (?:dollars|bucks)|dollars|bucks|donat\w+|contribut\w+|contribution|chip(?:s|ped"
    r"|ping)? in|raffle|tickets?|proceeds|every (?:penny|cent|dime|dollar|nickel|buck)|fund-?rais\w+|checks?"
    r"|venmo|zelle|cash|gift|a (?:plate|head|chair|bowl|table)|sponsors?|host committee|deduction|check-?off"
    r"|auction|the pot|money|hat's going|passing the hat|throw in|pitch in|give|giving|bidding|wristband)"
)

DETECTORS = (
    Detector(
        name="campaign fund-raising",
        kind=Kind.FUND_RAISING,
        says="It raises money for a campaign, a party or a political committee.",
        rows=(
            row(
                0.55,
                r"\b(?:re-?elect(?:ion)? (?:account|fund|lunch|dinner|breakfast|kick)|mail budget|victory fund"
                r"|war chest|campaign (?:account|fund|debt)|independent expenditure|N's treasury)\b",
                near="OPE",
                alone=0.9,
            ),
            row(
                0.55,
                r"\b(?:N for (?:the )?<OFFICE>|N's (?:re-?election|campaign)|the N campaign)\b<WIDE>(?:\$"
                r"|\b(?:pot|cookout|breakfast|dinner|supper|raffle|lunch|table|checkbook|bring|donate|give"
                r"|chip|level|envelope|kick-?off)\b)",
            ),
            row(
                0.55,
                r"(?:\$|\bbring \$?|\b(?:pot|cookout|breakfast|dinner|supper|raffle|lunch|table|checkbook"
                r"|bucks|dollars|fish fry|bowl|check|checks)\b)<WIDE>\b(?:N for (?:the )?<OFFICE>"
                r"|N's (?:re-?election|campaign)|the N campaign|<OFFICE> (?:hopeful|candidate|race))\b",
            ),
            row(
                0.72,
                rf"(?<!\w){_MONEY}(?!\w)<WIDE>\b(?:to|for|of|into|toward|towards|behind|retiring|help|at|from"
                rf"|benefits?|goes|the|into|on|in) (?:\w+ ){{0,3}}?{_CAUSE}",
            ),
            row(
                0.62,
                rf"\b{_CAUSE}<WIDE>(?:\$ ?\d|\b(?:chip in|donat\w+|contribut\w+|per plate|a head|a plate"
                r"|sponsor|suggested (?:gift|contribution|donation)|checks?|ten bucks|be generous"
                r"|come generous|buy a (?:bowl|ticket|strip|seat)))",
            ),
            row(
                0.72,
                r"\bchecks? (?:are |should be |made |go |payable )*(?:out )?(?:to"
                r"|payable to) (?:the )?(?:N (?:for|20\d\d|'?\d\d)|friends of|committee|citizens|N's campaign"
                r"|the campaign)",
            ),
            row(
                0.7,
                r"\b(?:goes|go|going|all|straight|everything|money|proceeds|half|every (?:penny|dime|cent"
                r"|dollar)|it)\b<GAP>\b(?:to|for|toward|getting|get|help|helps|helping) (?:help |getting |get "
                r"|send |electing |elect )?(?:N|him|her|the boss)(?:'s)? (?:win\b|elected|campaign"
                r"|in(?:to)? (?:the )?(?:O|office)|re-?elect\w*|keep)",
                near="OPE",
                alone=0.9,
                seen=rf" (?:win\b|elected|campaign|re-?elect|keep)|{IN_OFFICE}",
            ),
            row(
                0.68,
                r"\b(?:donate|chip in|give|contribute|send|throw) (?:\w+ ){0,3}?(?:to|for|at|toward) (?:N|his"
                r"|her|the) (?:for <OFFICE>|campaign|re-?elect\w*|account)",
            ),
            row(
                0.65,
                r"\bL\b<WIDE>\b(?:donate|chip in|match|midnight|deadline)\b|\b(?:donate|chip in|give"
                r"|contribute)\b<GAP>\bL\b",
                near="OPE",
            ),
            row(
                0.6,
                r"\b(?:match(?:ed|ing)?|tripl(?:e|ing)|doubl(?:e|ing))\b<GAP>\b(?:till|until|by|gift|gifts"
                r"|for (?:N|O)|deadline|midnight)\b",
                near="OPE",
                alone=0.3,
            ),
            row(
                0.6,
                r"\b(?:fundrais\w+|fund-rais\w+|gala|dinner|breakfast|reception|cookout|fish fry|chili supper"
                r"|crab feed|bbq|barbecue|golf|outing|classic|scramble|lunch|luncheon|happy hour|bingo|bowling"
                r"|raffle|supper|boil) (?:is )?for (?:\w+ ){0,2}?(?:N|O|him|her|our)\b<WIDE>(?:running|O"
                r"|re-?elect|campaign|election|up against|\$|plate|bowl|race|chair|D)",
                near="OPE",
            ),
            row(0.62, r"\bbring (?:your |a |the )*(?:checkbook|check|wallet)s?\b", near="OPE"),
            row(
                0.6,
                r"\b(?:outspent|outraised|short of the number|raise .{1,20} for (?:his|her|N)|empty war chest"
                r"|war chest|counts? donors|every donor|count donors|his number|her number)\b",
                near="OPE",
                alone=0.3,
            ),
            row(
                0.6,
                r"\b(?:one-time|special|monthly|payroll) (?:\$ ?\d+ )?(?:assessment|deduction"
                r"|contribution)\b<WIDE>\b(?:elect|defeat|independent expenditure|pac|campaign|candidates?)\b",
            ),
            row(
                0.62,
                r"\b(?:pac|cope|firepac|N pac)\b<WIDE>(?:\$|\b(?:give|sign|card|check|chip|help|support|join"
                r"|raise|dollars?|deduct\w*|members)\b)",
                near="OPE",
            ),
            row(
                0.6,
                r"(?:\$ ?\d+|\b(?:ten|twenty|five|twenty-seven|25|50|100) (?:bucks"
                r"|dollars)?)<WIDE>\b(?:so (?:we|he|she) can (?:elect|print|win|run|keep)|to (?:elect|defeat"
                r"|re-?elect|unseat|flip)) ?(?:N|him|her|the|a|our)?",
                near="OPE",
                alone=0.4,
            ),
            row(0.6, r"\b(?:venmo|cashapp|zelle)\b<WIDE>L\b<WIDE>\b(?:O|primary\w*|campaign|sign|print)\b", near="OPE"),
            row(0.5, r"\bfiling fee\b", near="OPE", alone=0.9),
            row(
                0.65,
                r"\b(?:boletos?|rifa|donar?|donen|dona|donativos?|aporta\w*|dinero|todo (?:es|se va)"
                r"|recauda\w*|dolares)\b<WIDE>\b(?:campana|reeleccion|candidat\w+|O|P|letreros)\b",
            ),
            row(0.6, r"\b(?:su |tu )?(?:voto y su )?(?:contribucion|donacion|aportacion)\b<GAP>\bcampana\b"),
        ),
    ),
)
