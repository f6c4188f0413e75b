"""What a scorer makes of sentences, as findings: the words that carry its opinion, and why, in plain language."""

from collections.abc import Iterator

from gateway.classify.labels import Opinion, Thresholds, Told
from gateway.classify.message import Message
from gateway.verdict import Category, Evidence, Finding, Kind

NAME = "model"
MOST = 5
"""So many of its sentences are shown, those that carry most."""
TELLING = 0.5
"""A sentence of which less is said carries an opinion only where no other does."""

SAYS = {
    Kind.ENDORSEMENT: "It reads as support for a candidate.",
    Kind.VOTING_ADVICE: "It reads as advice on how to vote.",
    Kind.PROMOTION: "It reads as promotion of a candidate or a campaign's event.",
    Kind.FUND_RAISING: "It reads as raising money for a campaign or a political committee.",
    Kind.BALLOT_MEASURE: "It reads as taking a side on a ballot measure.",
    Kind.CAMPAIGN_WORK: "It reads as gathering hands, signs or signatures for a campaign.",
    Kind.LINK: "It reads as sending readers to a campaign.",
    Kind.PARTISAN_OPINION: "It reads as partisan opinion.",
    Kind.INSINUATION: "It reads as a hint at whom or what to vote for, without the words.",
    Kind.RELIGIOUS_PROMOTION: "It reads as promotion of a faith.",
}


def findings(opinion: Opinion, message: Message, thresholds: Thresholds) -> Iterator[Finding]:
    """The sentences that carry an opinion that is not clear."""
    for category, score in opinion.scores.items():
        if score < thresholds.unsure:
            continue
        for number, told in _telling(opinion, category):
            page, sentence = message.telling[number]
            place, quote = page.passage.quote(sentence.start, sentence.end)
            yield Finding(
                category=category,
                kind=told.kind,
                detector=NAME,
                says=SAYS[told.kind],
                weight=round(told.scores[category], 3),
                evidence=(Evidence(place=place, quote=quote),),
            )


def _telling(opinion: Opinion, category: Category) -> list[tuple[int, Told]]:
    read = [(number, told) for number, told in enumerate(opinion.sentences) if told is not None]
    ranked = sorted(read, key=lambda each: -each[1].scores[category])
    return [each for each in ranked[:MOST] if each[1].scores[category] >= TELLING] or ranked[:1]
