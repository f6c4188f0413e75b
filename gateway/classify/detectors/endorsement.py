"""A person or an organisation stands behind somebody for a public office."""

from gateway.classify.rules import FOR_OFFICE, Detector, row
from gateway.verdict import Kind

DETECTORS = (
    Detector(
        name="endorsement",
        kind=Kind.ENDORSEMENT,
        says="It endorses somebody for public office.",
        rows=(
            row(
                0.55,
                r"\bN (?:for|4|para) (?:the )?(?:O|president|supervisor|trustee)\b(?! (?:to|said|says|has"
                r"|approval|review|signature|meeting|got|gets|was|were|paid|owes?|asked|rall(?:y|ies)|trucks?|tractor|float|bus|van|link"
                r"|placards?|signs?|mailers?|shirts?|stickers?|committee|account|table|booth|rental|bill)\b)",
                near="EP",
                alone=0.8,
                seen=FOR_OFFICE,
            ),
            row(
                0.5,
                r"\b(?:the only (?:one|candidate|person|member) (?:running|in (?:this|the"
                r"|that) (?:\w+ )?(?:O )?race|on the ballot|of that caucus))\b",
                alone=1.0,
            ),
            row(0.5, r"\b(?:from the top|number \d+|line \d+|last) <GAP>\bfor <OFFICE>"),
            row(
                0.5,
                r"\b(?:need|needs?|fix|route|get|gets?|want|time for|answer|somebody|deserves?)\b<GAP>\b(?:new"
                r"|different|better) (?:O|somebody new)\b",
                near="OPED",
            ),
            row(
                0.6,
                r"\b(?:need|needs|want) N (?:back )?(?:on|in) (?:the|that|our) (?:O|board|council|court"
                r"|commission|bench|seat)\b",
            ),
            row(
                0.55,
                r"\b(?:cops|officers|firefighters|nurses|teachers|families|badges|law enforcement|women|moms"
                r"|veterans|students|farmers|workers|labor|dispatchers|troopers|deputies|medics) for N\b",
            ),
            row(
                0.5,
                r"\b(?:my|his|her|our) (?:wife|husband|sister|brother|cousin|uncle|aunt|nephew|niece|mom|dad"
                r"|son|daughter|neighbor|friend|partner|sister-in-law"
                r"|brother-in-law)\b<WIDE>\b(?:on the ballot|running|is up for|in the race)\b",
                near="OPE",
            ),
            row(
                0.55,
                r"\b(?:i'd|i would|i'm asking|i ask|we ask|asking) (?:you |everyone )?(?:all "
                r"|every member )?(?:and \w+ )?to (?:back|support|stand with) (?:N|him|her)\b",
                alone=0.8,
            ),
            row(0.5, r"\bN (?:just |again )?for O\b.{0,3}$", seen=FOR_OFFICE),
            row(
                0.85,
                r"\bendors(?:es|ed|e|ing)\b(?! (?:or|any|candid|a cand|parties|the check"
                r"|checks)) <GAP>\b(?:for|as|in the race for|to) <OFFICE>",
            ),
            row(
                0.7,
                r"\b(?:has|have|is|are|we|i|voted to|proud to|proudly|board|members?|membership"
                r"|N) ?(?:unanimously |formally |officially |proudly |has |have )?endors(?:es|ed|e"
                r"|ing)\b <GAP><PERSON>",
                near="OPE",
                alone=0.6,
            ),
            row(0.75, r"\bendorse(?:s|d)? (?:a )?(?:<PERSON>|O)\b", near="OPE", alone=0.6),
            row(
                0.7,
                r"\b(?:my|our|his|her|their|full|unreserved|earned) endorsement\b(?!s? of (?:any|the product))",
                near="OP",
                alone=0.5,
            ),
            row(
                0.75,
                r"\b(?:backs?|backed|backing|supports?|supported|supporting|recommends?|recommended"
                r"|recommending|stand(?:s|ing)? (?:with|behind)|stood with|respald\w+|apoy\w+"
                r"|recomiend\w+) (?:a )?<TARGET>(?:,[^,]{0,40},)? (?:for|over|para|in the race for|as our next"
                r"|in the primary|at the polls|at the ballot)\b(?= ?(?:<OFFICE>|the (?:primary|challenger"
                r"|incumbent|race)|next|at|$)|[^.]{0,20}<OFFICE>)",
            ),
            row(
                0.62,
                r"\b(?:proud to (?:stand|back|support|recommend)|(?:is|are|am) (?:proudly )?(?:backing"
                r"|standing (?:with|behind)|recommending|supporting)|(?:voted|decided|agreed|chose|chosen"
                r"|moved)(?: unanimously| [\d-]+)? to (?:back|support|recommend|endorse))\b(?: behind"
                r"| with)? (?:the )?<PERSON>",
                near="OPE",
                alone=0.5,
            ),
            row(0.6, r"\brecommend(?:s|ing|ed)? (?:N|a yes|a no|voting)\b", near="OPE", alone=0.0),
            row(
                0.55,
                r"\b(?:support|back|stand with|stand behind|get behind|be behind|are behind|rally behind"
                r"|choose|pick|join us in supporting|trust) (?:<TARGET>)\b<GAP>(?:D|O|polls|ballot|election"
                r"|primary|over the|and vote|bench|office)",
                near="OPE",
                alone=0.3,
            ),
            row(
                0.7,
                r"\b(?:supports?|supporting|backing|backs?|behind) (?:the )?<PERSON>'?s? (?:re-?elect\w*"
                r"|campaign|candidacy|bid|run) ?",
            ),
            row(
                0.7,
                r"\b(?:supports?|supporting|backing|backs?|letter (?:for|supporting)"
                r"|open letter for)\b<GAP>(?:re-?election|re-elect\b)",
            ),
            row(0.5, r"\bopen letter for N\b|\bletter (?:supporting|backing|endorsing) N\b", alone=0.9),
            row(
                0.72,
                r"\b(?:has |have |with |gets? |give[sn]? |earned |got )(?:\w+ ){0,2}?(?:my|our|her|his|their"
                r"|whole) (?:\w+ ){0,2}?(?:full |unreserved |complete |total )?(?:support|backing|vote|votes"
                r"|endorsement)\b",
                near="OPE",
                alone=0.25,
            ),
            row(
                0.55,
                r"\b(?:N|he|she|they|who) (?:\w+ ){0,3}?(?:deserves?|has earned|have earned|'s earned"
                r"|earned) (?:\w+ ){0,3}?(?:votes?|support|trust|four more|another term|re-?election"
                r"|a (?:second|third) term|the job|to (?:stay|win|be elected|keep))\b",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.6,
                r"\b(?:is|'s|are) the (?:right|best|only|real|clear) (?:\w+ )?(?:choice|candidate|call|pick"
                r"|one|person|man|woman)\b(?= (?:for|in|to|on|who)\b| running|\.|,|$|!)",
                near="OPE",
            ),
            row(
                0.5,
                r"\b(?:N|he|she) (?:is|'s) (?:the only (?:one|candidate)|our (?:guy|candidate|pick"
                r"|choice|man|gal)|right for|the one who(?:'ll| will) (?:keep|fight|protect|fix|give))\b",
                near="OPE",
            ),
            row(0.36, r"\b(?:N|he|she)(?: is|'s) running\b", near="OPE"),
            row(0.6, r"\bour (?:pick|picks|choice|choices|endorsed candidates?) (?:for|in|is|are)\b", near="OPE"),
            row(
                0.55,
                r"\b(?:i'm|i am|we're|we are|i'd|went|going|go|all) (?:going )?(?:go )?(?:with"
                r"|behind) N\b(?= (?:for|in|over|on) |,? every time|[.!]|$)",
                near="OPE",
                on="^with ^behind",
            ),
            row(
                0.6,
                r"\bN (?:gets|has|got|earned) (?:the )?(?:nod|my vote|our vote|our trust|our support"
                r"|our backing|my support)\b",
                near="OPE",
                alone=0.4,
            ),
            row(
                0.55,
                r"\b(?:hope|ask|asking|urge|urging|want|invite|counting on|count on|'d like"
                r"|'d love)\b<GAP>\b(?:support|back|stand with|stand behind) (?:<TARGET>|our)\b",
                near="OPE",
                alone=0.2,
            ),
            row(
                0.6,
                r"\b(?:give (?:him|her|them|N) your (?:support|vote)|ask for your support (?:on|in|at|this)"
                r"|(?:have|earn|win|deserve|want|need|for) your (?:support|vote) (?:on D|in (?:the|D)|at the|D"
                r"|for))\b",
                near="OPE",
                alone=0.3,
            ),
            row(0.5, r"\bin your column\b|\bin (?:his|her) column\b|\b(?:his|her|your) column (?:in|on|come) D", near="OPED"),
            row(
                0.55,
                r"\b(?:would make|will make|makes?|be|going to be|gonna be|make one heck of) (?:a |an "
                r"|one )?(?:great|good|fine|terrific|excellent|heck of a) <OFFICE>",
            ),
            row(0.6, r"\bour next <OFFICE>|\b(?:the|your) next <OFFICE>(?= (?:N|right|is)|[,.!:]|$)"),
            row(0.5, r"\bthe next <OFFICE>", near="E"),
            row(0.55, r"\b(?:get|want|like to see|love to see|help get|helping) (?:\w+ )?<PERSON> elected\b"),
            row(0.5, r"\bwithdraw (?:our|its|the) (?:endorsement|support)\b"),
            row(0.45, r"\b(?:the real deal|had our backs?|good to us)\b", near="OPE"),
            row(
                0.6,
                r"\b(?:mesa directiva|sindicato|gremio|asociacion|nosotros|vamos a|decidio|apoyemos|apoyamos"
                r"|apoyo|apoyen|apoyar|respaldamos|respaldar|respalda|recomendamos)\b<GAP>\b(?:N"
                r"|O)\b<GAP>\b(?:para|al?|como|O)\b",
            ),
            row(
                0.6,
                r"\b(?:pido|pedimos|piden|solicit\w+|contamos con|cuento con) (?:su|tu|vuestro|el) (?:apoyo|voto)\b",
                near="NE",
            ),
            row(0.65, r"\b(?:todos|todas|vamos) (?:con|por) N (?:para|al?) O\b"),
        ),
    ),
)
