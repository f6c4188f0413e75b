import pytest

from gateway.classify import load_roster
from gateway.classify.links import Sites
from tests.support.classify import ROSTER

SITES = Sites(load_roster(ROSTER))


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://secure.actblue.com/donate/anybody", "collects money"),
        ("https://secure.winred.com/anybody", "collects money"),
        ("https://www.kamalaharris.com/", "candidate's site"),
        ("https://www.donaldjtrump.com/join", "candidate's site"),
        ("https://www.facebook.com/DonaldTrump/posts/1", "candidate's site"),
        ("https://x.com/JoeBiden?s=20", "candidate's site"),
        ("http://democrats.org", "party's site"),
        ("http://www.gop.com/", "party's site"),
        ("https://yesonl.example/", "ballot measure"),
        ("https://chamberpac.example/give", "committee's site"),
        ("dreyerforsheriff.example", "looks like a campaign"),
        ("www.dreyer4mayor.com/plan", "looks like a campaign"),
        ("https://voteoyelaran.example", "looks like a campaign"),
        ("https://re-electnand.org", "looks like a campaign"),
        ("https://facebook.com/NandForCouncil", "looks like a campaign"),
        ("https://youtube.com/@ReddickForGovernor", "looks like a campaign"),
        ("https://no-on-14.example", "looks like a campaign"),
        ("@votedreyer", "looks like a campaign"),
        ("@NandForMayor", "looks like a campaign"),
        ("https://charity.example/donate", "asks for gifts"),
        ("https://mobile.twitter.com/AnaReyesMayor", "candidate's site"),
        ("https://en-gb.facebook.com/ReyesForHarborview/about", "candidate's site"),
        ("https://fb.com/ReyesForHarborview", "candidate's site"),
        ("https://twitter.com/TheoBrandtMayor", "candidate's site"),
        ("@AnaReyesMayor", "candidate's site"),
        ("@thedemocrats", "party's site"),
        ("@GreenPartyUS", "party's site"),
        ("#VoteForDreyer", "campaign's hashtag"),
        ("#dreyerformayor", "campaign's hashtag"),
        ("https://bit.ly/DreyerForSheriff", "looks like a campaign"),
        ("https://tinyurl.com/yes-on-measure-4", "looks like a campaign"),
        ("https://paper.example/opinion/dreyer-for-county-sheriff", "words of a link's address"),
        ("https://paper.example/vote-no-on-question-12/2026", "words of a link's address"),
        ("https://paper.example/re-elect-ana-dreyer", "words of a link's address"),
    ],
)
def test_a_campaigns_link_is_known_by_the_roster_or_by_its_look(link, says):
    judged = SITES.judge(link)
    assert judged is not None
    assert says in judged.says


@pytest.mark.parametrize(
    "link",
    [
        "https://vote.gov/register", "https://www.vote.org", "https://votesmart.org", "https://sheriff.county.example/forms",
        "https://www.elections.state.example", "https://electronics.example", "https://www.affordable-domains.com",
        "https://performance.example/plan", "https://www.facebook.com/CityPolice", "https://x.com/", "https://evergreens.example",
        "https://notactblue.com", "@detective", "@everyone", "https://county.gov/yesonrecycling", "https://[::1]/", "", "https://",
        "https://" + "a" * 300 + ".example", "https://platform.example", "linmodems.org", "https://transparency.example", "https://noonan.example",
        "https://bit.ly/3xYzAbC", "https://bit.ly/PoliceWeek2026", "https://bit.ly/", "https://city.example/candidates-for-city-council",
        "https://paper.example/running-for-mayor", "https://city.example/vote-by-mail", "https://hr.example/elect-dental-coverage",
        "https://city.example/applications-for-county-clerk", "https://paper.example/yes-on-the-dress",
        "#PoliceWeek2026", "#BackToSchool", "#214", "https://notfacebook.com/ReyesForHarborview",
    ],
)  # fmt: skip
def test_other_links_are_none_of_its_business(link):
    assert SITES.judge(link) is None


def test_a_page_that_asks_for_gifts_counts_only_where_politics_is_at_hand():
    judged = SITES.judge("https://charity.example/donate")
    assert judged is not None
    assert judged.alone == 0.0


@pytest.mark.parametrize(
    "link",
    ["keepdreyer.example", "https://winwithnand.example/", "https://www.dreyer4us.example", "https://facebook.com/StandWithNand"],
)
def test_what_may_be_a_campaigns_or_a_shops_counts_only_where_politics_is_at_hand(link):
    judged = SITES.judge(link)
    assert judged is not None
    assert "may be a campaign" in judged.says
    assert judged.alone == 0.0
