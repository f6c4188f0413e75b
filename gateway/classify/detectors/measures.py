"""For or against a question on the ballot."""

from gateway.classify.rules import Detector, row
from gateway.verdict import Kind

DETECTORS = (
    Detector(
        name="ballot measure",
        kind=Kind.BALLOT_MEASURE,
        says="It takes sides on a ballot measure.",
        rows=(
            row(0.55, r"\brecall (?:N|O)\b(?=[.! ]{0,2}$| sheets| petition| now)"),
            row(0.72, r"\bvote (?:yes|no) (?:poster|sign|button|pin|sticker|shirt|magnet|card)s?\b"),
            row(
                0.7,
                r"\b(?:fill|filled|mark|marked|check|bubble|box)\b<GAP>\b(?:bubble|box|oval|one"
                r"|boxes)? ?(?:next to|marked|for) (?:the )?(?:yes|no)\b",
            ),
            row(0.55, r"\b(?:sign|signed|signing)\b<GAP>\b(?:it|petition|sheet|sheets)\b", near="M"),
            row(
                0.55,
                r"\b(?:hoping for|looking for|want) a (?:\w+ ){0,3}(?:yes|no)\b|\bno thank you to \d+"
                r"|\bbill of goods on\b",
                near="ME",
            ),
            row(
                0.55,
                r"\b(?:i'm|we're|are|i am|we are|us|members|nurses|officers) (?:all )?voting (?:yes|no|it down"
                r"|for it|against it)\b",
            ),
            row(
                0.6,
                r"\bvot(?:e|ing) (?:yes |no )?(?:for|against|on) (?:the |our |this )*(?:[\w']+ ){0,3}(?:levy"
                r"|bond|renewal|surcharge|tax|charter|amendment|measure|initiative)\b",
                alone=1.0,
            ),
            row(0.6, r"\b(?:don't|do not|never) let (?:them|M|it|the \w+)\b<GAP>\b(?:M|take|pass|win|fail)\b", near="M"),
            row(
                0.82,
                r"\b(?:vot(?:e|es|ing|en|ar|emos)|mark|marking|marquen|check|choose|answer|respuesta es"
                r"|bubble in|circle|picking) (?:that |que |a |an? |for )?\"?(?:yes|no|for|against|si"
                r"|against it)\"? (?:on|to|for|a|al|en|in) (?:la |el |a |the |this |our )*(?:<MEASURE>|N)\b",
            ),
            row(
                0.74,
                r"\b(?:yes|no|si|sí) (?:on|to|a|en|al) (?:the |this |our |la |el )?(?:M|(?:\w+ ){0,3}(?:levy"
                r"|bond|tax|merger|amendment))\b",
                near="ME",
                alone=0.7,
            ),
            row(
                0.74,
                r"\b(?:yes|no) on (?:\d{1,3}|[b-hj-z])(?=[.!,?;:)\"]|$| (?:lunch|party|coffee|campaign|sign"
                r"|because|and|it))",
                near="ME",
                alone=0.7,
                on="^yes ^no",
            ),
            row(
                0.65,
                r"\bvot(?:e|ing|en) (?:yes|no|si|it down|it up|down|that down|for it|against it"
                r"|por el si)\b(?! (?:on (?:the )?(?:contract|ta\b|tentative|bylaws?|motion|agreement|deal)"
                r"|N\b|him|her|them))",
                near="ME",
                alone=0.5,
            ),
            row(0.62, r"(?:^|[.,;:!] |please |to )vot(?:e|en) (?:for|against)(?=[,.!]|$)", near="M"),
            row(
                0.62,
                r"\bmark (?:it )?(?:yes|no)\b|\bmarked (?:yes|no)\b<GAP>\b(?:neighbors|ballot|box)"
                r"|\bthe (?:answer|respuesta) is (?:yes|no|si)\b|\b(?:fill(?:ed)? in|box) (?:for|yes|no"
                r"|against|(?:next to|marked) (?:yes|no))\b",
                near="ME",
                alone=0.4,
            ),
            row(
                0.62,
                r"\b(?:support|oppose|opposing|supporting|defeat|beat|pass|passing|kill|stop|reject|back"
                r"|reject|against|help (?:us )?(?:pass|defeat|beat|stop)|fight|fighting|approve|get)\b (?:the "
                r"|our |this |of )*(?:M|N M)\b(?! (?:passed|hearing|wording|language|meeting))",
                near="E",
                alone=0.8,
            ),
            row(
                0.6,
                r"\b(?:M|it|this|that one|\d{1,3}) (?:must|has to|needs to|have to|just has to"
                r"|had better) (?:pass|fail|lose|win|go down|be (?:defeated|beaten|stopped|passed))\b",
                near="ME",
                alone=0.3,
            ),
            row(
                0.6,
                r"\b(?:M|\d{1,3}|the (?:levy|bond|tax|amendment|merger))\b<GAP>\b(?:would (?:gut|end|shut"
                r"|freeze|wreck|destroy|hurt|kill|give us|cost us|hand|let them)|funds? our|hands? our"
                r"|replaces? every|gives? us|is a tax|deserves? (?:a|your) (?:yes|no)|needs (?:you|your vote)"
                r"|should (?:pass|fail))\b",
                near="E",
                alone=0.7,
            ),
            row(
                0.6,
                r"\bif (?:the )?(?:\w+ )?(?:M|levy|bond|renewal|amendment) (?:fails|passes|loses"
                r"|goes down)\b<WIDE>\b(?:we|our|you|us|your)\b",
                near="E",
                alone=0.6,
            ),
            row(0.6, r"\b(?:M|levy) passes or\b|\b(?:get|getting) (?:it|M|the (?:levy|bond)) passed\b|\bpass M\b"),
            row(
                0.6,
                r"\b(?:petition|recall N|recall O|repeal|referendum|M)\b<WIDE>\b(?:sign (?:it|here|the|on"
                r"|before|up)|signatures?|names|your turn|i signed|come sign|gather|sheets?|clipboard"
                r"|circulating|get .{1,40} on the ballot)\b",
                near="ME",
                alone=0.5,
            ),
            row(
                0.6,
                r"\b(?:sign|signing|sheets|signatures?)\b<WIDE>\b(?:on the ballot|recall|repeal|petition)\b",
                near="MEO",
                alone=0.4,
            ),
            row(
                0.55,
                r"\b(?:talking points|lawn signs?|yard signs?|signs?|door hangers?|buttons?|pins?|poster"
                r"|magnets?|graphic|mailer|postcards?|stickers?)\b<WIDE>\b(?:yes|no|vote|M|levy|bond)\b",
                near="M",
                alone=0.35,
            ),
            row(0.78, r"\bvot(?:e|en|emos) (?:for|against|down|por|contra) (?:the |la )?M\b"),
            row(
                0.6,
                r"\b(?:yes|no) on (?:M|N|[\w]{1,3})\b<WIDE>\b(?:coffee|lunch|party|campaign|canvass\w*"
                r"|volunteers?|rally|pins?|buttons?|signs?|shirts?|hangers|magnet)",
            ),
            row(
                0.55,
                r"\b(?:tell|talk to|ask|call|bring|remind|lean on|urge|get)\b<WIDE>\b(?:neighbors?|relatives"
                r"|friends|family|folks|spouse|everybody|everyone|parents|patrons|members|church"
                r"|people)\b<WIDE>\b(?:vote|yes|no|mark|pass|stake|oppose|support)\b",
                near="M",
            ),
            row(
                0.55,
                r"\b(?:cannot|can't) afford to (?:see|lose|let|have)\b<GAP>\b(?:M|levy|bond|[b-hj-z]"
                r"|it) (?:go down|fail|pass)\b",
            ),
            row(
                0.65,
                r"\b(?:voten|votar|vote|marquen|digan|yo digo|poner|la respuesta es) (?:que )?(?:si|no) (?:a"
                r"|en|por|al|D)\b",
            ),
            row(0.5, r"\bmy ballot\b<GAP>\bcopy\b", near="E", alone=0.5),
        ),
    ),
)
