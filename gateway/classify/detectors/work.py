"""Work for a campaign: signs, doors, telephones, petitions, shirts."""

from gateway.classify.rules import Detector, row
from gateway.verdict import Kind

_GEAR = (
    r"(?:(?:yard|lawn|window|campaign|corner)[ -]signs?|sign crew|signs|4x8s|door ?hangers?|lit[ -]drops?"
    r"|palm cards?|push cards?|bumper stickers?|stickers?|magnets?|buttons?|pins|t-?shirts?|tees?|shirts?"
    r"|mailers?|flyers?|postcards?|banners?|hats?|mugs?|placards?|literature|float|profile frames?)"
)
_TASK = (
    r"(?:phone ?-?bank\w*|text ?-?bank\w*|canvass\w*|door ?-?knock\w*|knock(?:ing)?(?: on)? doors|knocking"
    r"|block-?walk\w*|walk(?:ing)? (?:the )?(?:precincts?|streets|neighborhoods|doors)|stuff envelopes"
    r"|lit[ -]drops?|phone tree|poll watch\w*|hang(?:ing)? (?:doors|signs|banners)"
    r"|put(?:ting)? up .{0,20}signs|block captains?|precinct captains?|volunteer shifts?"
    r"|letters? to the editor|(?:campaign|N|P) headquarters|collect(?:ing)? signatures"
    r"|gather(?:ing)? signatures)"
)
_SIDE = (
    r"(?:N(?!:)|P|the campaign|for (?:him|her|the boss)|his campaign|her campaign|our candidates?|our slate"
    r"|<OFFICE>|(?:N|O)'s (?:people|campaign|folks|team|crew))"
)

DETECTORS = (
    Detector(
        name="campaign work",
        kind=Kind.CAMPAIGN_WORK,
        says="It recruits readers for a campaign or hands out campaign material.",
        rows=(
            row(0.6, r"\b(?:N|the campaign) headquarters\b", near="OPE", alone=0.5),
            row(0.5, r"\b(?:burgers|pizza|lunch|beer|kolaches|donuts|breakfast) (?:is |are )?on (?:the|his|her|N's) campaign\b"),
            row(
                0.55,
                r"\b(?:knocked|knocking|hit|walked|doors|phone list|call list|walk list)\b<WIDE>\b(?:campaign"
                r"|voters?|election|candidate|headquarters)\b",
                near="OP",
                alone=0.9,
            ),
            row(0.6, r"\b(?:honk|wave|holler|cheer)\w*\b<GAP>\b(?:for (?:N|him|her)|his name|her name)\b"),
            row(
                0.64,
                r"\b(?:yard signs?|lawn signs?|door ?hangers?|lit[ -]drops?|palm cards?|push cards?"
                r"|bumper stickers?|phone ?-?bank(?:ing|s)?|text ?-?bank(?:ing|s)?) (?:is |are |in "
                r"|up )?(?:for|of) (?:the |our |my |his |her )*(?:<PERSON>|man N|friend N|own N|candidates?"
                r"|slate|P|O)\b",
            ),
            row(
                0.64,
                r"\b(?:N|campaign)(?:'s)? (?:for O |4 O )?(?:yard signs?|lawn signs?|door ?hangers?"
                r"|lit[ -]drops?|palm cards?|push cards?|bumper stickers?|phone ?-?banks?|window signs?"
                r"|window stickers?)\b(?! (?:theft|case|complaint|was|were|found))",
            ),
            row(
                0.6,
                r"\b(?:put|putting|pull|hold|holding|need) <GAP>\bN's (?:right )?(?:back )?(?:signs?|out on)\b",
                near="OPE",
            ),
            row(0.7, rf"\b{_TASK}\b<WIDE>\b(?:for|with) (?:the )?{_SIDE}\b", near="OPE", alone=0.65),
            row(0.62, rf"\b{_SIDE}\b<WIDE>\b{_TASK}", near="OPE", alone=0.4),
            row(
                0.62,
                r"\b(?:grab|take|get|come get|pick up|ask|put|need|want|hang|have|got|get you|reply|request"
                r"|post|wear|stack of|bundle of|drop|dropping|dropped|bundles|in my|wants?|put me down for"
                r"|are in|hand out|handing out|left)\b<WIDE>\b(?:N|his|her|campaign|for N"
                rf"|the campaign)(?:'s)? (?:for O |campaign |re-?elect\w* )?{_GEAR}",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.62,
                rf"\b(?:N|campaign|his|her|O)(?:'s)? (?:for O )?{_GEAR}\b<WIDE>\b(?:grab|take|get|pick|want"
                r"|finish|bundles?|stack|come|wear|need|left|are in|here|put|walk|hand|in the office"
                r"|who can)\b",
                near="OPE",
                alone=0.45,
            ),
            row(0.62, rf"\b{_GEAR} (?:for|of) (?:the )?(?:<PERSON>|campaign|P)\b", near="OPE", alone=0.5),
            row(
                0.6,
                r"\b(?:yard|lawn|window|campaign) signs?\b(?! (?:theft|thefts|were|was|case|complaint|removal"
                r"|ordinance|damage|stolen|may|must|in the right|violat|near|within|policy|on (?:city|county)"
                r"|are (?:not|in the right)|rules?))",
                near="OPE",
                alone=0.3,
            ),
            row(
                0.55,
                r"\b(?:put|putting) up (?:a |your |yard |lawn )*signs?\b|\bsign (?:in|on) your (?:yard|lawn)\b",
                near="OPE",
                alone=0.4,
            ),
            row(0.62, r"\bvolunteer(?:s|ing)?\b<WIDE>\b(?:campaign|for N for|re-?elect|for (?:our )?candidates?|to elect|P)\b"),
            row(
                0.62,
                r"\b(?:campaign|N's people|N people|N team|N's team|N's folks|the committee"
                r"|re-?election (?:office|committee)|headquarters)\b<WIDE>\b(?:needs?|need|wants?|want"
                r"|would love|looking for|short|short on|asked for|could use|is cutting|are cutting|has a"
                r"|have a|hopes?)\b<GAP>\b(?:people|volunteers?|drivers?|bodies|callers?|dialers?"
                r"|phone-?bankers?|friendly faces|folks|us|names|walkers|twenty|ten|help|closers|hands"
                r"|text bank|phone bank|first-hand|real cop|all of you)\b",
                near="OPE",
                alone=0.6,
            ),
            row(
                0.6,
                r"\b(?:come|join|walk|knock|march|ride|meet)\b<GAP>\b(?:with us|with me|me|us)\b<WIDE>\b(?:for"
                r"|to elect|to help) (?:N|him|her)\b",
                near="OPE",
            ),
            row(
                0.6,
                r"\b(?:helping|help|working|work|walking|knocking|calling|dialing|volunteering|pitch in"
                r"|show up|showing up|parade|marching|collecting|drive|driving) (?:doors |voters "
                r"|calls )?(?:for|with|to elect|to help elect) (?:our |the |my )?(?:P|N's campaign|N for O"
                r"|campaign|candidate|slate|friend N|old partner N)\b",
            ),
            row(
                0.62,
                r"\b(?:signatures?|names|sign)\b<WIDE>\b(?:on the (?:P )?(?:primary )?ballot"
                r"|make the (?:P )?(?:primary )?ballot|get (?:him|her|N|O) on|nominating|nomination"
                r"|ballot access|ballot line)\b",
            ),
            row(0.58, r"\bneeds? \d+ (?:more |good )?(?:signatures|names)\b", near="OPE", alone=0.5),
            row(
                0.6,
                r"\b(?:letter to the editor|(?:open|our) letter|op-ed)\b<WIDE>\b(?<!by )(?:sign|signed|names?|add you"
                r"|reply yes|under mine)\b",
                near="OPE",
                alone=0.2,
            ),
            row(
                0.58,
                r"\b(?:rides?|drive|driving|lift) (?:\w+ )?to the polls\b<WIDE>\b(?:P|N|with us|our)\b"
                r"|\bdriving\b<WIDE>\bfor any P\b",
            ),
            row(
                0.55,
                r"\b(?:walk|march|parade|float|caravan)\b<WIDE>\b(?:campaign|with (?:N|him|her|O)|for (?:N|O)"
                r"|candidate|hand out|throw candy)\b",
                near="E",
            ),
            row(
                0.58,
                r"\b(?:watchers?|poll watchers?|challengers?|counting room)\b<WIDE>\b(?:our side|party|P)\b"
                r"|\b(?:P|the party)\b<WIDE>\b(?:watchers?|counting room|volunteers|shifts?)\b",
            ),
            row(0.55, r"\b(?:we (?:hit|knocked|did) \d+ doors|walking the precinct|more doors)\b", near="OPEN", alone=0.9),
            row(
                0.6,
                r"\b(?:voluntari\w+|letreros?|repartir|caminar|tocar puertas|llamadas)\b<WIDE>\b(?:campana|N|O"
                r"|P|planilla|candidat\w+)\b<GAP>",
                near="OPE",
                alone=0.5,
            ),
        ),
    ),
)
