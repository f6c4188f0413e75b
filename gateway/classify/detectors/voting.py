"""Advice on how to vote: for or against somebody, a party or a slate."""

from gateway.classify.rules import FOR_OFFICE, Detector, row
from gateway.verdict import Kind

DETECTORS = (
    Detector(
        name="voting advice",
        kind=Kind.VOTING_ADVICE,
        says="It asks readers to vote for or against a candidate.",
        rows=(
            row(
                0.5,
                r"\bnot (?:telling|going to tell|gonna tell|here to tell) (?:anyone|anybody|you|grown adults"
                r"|people)\b<WIDE>\b(?:vote|what to do)\b<WIDE>\bbut\b",
                alone=1.0,
            ),
            row(
                0.45,
                r"\bwhen (?:<PERSON>) (?:is|gets?|wins?) ?(?:in charge|in office|elected|in)?\b<WIDE>\b(?:D"
                r"|do your part|vote|ballot)\b|\bdo your part (?:on|in) D\b",
            ),
            row(0.55, r"\bup for (?:re-?election|another term)\b", near="OP"),
            row(
                0.55,
                r"\b(?:write|remember) (?:down )?(?:those|these|this|that|her|his|one) (?:two "
                r"|three )?names?\b",
                near="OPED",
            ),
            row(
                0.6,
                r"\b(?:N|him|her|them) (?:is|are) (?:who|the (?:one|name)) you (?:ought to|should|want to"
                r"|need to)? ?(?:be )?(?:vot\w+|pick\w*|mark\w*)",
            ),
            row(
                0.55,
                r"\b(?:who (?:to|you should) vote for|whole list of who|picks already circled"
                r"|bubbled in for you|vote each other in)\b",
            ),
            row(0.6, r"\b(?:partisan (?:page|section)|right-hand column|left-hand column|every [rd]\b)", near="OPE"),
            row(0.5, r"\b(?:three|four|five|two) names\b|\b(?:use|for) all (?:three|four|five)\b", near="OPE"),
            row(
                0.55,
                r"\b(?:our|of ours|our side|our folks|our people|their people"
                r"|theirs)\b<WIDE>\b(?:lost the last|stay(?:ed)? home|down by|turn out|the bag"
                r"|another night)\b|\b(?:lost the last one|another night) <GAP>\b(?:ours|our)\b",
                near="EOP",
            ),
            row(0.55, r"\b(?:P|they|N) (?:don't|won't|can't|do not) win if\b"),
            row(
                0.8,
                r"\b(?:vote|voting|votes|pull the lever|cast (?:your|a) (?:vote|ballot)) (?:for"
                r"|4) (?:<TARGET>)(?: N)?(?: |[,.!?;:)]|$)(?!'s (?:name|logo))",
                near="OPE",
                alone=0.6,
            ),
            row(0.75, r"\bvote (?:for|4) [a-z' ]{3,40}(?:for|as|to|on|in) (?:the )?<OFFICE>"),
            row(
                0.55,
                r"\bvote (?:for )?(?:the )?(?:three|four|five|two|both)\b|\bvote (?:for|against) (?:every|all"
                r"|any|each|those|the ones|people who|whoever|candidates who)\b",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.75,
                r"\b(?:vote|voten|votemos|vota|elect|reelect|re-elect|vote early, vote) (?:por |against "
                r"|for )?N(?= ?(?:[,.!?:;*-]|$|for|to|on|D|and bring|again|'?2\d|20\d\d|into|in|/))",
                near="OPE",
                alone=0.65,
            ),
            row(
                0.75,
                r"\b(?:voting|vote|votes?|ballots?|lever|line|row|straight|all|everyone|every|solid"
                r"|down the)\b (?:a |the |for |all |every |any |straight |party |only |all the |for all "
                r"|for every |for any |whole )*(?:the )?P\b(?! (?:and|or|nor|) ?P)",
            ),
            row(0.72, r"\bstraight (?:N )?(?:ticket|party|line|P|r|d|line|green|red|blue|lever)\b"),
            row(
                0.72,
                r"\bvot(?:e|ing) (?:red|blue|green|right|left|straight|d|r|the ticket|our ticket|party line"
                r"|the party|column|row|line|smart|like your|the whole [a-z] side|accordingly|the slate"
                r"|our slate|union slate|pro-\w+|your badge|your paycheck)\b(?! (?:on|by|answer|hand|side))",
                near="OPE",
                alone=0.85,
            ),
            row(
                0.75,
                r"\bP (?:\w+ ){0,4}(?:all the way down|up and down|top to bottom|down the (?:line|ballot|page)"
                r"|from top to bottom|every office)\b|\b(?:all the way down|top to bottom"
                r"|from dog catcher up)\b<GAP>\bP\b",
            ),
            row(
                0.5,
                r"\b(?:all the way down|up and down the (?:line|ballot)|top to bottom|down the (?:ballot"
                r"|ticket))\b",
                near="OPE",
            ),
            row(
                0.75,
                r"\b(?:vote|voted|voting|votes) (?:<PERSON>|'em|em|these bums|the bums|every (?:last )?(?:one"
                r"|r|d)(?: of them)?|that \w+|those \w+) (?:the \w+ )?(?:out|back in|back out|in and|off)\b",
            ),
            row(0.78, r"\b(?:don't|do not|never|not) (?:ever )?vote (?:for|to) (?:N|him|her|them|a P|any P|P|keep)"),
            row(
                0.65,
                r"\b(?:don't|do not|never) (?:ever )?(?:send|put) (?:him|her|them|N) back\b|\bsend (?:him|her"
                r"|them|N) (?:packing|home|back to|to (?:O|congress|washington|the (?:state)?house|city hall"
                r"|the capitol))\b|\bthrow (?:the |every |all |each )*(?:bums|whole lot|lot|them|one of them"
                r"|last one)\b<GAP>\bout\b|\bthrow (?:him|her|them|N) out\b",
                near="OPED",
                alone=0.3,
            ),
            row(
                0.6,
                r"\b(?:turn|kick|run) (?:them|him|her|N|every one of them) out (?:of|in|on|at)?\b"
                r"|\bshow (?:them|him|her|N) the door\b|\b(?:get rid of|oust|unseat|fire"
                r"|firing) (?:<PERSON>)\b|\bclean house\b|\bretir(?:e|ing) this guy\b",
                near="OPE",
                alone=0.2,
            ),
            row(
                0.6,
                r"\b(?:to the polls (?:and vote )?for|get out(?: there)? and vote(?: for)?) <TARGET>(?: N)?",
                near="OPE",
                alone=0.8,
            ),
            row(
                0.68,
                r"\b(?:gets?|got|have|has|earned|asking for|ask for|count on|counting on|deserves?|appreciate"
                r"|need|needs|want|wants|win|honou?red to have) (?:\w+ )?(?:my|your|our|every|each of your"
                r"|all of our|every one of our) votes?\b",
                near="OPE",
                alone=0.35,
            ),
            row(
                0.62,
                r"\bneeds? (?:our|your|every|all our) votes?\b|\b(?:your|every) votes? (?:for|keeps?|is how"
                r"|are how|counts? for)\b|\ba vote for (?:N|him|her) is\b",
                near="OPE",
                alone=0.6,
            ),
            row(
                0.62,
                r"\b(?:mark|fill(?:ing)? in|bubble in|bubbled in|color in|check|punch|circle|tick|marquen"
                r"|marcar|rellenen)\b(?: \w+){0,3} (?:ovals?|bubbles?|box(?:es)?|circles?|casilla|donkey"
                r"|elephant|star|apple|name)\b (?:for|by|beside|next to|under|marked|that says|de|del|in"
                r"|and)\b<GAP>\b(?:N|P|O|yes|no|for|every|D|donkey|elephant)\b",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.55,
                r"\b(?:mark|fill in|bubble in|choose|pick|check|vote)\b (?:\w+ ){0,3}?(?:row|column"
                r"|line) [a-e]\b",
                near="OPE",
                alone=0.7,
            ),
            row(
                0.5,
                r"\b(?:donkey|elephant|donkeys|elephants)\b<GAP>\bD\b|\b(?:next to|every) (?:donkey"
                r"|elephant)\b|\bfollow the (?:donkey|elephant)\b",
            ),
            row(
                0.62,
                r"\b(?:you|we|they|people|folks) (?:all )?know (?:what to do|the box|which (?:box|lever|way"
                r"|one|name)|how to vote|who to vote for|who deserves)\b(?=.{0,30}(?:D|ballot|booth|polls"
                r"|election)|[.!]?$)",
                near="OPED",
                alone=0.2,
            ),
            row(
                0.62,
                r"\b(?:remember|think of|think about|hold on to|don't forget)\b<WIDE>\b(?:when (?:you"
                r"|we) (?:vote|get your ballot|are in the|go to the|fill)|at the (?:polls|ballot|booth)"
                r"|at the ballot box|in the (?:booth|voting booth)|come (?:D|election)|in D$|back in the booth"
                r"|ballots? (?:show|come|arrive)|on election day|on D$|in (?:november|the midterms)"
                r"|get your ballot)",
            ),
            row(0.5, r"\bremember (?:in )?(?:november|D)\b|\bremember (?:her|his|one|that) names?\b", near="OPE"),
            row(
                0.68,
                r"\b(?:keep|return|put|putting|get|getting|bring|send|sending|elect|electing|re-?elect"
                r"|re-?electing|reelecting|vote|voting) (?:<PERSON>|a real \w+)(?: N)? (?:back )?(?:in(?:to)?"
                r"|on|to|as|over) (?:the )?(?:<OFFICE>|office|bench|chair|congress|O's|city hall|power|board"
                r"|top|line|finish line|[a-z]+'s (?:chair|seat|office|desk)|that (?:seat|bench|office|chair))",
                near="OPE",
                alone=0.35,
            ),
            row(
                0.6,
                r"\b(?:keep|return|put|get|getting|bring|vote|voting) (?:<PERSON>)(?: N)? (?:back in|elected"
                r"|re-?elected|across the line|over the top|returned)\b",
                near="OPE",
                alone=0.6,
            ),
            row(0.6, r"\b(?:re-?elect|reelect|re-?electing)\b (?:<TARGET>|O)\b", near="OPE", alone=0.95),
            row(
                0.6,
                r"\b(?:let'?s|help|please|to|gotta|must|and|help us|we can|we must|can"
                r"|go) elect (?:a )?(?:<PERSON>|P|O|more)\b",
                near="OPE",
                alone=0.8,
            ),
            row(0.55, r"\belect N\b(?! (?:a unit|to save))", near="OPE", alone=0.7),
            row(
                0.55,
                r"\b(?:four|another four|two|six) more years?\b|\bearned (?:\w+ ){0,2}four more\b|\b(?:another"
                r"|a (?:second|third|fourth|fifth)) term\b|\bkeep (?:him|her|them|N) there\b"
                r"|\bkept? in office\b|\bfive more years of\b",
                near="OPE",
            ),
            row(
                0.6,
                r"\b(?:(?:winning|win|wins|beat|defeat|flip)\b|put .{1,20} over|get .{1,20} across the line)"
                r" (?:\w+ ){0,3}?(?:the )?(?:runoff|primary|election|race|seat|board|council|commission"
                r"|house|senate|court|county commission|N)\b",
                near="OPE",
                alone=0.2,
            ),
            row(0.62, r"\bN in D\b(?=[.!]|$)", near="OPE", on="november primary june march"),
            row(0.55, r"\bkeep (?:him|her|N) in N\b"),
            row(
                0.6,
                r"\bN(?: '2[0-9]| 20[23]\d)(?=[.!,?]|$| -)",
                near="OPE",
                alone=0.75,
                on="'2 202",
                seen=r"[^,] (?:'2|20[23])\d(?:[.!,?]| -|\W*$)",
            ),
            row(
                0.6,
                r"^(?:O )?N (?:for|4) (?:the )?<OFFICE>(?: all the way| \d+| D| place \d)?(?=[.!,]*$)",
                alone=1.0,
                seen=FOR_OFFICE,
            ),
            row(
                0.55,
                r"\bN (?:for|4|para) (?:the )?<OFFICE>(?:[!]+| all the way| is the right| in D|,? and)",
                seen=FOR_OFFICE,
            ),
            row(
                0.55,
                r"\b(?:take|carry|bring|put|print|cut|fold) (?:it|this|them|the card|the guide"
                r"|the list)\b<GAP>\b(?:booth|polls|wallet|with you (?:to|into) (?:the|vote)|carry it in"
                r"|use it D)",
                near="OPE",
                alone=0.4,
            ),
            row(
                0.55,
                r"\b(?:voter|voting|ballot|slate|pocket|palm|our|union|pba|fop|lodge|endorsement) ?(?:guide"
                r"|card|cards|picks|slate|endorsements)\b<WIDE>\b(?:follow|take|use|vote|print|carry"
                r"|top to bottom|marked|pass)\b",
                near="OPE",
            ),
            row(0.62, r"\bO(?: \d+| place \d+| seat \w+)?: N\b.{0,60}\bO(?: \d+| \w+)?: N\b"),
            row(
                0.6,
                r"\btell (?:your|the|everybody|everyone|people|them|all)\b<GAP>\b(?:to vote|N (?:for|in)"
                r"|vote)\b",
                near="OPE",
                alone=0.4,
            ),
            row(0.5, r"\b(?:pledge|pledges) (?:for|to vote|to support) (?:N|O)", near="OPE", alone=0.5),
            row(
                0.6,
                r"\bnot one vote for N\b|\bno votes? for N\b|\bN (?:does not|doesn't|won't) (?:get"
                r"|deserve) (?:my|our|your) vote\b",
                near="OPE",
                alone=0.9,
            ),
            row(
                0.55,
                r"\b(?:anybody|anyone|everybody|everyone|all) (?:who's |who is |who are )?(?:voting"
                r"|going in) (?:for )?(?:N|P)\b",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.5,
                r"\b(?:our|your) (?:side|folks|people|votes)\b<WIDE>\b(?:vote|polls|stay(?:s|ed)? home|ballot"
                r"|turn out|turnout|win|flip)\b",
                near="OPE",
            ),
            row(
                0.5,
                r"\b(?:we|you|let'?s) (?:can|need to|have to|must|will|are going to|gotta)? ?flip (?:it|the"
                r"|this|that)\b",
                near="OPE",
                alone=0.3,
            ),
            row(
                0.7,
                r"\b(?:voten|vote|votemos|vota|votar|marquen|marca) (?:todos? |todas? |solo |siempre |por "
                r"|a favor de |en contra de |puros? |los |las |el |la |todo )*(?:P|N"
                r"|O)\b",
            ),
            row(
                0.6,
                r"\b(?:denos|dele|denle|su|tu) voto\b<GAP>\b(?:N|campana|O|P)\b|\bvote[n]? por (?:ella|el"
                r"|ellos|todos los P|N)\b",
            ),
            row(0.5, r"\bde arriba (?:hasta )?abajo\b", near="OPE"),
        ),
    ),
)
