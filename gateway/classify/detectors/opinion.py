"""Partisan opinion: weak by itself, so that a person looks at it."""

from gateway.classify.rules import Detector, row
from gateway.verdict import Kind

_CAMP = (
    r"(?:P|liberals?|libs|left(?:ists?|ies)|conservatives?|socialists?|communists?|fascists?|maga(?: crowd)?"
    r"|progressives?|snowflakes?|red hats|the other side|the other party|right-wingers?|the radical (?:left"
    r"|right)|rinos?|woke \w+|the far (?:left|right)|the (?:left|right)(?= (?:is|are|was|has|have|had|will|would|wants?"
    r"|can't|cannot|won't|hates?|ruin\w*|wreck\w*|want|lie[sd]?|took)\b|[.,!?;:]|$|'s))"
)
_BLAME = (
    r"(?:ruin\w*|wreck\w*|destroy\w*|gutt?\w*|kill\w*|hate\w*|sold (?:us )?out|betray\w*|lie[sd]?|lying"
    r"|crooks?|clowns?|idiots?|garbage|trash|disgrace|ashamed|shame|blame|thank|coddl\w*|war on|declared war"
    r"|come for|came for|coming for|took|steal\w*|into the ground|propaganda|pet causes|never again"
    r"|out of his mind|only care|want your|wants your|fascist|can't govern|cannot govern|bows|tax (?:you|us)"
    r"|owns? (?:this|every)|jokes?|tired of|sick of|sneer\w*|nothing but|open borders|soft on|let (?:them|him"
    r"|her) (?:out|beat|loose)|zeroed|run out|fought for|best thing|worst thing|thank them|the only ones)"
)

DETECTORS = (
    Detector(
        name="partisan opinion",
        kind=Kind.PARTISAN_OPINION,
        says="It takes a side between political parties.",
        rows=(
            row(0.55, rf"\b{_CAMP}\b<WIDE>\b{_BLAME}\b"),
            row(0.55, rf"\b{_BLAME}\b<WIDE>\b{_CAMP}\b"),
            row(
                0.55,
                rf"\b{_CAMP}\b<WIDE>\b(?:in november|D|vote|ballot|out of office|every office|last one"
                r"|needs? to be (?:gone|beaten|stopped)|voted out|turn them out|get thrown out|another term"
                r"|in charge|in power)\b",
                near="EP",
                alone=0.7,
            ),
            row(
                0.58,
                r"\b(?:vote|voting|voted|throw|turn|kick|get|beat|stop|defeat|resist|fight|fire|flip|back"
                rf"|elect|lever for)\b<GAP>\b{_CAMP}\b<GAP>(?:\bout\b|$|\.|!|\bvote\b|\b(?:again|ever)\b)",
            ),
            row(
                0.6,
                r"\blet'?s go brandon\b|\bmiss me yet\b|#(?:bluewave|redwave|maga|resist|backtheblue vote"
                r"|votered|voteblue)\w*|\bthe end of an error\b|\b(?:blue|red) wave\b|\bdrain the swamp\b"
                r"|\block (?:him|her) up\b|\bstop the steal\b|\bnot my president\b|\btake (?:our|this|back our"
                r"|back this) country(?: back)?\b|\bmake america\b",
            ),
            row(
                0.55,
                r"\bthank a (?:liberal|conservative|socialist|progressive|P)\b|\bstop socialism\b"
                r"|^resist\b[.!]|\bresist (?:maga|the)\b|\bresist\. persist\b",
            ),
            row(
                0.5,
                r"\b(?:one of these parties|one party|only one party|that party|the other party"
                r"|(?<!change )your party|our side|the other side)\b(?! of| party)",
                near="EPO",
            ),
            row(0.52, r"\bhow (?:many|do you know (?:a|when a)) P\b|\bhow many (?:liberals|conservatives)\b"),
            row(
                0.5,
                r"\b(?:never|no \w+ .{0,25}should ever|any .{0,30}) (?:vote|voting"
                r"|pulling the lever)? ?(?:for )?(?:a )?P\b<GAP>\b(?:again|ever|is out|mind)\b",
            ),
            row(0.5, r"\b(?:fwd|forward|pass it on|send (?:it|this)|share) if you agree\b", near="OPE"),
            row(
                0.48,
                r"\b(?:grown-?ups|adults|patriots|decent people|real americans)\b<WIDE>\b(?:back in charge"
                r"|in charge|turn them out|take .{1,20} back|vote)\b",
                near="OPE",
                alone=0.8,
            ),
            row(
                0.5,
                r"\b(?:bums|clowns|crooks|geniuses|snowflakes|jokers|socialists)\b<WIDE>\b(?:in|running|run"
                r"|on) (?:the )?(?:O|statehouse|washington|capitol|assembly|council|city hall|legislature)\b",
                near="OPE",
                alone=0.8,
            ),
            row(
                0.5,
                r"\b(?:november|D|the midterms|the primary|election)\b<GAP>\b(?:fix(?:es)? (?:it|that)"
                r"|is coming|will fix|can't come soon enough|take care of)\b|\bfix (?:it|that"
                r"|this) in november\b",
                near="OPE",
            ),
            row(
                0.5,
                r"\b(?:the O|the president|president N|O)\b<WIDE>\b(?:best thing to happen"
                r"|worst thing to happen|run out of|a disgrace|is a (?:liar|crook|clown|traitor|disaster|hero)"
                r"|bury (?:him|her))\b",
            ),
            row(
                0.5,
                r"\b(?:pro-?choice|pro-?life|pro-?gun|anti-?union|pro-?union|law and order) (?:candidates?|P|O"
                r"|majority|judges?)\b",
                near="OPE",
            ),
        ),
    ),
)
