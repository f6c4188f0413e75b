"""Religious promotion, of any faith or of none: invitations to worship or to convert, and scripture pressed on readers.

In the masked text K is a deity, T a place or an hour of worship, B a scripture, F a faith or its followers, whichever.
"""

from gateway.classify.rules import Detector, row
from gateway.verdict import Category, Kind

DETECTORS = (
    Detector(
        name="invitation to a faith",
        kind=Kind.RELIGIOUS_PROMOTION,
        category=Category.RELIGIOUS,
        says="It urges readers to take up a faith, or to leave one.",
        rows=(
            row(
                0.85,
                r"\b(?:accept|receive|trust(?:ed)?(?: in)?|surrender(?: \w+){0,2} to|turn to|come (?:back )?to"
                r"|follow|believe in|know|meet|embrac(?:e|ing)|seek|get right with|right with|rely on"
                r"|put your (?:faith|trust) in|ready for|thinking of embracing) (?:the |our |a |that "
                r"|about )?(?:K|F)\b(?!'s| N)(?! (?:faith|religion|holiday|community|employees|chaplain"
                r"|inmates?|meeting|moment|talk|speech|conversation|session|phase))",
            ),
            row(0.56, r"\bfound (?:the |our |a )?(?:K|F)\b(?!'s| N)(?! (?:faith|religion|holiday|community|employees))"),
            row(
                0.85,
                r"\b(?:(?:give|given|gave|giving|hand|handing|open|surrender)\b|entreg\w+) (?:him |her )?(?:your|my"
                r"|his|their|over|the|su|tu|yourself|your) ?(?:whole |own )?(?:life|lives|heart|hearts|family"
                r"|soul|wheel|vida|corazon|worries)?\b<GAP>\b(?:to|a|over to) (?:K|him|her)\b",
                near="K",
            ),
            row(0.85, r"\b(?:asked?|let|invited?) K (?:in\b|into|change|heal|remake|be|do the rest|guide|carry)"),
            row(
                0.8,
                r"\b(?:asked?|let|invited?) (?:him|her) (?:into (?:your|my) (?:heart|life)|change|heal|remake"
                r"|do the rest|guide|carry|set (?:you|me))\b",
                near="KTBFX",
            ),
            row(
                0.8,
                r"\bK (?:saves|can save|will save|can change|will change|changed my|wants you|is calling"
                r"|is waiting|loves you|heals|can heal|will heal|sana|salva|te ama|tiene un plan|has a plan"
                r"|has a word|died for|set(?:s)? (?:you|me)|is (?:the )?(?:lord|real|answer|only)|came|viene"
                r"|vive|me saco|is walking|bows?|answers|forgives|lifts?|told me|did for me)\b",
                near="KTBFX",
            ),
            row(
                0.82,
                r"\b(?:repent(?:ance)? (?:and|while|or|ye|before|of|,)|^repent|repent\b[.!]|be saved\b"
                r"|get saved|see you saved|(?<!asked if )you(?:'re| are) saved|born again|be baptized|ready to be baptized"
                r"|sinner's prayer|walk (?:that|the) aisle|take refuge in|say the shahada"
                r"|teach you the shahada|be received into|arrepient\w+|be dedicated|become a F"
                r"|ready to sign your card|join the church)\b",
                near="KTBFX",
            ),
            row(
                0.72,
                r"\b(?:do you know|have you (?:ever )?(?:given|trusted|accepted|asked|let|found|heard|met)"
                r"|if you(?:'ve| have)? (?:never|don't|ever)|never once|never|hasn't|doesn't|don't"
                r"|who) (?:\w+ ){0,4}?(?:know |need(?:s)? |heard |found |asked |trusted "
                r"|met )(?:about )?(?:the )?(?:K|B)\b",
            ),
            row(
                0.7,
                r"\b(?:do you know|have you (?:ever )?(?:given|trusted|accepted|asked|let|found|heard|met)"
                r"|if you(?:'ve| have)? (?:never|don't|ever)|never once|never|hasn't|doesn't|don't"
                r"|who) (?:\w+ ){0,4}?(?:know |need(?:s)? |heard |found |asked |trusted "
                r"|met )(?:about )?(?:the )?him\b",
                near="KTBX",
            ),
            row(
                0.7,
                r"\b(?:where will you spend eternity|heaven and hell|going to heaven|road to heaven"
                r"|eternal life|the kingdom (?:is|of)|kingdom is (?:near|close)|no hope (?:for|outside)"
                r"|outside of (?:K|him)|no other name|one name by which|only (?:one )?(?:true|way|path|road"
                r"|name|light|thing that works)|one true (?:church|practice|god|faith|way)|surest (?:road|way)"
                r"|highest truth|no K but|promised one|the path of K|truth of F|the true way|way home to K"
                r"|home to K|walk you into it|path every|founded by the apostles|the old true way"
                r"|one light that carries|no truer way|one church)\b",
                near="KTBFX",
            ),
            row(
                0.68,
                r"\b(?:running|away|drifted|wandered|fallen away|far) (?:from|off from) (?:the )?(?:K|T|F"
                r"|faith)\b|\b(?:lapsed|drifted|wandered off|fallen away)\b<WIDE>\b(?:T|F|come home"
                r"|sacraments)\b|\bcome (?:back|home) to (?:the )?(?:T|K|sacraments|faith)\b|\b(?:come"
                r"|came) back to K\b",
            ),
            row(
                0.6,
                r"\bK\b<WIDE>\b(?:ask me (?:about|how)|come hungry|tell me (?:you|when)|call me|e-?mail me"
                r"|invite you|urge (?:you|each|every)|i'd be honou?red|join me)\b",
            ),
            row(0.62, r"\bask me (?:about|how|what)\b(?= F| K|[.! ]{0,2}$)", near="KF"),
            row(
                0.62,
                r"\b(?:i )?(?:urge|ask|want|invite|beg|love for|would love|praying|would like"
                r"|like) (?:each of |all of |every one of |every man |any of )?(?:you|ye|them|this whole team"
                r"|my whole crew|everyone)\b<WIDE>\b(?:K|T|B|F|saved|pray|chant|shahada|baptized|altar)\b",
            ),
            row(
                0.62,
                r"\b(?:change|changed|open|transform|save|heal|feed|lift|turn) (?:your|my|the|his|her"
                r"|their) (?:life|soul|heart|marriage|karma|souls)\b",
                near="KTBFX",
            ),
            row(
                0.62,
                r"\b(?:no god\b|nobody on the line|imaginary friend|leave (?:your |their )?(?:old )?(?:T|F"
                r"|religion|faith|gods)|superstition\w*|walk away from (?:it|religion|T)|good without K"
                r"|without (?:K|religion)|free of religion|godless|billboard)\b<WIDE>\b(?:come|join|with us"
                r"|happier|read|ask|meet|welcome|try|free|billboard|group|think)\b",
                near="KTFX",
            ),
            row(
                0.66,
                r"\b(?:come|join|sit|bow|dance|leave|dedicate|learn|study|chant|surrender|give|try"
                r"|see)\b<GAP>\b(?:K|the goddess|your old gods|one practice|the craft"
                r"|personality test)\b(?!'s (?:office|day))(?! (?:meeting|moment|talk|speech|conversation|session))",
            ),
            row(
                0.62,
                r"\bF\b<WIDE>\b(?:come (?:and )?(?:see|home|back|sit|learn|light|in)|let (?:him|us|B)|put on"
                r"|what you've been missing|mitzvah|tefillin|say yes|welcome|join (?:us|me)|free|peace|ask me"
                r"|teach you)\b",
            ),
            row(
                0.6,
                r"\b(?:personality test|stress test|spiritual being|onto the bridge|hand of K"
                r"|get right with (?:K|him|the T)|come get right|touch from K|word for this|on our knees"
                r"|bow your head|washed clean|made new|washed clean|kneel (?:down|wherever)|lay hands"
                r"|your breakthrough|your house in order|be on the right side|come dance"
                r"|holy name(?! (?:N|T|society|school|hospital|high))"
                r"|come alive in)\b",
                near="KTBFX",
            ),
            row(0.5, r"\b(?:get your house in order|come get right|be made new|doesn't believe yet|believe yet)\b"),
        ),
    ),
    Detector(
        name="invitation to worship",
        kind=Kind.RELIGIOUS_PROMOTION,
        category=Category.RELIGIOUS,
        says="It invites readers to worship or prayer.",
        rows=(
            row(0.6, r"\bsee (?:you|every one of you|this whole \w+|all of you)\b<GAP>\b(?:T|altar)\b"),
            row(0.6, r"\b(?:kneel for|back in a pew|in a pew|get back in)\b<WIDE>\b(?:sunday|D|pew|T|cross)\b", near="KTBFXD"),
            row(
                0.72,
                r"\b(?:come|join|bring|visit|invited?|invito|see you|back (?:in|to)|attend|vengan|ven"
                r"|los espero|te espero|los esperamos|welcome|traigan|want (?:every|each|all|you|this)"
                r"|urge (?:you|each of you)|step in|saved (?:you|four|three|a)|pick you up"
                r"|open to)\b<WIDE>\b(?:T|iglesia)\b(?! (?:station|street|road|lot|parking|hall|detail|times"
                r"|dates|is closed|desk|st\b|and main|schedule|award|weapon|record|unit|line|bay|window"
                r"|kitchen|ramp|roof|key|detail|fair|sale|bell|van))",
            ),
            row(
                0.7,
                r"\bT\b(?! (?:street|road|lot|parking|key|station|hall))<WIDE>\b(?:come (?:as|and|with|on|get"
                r"|hear|early|to|once)|join (?:me|us|in)|bring (?:a|your|somebody|someone|the|one|her|him"
                r"|yourself|anybody|anyone)|everyone (?:is )?welcome|all (?:are )?welcome|open heart"
                r"|invite you|love to (?:see|have)|saved you|see for yourself|i'll (?:drive|save)|vengan"
                r"|traigan|free (?:feast|lunch)|let (?:him|me see)|will change|say (?:yes|it with))\b",
            ),
            row(0.6, r"\b(?:come|join us|sit|come and sit) (?:and sit |pray |chant )?with (?:me|us)\b", near="KTBF"),
            row(
                0.72,
                r"\b(?:pray|kneel|chant|recit\w+|meditat\w+|oren|ora|rezar?"
                r"|recen)\b (?:\w+ ){0,3}?(?:with (?:me|us|anybody)|to K|with you|juntos)\b(?!'s)",
                near="KTBFX",
            ),
            row(
                0.66,
                r"\b(?:pray|say|reza|recen|light|put on|memorize|chant|repeat|chanting"
                r"|begin)\b (?:\w+ ){0,4}?(?:rosary|rosario|our father|his name|novena|chaplet|candles"
                r"|tefillin|mantra|holy names?|avemarias|B|K|nam-myoho-renge-kyo)\b",
                near="KTBFX",
            ),
            row(
                0.68,
                r"\b(?:read|hear|open|learn|memorize|start reading|study|lean"
                r"|lee)\b (?:\w+ ){0,4}?(?:of )?B\b(?! (?:college|belt|camp|verse))",
            ),
            row(
                0.62,
                r"\b(?:believers|brothers and sisters in K|prayer warriors|prayer partners|a handful|old heads"
                r"|a few of us)\b<WIDE>\b(?:meet|join|come|every day|lift|give the day|pray)\b",
                near="KTBFX",
            ),
            row(
                0.62,
                r"\b(?:lift|give|dedicate|offer|lead|leading|bring|ask|asking)\b<GAP>\b(?:to|back to|in asking"
                r"|him to the) K\b",
            ),
            row(
                0.62,
                r"\b(?:testimony|testify|prophet(?:ess)?|lay hands|lee|receive)\b<WIDE>\b(?:come|bring|join|D"
                r"|found K|welcome|free)\b",
                near="KT",
            ),
            row(
                0.62,
                r"\b(?:bring|come)\b<WIDE>\b(?:unsaved|needs K|needs a touch|needs hope|who is (?:suffering"
                r"|hurting)|hurting friend|does(?:n't| not) (?:have a T|know K|believe))\b",
            ),
            row(
                0.6,
                r"\b(?:come|join|free|class|path|practice|initiation|teaching)\b<WIDE>\b(?:mantra"
                r"|enlightenment|awakening|satsang|karma|dharma)\b|\b(?:mantra|karma"
                r"|initiation)\b<WIDE>\b(?:come|join|ready|living proof|change)\b",
            ),
        ),
    ),
    Detector(
        name="scripture and tracts",
        kind=Kind.RELIGIOUS_PROMOTION,
        category=Category.RELIGIOUS,
        says="It presses scripture, prayers or tracts on readers.",
        rows=(
            row(
                0.75,
                r"\b(?:forward|pass|passing|send|share|mand\w+|pasen|copy)\b<GAP>\b(?:this|it|on|a"
                r"|with)\b<WIDE>\b(?:K|prayer|bless\w*|verse|ten people|ten who|seven|fifteen|quince|chain"
                r"|cadena|watch what|on your watch|who needs|T|before you clock)\b",
                near="KTBFX",
            ),
            row(
                0.68,
                r"\b(?:don't|do not|no) (?:be the one who (?:stops|breaks) it|(?:break|rompan?"
                r"|rompas)\b)(?! (?:in|down|into|the (?:seal|glass|lease|law)))",
                near="KTBFX",
            ),
            row(
                0.65,
                r"\b(?:tracts?|booklets?|magazine|pamphlets?|B|literature)\b<WIDE>\b(?:take one|grab one"
                r"|hand (?:them|one|him|her)|free|read it|take (?:one|a|it) home|give away|in every bag"
                r"|on your desk|in your (?:drawer|mailbox|locker)|help yourself|tell you how|teach you"
                r"|lead (?:him|them)|heaven|eternity)\b",
                near="KTBFX",
            ),
            row(
                0.64,
                r"\b(?:take|grab|read|left|tucked|restocked|i left|stack of|free|lend you|extra"
                r"|gets? a)\b<GAP>\b(?:tracts?|booklets?|pamphlets?|B)\b(?! (?:on tape|club))",
                near="KTBFX",
                alone=0.9,
            ),
            row(
                0.68,
                r"\b(?:missionar\w+|elders|T|home stud(?:y|ies)|the sisters)\b<WIDE>\b(?:stop by|your (?:house"
                r"|home|homes)|home stud|with me|visit you|come by|share a|each of your|explain it"
                r"|tell me when|teach you)\b",
                near="KTBFX",
            ),
            row(
                0.68,
                r"\b(?:trust in K|armor of K|for K so loved|can do all things through|K is my shepherd"
                r"|lean not on|love K with|repent ye|no weapon formed|be strong in K|the wages of sin"
                r"|delight yourself in|hides it in his heart|come unto)\b",
            ),
            row(0.55, r"\bB \d{1,3}:\d{1,3}\b", near="KTBX", seen=r" \d{1,3}:\d"),
            row(
                0.6,
                r"\b(?:in K's name|hallelujah|alleluia|amen to|praise K|K be (?:praised|with)|he is risen"
                r"|K is risen|only K|K saves|glory to K|to K be|waheguru ji|allahu akbar|hare krishna)\b",
                near="KTBX",
                alone=0.5,
            ),
            row(
                0.62,
                r"\b(?:give|giving|pledge|tithe|donate|pledge cards?|building fund)\b<WIDE>\b(?:sanctuary"
                r"|his glory|spirit leads|T|K's house|mission trip|missions)\b(?! (?:kitchen|food|pantry"
                r"|street|shelter|hall|basement|gym|parking|lot))",
            ),
            row(0.6, r"\b(?:iglesia|T|K)\b<WIDE>\b(?:perdona|no falla|fe|mandenla|milagro|bendiga|los espero)\b"),
        ),
    ),
)
