"""Invitations to a candidate's or a party's events, and to join a party."""

from gateway.classify.rules import Detector, row
from gateway.verdict import Kind

DETECTORS = (
    Detector(
        name="candidate event",
        kind=Kind.PROMOTION,
        says="It invites readers to a candidate's event or promotes a candidate.",
        rows=(
            row(
                0.6,
                r"\b(?:meet|hear|come (?:and )?(?:meet|hear)|meet and greet|meet-and-greet|meet & greet"
                r"|coffee with|breakfast with|lunch with|house party|kick-?off|campaign kick-?off|rally"
                r"|reception|hear (?:him|her) out)\b<WIDE>\b(?:running for|candidate for|is running"
                r"|for (?:the )?<OFFICE>|our kind of candidate|challenger)",
            ),
            row(
                0.6,
                r"\b(?:meet and greet|meet-and-greet|meet & greet|rally|kick-?off|house party|fundraiser"
                r"|watch party|campaign event|town hall) (?:for|with) N\b",
                near="OPE",
            ),
            row(
                0.55,
                r"\bN (?:meet and greet|meet-and-greet|meet & greet|kick-?off|rally|lit drop|fundraiser"
                r"|watch party)\b<WIDE>\b(?:come|join|see you|bring|all welcome|be there)\b",
                near="OPE",
            ),
            row(
                0.5,
                r"\bN for O (?:kick-?off|rally|meet|lit drop|breakfast|dinner|party|event|cookout|picnic|lunch"
                r"|team|shirts?|signs?|fish fry)",
            ),
            row(
                0.6,
                r"\b(?:i|i'm|have|'ve)(?: have|'ve)? (?:decided to run|running|announced my run|filed to run|am running"
                r"|going to run) for (?:the )?<OFFICE>",
            ),
            row(
                0.48,
                r"\b(?:she|he|N|has|'s)(?: has)? (?:decided to run|running|announced (?:his|her) run|filed to run|is running"
                r"|going to run) for (?:the )?<OFFICE>",
            ),
            row(
                0.6,
                r"\b(?:new|great|good|the) (?:video|post|ad|interview|podcast)\b<WIDE>\b(?:N (?:page|campaign)"
                r"|share it|sign up|follow)\b",
                near="OPE",
                alone=0.5,
            ),
            row(0.5, r"\bN (?:page|account)\b<GAP>\b(?:share|like|tell)\b"),
            row(
                0.5,
                r"\b(?:supporters? of|people for|officers for|cops for|badges for|firefighters for"
                r"|families for|fire for|veterans for|teachers for|nurses for|moms for|law enforcement for"
                r"|blue families for) (?:N|[a-z]+)\b(?=.{0,40}(?:shirt|tee|sign|sticker|D|banner|join|mug|hat"
                r"|button|pin|group))",
                near="OPE",
                alone=0.5,
            ),
            row(
                0.5,
                r"\b(?:stand|standing|stood) (?:behind|next to|with) (?:him|her|N)\b<WIDE>\b(?:mailer|ad|photo"
                r"|picture|stage|camera|tv|rally|announce)",
                near="OPE",
                alone=0.6,
            ),
            row(
                0.5,
                r"\b(?:full house|fill the (?:room|front|rows|hall)|fill (?:his|her|their) seats"
                r"|wall of people|warm bodies|big crowd)\b",
                near="OPE",
            ),
        ),
    ),
    Detector(
        name="party",
        kind=Kind.PROMOTION,
        says="It invites readers to join or to work for a political party.",
        rows=(
            row(
                0.6,
                r"\bP (?:line|row|ballot line|petition|access petition|card|cards|registration"
                r"|ticket)\b(?! (?:leader|split))",
                near="E",
                alone=0.9,
            ),
            row(0.55, r"\b(?:come be|be normal with|hang out with|counted with|stand with) us\b", near="P"),
            row(
                0.68,
                r"\b(?:join|joining|register (?:with|as)|sign up (?:as|with)|sign in as|become|registered"
                r"|registering|switch(?:ing)? to|be counted|check the box for|membership (?:in"
                r"|with))\b<GAP>\bP\b(?!'s office)",
            ),
            row(
                0.68,
                r"\bP\b<WIDE>\b(?:join (?:us|me|with|up)?|become a (?:member|delegate|precinct)|sign (?:the|up"
                r"|in|a)|membership|welcome|come (?:and|be|to|out|hear)|delegates?|registration cards"
                r"|forms are|forms on|dues are|i have forms|first timers|who wants in|seats? left|two seats"
                r"|tickets|buy a seat|first-time|we need|needs (?:us|you|people|a voice)|first beer|bring (?:a"
                r"|your|the|somebody))",
            ),
            row(
                0.62,
                r"\b(?:come|join|bring|invite|table|seats?|bus|i bought|tickets?|hang out|dinner|picnic|brunch"
                r"|caucus|convention|club|happy hour|social|meet(?:s|ing)?|booth)\b<WIDE>\bP (?:club|dinner"
                r"|picnic|caucus|convention|party|women|committee|social|happy hour|booth|barbecue|breakfast"
                r"|lunch|ticket|house|crab feed|team|headquarters|hq|town|meeting|night|fundraiser)?",
                near="E",
                alone=0.6,
            ),
            row(
                0.6,
                r"\bP (?:club|dinner|picnic|caucus|convention|breakfast|social|happy hour|crab feed"
                r"|brunch)\b<WIDE>\b(?:come|join|welcome|bring|text me|ride|who'?s|let me|get you|saturday"
                r"|see you)",
            ),
            row(
                0.62,
                r"\b(?:caucus|delegates?|precinct (?:chairs?|seats?|committee\w+)"
                r"|central committee)\b<WIDE>\b(?:come|welcome|sign|we want|i want|we need|let me|join|show up"
                r"|bring|let's|forms?|become|good delegate)",
                near="P",
            ),
            row(
                0.55,
                r"\b(?:become|be|make you|i want|we want|want|need \d+) (?:\w+ ){0,3}?(?:delegates?"
                r"|precinct (?:chairs?|captains?|committee\w+))\b",
                near="PE",
                alone=0.7,
            ),
            row(
                0.55,
                r"\bthe party\b(?! (?:is|was|at|starts|tray|planning|room|for N's)\b)<WIDE>\b(?:needs|wants"
                r"|does better|has been good|ballot line|platform|notices|fill|uniforms|working folks|labor"
                r"|us)\b",
                near="PE",
                alone=0.4,
            ),
            row(0.55, r"\bonly (?:one )?party\b<GAP>\b(?:that|who|which|looking|stands?|backs?|gives?|cares?)\b"),
            row(
                0.55,
                r"\b(?:keep|get|win|gives?|save) (?:our|the party|a|the|its"
                r"|their) (?:\w+ )?(?:ballot )?line\b(?: (?:on|alive))?",
                near="PE",
            ),
            row(
                0.55,
                r"\b(?:change|switch) (?:your |my )?(?:party )?registration\b|\bchange your registration\b"
                r"|\bdays to switch\b",
                near="PEO",
                alone=0.6,
            ),
            row(
                0.55,
                r"\b(?:should|ought to|could|to|gotta) (?:be|become|vote|register) (?:a |as a )?P\b"
                r"|\bproper P\b|\bbring .{1,30} (?:to|into) the P\b",
            ),
            row(
                0.6,
                r"\b(?:el partido|club P|partido P|los P|P)\b<WIDE>\b(?:nos necesita|unete|unanse|afiliate"
                r"|vengan|reparti\w+|los esperamos|inscri\w+)",
            ),
        ),
    ),
)
