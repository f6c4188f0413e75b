"""Work for a campaign: signs, doors, telephones, petitions, shirts."""

from gateway.classify.rules import Detector, row
from gateway.verdict import Kind

_GEAR = r"(?:(?:yard|lawn|window|campaign|corner)[ -]signs?|sign crew|signs|4x8s|door ?hangers?|lit[ -]drops?|palm cards?|push cards?|bumper stickers?|stickers?|magnets?|buttons?|pins|t-?shirts?|tees?|shirts?|mailers?|flyers?|postcards?|banners?|hats?|mugs?|placards?|literature|float|profile frames?)"
_TASK = r"(?:phone ?-?bank\w*|text ?-?bank\w*|canvass\w*|door ?-?knock\w*|knock(?:ing)?(?: on)? doors|knocking|block-?walk\w*|walk(?:ing)? (?:the )?(?:precincts?|streets|neighborhoods|doors)|stuff envelopes|lit[ -]drops?|phone tree|poll watch\w*|hang(?:ing)? (?:doors|signs|banners)|put(?:ting)? up .{0,20}signs|block captains?|precinct captains?|volunteer shifts?|letters? to the editor|(?:campaign|N|P) headquarters|collect(?:ing)? signatures|gather(?:ing)? signatures)"
_SIDE = r"(?:N|P|the campaign|for (?:him|her|the boss)|his campaign|her campaign|our candidates?|our slate|<OFFICE>|(?:N|O)'s (?:people|campaign|folks|team|crew))"

DETECTORS = (
    Detector(
        name="campaign work",
        kind=Kind.CAMPAIGN_WORK,
        says="It recruits readers for a campaign or hands out campaign material.",
        rows=(
            row(0.6, r"\b(?:N|the campaign) headquarters\b"),
            row(0.5, r"\b(?:burgers|pizza|lunch|beer|kolaches|donuts|breakfast) (?:is |are )?on (?:the|his|her|N's) campaign\b"),
            row(0.55, r"\b(?:knocked|knocking|hit|walked|doors|phone list|call list|walk list)\b<WIDE>\b(?:campaign|voters?|election|candidate|headquarters)\b", near="OP", alone=0.9),
            row(0.6, r"\b(?:honk|wave|holler|cheer)\w*\b<GAP>\b(?:for N|his name|her name|N)\b"),
            row(0.64, r"\b(?:yard signs?|lawn signs?|door ?hangers?|lit[ -]drops?|palm cards?|push cards?|bumper stickers?|phone ?-?bank(?:ing|s)?|text ?-?bank(?:ing|s)?) (?:is |are |in |up )?(?:for|of) (?:the |our |my |his |her )*(?:<PERSON>|man N|friend N|own N|candidates?|slate|P|O)\b"),
            row(0.64, r"\b(?:N|campaign)(?:'s)? (?:for O |4 O )?(?:yard signs?|lawn signs?|door ?hangers?|lit[ -]drops?|palm cards?|push cards?|bumper stickers?|phone ?-?banks?|window signs?|window stickers?)\b(?! (?:theft|case|complaint|was|were|found))"),
            row(0.6, r"\b(?:put|putting|pull|hold|holding|need) <GAP>\bN's (?:right )?(?:back )?(?:signs?|out on)\b", near="OPE"),
            row(0.7, rf"\b{_TASK}\b<WIDE>\b(?:for|with) (?:the )?{_SIDE}\b", near="OPE", alone=0.65),
            row(0.62, rf"\b{_SIDE}\b<WIDE>\b{_TASK}", near="OPE", alone=0.4),
            row(0.62, rf"\b(?:grab|take|get|come get|pick up|ask|put|need|want|hang|have|got|get you|reply|request|post|wear|stack of|bundle of|drop|dropping|dropped|bundles|in my|wants?|put me down for|are in|hand out|handing out|left)\b<WIDE>\b(?:N|his|her|campaign|for N|the campaign)(?:'s)? (?:for O |campaign |re-?elect\w* )?{_GEAR}", near="OPE", alone=0.5),
            row(0.62, rf"\b(?:N|campaign|his|her|O)(?:'s)? (?:for O )?{_GEAR}\b<WIDE>\b(?:grab|take|get|pick|want|finish|bundles?|stack|come|wear|need|left|are in|here|put|walk|hand|in the office|who can)\b", near="OPE", alone=0.45),
            row(0.62, rf"\b{_GEAR} (?:for|of) (?:the )?(?:<PERSON>|campaign|P)\b", near="OPE", alone=0.5),
            row(0.6, r"\b(?:yard|lawn|window|campaign) signs?\b(?! (?:theft|thefts|were|was|case|complaint|removal|ordinance|damage|stolen|may|must|in the right|violat|near|within|policy|on (?:city|county)|are (?:not|in the right)|rules?))", near="OPE", alone=0.3),
            row(0.55, r"\b(?:put|putting) up (?:a |your |yard |lawn )*signs?\b|\bsign (?:in|on) your (?:yard|lawn)\b", near="OPE", alone=0.4),
            row(0.62, r"\bvolunteer(?:s|ing)?\b<WIDE>\b(?:campaign|for N for|re-?elect|for (?:our )?candidates?|to elect|P)\b"),
            row(0.62, r"\b(?:campaign|N's people|N people|N team|N's team|N's folks|the committee|re-?election (?:office|committee)|headquarters)\b<WIDE>\b(?:needs?|need|wants?|want|would love|looking for|short|short on|asked for|could use|is cutting|are cutting|has a|have a|hopes?)\b<GAP>\b(?:people|volunteers?|drivers?|bodies|callers?|dialers?|phone-?bankers?|friendly faces|folks|us|names|walkers|twenty|ten|help|closers|hands|text bank|phone bank|first-hand|real cop|all of you)\b", near="OPE", alone=0.6),
            row(0.6, r"\b(?:come|join|walk|knock|march|ride|meet)\b<GAP>\b(?:with us|with me|me|us)\b<WIDE>\b(?:for|to elect|to help) (?:N|him|her)\b", near="OPE"),
            row(0.6, r"\b(?:helping|help|working|work|walking|knocking|calling|dialing|volunteering|pitch in|show up|showing up|parade|marching|collecting|drive|driving) (?:doors |voters |calls )?(?:for|with|to elect|to help elect) (?:our |the |my )?(?:P|N's campaign|N for O|campaign|candidate|slate|friend N|old partner N)\b"),
            row(0.62, r"\b(?:signatures?|names|sign)\b<WIDE>\b(?:on the (?:P )?(?:primary )?ballot|make the (?:P )?(?:primary )?ballot|get (?:him|her|N|O) on|nominating|nomination|ballot access|ballot line)\b"),
            row(0.58, r"\bneeds? \d+ (?:more |good )?(?:signatures|names)\b", near="OPE", alone=0.5),
            row(0.6, r"\b(?:letter to the editor|(?:open|our) letter|op-ed)\b<WIDE>\b(?:sign|signed|names?|add you|reply yes|under mine)\b", near="OPE", alone=0.2),
            row(0.58, r"\b(?:rides?|drive|driving|lift) (?:\w+ )?to the polls\b<WIDE>\b(?:P|N|with us|our)\b|\bdriving\b<WIDE>\bfor any P\b"),
            row(0.55, r"\b(?:walk|march|parade|float|caravan)\b<WIDE>\b(?:campaign|with (?:N|him|her|O)|for (?:N|O)|candidate|hand out|throw candy)\b", near="E"),
            row(0.58, r"\b(?:watchers?|poll watchers?|challengers?|counting room)\b<WIDE>\b(?:our side|party|P)\b|\b(?:P|the party)\b<WIDE>\b(?:watchers?|counting room|volunteers|shifts?)\b"),
            row(0.55, r"\b(?:we (?:hit|knocked|did) \d+ doors|walking the precinct|more doors)\b", near="OPEN", alone=0.9),
            row(0.6, r"\b(?:voluntari\w+|letreros?|repartir|caminar|tocar puertas|llamadas)\b<WIDE>\b(?:campana|N|O|P|planilla|candidat\w+)\b<GAP>", near="OPE", alone=0.5),
        ),
    ),
)
